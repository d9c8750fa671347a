"""What is wrong with a file, where it is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from triage.book.legible import one_line
from triage.book.opposites import say_the_opposite


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake at one place. Lines and columns count from 1; sorting is by place."""

    file: str
    line: int
    column: int
    code: str
    what: str
    write: str = ""

    def __str__(self) -> str:
        hint = f" ({self.write})" if self.write else ""
        return one_line(f"{self.file}:{self.line}:{self.column}: {self.code}: {self.what}{hint}")


class Problems(Exception):
    """Raised with every problem found, sorted by place and said once each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(lines_of(self.problems)))


MOST_LINES = 100


def lines_of(problems: Sequence[Problem]) -> list[str]:
    """A line for each problem, as people are shown them: so many as can be read, and how many more."""
    lines = [str(problem) for problem in problems[:MOST_LINES]]
    more = len(problems) - MOST_LINES
    return [*lines, f"and {more} more problem{'s' if more > 1 else ''}"] if more > 0 else lines


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant: in another case, with two letters swapped, or similar.

    It is never one that says the opposite.
    """
    names = sorted(known)
    if word.lower() in names:
        return word.lower()
    alike = get_close_matches(word, names, n=3, cutoff=0.6)
    close = [name for name in alike if not say_the_opposite(word, name)]
    return next((name for name in close if sorted(name) == sorted(word)), close[0] if close else None)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that offers the closest known word, or lists the known words where they are few."""
    names = sorted(known)
    if (close := closest(word, names)) is not None:
        return f'did you mean "{close}"?'
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""


def one_of(words: Sequence[str]) -> str:
    """A choice between words: `patient, record or nurse`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
