"""Hypothesis strategies: tables of text, with all that a person, a spreadsheet or a bad disk puts in."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import strategies as st

from tests.commands import SMALL
from tests.strategies import answers_to
from triage.book.reading.load import load_book
from triage.cohort.tables.columns import Column, column_named, column_names

BOOK = load_book(SMALL)
LONGEST = 150
"""How long a line may be in these tables, so that lines that are too long are quickly made."""
_DATES = (
    "2026-11-25",
    "2026-11-25T08:30:00",
    "2026-11-25 08:30",
    "2026-02-30",
    "25.11.2026",
    "20261125",
    "x",
)
_BAD_CELLS = (
    "nonsense", "NaN", "1e3", "3-4 days", "-1", "99999 mm", "yes no", "null", "38,5 °C", "38.55 °C", "NONE",
    "38.5", "٣٨", "38.5 °C x", "not_reported",
)  # fmt: skip
_SPACES = ("", "", "", " ", "\t", "  ", "\u3000", "\x1c", "\x85", "\u200b")
_JUNK = st.text(st.sampled_from('ab1,,,"""; \t\r\0\x0b\x1c\u3000é😀\udcb0\udcff'), max_size=12)


def some_columns() -> st.SearchStrategy[list[Column]]:
    """Columns that can stand in one table, in any order: never a fact twice."""
    numbers = [f"{fact.id} not known" for fact in BOOK.facts.values() if fact.scale is not None]
    every = [column_named(BOOK, name) for name in [*column_names(BOOK), *BOOK.facts, *numbers]]
    return st.lists(
        st.sampled_from([column for column in every if column is not None]),
        min_size=1,
        max_size=6,
        unique_by=lambda column: (column.fact.id if column.fact else column.name, column.not_known_only),
    )


@st.composite
def cells(draw: st.DrawFn, column: Column) -> str:
    """A cell of a column: most can be read, some are bad, and spaces stand around some."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        text = draw(st.sampled_from(_BAD_CELLS))
    elif kind == 1:
        text = ""
    elif column.fact is None:
        text = draw(st.sampled_from(_DATES) if column.name == "date" else st.text("ab,\"'=é \t", max_size=5))
    elif column.not_known_only:
        text = draw(st.sampled_from(["unknown", "declined", "", ""]))
    else:
        answer = draw(answers_to(column.fact))
        text = column.fact.write(answer)
        if column.unit and column.fact.scale is not None and isinstance(answer, int):
            text = column.fact.scale.digits(answer)
    return draw(st.sampled_from(_SPACES)) + text + draw(st.sampled_from(_SPACES))


@st.composite
def csv_tables(draw: st.DrawFn) -> bytes:
    """A CSV table whose header is good and whose lines may be anything."""
    columns = draw(some_columns())
    names = [column.name for column in columns]
    lines = [draw(st.sampled_from(["", "\ufeff"])) + _line(names, draw(st.booleans()))]
    for _ in range(draw(st.integers(0, 14))):
        kind = draw(st.integers(0, 13))
        row = [draw(cells(column)) for column in columns]
        if kind == 0:
            lines.append(draw(_JUNK))
        elif kind == 1:
            lines.append(draw(st.sampled_from(["", " ", "\t", '""', "\r", "\u3000"])))
        elif kind == 2:
            lines.append(_line([*row[:-1]] if draw(st.booleans()) else [*row, ""], quoted=False))
        elif kind == 3:
            length = draw(st.integers(LONGEST - 3, LONGEST + 3) | st.sampled_from([LONGEST * 2, LONGEST * 5]))
            lines.append(_line(row, quoted=False).ljust(length, draw(st.sampled_from("x ,"))))
        elif kind == 4:
            lines.append(_line(row, quoted=False).replace(" ", draw(_JUNK)))
        elif kind in (5, 6):
            lines.append(draw(_slips(_line(row, draw(st.booleans())))))
        else:
            lines.append(_line(row, draw(st.booleans())))
    ends = draw(st.sampled_from(["\n", "\r\n", "\r\r\n"]))
    text = "".join(line + draw(st.sampled_from(["\n", "\n", ends])) for line in lines)
    return (text if draw(st.booleans()) else text[:-1]).encode("utf-8", "surrogateescape")


@st.composite
def _slips(draw: st.DrawFn, line: str) -> str:
    """A line in which one letter is too many, or missing."""
    place = draw(st.integers(0, len(line)))
    more = draw(st.sampled_from('"",\r\0 x\udcff\x0b\x1f\\{}:5'))
    return line[:place] + more + line[place:] if draw(st.integers(0, 3)) else line[:place] + line[place + 1 :]


def _line(row: list[str], quoted: bool) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerow(row)
    return text.getvalue()


@st.composite
def json_tables(draw: st.DrawFn) -> bytes:
    """JSON lines, each with columns of its own, and lines that are anything else."""
    lines = []
    for _ in range(draw(st.integers(0, 10))):
        kind = draw(st.integers(0, 9))
        columns = draw(some_columns())
        row: dict[str, object] = {column.name: draw(cells(column)) or None for column in columns}
        if kind == 0:
            row[columns[0].name] = draw(st.sampled_from([True, 38.5, 60, [], {}, "", "\ud800", float("nan")]))
        if kind == 1:
            row["columm"] = "x"
        line = json.dumps(row, ensure_ascii=kind == 0 or draw(st.booleans()))
        if kind == 2:
            line = draw(_JUNK)
        if kind == 3:
            line = line.ljust(draw(st.integers(LONGEST - 2, LONGEST + 2)))
        if kind == 4:
            line = line[:-1] + draw(st.sampled_from([', "id": "again"}', ', "age": "1 years"}', "", "}}"]))
        if kind == 5:
            line = draw(_slips(line))
        if kind == 6:
            line = line.replace(": ", draw(st.sampled_from([":", ": \t", ":\x0b", ":\x0c", ":\xa0"])))
        lines.append(line)
    text = "".join(line + draw(st.sampled_from(["\n", "\r\n"])) for line in lines)
    text = draw(st.sampled_from(["", "\ufeff"])) + (text if draw(st.booleans()) else text[:-1])
    return text.encode("utf-8", "surrogateescape")
