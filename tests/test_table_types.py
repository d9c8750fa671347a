"""Columns with types give the codes that their cells as text give; what is no answer refuses its row."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import answers_to
from tests.table_strategies import BOOK
from triage.book.facts import Answer, Fact
from triage.book.quantity import Scale
from triage.book.reading.load import load_book
from triage.cohort.chunk import Chunk
from triage.cohort.tables.coding import coded_block
from triage.cohort.tables.columns import columns_named
from triage.engines.codes import code_of
from triage.engines.columns import code_type

SHIPPED = load_book(Path(__file__).parent.parent / "rules")
NUMBERS = [(fact, fact.scale) for fact in SHIPPED.facts.values() if fact.scale is not None]
WHOLE = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
FLOATS = [pa.float16(), pa.float32(), pa.float64()]
DECIMALS = [
    pa.decimal32(5, 1), pa.decimal64(9, 2), pa.decimal128(5, 1), pa.decimal128(38, 18), pa.decimal256(60, 9),
]  # fmt: skip


def read(table: pa.Table, book: Any = BOOK) -> Chunk:
    """A table of one batch as a chunk; its rows are numbered from 1."""
    columns = [column.combine_chunks() for column in table.columns]
    batch = pa.RecordBatch.from_arrays(columns, schema=table.schema)
    columns = columns_named(book, "table", batch.schema.names)
    return coded_block(columns, batch.columns, np.arange(1, batch.num_rows + 1), (), {}, 0)


def reasons(chunk: Chunk) -> dict[int, list[tuple[str, str]]]:
    """Why rows were refused, by their number."""
    return {row.row: [(why.column, why.reason) for why in row.reasons] for row in chunk.refused}


def every_step(scale: Scale) -> list[Decimal]:
    return [Decimal(scale.digits(steps)) for steps in range(scale.low, scale.high + 1)]


def in_type(values: list[Any], type_: pa.DataType) -> pa.Array:
    """The values as a column of this type."""
    if pa.types.is_floating(type_):
        return pa.array(np.array(values, dtype=type_.to_pandas_dtype()), from_pandas=False)
    if pa.types.is_integer(type_):
        return pa.array([int(value) for value in values], type_)
    wide = pa.decimal128(min(type_.precision, 38), type_.scale)
    return pa.array([value.quantize(Decimal(10) ** -type_.scale) for value in values], wide).cast(type_)


@pytest.mark.parametrize("type_", [*WHOLE, *FLOATS, *DECIMALS], ids=str)
@pytest.mark.parametrize(("fact", "scale"), NUMBERS, ids=[fact.id for fact, _ in NUMBERS])
def test_every_step_of_every_shipped_scale_is_read_from_every_type(
    fact: Fact, scale: Scale, type_: pa.DataType
) -> None:
    values = every_step(scale)
    if pa.types.is_integer(type_):
        most = np.iinfo(type_.to_pandas_dtype()).max
        values = [value for value in values if value == int(value) <= most]
    wanted = pa.array(
        [code_of(fact, scale.read(str(value), unit_needed=False)) for value in values], code_type(fact)
    )
    column = in_type(values, type_)
    name = f"{fact.id} ({scale.unit})"
    assert read(pa.table({name: column}), SHIPPED).codes.column(fact.id) == wanted
    backwards = pa.array(list(range(len(values)))[::-1], pa.int32())
    listed = pa.DictionaryArray.from_arrays(backwards, column)
    assert read(pa.table({name: listed}), SHIPPED).codes.column(fact.id) == wanted[::-1]


@pytest.mark.parametrize(("fact", "scale"), NUMBERS, ids=[fact.id for fact, _ in NUMBERS])
def test_every_step_of_every_shipped_scale_is_read_from_text(fact: Fact, scale: Scale) -> None:
    steps = range(scale.low, scale.high + 1)
    wanted = pa.array([code_of(fact, step) for step in steps], code_type(fact))
    for name, cells in (
        (fact.id, [scale.write(step) for step in steps]),
        (f"{fact.id} ({scale.unit})", [scale.digits(step) for step in steps]),
    ):
        for type_ in (
            pa.string(),
            pa.large_string(),
            pa.string_view(),
            pa.dictionary(pa.uint16(), pa.string()),
        ):
            assert read(pa.table({name: pa.array(cells, type_)}), SHIPPED).codes.column(fact.id) == wanted


WRONG = {
    "NaN": (float("nan"), '"nan" is not a number'),
    "infinity": (float("inf"), '"inf" is not a number'),
    "less than nothing": (float("-inf"), '"-inf" is not a number'),
    "finer than the step": (38.55, "is finer than the step"),
    "nearly a step": (38.500001, "is finer than the step"),
    "above": (45.1, '"45.1" is out of range'),
    "below": (29.9, '"29.9" is out of range'),
    "negative": (-1.0, '"-1" is out of range'),
    "astronomical": (1e300, "is not a number"),
    "tiny": (1e-300, "is not a number"),
}


IN_SINGLE = [name for name in WRONG if name not in ("nearly a step", "astronomical", "tiny")]


@pytest.mark.parametrize(
    ("name", "type_"),
    [*((name, pa.float64()) for name in WRONG), *((name, pa.float32()) for name in IN_SINGLE)],
    ids=str,
)
def test_a_number_that_is_no_answer_refuses_its_row_and_no_other(name: str, type_: pa.DataType) -> None:
    value, reason = WRONG[name]
    chunk = read(pa.table({"id": ["a", "b", "c"], "temperature (°C)": in_type([37.0, value, 38.5], type_)}))
    assert chunk.codes.column("temperature").to_pylist() == [70, 85]
    assert chunk.about.column("row").to_pylist() == [1, 3]
    [(row, [(where, why)])] = reasons(chunk).items()
    assert (row, where) == (2, "temperature (°C)")
    assert reason in why


@pytest.mark.parametrize("type_", [*WHOLE, pa.float64(), pa.decimal128(5, 1), pa.string()], ids=str)
def test_an_empty_cell_of_any_type_was_not_asked(type_: pa.DataType) -> None:
    cells = ["40", None] if type_ == pa.string() else [40, None]
    chunk = read(pa.table({"temperature (°C)": pa.array(cells, type_), "cancer": pa.nulls(2)}))
    assert chunk.codes.column("temperature").to_pylist() == [100, None]
    assert chunk.codes.column("cancer").to_pylist() == [None, None]
    nothing = read(pa.table({"temperature (°C)": pa.array([None, None], type_)}))
    assert nothing.codes.column("temperature").to_pylist() == [None, None]


def test_why_a_number_is_not_known_stands_in_a_column_beside_it() -> None:
    """In either order; and a row that has both, or another word, is refused."""
    numbers = pa.array([38.5, None, None, 37.0, None, 50.0])
    words = pa.array([None, "unknown", "declined", "unknown", "38.5 °C", "unknown"])
    columns = {"temperature (°C)": numbers, "temperature not known": words}
    for names in (list(columns), list(columns)[::-1]):
        chunk = read(pa.table({name: columns[name] for name in names}))
        assert chunk.codes.column("temperature").to_pylist() == [85, -1, -2]
        found = reasons(chunk)
        assert list(found) == [4, 5, 6]
        assert found[4] == [(names[1], "temperature is answered and is said not to be known")]
        assert found[5][0][0] == "temperature not known"
        assert found[6][0][0] == "temperature (°C)"
    alone = read(pa.table({"temperature not known": words.slice(1, 2)}))
    assert alone.codes.column("temperature").to_pylist() == [-1, -2]


DAY = datetime.date(2026, 11, 25)
LATE = datetime.datetime(2026, 11, 25, 23, 30)  # noqa: DTZ001 - a column without a zone
TIMES = [
    pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC", "Europe/Berlin")
]


def test_a_date_is_read_from_every_type() -> None:
    columns = {
        "text": pa.array(["2026-11-25", " 2026-11-25T23:30 ", None, ""]),
        "listed text": pa.array(["2026-11-25", None]).dictionary_encode(),
        "days": pa.array([DAY, None], pa.date32()),
        "milliseconds": pa.array([DAY, None], pa.date64()),
        "listed days": pa.array([DAY, None], pa.date32()).dictionary_encode(),
        "nanoseconds": pa.array([1_795_649_400_123_456_789, None], pa.int64()).cast(pa.timestamp("ns")),
        **{str(type_): pa.array([LATE, None], pa.timestamp(type_.unit)).cast(type_) for type_ in TIMES[::3]},
    }
    for name, column in columns.items():
        dates = read(pa.table({"date": column})).about.column("date").to_pylist()
        assert dates[0] == "2026-11-25", name
        assert dates[-1] is None, name


def test_the_day_of_a_time_is_the_one_of_its_zone() -> None:
    moment = pa.array([int(datetime.datetime(2026, 11, 24, 23, 30, tzinfo=datetime.UTC).timestamp())])
    for zone, day in (("UTC", "2026-11-24"), ("Europe/Berlin", "2026-11-25"), ("+14:00", "2026-11-25")):
        column = moment.cast(pa.timestamp("s", zone))
        assert read(pa.table({"date": column})).about.column("date").to_pylist() == [day]


@pytest.mark.parametrize(
    "wrong",
    [
        pa.array(["2026-02-30"]), pa.array(["25.11.2026"]), pa.array(["2026-11"]), pa.array(["x"]),
        pa.array(["2026-11-25 to 2026-11-30"]), pa.array(["20261125"]), pa.array(["2026-W48-3"]),
        pa.array([2**31 - 1], pa.int32()).cast(pa.date32()),
        pa.array([-(2**31)], pa.int32()).cast(pa.date32()),
        pa.array([10**17], pa.int64()).cast(pa.timestamp("s")),
        pa.array([-(10**17)], pa.int64()).cast(pa.timestamp("ms")),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_date_refuses_its_row(wrong: pa.Array) -> None:
    column = pa.concat_arrays([wrong, pa.nulls(1, wrong.type)])
    chunk = read(pa.table({"date": column, "id": ["a", "b"]}))
    assert chunk.about.to_pylist() == [{"id": "b", "row": 2, "date": None}]
    [[(where, why)]] = reasons(chunk).values()
    assert where == "date"
    assert why.endswith("is not a date (a date such as 2026-11-25)")


@pytest.mark.parametrize("type_", [*WHOLE, pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_an_id_is_read_from_text_and_whole_numbers(type_: pa.DataType) -> None:
    chunk = read(pa.table({"id": pa.array([7, None, 9]).cast(pa.string()).cast(type_)}))
    assert chunk.about.column("id").to_pylist() == ["7", "2", "9"]
    listed = pa.DictionaryArray.from_arrays(pa.array([1, None, 0]), pa.array(["9", "7"]).cast(type_))
    assert read(pa.table({"id": listed})).about.column("id").to_pylist() == ["7", "2", "9"]


def rows_of(fact: Fact) -> st.SearchStrategy[list[Answer | None]]:
    return st.lists(st.none() | answers_to(fact), max_size=12)


@settings(max_examples=80)
@given(st.data())
def test_text_in_every_type_of_column_gives_the_same_codes(data: st.DataObject) -> None:
    """Also in slices, and from a list of what occurs that names things twice, or not at all, or nothing."""
    fact = data.draw(st.sampled_from(list(BOOK.facts.values())))
    answers = data.draw(rows_of(fact))
    cells = [None if answer is None else fact.write(answer) for answer in answers]
    wanted = [None if answer is None else code_of(fact, answer) for answer in answers]
    texts: Iterable[str] = [text for text in cells if text is not None]
    listed = data.draw(st.permutations(["nonsense", "", *texts, *texts]))
    places = [None if cell is None else listed.index(cell) for cell in cells]
    index = data.draw(st.sampled_from([pa.int8(), pa.uint8(), pa.int16(), pa.uint32(), pa.int64()]))
    columns = [pa.array(cells, type_) for type_ in (pa.string(), pa.large_string(), pa.string_view())]
    columns.append(pa.DictionaryArray.from_arrays(pa.array(places, index), pa.array(listed, pa.string())))
    start = data.draw(st.integers(0, len(cells)))
    stop = data.draw(st.integers(start, len(cells)))
    for column in columns:
        codes = read(pa.table({fact.id: column.slice(start, stop - start)})).codes.column(fact.id)
        assert codes.to_pylist() == wanted[start:stop]
        assert codes.type == code_type(fact)
        codes.validate(full=True)


def test_a_column_of_more_different_cells_than_a_byte_counts_is_refused_row_by_row() -> None:
    """The places of what occurs are then bytes, all of them taken, and there is none to spare for empty."""
    texts = pa.array([f"{number} nonsense" for number in range(255)] + ["lung"])
    places = pa.array([None, *range(256), None], pa.uint8())
    chunk = read(pa.table({"cancer": pa.DictionaryArray.from_arrays(places, texts)}))
    assert chunk.codes.column("cancer").to_pylist() == [None, 1, None]
    assert [row.row for row in chunk.refused] == list(range(2, 257))


def test_tables_without_a_fact_and_without_a_row_are_read() -> None:
    for table in (pa.table({"id": ["a", "b"]}), pa.table({"date": ["2026-11-25", None]})):
        chunk = read(table)
        assert (chunk.codes.num_rows, chunk.codes.num_columns) == (2, 0)
    for names in (["id"], ["cancer"], ["id", "cancer", "temperature (°C)"]):
        chunk = read(pa.table({name: pa.array([], pa.string()) for name in names}))
        assert (chunk.rows, chunk.codes.num_rows, chunk.about.num_rows) == (0, 0, 0)
