"""Who was not asked is never read as having answered, whatever a damaged file says of its empty cells."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pytest

from tests.here import run_here
from tests.results import rows_of
from tests.table_strategies import BOOK
from triage.book.problems import Problems
from triage.cohort.anywhere import DecideBatches
from triage.cohort.chunk import ROWS, Chunk
from triage.cohort.tables.cells import with_codes
from triage.cohort.tables.source import open_source

LEGS = ["both_legs", None, "none", None, "one_leg", "none", "none"]
INDICES = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
CODECS = [None, "lz4", "zstd"]


def columns() -> dict[str, pa.Array]:
    text = pa.array(LEGS)
    numbers = pa.array([38.5, None, 37.0, None, 36.5, 36.6, 36.7])
    return {
        "text": text,
        "large text": text.cast(pa.large_string()),
        "views": text.cast(pa.string_view()),
        "listed": text.dictionary_encode(),
        "small numbers": numbers.cast(pa.float32()),
        "numbers": numbers,
    }


def written(path: Path, column: pa.Array, codec: str | None, *, stream: bool) -> bytes:
    name = "leg_weakness" if not pa.types.is_floating(column.type) else "temperature (°C)"
    table = pa.table({name: column})
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(path, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as file:
        file.write_table(table)
    return path.read_bytes()


def chunks_of(path: Path) -> list[Chunk]:
    with open_source(BOOK, path) as source:
        return list(source.chunks())


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("name", columns())
@pytest.mark.parametrize("nulls", [0, 1, 3, 6, 7, 8, -7, 2**62])
def test_a_null_count_that_its_bits_contradict_is_refused(
    nulls: int, name: str, codec: str | None, stream: bool, tmp_path: Path
) -> None:
    """With 0, Arrow does not look at the bits, and reads who was not asked as the first answer listed."""
    path = tmp_path / "in.arrow"
    raw = written(path, columns()[name], codec, stream=stream)
    found = [match.start() for match in re.finditer(re.escape(struct.pack("<qq", len(LEGS), 2)), raw)]
    assert found
    path.write_bytes(raw.replace(struct.pack("<qq", len(LEGS), 2), struct.pack("<qq", len(LEGS), nulls)))
    with pytest.raises(Problems, match=": Q010: "):
        chunks_of(path)


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
def test_a_row_that_was_asked_nothing_is_not_read_as_denied(stream: bool, tmp_path: Path) -> None:
    raw = written(
        tmp_path / "in.arrow", pa.array(["none", None, None]).dictionary_encode(), None, stream=stream
    )
    said, wrong = struct.pack("<qq", 3, 2), struct.pack("<qq", 3, 0)
    assert raw.count(said) == 1
    (tmp_path / "in.arrow").write_bytes(raw.replace(said, wrong))
    ended = run_here(tmp_path, "batch", "in.arrow", "-o", "out.csv")
    assert ended.code == 2
    assert "in.arrow:1:1: Q010: it is damaged" in ended.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
@pytest.mark.parametrize("codec", CODECS)
def test_a_list_that_says_it_has_no_nulls_has_none(codec: str | None, stream: bool, tmp_path: Path) -> None:
    places = pa.array([0, 1, 2, 1], pa.int8())
    listed = pa.DictionaryArray.from_arrays(places, pa.array(["none", None, "both_legs"]))
    raw = written(tmp_path / "in.arrow", listed, codec, stream=stream)
    [chunk] = chunks_of(tmp_path / "in.arrow")
    assert chunk.codes.column(0).to_pylist() == [0, None, 2, None]
    said = struct.pack("<qq", 3, 1)
    assert raw.count(said) == 1
    (tmp_path / "in.arrow").write_bytes(raw.replace(said, struct.pack("<qq", 3, 0)))
    with pytest.raises(Problems, match=": Q010: "):
        chunks_of(tmp_path / "in.arrow")


def test_bits_that_say_what_the_count_says_are_no_mistake(tmp_path: Path) -> None:
    """Some writers write them although there are no nulls, and leave it to the reader to count them."""
    column = pa.array(LEGS)
    bits = column.buffers()[0]
    raw = written(tmp_path / "in.arrow", column, None, stream=False)
    counted = raw.replace(struct.pack("<qq", len(LEGS), 2), struct.pack("<qq", len(LEGS), -1))
    (tmp_path / "in.arrow").write_bytes(counted)
    [chunk] = chunks_of(tmp_path / "in.arrow")
    assert chunk.codes.column(0).to_pylist() == [2, None, 0, None, 1, 0, 0]
    assert raw.count(bytes(bits)[:1] + bytes(7)) >= 1
    all_valid = raw.replace(struct.pack("<qq", len(LEGS), 2), struct.pack("<qq", len(LEGS), 0))
    (tmp_path / "in.arrow").write_bytes(all_valid.replace(bytes(bits)[:1] + bytes(7), b"\xff" + bytes(7)))
    [chunk] = chunks_of(tmp_path / "in.arrow")
    assert chunk.codes.column(0).to_pylist() == [2, None, 0, None, 1, 0, 0], "an empty text is no answer"
    assert not chunk.refused


def places(index: pa.DataType, at: int, *, valid: bool) -> pa.DictionaryArray:
    """Eleven rows of a list of two, with a place that is none in one of them."""
    raw = np.tile([0, 1], 6)[:11].astype(index.to_pandas_dtype())
    raw[at] = np.array(-1).astype(raw.dtype)
    bits = np.ones(16, np.bool_)
    bits[at] = valid
    validity = pa.py_buffer(np.packbits(bits, bitorder="little").tobytes())
    indices = pa.Array.from_buffers(index, 11, [validity, pa.py_buffer(raw.tobytes())])
    return pa.DictionaryArray.from_arrays(indices, pa.array(["none", "both_legs"]), safe=False)


def in_files(column: pa.DictionaryArray, folder: Path) -> Iterator[Path]:
    table = pa.table({"leg_weakness": column})
    for stream in (False, True):
        path = folder / f"{stream}.arrow"
        with (pa.ipc.new_stream if stream else pa.ipc.new_file)(path, table.schema) as file:
            file.write_table(table)
        yield path
    pa.feather.write_feather(table, folder / "in.feather")
    yield folder / "in.feather"


@pytest.mark.parametrize("at", [0, 3, 10])
@pytest.mark.parametrize("index", INDICES, ids=str)
def test_a_place_of_minus_one_is_no_answer_in_any_width(index: pa.DataType, at: int, tmp_path: Path) -> None:
    """It would be read from before the list: from anywhere in memory."""
    column = places(index, at, valid=True)
    for path in in_files(column, tmp_path):
        with pytest.raises(
            Problems, match=": Q010: the column leg_weakness is damaged: it has a cell that is"
        ):
            chunks_of(path)
    with pytest.raises(pa.ArrowInvalid):
        list(DecideBatches(BOOK)([pa.record_batch({"leg_weakness": column})]))


@pytest.mark.parametrize("at", [0, 3, 10])
@pytest.mark.parametrize("index", INDICES, ids=str)
def test_under_an_empty_cell_any_place_may_stand(index: pa.DataType, at: int, tmp_path: Path) -> None:
    column = places(index, at, valid=False)
    wanted = [None if place == at else (2 if place % 2 else 0) for place in range(11)]
    for path in in_files(column, tmp_path):
        [chunk] = chunks_of(path)
        assert chunk.codes.column("leg_weakness").to_pylist() == wanted
    [out] = DecideBatches(BOOK)([pa.record_batch({"leg_weakness": column})])
    levels = ["now" if code == 2 else "none" for code in wanted]
    assert [out.column("urgency")[place].as_py() for place in range(11)] == levels


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("start", range(17))
def test_codes_stand_where_their_cells_do_from_wherever_a_column_begins(
    start: int, index: pa.DataType
) -> None:
    """The bits of validity are cut at bytes: by seven for eight, from the ninth row on all were shifted."""
    rng = np.random.default_rng(start)
    cells = [None if n == 0 else int(n) - 1 for n in rng.integers(0, 4, 400)]
    column = pa.array(cells, index).slice(start, 300)
    coded = with_codes(column, [5, 7, None], pa.int8())
    coded.validate(full=True)
    wanted = [None if cell is None else (5, 7, None)[cell] for cell in cells[start : start + 300]]
    assert coded.to_pylist() == wanted
    assert coded.null_count == sum(code is None for code in wanted)
    whole = with_codes(pa.array(cells, index).slice(start, 300), [5, 7, 9], pa.int8())
    assert whole.to_pylist() == [
        None if cell is None else (5, 7, 9)[cell] for cell in cells[start : start + 300]
    ]


def test_200003_rows_in_one_batch_are_each_decided_as_they_are_alone(tmp_path: Path) -> None:
    """More than a chunk and no multiple of eight, in lists with empty cells."""
    rows = 200_003
    assert rows > ROWS
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, 4, rows)
    legs = pa.DictionaryArray.from_arrays(
        pa.array(drawn.astype(np.int8), mask=drawn == 3), ["none", "one_leg", "both_legs"]
    )
    table = pa.table({"id": pa.array(np.arange(rows)).cast(pa.string()), "leg_weakness": legs})
    with pa.ipc.new_file(tmp_path / "in.arrow", table.schema) as file:
        file.write_batch(table.to_batches()[0])
    assert pa.ipc.open_file(tmp_path / "in.arrow").num_record_batches == 1
    assert run_here(tmp_path, "batch", "in.arrow", "-o", "out.parquet").code == 0
    found = rows_of(tmp_path / "out.parquet")
    assert [row["id"] for row in found] == table.column("id").to_pylist()
    assert [row["urgency"] for row in found] == np.array(["none", "now", "now", "none"])[drawn].tolist()
    assert ["leg_weakness" in row["open"] for row in found] == (drawn == 3).tolist()
