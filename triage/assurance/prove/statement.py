"""A statement about everybody, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from triage.assurance.people import People, reached
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.rule import Level
from triage.engines.solver import Formula, Undecided

Result = Literal["proved", "refuted", "vacuous", "noted", "not decided"]
LEVELS = tuple(Level)[1:]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one statement. `patients` refute it, or show what is noted: one, or two to compare.

    `about` are the facts that the statement speaks of.
    """

    kind: str
    name: str
    result: Result
    says: str = ""
    patients: tuple[Mapping[str, Known], ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The book that statements are about, and its people."""

    book: RuleBook
    people: People

    def excepted(self, name: str) -> str | None:
        """Why a rule or a fact is excepted from a statement, or None where it is not."""
        return next((one.because for one in self.book.exceptions if one.name == name), None)

    def reached(self, fires: Mapping[str, Formula], level: int) -> Formula:
        """That one of the rules of at least this level fires."""
        return reached(self.book.rules, fires, level)


def decided(kind: str, name: str, prove: Callable[[], Verdict]) -> Verdict:
    """The verdict, or *not decided* where a solver gave up: that is never a proof."""
    try:
        return prove()
    except Undecided as error:
        return Verdict(kind, name, "not decided", str(error))
