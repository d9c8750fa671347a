"""A small file takes no memory to speak of, whatever it says of itself, and however long its texts are."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import TRIAGE, environment
from tests.here import run_here
from tests.raw_parquet import ZSTD, Column, write
from tests.results import problems, rows_of
from triage.cohort.tables.limits import MAX_CELL

MOST = 1_200_000_000
"""The bytes that a run on any of these files may take: what it takes with no rows is 150 million."""
ALLOWED = 6_000_000
"""The kilobytes that it may ask for. Threads and libraries ask for much that they never take."""
LONG = "x" * 1_000_000
HALVES = [(0, 500), (1, 500)]


_MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print("TOOK", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""A process of its own between: what this one has in memory would count as taken by its child."""


def decided(home: Path, table: str, out: str = "out.parquet", most: int = MOST) -> str:
    """What is said of a table that is decided in so much memory."""
    limited = ["sh", "-c", f'ulimit -v {ALLOWED}; exec "$@"', "sh", TRIAGE, "batch", table, "-o", out]
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURED, *limited],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
    )
    said, _, took = ended.stderr.partition("TOOK")
    assert int(took) * 1024 < most, f"{int(took):,} kB"
    assert ended.returncode in (0, 1, 2), said
    assert "defect" not in said
    assert "Traceback" not in said
    return said


LIES = {
    "a list of a billion texts": (Column("id", [b"a", b"b"], HALVES, list_count=1_250_000_000), "Q010"),
    "a list of a billion words": (Column("cancer", [b"a", b"b"], HALVES, list_count=1_250_000_000), "Q010"),
    "a list that becomes two gigabytes": (
        Column("id", [b"a", b"b"], HALVES, list_size=2_000_000_000, codec=ZSTD), "Q011",
    ),
    "a page that becomes two gigabytes": (
        Column("id", [b"a", b"b"], HALVES, page_size=2_000_000_000, codec=ZSTD), "Q011",
    ),
    "a list of less than no bytes": (Column("id", [b"a", b"b"], HALVES, list_size=-1), "Q010"),
    "a page of fewer rows": (Column("id", [b"a", b"b"], HALVES, page_values=7), "Q010"),
    "a page of less than no rows": (Column("id", [b"a", b"b"], HALVES, page_values=-7), "Q010"),
    "a column larger than the file": (Column("id", [b"a", b"b"], HALVES, chunk_size=2**40), "Q010"),
    "a column of which nothing is said": (Column("id", [b"a", b"b"], HALVES, says_nothing=True), "Q010"),
    "a size that is said twice, once in a type that Arrow passes over": (
        Column("id", [b"a", b"b"], HALVES, list_size=2_000_000_000, again=9, codec=ZSTD), "Q011",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_parquet_that_says_it_is_huge_is_refused_before_memory_is_taken(name: str, tmp_path: Path) -> None:
    column, code = LIES[name]
    write(tmp_path / "in.parquet", column)
    assert (tmp_path / "in.parquet").stat().st_size < 1_000
    assert f"in.parquet:1:1: {code}: " in decided(tmp_path, "in.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_parquet_made_by_hand_is_read_where_it_tells_the_truth(tmp_path: Path) -> None:
    write(tmp_path / "in.parquet", Column("cancer", [b"lung", b"liver"], HALVES))
    assert "1000 rows in = 1000 rows out + 0 refused" in decided(tmp_path, "in.parquet")


def test_three_million_rows_of_one_answer_in_100_bytes_are_decided(tmp_path: Path) -> None:
    """They are what they say, and a few are in memory at a time."""
    write(tmp_path / "in.parquet", Column("leg_weakness", [b"both_legs"], [(0, 3_000_000)]))
    assert (tmp_path / "in.parquet").stat().st_size < 200
    assert "3000000 rows in = 3000000 rows out + 0 refused" in decided(tmp_path, "in.parquet")


def test_rows_that_are_not_there_are_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path / "in.parquet", Column("leg_weakness", [b"both_legs"], [(0, 10)]), rows=2**40)
    assert "in.parquet:1:1: Q010" in decided(tmp_path, "in.parquet")


def _texts(rows: int, text: str = LONG) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [text])


def _repeated(name: str, rows: int) -> Callable[[Path], object]:
    """A column in which the same long text stands in every row."""
    return lambda path: pq.write_table(pa.table({name: _texts(rows)}), path)


def _in_type(name: str, type_: pa.DataType) -> Callable[[Path], object]:
    """The same in a file that says it would rather be read in a type that may be a copy for each row."""

    def make(path: Path) -> None:
        part = pa.table({name: pa.array([LONG] * 20).cast(type_)})
        with pq.ParquetWriter(path, part.schema, compression="zstd") as file:
            for _ in range(100):
                file.write_table(part)
        assert pq.read_schema(path).types == [type_]

    return make


def _differing(name: str) -> Callable[[Path], object]:
    """Each text says only how it differs from the one before: the last letter."""

    def make(path: Path) -> None:
        with pq.ParquetWriter(
            path,
            pa.schema([(name, pa.string())]),
            use_dictionary=False,
            compression="zstd",
            column_encoding={name: "DELTA_BYTE_ARRAY"},
        ) as file:
            for _ in range(8):
                file.write_table(pa.table({name: [LONG + chr(97 + n % 26) for n in range(200)]}))

    return make


def _pages(path: Path) -> None:
    """A page for each row, a megabyte that packs into a hundred bytes."""
    with pq.ParquetWriter(
        path,
        pa.schema([("id", pa.string())]),
        use_dictionary=False,
        compression="zstd",
        write_statistics=False,
    ) as file:
        for start in range(0, 2_000, 100):
            file.write_table(pa.table({"id": [f"{start + n}{LONG}" for n in range(100)]}))


LONG_TEXTS: dict[str, tuple[Callable[[Path], object], int]] = {
    "an id in every row": (_repeated("id", 40_000), 40_000),
    "an answer in every row": (_repeated("cancer", 40_000), 40_000),
    "a date in every row": (_repeated("date", 40_000), 40_000),
    "an id in every row, as large text": (_in_type("id", pa.large_string()), 2_000),
    "an id in every row, as views": (_in_type("id", pa.string_view()), 2_000),
    "an answer in every row, as large text": (_in_type("cancer", pa.large_string()), 2_000),
    "an answer in every row, as views": (_in_type("cancer", pa.string_view()), 2_000),
    "ids that differ in a letter": (_differing("id"), 1_600),
    "answers that differ in a letter": (_differing("cancer"), 1_600),
    "a page for each id": (_pages, 2_000),
}


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_long_texts_in_parquet_are_refused_row_by_row_in_little_memory(name: str, tmp_path: Path) -> None:
    make, rows = LONG_TEXTS[name]
    make(tmp_path / "in.parquet")
    assert (tmp_path / "in.parquet").stat().st_size < 2_000_000
    said = decided(tmp_path, "in.parquet")
    assert f"{rows} rows in = 0 rows out + {rows} refused" in said
    with (tmp_path / "out.parquet.problems.csv").open() as file:
        assert next(file) == "row,id,column,reason\n"
        assert next(file).endswith(f",longer than {MAX_CELL} bytes\n")
    assert (tmp_path / "out.parquet.problems.csv").stat().st_size < 60 * rows


def test_the_longest_id_in_every_row_makes_results_of_its_size(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": _texts(400_000, "y" * MAX_CELL)}), tmp_path / "in.parquet")
    assert "400000 rows in = 400000 rows out" in decided(tmp_path, "in.parquet", most=2 * MOST)


def _arrow(path: Path, table: pa.Table, *, stream: bool, codec: str | None = "zstd") -> None:
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(path, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as file:
        file.write_table(table)


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
@pytest.mark.parametrize("codec", ["lz4", "zstd"])
@pytest.mark.parametrize("size", [2**33, 2**62, -2, -(2**63)])
def test_arrow_that_says_it_unpacks_to_much_is_refused(
    size: int, codec: str, stream: bool, tmp_path: Path
) -> None:
    table = pa.table({"age (years)": pa.array(np.full(1_000, 61))})
    _arrow(tmp_path / "in.arrow", table, stream=stream, codec=codec)
    raw = (tmp_path / "in.arrow").read_bytes()
    assert raw.count(struct.pack("<q", 8_000)) == 1
    (tmp_path / "in.arrow").write_bytes(raw.replace(struct.pack("<q", 8_000), struct.pack("<q", size)))
    code = "Q011: 1,000 rows would take more than 256 MiB" if size > 0 else "Q010"
    assert f"in.arrow:1:1: {code}" in decided(tmp_path, "in.arrow")


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
def test_arrow_that_does_unpack_to_much_is_refused(stream: bool, tmp_path: Path) -> None:
    text = pa.array(["z" * 2**28])
    for column in (text, text.dictionary_encode()):
        _arrow(tmp_path / "in.arrow", pa.table({"cancer": column}), stream=stream)
        assert (tmp_path / "in.arrow").stat().st_size < 100_000
        assert "in.arrow:1:1: Q011: " in decided(tmp_path, "in.arrow")


def test_lists_that_are_added_to_without_end_are_refused(tmp_path: Path) -> None:
    """Each is a megabyte of a hundred bytes, and rows keep the list that they were read with."""
    schema = pa.schema([("cancer", pa.dictionary(pa.int32(), pa.string()))])
    options = pa.ipc.IpcWriteOptions(compression="zstd", emit_dictionary_deltas=True)
    listed: list[str] = []
    with pa.ipc.new_stream(tmp_path / "in.arrow", schema, options=options) as file:
        for number in range(30):
            listed.append(f"{number}{LONG}")
            places = pa.array([len(listed) - 1], pa.int32())
            file.write_batch(pa.record_batch([pa.DictionaryArray.from_arrays(places, listed)], schema=schema))
    assert (tmp_path / "in.arrow").stat().st_size < 100_000
    assert "in.arrow:1:1: Q011: " in decided(tmp_path, "in.arrow")


@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
@pytest.mark.parametrize("name", ["id", "cancer", "date"])
def test_a_long_text_that_arrow_lists_once_is_refused_in_every_row(
    name: str, stream: bool, tmp_path: Path
) -> None:
    _arrow(tmp_path / "in.arrow", pa.table({name: _texts(40_000)}), stream=stream)
    assert "40000 rows in = 0 rows out + 40000 refused" in decided(tmp_path, "in.arrow")


@pytest.mark.parametrize("listed", [False, True])
def test_views_that_all_point_to_one_long_text_are_refused(listed: bool, tmp_path: Path) -> None:
    """Each a letter shorter than the one before, so that none is like another."""
    rows, text = 20_000, b"y" * 1_000_000
    views = np.zeros((rows, 4), np.int32)
    views[:, 0] = len(text) - np.arange(rows)
    views[:, 1] = int.from_bytes(b"yyyy", "little")
    column = pa.Array.from_buffers(pa.string_view(), rows, [None, pa.py_buffer(views), pa.py_buffer(text)])
    if listed:
        places = pa.array(np.arange(rows, dtype=np.int32))
        column = pa.DictionaryArray.from_arrays(places, column)
    _arrow(tmp_path / "in.arrow", pa.table({"cancer": column}), stream=False)
    assert "Q011: the column cancer would take more than 1,024 MiB" in decided(tmp_path, "in.arrow")


def test_a_list_of_nothing_however_long_is_no_list(tmp_path: Path) -> None:
    nothing = pa.DictionaryArray.from_arrays(
        pa.array([0, 5, None, 2**30], pa.int64()), pa.Array.from_buffers(pa.null(), 2**31 - 1, [None])
    )
    _arrow(tmp_path / "in.arrow", pa.table({"cancer": nothing}), stream=False)
    assert "4 rows in = 4 rows out + 0 refused" in decided(tmp_path, "in.arrow")


def _write(path: Path, name: str, cells: list[str]) -> None:
    if path.suffix == ".csv":
        path.write_text("\n".join([f"{name},leg_weakness", *(f"{cell},none" for cell in cells)]) + "\n")
    elif path.suffix == ".jsonl":
        rows = ({name: cell, "leg_weakness": "none"} for cell in cells)
        path.write_text("".join(json.dumps(row, ensure_ascii="x" not in path.name) + "\n" for row in rows))
    else:
        column = pa.array(cells)
        column = column.dictionary_encode() if "x" in path.name else column
        table = pa.table({name: column, "leg_weakness": ["none"] * len(cells)})
        if path.suffix == ".parquet":
            pq.write_table(table, path, use_dictionary="x" in path.name)
        else:
            _arrow(path, table, stream=False)


@pytest.mark.parametrize(
    "table", ["in.csv", "in.jsonl", "x.jsonl", "in.parquet", "x.parquet", "in.arrow", "x.arrow"]
)
@pytest.mark.parametrize("name", ["id", "date", "cancer"])
def test_a_cell_has_the_same_limit_in_every_form(name: str, table: str, tmp_path: Path) -> None:
    """Counted in bytes, with the spaces around it: cut short, spaces and an answer would be an empty cell."""
    fits = {
        "id": "y" * MAX_CELL,
        "date": " " * (MAX_CELL - 10) + "2026-11-25",
        "cancer": "lung".ljust(MAX_CELL),
    }
    cells = [fits[name], fits[name] + " ", "é" * (MAX_CELL // 2 + 1), " " * (MAX_CELL + 1) + "lung"]
    _write(tmp_path / table, name, cells)
    said = run_here(tmp_path, "batch", table, "-o", "out.csv")
    assert "4 rows in = 1 rows out + 3 refused" in said.err
    [row] = rows_of(tmp_path / "out.csv")
    assert row["id"] == (fits["id"] if name == "id" else row["row"])
    for refused in problems(tmp_path / "out.csv"):
        assert (refused["column"], refused["reason"]) == (name, f"longer than {MAX_CELL} bytes")
        assert refused["id"] == ("" if name == "id" else refused["row"])
