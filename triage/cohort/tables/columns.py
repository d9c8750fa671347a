"""Which columns a table may have, and what a cell in each means.

A column is a fact (`temperature`, cells with their unit: `38.5 °C`), or a fact with its unit
(`temperature (°C)`, cells are bare numbers), or `id`, or `date`. Where a column of numbers has no room
for words, `temperature not known` beside it holds them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from triage.book.book import RuleBook
from triage.book.facts import NOT_KNOWN_LABELS, Answer, Fact, NotKnown
from triage.book.problems import Problem, Problems, nearest
from triage.book.quantity import UnreadableAnswer
from triage.engines.codes import code_of

ID, DATE = "id", "date"
_NOT_KNOWN = " not known"
_MOST_REMEMBERED = 10_000
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?")
_INDEX = re.compile(r"|Unnamed: [0-9]+|__index_level_[0-9]+__")
USE_COMMAS = "separate columns with commas"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name; `fact` is None for `id` and `date`."""

    name: str
    fact: Fact | None
    unit_in_name: bool = False
    not_known_only: bool = False
    _codes: dict[str, int | None] = field(default_factory=dict, compare=False, repr=False)

    def code(self, cell: str) -> int | None:
        """The code of the answer in a cell, None where it is empty. Raises UnreadableAnswer.

        What was read is remembered: the same few cells come again in every block of a table.
        """
        if cell not in self._codes:
            answer = self.read(cell)
            assert self.fact is not None
            code = None if answer is None else code_of(self.fact, answer)
            if len(self._codes) >= _MOST_REMEMBERED:
                return code
            self._codes[cell] = code
        return self._codes[cell]

    def read(self, cell: str) -> Answer | None:
        """The answer in a cell, None where it is empty. Raises UnreadableAnswer."""
        assert self.fact is not None
        if not cell:
            return None
        answer = self.fact.read(cell, unit_needed=not self.unit_in_name)
        if self.not_known_only and not isinstance(answer, NotKnown):
            words = ", ".join([*NOT_KNOWN_LABELS, *self.fact.not_known])
            raise UnreadableAnswer(f'"{cell}" is no way of not knowing {self.fact.id}', f"known: {words}")
        return answer


def read_date(cell: str) -> str:
    """A date as it stands in results. Raises UnreadableAnswer."""
    try:
        if _DAY_AND_TIME.fullmatch(cell):
            return datetime.datetime.fromisoformat(cell).date().isoformat()
    except ValueError:
        pass
    raise UnreadableAnswer(f'"{cell}" is not a date', "a date such as 2026-11-25")


def column_named(book: RuleBook, name: str) -> Column | None:
    """The column with this name, None where a table of this book can have no such column."""
    if name in (ID, DATE) and name not in book.facts:
        return Column(name, None)
    if name in book.facts:
        return Column(name, book.facts[name])
    fact = book.facts.get(name.removesuffix(_NOT_KNOWN))
    if fact is not None and fact.scale is not None:
        return Column(name, fact, not_known_only=True)
    bare, _, unit = name.removesuffix(")").partition(" (")
    fact = book.facts.get(bare)
    if fact is not None and fact.scale is not None and (unit, name[-1]) == (fact.scale.unit, ")"):
        return Column(name, fact, unit_in_name=True)
    return None


def column_names(book: RuleBook) -> list[str]:
    """Every column that a table may have, numbers with their unit in the name."""
    names = [f"{f.id} ({f.scale.unit})" if f.scale else f.id for f in book.facts.values()]
    return [ID, DATE, *names]


def columns_named(book: RuleBook, table: str, names: Iterable[str]) -> list[Column]:
    """The columns with these names. Raises Problems with every name that is unknown or stands twice."""
    found: list[Problem] = []
    columns: list[Column] = []
    seen: set[tuple[str, bool]] = set()
    for position, name in enumerate(names, start=1):
        column = column_named(book, name)
        if column is None:
            found.append(
                Problem(table, 1, position, "Q003", f'unknown column "{name}"', _instead(book, name))
            )
            continue
        means = (column.fact.id if column.fact else name, column.not_known_only)
        if means in seen:
            what = f'the column "{name}" stands here twice'
            found.append(Problem(table, 1, position, "Q004", what, "keep one of them"))
        seen.add(means)
        columns.append(column)
    if found:
        raise Problems(found)
    return columns


def _instead(book: RuleBook, name: str) -> str:
    """What to write instead of a column that is none."""
    if ";" in name or "\t" in name:
        return USE_COMMAS
    if _INDEX.fullmatch(name):
        return "remove it; if it is the index of pandas, save the table with index=False"
    return nearest(name, column_names(book))
