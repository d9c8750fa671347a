"""A rule and the things it names: levels, findings, examinations, constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import total_ordering
from typing import Literal, TypeAlias

from triage.book.facts import Answer
from triage.book.logic import Condition
from triage.book.sources import Source

PLACEHOLDERS = ("emergency", "team", "out_of_hours")
"""What the settings of a clinic fill in: `{team}` in the texts of levels, rules and advice."""


LevelName: TypeAlias = Literal["none", "next_visit", "this_week", "today", "now"]
ToldName: TypeAlias = Literal["none", "no_level", "next_visit", "this_week", "review_today", "today", "now"]


class Level(IntEnum):
    """How soon to act. Urgency is a time, and the level of a patient is the maximum."""

    none = 0
    next_visit = 1
    this_week = 2
    today = 3
    now = 4


@total_ordering
class Told(Enum):
    """What somebody is told to act on, mildest first: a level, or why there is none to act on.

    `none` is told only to those the rules are made for, and of whom nothing else is possible. With
    `no_level`, answers are missing or the rules are not made for the person; with `review_today`, a
    person must look today, whatever lower level is certain. Told is no Level, and the two cannot be
    compared: `none` of the one is a reassurance, and of the other it is not.
    """

    none = 0
    no_level = 1
    next_visit = 2
    this_week = 3
    review_today = 4
    today = 5
    now = 6

    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, Told) else NotImplemented


@dataclass(frozen=True, slots=True)
class LevelWords:
    """What a level tells the patient to do and the nurse to arrange."""

    level: Level
    name: str
    patient: str
    nurse: str
    safety_net: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a rule's truth table."""

    fires: Literal["yes", "no", "unknown"]
    answers: Mapping[str, Answer]
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A red flag: when it holds, how soon to act, what to suspect, which examinations to think of.

    `when` has its findings written out; `findings` names those it was written with.
    """

    id: str
    file: str
    title: str
    urgency: Level
    suspects: tuple[str, ...]
    when: Condition
    findings: tuple[str, ...]
    because: str
    exams: tuple[str, ...]
    safety_net: str
    sources: tuple[Source, ...]
    examples: tuple[Example, ...]
    status: Literal["draft", "reviewed"]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements behind the rule, once each, in the order cited."""
        return tuple(dict.fromkeys(s for source in self.sources for s in source.statements))


@dataclass(frozen=True, slots=True)
class Finding:
    """A named condition that several rules use."""

    id: str
    title: str
    when: Condition
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Exam:
    """An examination to think of: its name for a nurse, and in plain words."""

    id: str
    name: str
    plain: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a fired rule makes one think of. Shown to a nurse, not to a patient who did not ask."""

    id: str
    name: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """Facts that are asked together. Screens are asked in the order of the file."""

    id: str
    ask: str
    nurse: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """What no real patient can be. Answers that meet it contradict each other."""

    never: Condition
    because: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What must hold of every patient of whom `given` is true, and is proved.

    With `nothing_else`, only of those who are otherwise as a well person is: the guard against
    false alarms.
    """

    name: str
    given: Condition
    at_least: Level | None
    at_most: Level | None
    includes: tuple[str, ...]
    nothing_else: bool
    because: str


@dataclass(frozen=True, slots=True)
class Excepted:
    """A fact whose worse answers may lower the level, or a rule that may be redundant, and why."""

    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence worth saying to someone for whom `when` holds; it never changes the level."""

    text: str
    shown_to: Literal["patient", "nurse", "both"]
    when: Condition | None
    sources: tuple[Source, ...]
