"""Tables of lines in blocks: whatever they hold, they are read exactly as one line after another would be."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.one_by_one import read_rows
from tests.table_strategies import BOOK, LONGEST, csv_tables, json_tables
from triage.book.problems import Problems
from triage.cohort.chunk import Chunk, RefusedRow
from triage.cohort.tables import lines, rows
from triage.cohort.tables.finding import row_at
from triage.cohort.tables.lines import CsvLines, JsonLines
from triage.cohort.tables.rows import Row


@pytest.fixture(scope="module", autouse=True)
def _short_lines() -> Iterator[None]:
    """Lines are too long much earlier, and blocks can be as short and have few lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "MAX_LINE", LONGEST)
        patch.setattr(lines, "MAX_LINE", LONGEST)
        patch.setattr(lines, "ROWS", 5)
        yield


def one_by_one(name: str, table: bytes) -> list[Row | RefusedRow]:
    """The rows of a table, read with care."""
    read = read_rows(BOOK, Path(name), io.BytesIO(table))
    return [_refused(RefusedRow(row.line, row.id, row.refused)) if row.refused else row for row in read]


def _refused(row: RefusedRow) -> RefusedRow:
    """The same with its reasons in order: the names of a JSON object have none."""
    return replace(row, reasons=tuple(sorted(row.reasons, key=lambda reason: (reason.column, reason.reason))))


def rows_in(chunks: Iterable[Chunk]) -> list[Row | RefusedRow]:
    """The rows of chunks, with their answers in words again."""
    found: list[Row | RefusedRow] = []
    for chunk in chunks:
        good = [row_at(BOOK.facts, chunk, place) for place in range(chunk.about.num_rows)]
        assert good == sorted(good, key=lambda row: row.line), "in the order of the table"
        assert chunk.codes.num_rows == len(good)
        assert chunk.rows == len(good) + len(chunk.refused)
        found += sorted([*good, *map(_refused, chunk.refused)], key=_place)
    return found


def _place(row: Row | RefusedRow) -> int:
    return row.line if isinstance(row, Row) else row.row


def in_blocks(name: str, table: bytes, block: int) -> CsvLines | JsonLines:
    """The table as a source of small blocks."""
    reader = CsvLines if name.endswith(".csv") else JsonLines
    return reader(BOOK, Path(name), io.BytesIO(table), block)


def agree(name: str, table: bytes, block: int) -> None:
    """Reads a table both ways, and again from the end of each chunk."""
    wanted = one_by_one(name, table)
    chunks = list(in_blocks(name, table, block).chunks())
    assert rows_in(chunks) == wanted
    if chunks:
        assert chunks[-1].done == len(table), "all of it was read"
    places = list(in_blocks(name, table, block).positions())
    assert len(places) == len(chunks)
    for number, chunk in enumerate(chunks):
        after = in_blocks(name, table, block).chunks(chunk.after)
        assert [rows_in([later]) for later in after] == [rows_in([later]) for later in chunks[number + 1 :]]
        first = in_blocks(name, table, block).chunk_at(places[number])
        assert rows_in([first]) == rows_in([chunk])


@settings(max_examples=120)
@given(table=csv_tables(), block=st.integers(1, 3 * LONGEST))
def test_a_csv_table_in_blocks_reads_as_one_line_after_another(table: bytes, block: int) -> None:
    agree("in.csv", table, block)


@settings(max_examples=100)
@given(table=json_tables(), block=st.integers(1, 3 * LONGEST))
def test_json_lines_in_blocks_read_as_one_line_after_another(table: bytes, block: int) -> None:
    agree("in.jsonl", table, block)


@pytest.mark.long
@pytest.mark.parametrize("name", ["in.csv", "in.jsonl"])
def test_thousands_of_tables_in_blocks_read_as_one_line_after_another(name: str) -> None:
    @settings(max_examples=3_000, database=None)
    @given(table=csv_tables() if name == "in.csv" else json_tables(), block=st.integers(1, 3 * LONGEST))
    def check(table: bytes, block: int) -> None:
        agree(name, table, block)

    check()


@settings(max_examples=100)
@given(header=st.binary(max_size=12) | st.text(',"; \tid\ufeff\r', max_size=8).map(str.encode))
def test_a_header_is_refused_in_blocks_as_it_is_alone(header: bytes) -> None:
    said = []
    for read in (lambda: one_by_one("in.csv", header), lambda: in_blocks("in.csv", header, 1)):
        try:
            read()
            said.append("")
        except Problems as error:
            said.append(str(error))
    assert said[0] == said[1]
