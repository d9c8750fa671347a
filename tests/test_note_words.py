"""Books written before notes had words of their own: they load, compare and hand over, and `check` tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import run
from tests.test_note import MONDAY
from triage.book.reading.load import load_book
from triage.calls.note import handover_note
from triage.decision.decide import Decider
from triage.decision.settings import Settings


@pytest.fixture
def older(small_copy: Path) -> Path:
    """The small book without the words of its denials, one name of which is a list."""
    for path in (small_copy / "facts").iterdir():
        path.write_text(re.sub("  denied: .*\n", "", path.read_text()))
    person = small_copy / "facts" / "person.yaml"
    person.write_text(person.read_text().replace("nurse: Back pain", "nurse: Back pain; any stiffness"))
    return small_copy


def test_check_tells_an_older_book_every_word_that_is_missing_at_once(older: Path, tmp_path: Path) -> None:
    said = run(tmp_path, "check", "--rules", older)
    assert said.code == 1
    assert len(re.findall(": F015: ", said.out)) == 6
    assert len(re.findall(": B010: ", said.out)) == 1
    (older / "liver" / "back-pain.yaml").write_text("title: x\n")
    assert len(re.findall(": F015: ", run(tmp_path, "check", "--rules", older).out)) == 6, (
        "all problems at once"
    )


def test_an_older_book_can_still_be_compared_with(older: Path, small_folder: Path, tmp_path: Path) -> None:
    said = run(tmp_path, "compare", older, small_folder)
    assert said.code == 0
    assert "LOWERED: nobody (proved)" in said.out
    assert "wording: question chills: denied:  → no chills" in said.out


def test_a_note_by_an_older_book_puts_no_before_no_name(older: Path) -> None:
    decision = Decider(load_book(older)).decide({"age": 60, "back_pain": "none", "leg_numbness": "no"})
    note = handover_note(decision, Settings(), MONDAY)
    assert "    - New numbness in the legs: No\n    - Back pain; any stiffness: No\n" in note
