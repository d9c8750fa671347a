"""When an answer was given, and for how long it counts.

What a call asks is true of that call. A symptom that was denied last year says nothing of today, and a
fever of last year is none of today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

OVER_MIDNIGHT = timedelta(hours=1)
"""A call that goes on past midnight is still the same call."""
CLOCK_SLIPS = timedelta(minutes=5)
"""By so much a clock is set right now and then; more than that, it was wrong."""


@dataclass(frozen=True, slots=True)
class Given:
    """When an answer was given or confirmed last, and when it was given first."""

    on: datetime
    first: datetime


def now() -> datetime:
    """The time by the clock on the wall, with its offset."""
    here = datetime.now().astimezone()
    return here.replace(microsecond=here.microsecond // 1000 * 1000)


def still_counts(on: datetime, at: datetime, hours: int | None = None) -> bool:
    """Whether an answer given then is an answer of now.

    Without `hours` it counts on the day on which it was given, and over midnight for an hour. An
    answer that was given later than now counts on no other day: one of the two clocks was wrong, so
    that nobody knows how old it is.
    """
    age = at - on
    if hours is not None:
        return -CLOCK_SLIPS <= age <= timedelta(hours=hours)
    # Each by the wall clock of its own moment: over a change to summer time, 23:30 would become today.
    return on.astimezone().date() == at.astimezone().date() or -CLOCK_SLIPS <= age <= OVER_MIDNIGHT


def read_time(text: str) -> datetime:
    """A time as it is written in a session. Raises ValueError; without an offset it is a time of here.

    The first and the last year of the calendar are refused: in another time zone they may be none.
    """
    at = datetime.fromisoformat(text)
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError(text)
    return at.astimezone()


def write_time(at: datetime) -> str:
    """The time as it is written in a session: `read_time(write_time(t)) == t`."""
    return at.isoformat(timespec="milliseconds")
