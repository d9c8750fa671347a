"""Every number of the page by its key, as counted or masked, and what the numbers add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triage.book.book import RuleBook
from triage.book.rule import Level, Told
from triage.cohort.report.counts import LEVELS, LEVELS_OF, Counts, dated
from triage.cohort.report.masking import Key, Shown, Sum, exact, masked
from triage.cohort.report.periods import Periods, periods
from triage.cohort.report.reading import LISTS
from triage.decision.level_told import STATUSES

ALL: Key = ("all",)
REFUSED: Key = ("refused",)
TO_REVIEW: Key = ("to review",)
NO_WARNING: Key = ("none",)
"""Who is told `none`: these are the same patients in each of KINDS, and so the same number."""
UNDATED = "no date"
_WARNED: Key = ("not none",)


@dataclass(frozen=True)
class Figures:
    """The numbers of a page. `time` is None where no row has a date; `least` is 0 without a mask."""

    counts: Counts
    least: int
    shown: Mapping[Key, Shown]
    time: Periods | None

    def __getitem__(self, key: Key) -> Shown:
        return self.shown[key]

    def ids(self, column: str) -> list[str]:
        """The ids that a column names, those of most patients first, as far as it is shown."""
        return sorted(self.counts.ids[column], key=lambda id: (-self[column, id].number, id))

    @property
    def books(self) -> list[str]:
        """The rule books of the results, that of most patients first, as far as it is shown."""
        return sorted(self.counts.books, key=lambda name: (-self["book", name].number, name))


def level_key(kind: str, level: str) -> Key:
    """Where the number of patients stands who have this level by one of KINDS."""
    return NO_WARNING if level == Told.none.name else (kind, level)


def figures(counts: Counts, book: RuleBook | None, least: int) -> Figures:
    """The numbers to show; `book` is the rule book of all these results, if it is known.

    With a mask there must be `least` rows or more.
    """
    days = dated(counts)
    time = periods(days) if days else None
    numbers = _numbers(counts, time)
    if not least:
        return Figures(counts, 0, exact(numbers), time)
    sums = _sums(counts, time, book, numbers)
    return Figures(counts, least, masked(numbers, sums, least, ALL, frozenset({_WARNED})), time)


def _numbers(counts: Counts, time: Periods | None) -> dict[Key, int]:
    none = counts.levels["advice"][Told.none.name]
    numbers: dict[Key, int] = {ALL: counts.rows, TO_REVIEW: counts.to_review, _WARNED: counts.rows - none}
    if counts.refused is not None:
        numbers[REFUSED] = counts.refused
    for kind, levels in LEVELS_OF.items():
        numbers |= {level_key(kind, level): counts.levels[kind][level] for level in levels}
    numbers |= {("status", status): counts.statuses[status] for status in STATUSES}
    numbers |= {("book", name): count for name, count in counts.books.items()}
    for column in LISTS:
        numbers |= {(column, id): count for id, count in counts.ids[column].items()}
    if time is not None:
        undated = counts.days.get(None, Counter[str]())
        for name, told in {**time.levels, UNDATED: undated}.items():
            numbers |= {("time", name, level): told.get(level, 0) for level in LEVELS}
    return numbers


def _sums(
    counts: Counts, time: Periods | None, book: RuleBook | None, numbers: Mapping[Key, int]
) -> Sequence[Sum]:
    """All that a reader can add up: the tables whose patients are all, and the rules behind a level."""
    sums = [
        Sum(ALL, (NO_WARNING, _WARNED)),
        *(
            Sum(_WARNED, tuple((kind, level) for level in levels if level != Told.none.name))
            for kind, levels in LEVELS_OF.items()
        ),
        Sum(ALL, tuple(("status", status) for status in STATUSES)),
        Sum(ALL, tuple(("book", name) for name in counts.books)),
        Sum(TO_REVIEW, tuple(("review", id) for id in counts.ids["review"]), overlap=True),
        Sum(level_key("advice", Told.review_today.name), (TO_REVIEW,), overlap=True),
    ]
    if time is not None:
        for told in LEVELS:
            parts = tuple(key for key in numbers if key[0] == "time" and key[-1] == told)
            sums.append(Sum(level_key("advice", told), parts))
    known = book.rules if book is not None else {}
    for level in Level:
        rules = [id for id in counts.ids["rules"] if id in known and known[id].urgency is level]
        parts = tuple(("rules", id) for id in rules)
        sums.append(Sum(level_key("urgency", level.name), parts, overlap=True))
    return [one for one in sums if one.parts]
