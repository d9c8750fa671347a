"""Parquet and Arrow files however they were written: in slices, groups, folders, empty, damaged."""

from __future__ import annotations

import json
import random
import resource
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from tests.seed import SEED
from tests.table_strategies import BOOK
from triage.book.problems import Problems
from triage.cohort.chunk import Chunk
from triage.cohort.tables import columnar
from triage.cohort.tables.finding import row_at
from triage.cohort.tables.rows import Row
from triage.cohort.tables.source import open_source

ROWS = 100


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small table has many."""
    monkeypatch.setattr(columnar, "ROWS", ROWS)


def made(rows: int, seed: int = SEED) -> pa.Table:
    """A table of every kind of column, in which a tenth of the rows has a cell that is no answer."""
    rng = random.Random(seed)
    cancers = ["liver", "lung", "elsewhere", "unknown", None, ""]
    return pa.table(
        {
            "id": [f"p{number}" for number in range(rows)],
            "date": pa.array([rng.choice([20_000, 20_001, None]) for _ in range(rows)], pa.date32()),
            "cancer": pa.array(
                [rng.choice(cancers) if rng.random() < 0.9 else "livr" for _ in range(rows)], pa.string()
            ),
            "temperature (°C)": [rng.choice([37.0, 38.5, None]) for _ in range(rows)],
            "age (years)": pa.array([rng.choice([40, 60, 61, None]) for _ in range(rows)], pa.int16()),
            "leg_weakness": pa.array(
                [rng.choice(["none", "both_legs", None]) for _ in range(rows)], pa.string()
            ),
        }
    )


def chunks_of(path: Path) -> list[Chunk]:
    with open_source(BOOK, path) as source:
        return list(source.chunks())


def read(path: Path) -> list[tuple[Row, ...]]:
    """What all chunks of a table hold: rows in words, and those refused."""
    return [words(chunk) for chunk in chunks_of(path)]


def words(chunk: Chunk) -> tuple[Row, ...]:
    good = [row_at(BOOK.facts, chunk, place) for place in range(chunk.about.num_rows)]
    refused = [Row(row.row, row.id, {}, row.reasons) for row in chunk.refused]
    return tuple(sorted([*good, *refused], key=lambda row: row.line))


def flat(chunks: Sequence[tuple[Row, ...]]) -> list[Row]:
    return [row for chunk in chunks for row in chunk]


def as_text(table: pa.Table, path: Path) -> list[Row]:
    """The same rows read from JSON lines, one by one."""
    rows = [{name: cell and str(cell) for name, cell in row.items()} for row in table.to_pylist()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return flat(read(path))


def stream(table: pa.Table, path: Path, rows: int = 70) -> None:
    with pa.ipc.new_stream(path, table.schema) as file:
        file.write_table(table, max_chunksize=rows)


def arrow_file(table: pa.Table, path: Path, rows: int = 70) -> None:
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table, max_chunksize=rows)


def slices(table: pa.Table, path: Path) -> None:
    """Batches that begin in the middle of what they were cut from, and empty ones between them."""
    with pa.ipc.new_file(path, table.schema) as file:
        for start in range(0, table.num_rows, 33):
            file.write_table(table.slice(start, 33))
            file.write_table(table.slice(start, 0))


def dictionaries(table: pa.Table) -> pa.Table:
    """The same table with lists of what occurs in place of texts."""
    places = [n for n, field in enumerate(table.schema) if field.type == pa.string()]
    for place in places:
        column = table.column(place).dictionary_encode()
        table = table.set_column(place, table.schema.field(place).name, column)
    return table


def new_lists(table: pa.Table, path: Path) -> None:
    """Batches that each list other texts, more of them together than the places of one list can count."""
    narrow = pa.dictionary(pa.int8(), pa.string())
    type_of = {field.name: narrow if field.type == pa.string() else field.type for field in table.schema}
    schema = pa.schema(type_of)
    with pa.ipc.new_stream(path, schema) as file:
        for start in range(0, table.num_rows, 33):
            file.write_table(dictionaries(table.slice(start, 33)).cast(schema))


WAYS: dict[str, tuple[str, Callable[[pa.Table, Path], object]]] = {
    "Parquet": ("t.parquet", lambda t, path: pq.write_table(t, path)),
    "Parquet in many small groups": ("t.parquet", lambda t, path: pq.write_table(t, path, row_group_size=7)),
    "Parquet in groups beyond a chunk": (
        "t.parquet",
        lambda t, path: pq.write_table(t, path, row_group_size=ROWS + 50),
    ),
    "Parquet without lists": ("t.parquet", lambda t, path: pq.write_table(t, path, use_dictionary=False)),
    "Parquet of lists": (
        "t.parquet",
        lambda t, path: pq.write_table(dictionaries(t), path, row_group_size=60),
    ),
    "Parquet of long texts": (
        "t.parquet",
        lambda t, path: pq.write_table(t.cast(pa.schema([_long(field) for field in t.schema])), path),
    ),
    "Parquet compressed by Brotli": (
        "t.parquet",
        lambda t, path: pq.write_table(t, path, compression="brotli", data_page_version="2.0"),
    ),
    "Parquet of texts that differ in a part": (
        "t.parquet",
        lambda t, path: pq.write_table(
            t,
            path,
            use_dictionary=False,
            column_encoding={"id": "DELTA_BYTE_ARRAY", "cancer": "DELTA_BYTE_ARRAY"},
        ),
    ),
    "Parquet of texts behind their lengths": (
        "t.parquet",
        lambda t, path: pq.write_table(
            t,
            path,
            use_dictionary=False,
            column_encoding={"id": "DELTA_LENGTH_BYTE_ARRAY", "cancer": "DELTA_LENGTH_BYTE_ARRAY"},
        ),
    ),
    "Parquet by Polars": ("t.parquet", lambda t, path: pl.from_arrow(t).write_parquet(path)),  # type: ignore[union-attr]
    "Arrow": ("t.arrow", arrow_file),
    "Arrow in slices": ("t.arrow", slices),
    "Arrow of lists": ("t.arrow", lambda t, path: arrow_file(dictionaries(t), path)),
    "Arrow by Polars": ("t.ipc", lambda t, path: pl.from_arrow(t).write_ipc(path)),  # type: ignore[union-attr]
    "Feather, compressed": ("t.feather", lambda t, path: pa.feather.write_feather(t, path, chunksize=70)),
    "an Arrow stream": ("t.arrow", stream),
    "an Arrow stream of lists": ("t.arrow", lambda t, path: stream(dictionaries(t), path)),
    "an Arrow stream of new lists": ("t.arrow", new_lists),
    "a folder": ("t", lambda t, path: folder(t, path)),
    "a folder of lists": ("t", lambda t, path: folder(dictionaries(t), path)),
}


def _long(field: pa.Field) -> pa.Field:
    return field.with_type(pa.large_string()) if field.type == pa.string() else field


def folder(table: pa.Table, path: Path) -> None:
    """Files that list what occurs in other orders, one of them empty, and a mark of who wrote them."""
    path.mkdir()
    for number, start in enumerate(range(0, table.num_rows, 40)):
        part = table.slice(start, 40)
        if pa.types.is_dictionary(part.schema.field("cancer").type):
            texts = part.column("cancer").cast(pa.string()).combine_chunks()
            listed = pa.array(sorted({text for text in texts.to_pylist() if text is not None}, reverse=True))
            places = pa.compute.index_in(texts, listed)
            relisted = pa.DictionaryArray.from_arrays(places, listed)
            part = part.set_column(2, "cancer", relisted)
        pq.write_table(part, path / f"part-{number:03}.parquet")
        pq.write_table(part.slice(0, 0), path / f"part-{number:03}-empty.parquet")
    (path / "_SUCCESS").touch()


@pytest.mark.parametrize("name", WAYS)
def test_however_it_was_written_a_table_reads_as_its_text_does(name: str, tmp_path: Path) -> None:
    table = made(350)
    named, write = WAYS[name]
    write(table, tmp_path / named)
    wanted = as_text(table, tmp_path / "wanted.jsonl")
    assert flat(read(tmp_path / named)) == wanted, SEED
    assert sum(bool(row.refused) for row in wanted) > 10


@pytest.mark.parametrize("name", [name for name in WAYS if "stream" not in name])
def test_it_can_be_read_on_from_every_chunk(name: str, tmp_path: Path) -> None:
    named, write = WAYS[name]
    write(made(350), tmp_path / named)
    path = tmp_path / named
    chunks = chunks_of(path)
    assert len(chunks) > 1
    assert max(chunk.rows for chunk in chunks) <= ROWS
    with open_source(BOOK, path) as source:
        assert source.resumable
        assert (source.size, chunks[-1].done) == (350, 350)
        places = list(source.positions())
    for number, chunk in enumerate(chunks):
        with open_source(BOOK, path) as source:
            after = [words(later) for later in source.chunks(chunk.after)]
        assert after == [words(later) for later in chunks[number + 1 :]]
    if len(places) == len(chunks):
        for place, chunk in zip(places, chunks, strict=True):
            with open_source(BOOK, path) as source:
                assert words(source.chunk_at(place)) == words(chunk)
    with open_source(BOOK, path) as source:
        again = [words(source.chunk_at(place)) for place in source.positions()]
    assert again == [words(chunk) for chunk in chunks], "the chunks that positions name are all there are"


@pytest.mark.parametrize("write", [stream, arrow_file])
def test_small_batches_are_decided_together(write: Callable[..., None], tmp_path: Path) -> None:
    write(made(350), tmp_path / "t.arrow", rows=10)
    assert [chunk.rows for chunk in chunks_of(tmp_path / "t.arrow")] == [100, 100, 100, 50]


@pytest.mark.parametrize("name", ["t.arrow", "t.parquet"])
def test_cut_off_while_it_is_read_a_table_is_refused_in_words(name: str, tmp_path: Path) -> None:
    path, table = tmp_path / name, made(10_000)
    if name == "t.arrow":
        arrow_file(table, path)
    else:
        pq.write_table(table, path, row_group_size=ROWS)
    with open_source(BOOK, path) as source:
        chunks = source.chunks()
        next(chunks)
        with path.open("rb+") as file:
            file.truncate(path.stat().st_size // 3)
        with pytest.raises(Problems, match=": Q010: it is damaged"):
            list(chunks)


@pytest.mark.parametrize("name", WAYS)
def test_an_empty_table_has_no_row(name: str, tmp_path: Path) -> None:
    named, write = WAYS[name]
    if named == "t":
        (tmp_path / named).mkdir()
        pq.write_table(made(0), tmp_path / named / "empty.parquet")
    else:
        write(made(1).slice(0, 0), tmp_path / named)
    assert flat(read(tmp_path / named)) == []


@pytest.mark.parametrize("columns", [["id"], ["date"], ["id", "date"]])
@pytest.mark.parametrize("name", [name for name in WAYS if "folder" not in name])
def test_a_table_without_a_fact_is_read(name: str, columns: list[str], tmp_path: Path) -> None:
    named, write = WAYS[name]
    table = made(230).select(columns)
    write(table, tmp_path / named)
    assert flat(read(tmp_path / named)) == as_text(table, tmp_path / "wanted.jsonl")


@pytest.mark.parametrize("name", WAYS)
def test_cut_off_anywhere_a_table_is_refused_in_words(name: str, tmp_path: Path) -> None:
    named, write = WAYS[name]
    write(made(150), tmp_path / named)
    path = tmp_path / named
    path = sorted(path.glob("*.parquet"))[0] if path.is_dir() else path
    whole = path.read_bytes()
    rng = random.Random(SEED)
    for end in [0, 1, 4, 8, len(whole) - 1, len(whole) - 8, *(rng.randrange(len(whole)) for _ in range(20))]:
        path.write_bytes(whole[:end])
        with pytest.raises(Problems, match=": Q010: it is damaged"):
            read(tmp_path / named)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in WAYS if "folder" not in name])
def test_with_wrong_bytes_in_it_a_table_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    """What no checksum shows is read as it stands, but no place outside of a column is."""
    named, write = WAYS[name]
    path = tmp_path / named
    write(made(150), path)
    whole = path.read_bytes()
    rng = random.Random(SEED)
    refused = 0
    for _ in range(150):
        raw = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 8])):
            raw[rng.randrange(len(raw))] = rng.choice([0, 0xFF, rng.randrange(256)])
        path.write_bytes(raw)
        try:
            read(path)
        except Problems:
            refused += 1
    assert refused > 10, SEED


def test_a_folder_may_have_more_files_than_can_be_open_at_once(tmp_path: Path) -> None:
    for number in range(100):
        pq.write_table(made(3), tmp_path / f"{number:03}.parquet")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 30, most[1]))
    try:
        assert len(flat(read(tmp_path))) == 300
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
