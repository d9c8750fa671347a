"""How many patients: by level, status, rule, fact and day, added up block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from triage.book.rule import Level, Told
from triage.cohort.report.reading import (
    DATE,
    DECIDE_AGAIN,
    LISTS,
    TEXTS,
    Block,
    NotResults,
    blocks,
    problem_blocks,
)
from triage.decision.level_told import RESULTS, STATUSES, told

W = TypeVar("W")
KINDS = ("urgency", "advice", "possible")
LEVELS = tuple(told.name for told in reversed(Told))
"""What a patient can be told, most urgent first."""
LEVELS_OF = {
    kind: tuple(level for level in LEVELS if kind == "advice" or level != Told.review_today.name)
    for kind in KINDS
}
"""The same by KINDS: that a person must look is what to act on, and no level that is certain or possible."""
_REVIEWED = "reviewed"
MOST_IDS = 100_000
"""No rule book has more rules or facts: so many names in one column are no result."""


@dataclass
class Counts:
    """What stands in a result file. A row is a patient; ids are not looked at.

    `levels` are by KINDS, as words of LEVELS: there `none` counts only those who are told it, and
    `no_level` all others of whom nothing is certain, or nothing possible. `ids` say by LISTS how many
    patients have each id. `days` have the advice of each date; None is a row without a date. `refused`
    is None where no problems file is.
    """

    rows: int = 0
    levels: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    statuses: Counter[str] = field(default_factory=Counter)
    books: Counter[str] = field(default_factory=Counter)
    ids: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in LISTS})
    to_review: int = 0
    has_dates: bool = False
    days: dict[date | None, Counter[str]] = field(default_factory=dict)
    refused: int | None = None


def count_results(path: Path) -> Counts:
    """The counts of a result file and of the problems beside it. Raises NotResults and OSError."""
    counts = Counts()
    for block in blocks(path):
        if not block.num_rows:
            continue
        counts.rows += block.num_rows
        block = block.append_column(_REVIEWED, _reviewed(block))
        _count_levels(path, counts, block)
        _count_ids(path, counts, block)
        if DATE in block.column_names:
            counts.has_dates = True
            _count_days(path, counts, block)
    if not counts.rows:
        raise NotResults(path, "has no row, so that there is nothing to show")
    problems = path.with_name(path.name + ".problems.csv")
    if problems.exists():
        counts.refused = _refused_rows(problems)
    return counts


def _reviewed(block: Block) -> Any:
    """Whether a person must look at a rule, for each row."""
    import pyarrow.compute as pc

    return pc.fill_null(pc.greater(pc.list_value_length(block["review"]), 0), False)


def _count_levels(path: Path, counts: Counts, block: Block) -> None:
    for row in block.group_by([*TEXTS, _REVIEWED]).aggregate([([], "count_all")]).to_pylist():
        number, book, schema = row["count_all"], row["rule_book"], row["schema"]
        if schema != RESULTS:
            raise NotResults(path, f"the schema of a row is {_shown(schema)}, {DECIDE_AGAIN}")
        advice = _known(path, "advice", row["advice"], Told.__members__)
        status = _known(path, "status", row["status"], dict(zip(STATUSES, STATUSES, strict=True)))
        levels = {kind: _known(path, kind, row[kind], Level.__members__) for kind in ("urgency", "possible")}
        if not book:
            raise NotResults(path, "a row does not name its rule book")
        between = (level for level in Level if levels["urgency"] <= level <= levels["possible"])
        if advice not in (
            told(level, levels["possible"], status, review=row[_REVIEWED]) for level in between
        ):
            what = ", ".join(f"{kind} {row[kind]}" for kind in (*KINDS, "status"))
            review = "a rule" if row[_REVIEWED] else "no rule"
            raise NotResults(path, f"no decision has {what} and {review} in review")
        counts.levels["advice"][advice.name] += number
        for kind, level in levels.items():
            is_told = level is not Level.none or advice is Told.none
            counts.levels[kind][level.name if is_told else Told.no_level.name] += number
        counts.statuses[status] += number
        counts.books[unharmed(book)] += number


def _known(path: Path, column: str, word: str | None, words: Mapping[str, W]) -> W:
    try:
        return words[word or ""]
    except KeyError:
        raise NotResults(path, f"{column} is {_shown(word)} (known: {', '.join(words)})") from None


def _shown(word: str | None) -> str:
    return repr(f"{word:.40}") if word else "empty"


def _count_ids(path: Path, counts: Counts, block: Block) -> None:
    import pyarrow.compute as pc

    for name in LISTS:
        flat = pc.list_flatten(block[name]) if block[name].type.value_type != "null" else []
        if not len(flat):
            continue
        ids = counts.ids[name]
        for found in pc.value_counts(flat).to_pylist():
            if found["values"]:
                ids[unharmed(found["values"])] += found["counts"]
        if len(ids) > MOST_IDS:
            raise NotResults(path, f"{name} names more than {MOST_IDS:,} ids: no rule book has so many")
    counts.to_review += pc.sum(block[_REVIEWED]).as_py() or 0


def unharmed(cell: str) -> str:
    """A cell of a CSV file as it was before a mark kept spreadsheets from running it."""
    runs = cell[1:].lstrip().startswith(("=", "+", "-", "@")) or cell[1:2] in ("\t", "\r")
    return cell[1:] if cell.startswith("'") and runs and cell[1:2] else cell


def _count_days(path: Path, counts: Counts, block: Block) -> None:
    days: dict[str | None, date | None] = {}
    for row in block.group_by([DATE, "advice"]).aggregate([([], "count_all")]).to_pylist():
        text = row[DATE]
        if text not in days:
            days[text] = _day(path, text)
        counts.days.setdefault(days[text], Counter())[row["advice"]] += row["count_all"]


def _day(path: Path, text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise NotResults(path, f"{_shown(text)} is no date such as 2026-11-25")
    return day


def _refused_rows(problems: Path) -> int:
    """The rows of a problems file; the reasons of one row stand together and name its row and id."""
    import pyarrow.compute as pc

    refused, last = 0, None
    for block in problem_blocks(problems):
        if not block.num_rows:
            continue
        named = pc.binary_join_element_wise(block["row"], block["id"], "\0").combine_chunks()
        again = pc.equal(named[1:], named[:-1])
        refused += block.num_rows - (pc.sum(again).as_py() or 0) - (named[0].as_py() == last)
        last = named[-1].as_py()
    assert isinstance(refused, int)
    return refused


def dated(counts: Counts) -> Mapping[date, Counter[str]]:
    """The days that have a date, in their order."""
    return {day: counts.days[day] for day in sorted(day for day in counts.days if day is not None)}
