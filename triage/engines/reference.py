"""The reference engine: the specification of what a condition means for a patient.

It folds a condition into a trace, which holds the truth of every part. The decision, the
explanation and the choice of the next question all read this one trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.book.facts import Known
from triage.book.logic import Condition, Is, fold
from triage.engines.truth import Firings, Truth, all_of, any_of, at_least_of


@dataclass(frozen=True, slots=True)
class Trace:
    """The truth of one part of a condition, with the parts under it.

    `comparison` is set where the part is a single comparison; `count` where it is `at least`.
    """

    truth: Truth
    kind: Literal["is", "all", "any", "at least"]
    comparison: Is | None = None
    count: int = 0
    parts: tuple[Trace, ...] = ()

    def leaves(self) -> Iterator[Trace]:
        """Every comparison under this part."""
        if self.comparison is not None:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def undecided(self) -> Iterator[Is]:
        """The comparisons that can still change this part: unknown, reached through unknown parts."""
        if self.truth is Truth.UNKNOWN:
            if self.comparison is not None:
                yield self.comparison
            for part in self.parts:
                yield from part.undecided()


@dataclass(frozen=True, slots=True)
class Reading:
    """Algebra: conditions read against what is known of one patient. A fact not in `known` is unknown."""

    known: Mapping[str, Known]

    def is_(self, comparison: Is) -> Trace:
        answer = self.known.get(comparison.fact)
        if answer is None:
            truth = Truth.UNKNOWN
        else:
            truth = Truth.TRUE if comparison.accepts(answer) else Truth.FALSE
        return Trace(truth, "is", comparison)

    def all(self, parts: Sequence[Trace]) -> Trace:
        return Trace(all_of([part.truth for part in parts]), "all", parts=tuple(parts))

    def any(self, parts: Sequence[Trace]) -> Trace:
        return Trace(any_of([part.truth for part in parts]), "any", parts=tuple(parts))

    def at_least(self, count: int, parts: Sequence[Trace]) -> Trace:
        truth = at_least_of(count, [part.truth for part in parts])
        return Trace(truth, "at least", count=count, parts=tuple(parts))


def trace(condition: Condition, known: Mapping[str, Known]) -> Trace:
    """The trace of a condition for a patient of whom this much is known."""
    return fold(condition, Reading(known))


def firings(conditions: Mapping[str, Condition], known: Mapping[str, Known]) -> Firings:
    """Which of these conditions, by the id of their rule, are true of a patient, and which are not false."""
    truths = {id: trace(when, known).truth for id, when in conditions.items()}
    return Firings(
        frozenset(id for id, truth in truths.items() if truth is Truth.TRUE),
        frozenset(id for id, truth in truths.items() if truth is not Truth.FALSE),
    )
