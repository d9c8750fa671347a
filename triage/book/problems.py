"""What is wrong with a file, where it is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


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
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.what}{hint}"


class Problems(Exception):
    """Raised with every problem found, sorted by place and said once each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that offers the closest known word, or lists the known words where they are few."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""
