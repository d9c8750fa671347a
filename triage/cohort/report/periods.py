"""Days put together to weeks, months or years, by how long the dates span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Length = Literal["day", "week", "month", "year"]
MOST_DAYS, MOST_WEEKS, MOST_MONTHS, MOST_YEARS = 31, 53, 60, 60


@dataclass
class Periods:
    """Periods of one length by name, in their order, with the levels told in each.

    A week is named by its Monday. Periods without a patient are in between, but for years when there
    would be more than MOST_YEARS: then those without one are left out, and `gaps` says so.
    """

    length: Length
    levels: dict[str, Counter[str]] = field(default_factory=dict)
    gaps: bool = False


def periods(days: Mapping[date, Counter[str]]) -> Periods:
    """The days in the shortest periods of which there are not too many. There must be a day."""
    first, last = min(days), max(days)
    found = Periods(_length(first, last))
    found.gaps = found.length == "year" and last.year - first.year >= MOST_YEARS
    if not found.gaps:
        day = first
        while day <= last:
            found.levels.setdefault(_name(day, found.length), Counter())
            if day == date.max:
                break
            day += timedelta(days=1)
    for day in sorted(days):
        found.levels.setdefault(_name(day, found.length), Counter()).update(days[day])
    return found


def _length(first: date, last: date) -> Length:
    days = (last - first).days + 1
    if days <= MOST_DAYS:
        return "day"
    if days <= 7 * MOST_WEEKS:
        return "week"
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return "month" if months <= MOST_MONTHS else "year"


def _name(day: date, length: Length) -> str:
    if length == "week":
        return date.fromordinal(max(1, day.toordinal() - day.weekday())).isoformat()
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[length]]
