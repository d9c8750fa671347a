"""What may be told of a decision: a level, that a person must look first, or that there is no level."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from triage.book.rule import Level, Told

Status: TypeAlias = Literal["decided", "unfinished", "unresolved", "out_of_scope"]
STATUSES: tuple[Status, ...] = get_args(Status)
RESULTS = "triage-results/2"
"""What every row of results says of itself: which words may stand in it, and what they mean."""


def told(at_least: Level, possible: Level, status: str, *, review: bool) -> Told:
    """What is told of somebody for whom this level is to be acted on at least.

    `review` says whether a person must look at an open rule, which then is one from `today` up.
    """
    if review and at_least < Level.today:
        return Told.review_today
    if at_least is Level.none and (possible is not Level.none or status == "out_of_scope"):
        return Told.no_level
    return Told[at_least.name]
