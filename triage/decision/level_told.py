"""What may be told of a decision: a level, or that there is none to tell."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from triage.book.rule import Level

Status: TypeAlias = Literal["decided", "unfinished", "unresolved", "out_of_scope"]
STATUSES: tuple[Status, ...] = get_args(Status)
NO_LEVEL = "no level"
"""What is told of those whose level is `none` only for want of answers."""


def gives_level(level: Level, possible: Level, status: str) -> bool:
    """Whether a level may be told: `none` may only when nothing else is possible, and in scope."""
    return level is not Level.none or (possible is Level.none and status != "out_of_scope")


def level_told(level: Level, possible: Level, status: str) -> str:
    """The name of the level, or NO_LEVEL."""
    return level.name if gives_level(level, possible, status) else NO_LEVEL
