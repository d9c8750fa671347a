"""The language of conditions: Is, All, Any, AtLeast, and nothing else.

There is no *not*: a fact is a closed list of answers, so its opposite is the other answers. That
keeps every rule monotone in what is known, and every reading of it (truth, sentence, pattern,
column, proof) a small algebra for one `fold`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from triage.book.facts import Known


@dataclass(frozen=True, slots=True)
class Spans:
    """Numbers in whole steps, as closed spans from low to high that do not touch."""

    spans: tuple[tuple[int, int], ...]

    def __contains__(self, steps: object) -> bool:
        return isinstance(steps, int) and any(low <= steps <= high for low, high in self.spans)


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has one of these answers, or a number inside these spans."""

    fact: str
    answers: frozenset[str] | Spans

    def accepts(self, answer: Known) -> bool:
        return answer in self.answers


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the parts; 1 < count < number of parts."""

    count: int
    parts: tuple[Condition, ...]


Condition: TypeAlias = Is | All | Any | AtLeast
T = TypeVar("T")


class Algebra(Protocol[T]):
    """One meaning of conditions: what a comparison means, and what the three groups make of their parts."""

    def is_(self, comparison: Is) -> T: ...
    def all(self, parts: Sequence[T]) -> T: ...
    def any(self, parts: Sequence[T]) -> T: ...
    def at_least(self, count: int, parts: Sequence[T]) -> T: ...


def fold(condition: Condition, algebra: Algebra[T]) -> T:
    """The only walk over a condition: the meaning of the whole from the meaning of its parts."""
    if isinstance(condition, Is):
        return algebra.is_(condition)
    parts = [fold(part, algebra) for part in condition.parts]
    if isinstance(condition, All):
        return algebra.all(parts)
    if isinstance(condition, Any):
        return algebra.any(parts)
    return algebra.at_least(condition.count, parts)


class _Comparisons:
    """Algebra: every comparison, in the order written."""

    def is_(self, comparison: Is) -> tuple[Is, ...]:
        return (comparison,)

    def all(self, parts: Sequence[tuple[Is, ...]]) -> tuple[Is, ...]:
        return tuple(comparison for part in parts for comparison in part)

    any = all

    def at_least(self, count: int, parts: Sequence[tuple[Is, ...]]) -> tuple[Is, ...]:
        return self.all(parts)


def comparisons(condition: Condition) -> tuple[Is, ...]:
    """Every comparison of a condition, in the order written."""
    return fold(condition, _Comparisons())


def facts_of(condition: Condition) -> tuple[str, ...]:
    """Every fact that a condition asks for, once each, in the order written."""
    return tuple(dict.fromkeys(comparison.fact for comparison in comparisons(condition)))
