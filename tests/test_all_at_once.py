"""Two mistakes at once: each is told as it is alone, or it is said what was not looked at."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from tests.message_cases import DOCUMENTS, SMALL, Message, all_messages, made
from tests.seed import SEED
from triage.assurance.check import check_folder

MISTAKES = [message for message in all_messages() if message.through == "book"]
COUNTED = ("B007", "F001-a-file-twice", "D007-document-missing", "R006-of-several-rules", "B009")
"""What is told by how often something is used; with a file that cannot be read, that is another number."""


def pairs(count: int) -> list[tuple[Message, Message]]:
    rng = random.Random(SEED)
    mistakes = [message for message in MISTAKES if not message.name.startswith(COUNTED)]
    drawn = [tuple(rng.sample(mistakes, 2)) for _ in range(count)]
    return [(one, other) for one, other in drawn if one.file != other.file]


def test_of_two_mistakes_none_is_passed_over_in_silence_and_none_makes_a_third(tmp_path: Path) -> None:
    together = 0
    for number, (one, other) in enumerate(pairs(150)):
        book = shutil.copytree(SMALL, tmp_path / str(number))
        made(one, book)
        made(other, book)
        checked = check_folder(book, DOCUMENTS)
        said = {_shown(str(problem), book) for problem in checked.problems}
        alone = {*one.expect, *other.expect}
        which = f"{one.name} and {other.name}, with TRIAGE_SEED={SEED}"
        assert said <= alone, which
        assert said == alone or checked.left, which
        together += said == alone
    assert together > 50


def _shown(line: str, book: Path) -> str:
    return re.sub(f"{re.escape(str(book))}/|{re.escape(str(DOCUMENTS))}/", "", line)
