"""Strong Kleene truth: false, unknown, true, in that order; and what an engine says of all rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, Self, TypeVar


class _HasBits(Protocol):
    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...


T = TypeVar("T", bound=_HasBits)


class Truth(IntEnum):
    """Ordered, so that `all` is the least of its parts, `any` the greatest, and
    `at least n` the n-th greatest.
    """

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


def all_of(parts: Sequence[Truth]) -> Truth:
    return min(parts)


def any_of(parts: Sequence[Truth]) -> Truth:
    return max(parts)


def at_least_of(count: int, parts: Sequence[Truth]) -> Truth:
    return sorted(parts, reverse=True)[count - 1]


def at_least_of_bits(count: int, parts: Iterable[T], everybody: T, nobody: T) -> T:
    """Whose bit is set in at least `count` of the parts, which are whatever has `&` and `|`."""
    reached = [everybody] + [nobody] * count
    for part in parts:
        for already in range(count, 0, -1):
            reached[already] = reached[already] | (reached[already - 1] & part)
    return reached[count]


@dataclass(frozen=True, slots=True)
class Firings:
    """The ids of the rules that fire for certain, and of those that fire if every unknown helps them."""

    certain: frozenset[str]
    possible: frozenset[str]
