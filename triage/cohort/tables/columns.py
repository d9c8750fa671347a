"""Which columns a table may have, and what a cell in each means.

A column is a fact (`temperature`, cells with their unit: `38.5 °C`), or a fact with a unit of its kind
(`temperature (°C)` or `temperature (°F)`, cells are bare numbers, and mean what they would mean with that
unit behind them), or `id`, or `date`. Where a column of numbers has no room for words, `temperature not
known` beside it holds them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from triage.book.book import RuleBook
from triage.book.facts import NOT_KNOWN_LABELS, Answer, Fact, NotKnown
from triage.book.problems import Problem, Problems, closest, nearest
from triage.book.quantity import UnreadableAnswer
from triage.engines.codes import code_of

ID, DATE = "id", "date"
NOT_KNOWN = " not known"
_MOST_REMEMBERED = 10_000
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?")
_INDEX = re.compile(r"|Unnamed: [0-9]+|__index_level_[0-9]+__")
_UNIT_IN_NAME = re.compile(r"(.+) \(([^()]+)\)")
_UNIT_AT_END = re.compile(r"(.+?)[ _]?[ _(\[]([^ _()\[\]]+)[)\]]?")
USE_COMMAS = "separate columns with commas"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name; `fact` is None for `id` and `date`, and `unit` empty where cells have theirs."""

    name: str
    fact: Fact | None
    unit: str = ""
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
        answer = self.fact.read(cell, unit_needed=not self.unit, bare_unit=self.unit)
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
    if name in (ID, DATE):
        return Column(name, None)
    if name in book.facts:
        return Column(name, book.facts[name])
    fact = book.facts.get(name.removesuffix(NOT_KNOWN))
    if fact is not None and fact.scale is not None:
        return Column(name, fact, not_known_only=True)
    bare, unit = split_unit(name)
    fact = book.facts.get(bare)
    if fact is not None and fact.scale is not None and (known := fact.scale.unit_spelt(unit)):
        return Column(name, fact, unit=known)
    return None


def split_unit(name: str) -> tuple[str, str]:
    """The parts of a name such as `age (years)`; the unit is empty where the name does not end in one."""
    match = _UNIT_IN_NAME.fullmatch(name)
    return (match[1], match[2]) if match else (name, "")


def with_unit(fact: Fact, unit: str = "") -> str:
    """The name of a fact's column, with this unit or else the fact's own where it has one."""
    return f"{fact.id} ({unit or fact.scale.unit})" if fact.scale else fact.id


def column_names(book: RuleBook) -> list[str]:
    """Every column that a table may have, numbers with their own unit in the name."""
    return [ID, DATE, *map(with_unit, book.facts.values())]


def columns_named(book: RuleBook, table: str, names: Iterable[str]) -> list[Column]:
    """The columns with these names. Raises Problems with every name that is unknown or stands twice."""
    found: list[Problem] = []
    columns: list[Column] = []
    seen: dict[tuple[str, bool], str] = {}
    for position, name in enumerate(names, start=1):
        column = column_named(book, name)
        if column is None:
            what = f'unknown column "{name}"'
            found.append(Problem(table, 1, position, "Q003", what, instead_of(book, name)))
            continue
        means = (column.fact.id if column.fact else name, column.not_known_only)
        if means in seen:
            what = f'the column "{name}" stands here twice'
            if name != seen[means]:
                what = f'"{seen[means]}" and "{name}" are both the column of {means[0]}'
            found.append(Problem(table, 1, position, "Q004", what, "keep one of them"))
        seen.setdefault(means, name)
        columns.append(column)
    if found:
        raise Problems(found)
    return columns


def instead_of(book: RuleBook, name: str) -> str:
    """What to write instead of a column that is none; under no name offered do cells mean something else."""
    if ";" in name or "\t" in name:
        return USE_COMMAS
    if _INDEX.fullmatch(name):
        return "remove it; if it is the index of pandas, save the table with index=False"
    if name.endswith(NOT_KNOWN):
        fact = _meant(book, name.removesuffix(NOT_KNOWN))
        if fact is not None and fact.scale is None:
            return f'write unknown in the column "{fact.id}"'
        return f'did you mean "{fact.id}{NOT_KNOWN}"?' if fact else ""
    for form in (_UNIT_IN_NAME, _UNIT_AT_END):
        parts = form.fullmatch(name)
        fact = _meant(book, parts[1]) if parts else None
        if parts and fact is not None and fact.scale is not None:
            if unit := fact.scale.unit_spelt(parts[2]):
                return f'did you mean "{with_unit(fact, unit)}"?'
            if form is _UNIT_IN_NAME:
                return f"its numbers in {' or '.join(fact.scale.units)}, as {_with_each_unit(fact)}"
    fact = _meant(book, name)
    if fact is not None and fact.scale is not None:
        return f"did you mean {_with_each_unit(fact)}?"
    return nearest(name, [ID, DATE, *book.facts])


def _meant(book: RuleBook, name: str) -> Fact | None:
    """The fact of this name, or of the one most like it."""
    return book.facts.get(name) or book.facts.get(closest(name, [ID, DATE, *book.facts]) or "")


def _with_each_unit(fact: Fact) -> str:
    assert fact.scale is not None
    return " or ".join(f'"{with_unit(fact, unit)}"' for unit in fact.scale.units)
