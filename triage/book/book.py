"""A rule book: every word and rule that a decision needs, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from triage.book.facts import Fact
from triage.book.logic import Condition
from triage.book.problems import Problem
from triage.book.rule import (
    Advice,
    Constraint,
    Exam,
    Excepted,
    Finding,
    Guarantee,
    Level,
    LevelWords,
    Rule,
    Screen,
    Suspicion,
)
from triage.book.sources import Document, Source, Statement


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What `rules/` says, with the SHA-256 of all its files. Mappings keep the order of the files.

    `to_mend` is what is wrong with the files and does not make a decision wrong; `check` tells it.
    """

    title: str
    version: str
    status: Literal["draft", "reviewed"]
    hash: str
    scope: Condition
    outside_scope: str
    facts: Mapping[str, Fact]
    findings: Mapping[str, Finding]
    rules: Mapping[str, Rule]
    exams: Mapping[str, Exam]
    suspicions: Mapping[str, Suspicion]
    screens: Mapping[str, Screen]
    levels: Mapping[Level, LevelWords]
    documents: Mapping[str, Document]
    constraints: tuple[Constraint, ...]
    advice: tuple[Advice, ...]
    guarantees: tuple[Guarantee, ...] = ()
    exceptions: tuple[Excepted, ...] = ()
    to_mend: tuple[Problem, ...] = ()

    def level_of(self, rules: Iterable[str]) -> Level:
        """The level that these rules give together: the most urgent, or `none` where there are none."""
        return max((self.rules[id].urgency for id in rules), default=Level.none)

    @property
    def conditions(self) -> dict[str, Condition]:
        """When each rule fires, by its id."""
        return {id: rule.when for id, rule in self.rules.items()}

    def statement(self, id: str) -> Statement:
        """The statement with this id, such as S1.45. Raises KeyError when there is none."""
        return self.documents[id.partition(".")[0]].statements[id]

    def sources(self) -> Iterator[tuple[str, Source]]:
        """Every source in the book with what it stands under, such as `rule liver/broken-bone`."""
        named: dict[str, Mapping[str, Rule | Finding | Exam | Suspicion | Fact]] = {
            "rule": self.rules,
            "finding": self.findings,
            "exam": self.exams,
            "suspicion": self.suspicions,
            "fact": self.facts,
        }
        for kind, things in named.items():
            for id, thing in things.items():
                yield from ((f"{kind} {id}", source) for source in thing.sources)
        for level in self.levels.values():
            yield from ((f"level {level.level.name}", source) for source in level.sources)
        for advice in self.advice:
            yield from ((f"advice “{advice.text}”", source) for source in advice.sources)

    @property
    def name(self) -> str:
        """Version and the start of the hash, as every result is stamped with."""
        return f"{self.version} {self.hash[:12]}"
