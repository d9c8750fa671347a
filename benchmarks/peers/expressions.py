"""Conditions in the language of a peer: what all such languages have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from triage.book.facts import Fact
from triage.book.logic import Condition, Is, Spans, comparisons

T = TypeVar("T")


class Expressions(ABC, Generic[T]):
    """Algebra: conditions as expressions of a language that has and, or, and comparisons with constants."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts

    @abstractmethod
    def one_of(self, fact: str, answers: Sequence[str]) -> T: ...
    @abstractmethod
    def from_(self, fact: str, low: int) -> T: ...
    @abstractmethod
    def up_to(self, fact: str, high: int) -> T: ...
    @abstractmethod
    def all(self, parts: Sequence[T]) -> T: ...
    @abstractmethod
    def any(self, parts: Sequence[T]) -> T: ...

    def between(self, fact: str, low: int, high: int) -> T:
        return self.all([self.from_(fact, low), self.up_to(fact, high)])

    def is_(self, comparison: Is) -> T:
        if isinstance(comparison.answers, Spans):
            return self.any([self._span(comparison.fact, *span) for span in comparison.answers.spans])
        return self.one_of(comparison.fact, sorted(comparison.answers))

    def _span(self, fact: str, low: int, high: int) -> T:
        """No comparison with an end of the scale, which every number meets."""
        scale = self.facts[fact].scale
        assert scale is not None
        if high == scale.high:
            return self.from_(fact, low)
        return self.up_to(fact, high) if low == scale.low else self.between(fact, low, high)

    def at_least(self, count: int, parts: Sequence[T]) -> T:
        """The first part and one fewer of the rest, or the same without it; exact with unknowns too."""
        if count == 1:
            return self.any(parts)
        if count == len(parts):
            return self.all(parts)
        firsts = range(len(parts) - count + 1)
        return self.any([self.all([parts[n], self.at_least(count - 1, parts[n + 1 :])]) for n in firsts])


class Words(Expressions[str]):
    """Algebra: conditions as text, with the words of the language for and and or between the parts."""

    AND, OR = " and ", " or "

    def all(self, parts: Sequence[str]) -> str:
        return f"({self.AND.join(parts)})"

    def any(self, parts: Sequence[str]) -> str:
        return f"({self.OR.join(parts)})"


def named(conditions: Iterable[Condition]) -> dict[Is, str]:
    """A name for each distinct comparison, for a language that computes it once and uses it often."""
    distinct = dict.fromkeys(is_ for condition in conditions for is_ in comparisons(condition))
    return {comparison: f"comparison_{number}" for number, comparison in enumerate(distinct)}
