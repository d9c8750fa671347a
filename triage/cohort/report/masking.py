"""Counts as a page may show them: small ones hidden, and nothing left to subtract them back from.

Masked below N, a count is one of: 0; from 1 to N-1, shown as `<N`; or rounded down to a multiple of N,
the totals too, so that a difference says nothing about fewer than N. Where the sums of the page would
still narrow a small count down, a further count is withheld, until they do not. What a reader can
conclude is calculated, not guessed: the least and the most that each count can be.

Not covered: that a 0 is a 0, and that all are of one kind; what somebody knows who knows some of the
patients, or has another page of nearly the same ones; which counts are chosen to be withheld; and what
follows from relations that are no sums, such as that nobody's advice is below what is certain. Rounding
leaves little of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

Key: TypeAlias = tuple[str, ...]
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it is told, and the number that a bar may show; `small` bars stand for up to that."""

    text: str
    number: int
    small: bool = False

    @property
    def withheld(self) -> bool:
        return self.text == WITHHELD


@dataclass(frozen=True, slots=True)
class Sum:
    """What a reader knows of counts: the total is the parts added up, or at most that, if they overlap."""

    total: Key
    parts: tuple[Key, ...]
    overlap: bool = False


def exact(counts: Mapping[Key, int]) -> dict[Key, Shown]:
    """Every count as it is."""
    return {key: Shown(f"{count:,}", count) for key, count in counts.items()}


def masked(
    counts: Mapping[Key, int], sums: Sequence[Sum], least: int, open: Key, unseen: frozenset[Key]
) -> dict[Key, Shown]:
    """The counts with those under `least` hidden. `open` is never withheld, and must be `least` or more.

    `unseen` are counts in the sums that the page does not show, and that are left out of the result.
    """
    assert least >= 3
    assert counts[open] >= least
    sums = [one for one in sums if _holds(one, counts)]
    withheld = set(unseen)
    # In one order always: two pages of the same results that withhold other counts give them all away.
    small = sorted(key for key, count in counts.items() if 0 < count < least and key not in unseen)
    while True:
        spans = _narrowed({k: _span(n, least, k in withheld) for k, n in counts.items()}, sums)
        given_away = next((k for k in small if spans[k][0] > 1 or spans[k][1] < least - 1), None)
        if given_away is None:
            break
        near = {k for s in sums if given_away in (s.total, *s.parts) for k in (s.total, *s.parts)}
        near -= {open, *withheld}
        near = near or {part for s in sums for part in s.parts} - {open, *withheld}
        withheld.add(min(near, key=lambda key: (key in small, counts[key] == 0, counts[key], key)))
    return {key: _masked(count, least, key in withheld) for key, count in counts.items() if key not in unseen}


def _holds(one: Sum, counts: Mapping[Key, int]) -> bool:
    """Whether the counts are so at all: a file that no batch wrote may add up to anything."""
    added = sum(counts[part] for part in one.parts)
    return counts[one.total] <= added if one.overlap else counts[one.total] == added


def _masked(count: int, least: int, withheld: bool) -> Shown:
    if withheld:
        return Shown(WITHHELD, 0)
    if 0 < count < least:
        return Shown(f"<{least}", least, small=True)
    down = count - count % least
    return Shown(f"{down:,}", down)


def _span(count: int, least: int, withheld: bool) -> tuple[float, float]:
    """The least and the most that a count can be, as far as it is shown itself."""
    if withheld:
        return (0, inf)
    if count == 0:
        return (0, 0)
    if count < least:
        return (1, least - 1)
    down = count - count % least
    return (down, down + least - 1)


def _narrowed(spans: dict[Key, tuple[float, float]], sums: Sequence[Sum]) -> dict[Key, tuple[float, float]]:
    """The spans once each sum has told its total from its parts, and each part from the rest."""
    changed = True
    while changed:
        changed = False
        for one in sums:
            low = sum(spans[part][0] for part in one.parts)
            unbounded = [part for part in one.parts if spans[part][1] == inf]
            high = sum(spans[part][1] for part in one.parts if part not in unbounded)
            total = spans[one.total]
            told = {one.total: (0 if one.overlap else low, inf if unbounded else high)}
            for part in one.parts:
                others = inf if any(other != part for other in unbounded) else high
                others -= spans[part][1] if part not in unbounded and others != inf else 0
                most = inf if one.overlap else total[1] - (low - spans[part][0])
                told[part] = (total[0] - others, most)
            for key, (at_least, at_most) in told.items():
                better = (max(spans[key][0], at_least), min(spans[key][1], at_most))
                changed = changed or better != spans[key]
                spans[key] = better
    return spans
