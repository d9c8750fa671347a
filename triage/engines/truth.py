"""Strong Kleene truth: false, unknown, true, in that order."""

from __future__ import annotations

from collections.abc import Sequence
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
