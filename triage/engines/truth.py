"""Strong Kleene truth: false, unknown, true, in that order; and what an engine says of all rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


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


@dataclass(frozen=True, slots=True)
class Firings:
    """The ids of the rules that fire for certain, and of those that fire if every unknown helps them."""

    certain: frozenset[str]
    possible: frozenset[str]
