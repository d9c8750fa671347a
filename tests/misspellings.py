"""Every identifier of a rule book, where it stands, and what one wrong letter can make of it.

An identifier is any word that the book is held together by: every key, and every value that is not
prose. They are found in the parsed pages, by the places at which they were written.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

from triage.book.problems import Problems
from triage.book.reading.load import load_files
from triage.book.reading.text import Page, Place, parse_page, texts_of

PROSE = {
    *("title", "name", "ask", "short", "nurse", "patient", "plain", "because", "text", "editorial"),
    *("denied", "safety_net", "outside_scope", "quote", "says", "left_out", "publisher", "address"),
}
"""Keys whose values are sentences for people. What stands in braces in them has a test of its own."""

NOT_OURS = {"version", "year", "file", "sha256", "from", "to", "step"}
"""Keys whose values are numbers, or name something that is not in the book."""


@dataclass(frozen=True)
class Word:
    """A word of a file: the word, and where in the text of the file it starts."""

    path: str
    start: int
    word: str

    def __str__(self) -> str:
        return f"{self.path}@{self.start} {self.word}"


def identifiers(path: str, page: Page, text: str) -> Iterator[Word]:
    """Every identifier of one file, in parts where it has several: `at least 20 mm` has three."""
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    marked = [(page.keys[place], str(place[-1])) for place in page.keys]
    marked += [(page.values[place], said) for place, said in texts_of(page.data) if _is_identifier(place)]
    for (line, column), said in marked:
        start = line_starts[line - 1] + column - 1
        start += text[start] in "\"'"
        assert text.startswith(said, start), f"{path}:{line}:{column}: {said}"
        for match in re.finditer(r"[^\W_][\w.°-]*|°[CF]", said):
            if re.search(r"[^\W\d_]", match[0]):
                yield Word(path, start + match.start(), match[0])


def _is_identifier(place: Place) -> bool:
    named = [step for step in place if isinstance(step, str)]
    in_a_list_of_words = len(named) > 1 and named[-2] in ("answers", "not_known")
    in_words = named[-1] == "usual" and named[-2:-1] != ["number"]  # how a note says it, and no range
    return not (in_a_list_of_words or in_words) and named[-1] not in PROSE | NOT_OURS


def one_letter_wrong(rng: random.Random, word: str) -> Iterator[str]:
    """A letter left out, a letter twice or too many, a letter wrong, and two swapped."""
    at = [i for i, letter in enumerate(word) if letter.isalnum()]
    gone, more, other = rng.choice(at), rng.choice(at), rng.choice(at)
    yield word[:gone] + word[gone + 1 :]
    yield word[:more] + rng.choice(ascii_lowercase) + word[more:]
    yield word[:other] + rng.choice(ascii_lowercase.replace(word[other], "")) + word[other + 1 :]
    swaps = [i for i in at if i + 1 in at and word[i] != word[i + 1]]
    if swaps:
        i = rng.choice(swaps)
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


class Speller:
    """A book in memory, loaded again and again with one word changed."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.folder, self.files = folder, files
        self.texts = {path: raw.decode() for path, raw in files.items()}
        pages = {path: parse_page(raw, path) for path, raw in files.items()}
        self.words = [w for path, page in pages.items() for w in identifiers(path, page, self.texts[path])]
        self.statements = {word.word for word in self.words if "." in word.word}

    def loads_with(self, word: Word, instead: str) -> bool:
        """Whether the book loads with another word in one place."""
        text = self.texts[word.path]
        assert text.startswith(word.word, word.start)
        changed = text[: word.start] + instead + text[word.start + len(word.word) :]
        try:
            load_files(self.folder, {**self.files, word.path: changed.encode()})
        except Problems:
            return False
        return True

    def misspellings(self, rng: random.Random, word: Word) -> list[str]:
        """One-letter mistakes in a word. S1.53 for S1.35 is none: it is another statement, and exists."""
        return [wrong for wrong in one_letter_wrong(rng, word.word) if wrong not in self.statements]
