"""Parquet files, and folders of them, as sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.tables.cells import type_of_cells
from triage.cohort.tables.columnar import Columnar, Group, small_ones_together
from triage.cohort.tables.columns import ID
from triage.cohort.tables.folders import parquet_files
from triage.cohort.tables.limits import MOST_METADATA
from triage.cohort.tables.parquet_memory import HowToRead
from triage.cohort.tables.parquet_pages import Chunk, chunks_of
from triage.cohort.tables.sound import told_as_damaged

_LENGTH = 8  # of the length of the footer and the name of the form, which end a file
_MOST_PARTS = 100_000
"""How many row groups, or columns of one, a file may have: room is made for as many as it says."""


def open_parquet(book: RuleBook, path: Path) -> Columnar:
    """A Parquet file, or all that are below a folder, in the order of their paths."""
    if str(path) == "-":
        what = "a Parquet file is read from its end, and standard input has none"
        raise Problems([Problem("-", 1, 1, "Q007", what, "a file, or --from arrow")])
    files = parquet_files(path) if path.is_dir() else [path]
    if not files:
        raise Problems([Problem(str(path), 1, 1, "Q005", "no .parquet file in this folder")])
    groups: list[Group] = []
    schema: pa.Schema | None = None
    for name in files:
        with told_as_damaged(name):
            here, some = _groups(name)
        if schema is not None and here != schema:
            raise Problems([_other_columns(name, here, files[0].relative_to(path), schema)])
        schema = here
        groups.extend(some)
    assert schema is not None
    return Columnar(book, path, schema, groups)


def _other_columns(name: Path, here: pa.Schema, first: Path, there: pa.Schema) -> Problem:
    what, position = f"its columns are not those of {first}", 1
    if here.names == there.names:
        pairs = enumerate(zip(here, there, strict=True), start=1)
        position, (field, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        what = f"the column {field.name} is {field.type}, and {other.type} in {first}"
    return Problem(str(name), 1, position, "Q009", what, "the same columns in every file of a folder")


def _groups(name: Path) -> tuple[pa.Schema, list[Group]]:
    """The columns of a Parquet file, and its groups of rows. The file is opened for each."""
    footer, sizes, fields = _footer(name)
    texts = [field.name for field in fields if _is_text(field)]
    listed = [text for text in texts if text != ID]
    with pq.ParquetFile(name, metadata=sizes, read_dictionary=listed) as file:
        schema = file.schema_arrow
    rows = [sizes.row_group(number).num_rows for number in range(sizes.num_row_groups)]
    if sum(rows) != sizes.num_rows:
        raise pa.ArrowInvalid("other numbers of rows in one file")

    def read(how: HowToRead) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(name, metadata=sizes, read_dictionary=how.listed, pre_buffer=True) as file:
            yield from file.iter_batches(how.rows, row_groups=how.numbers)

    @cache
    def chunks() -> list[list[Chunk]]:
        return chunks_of(footer)

    groups = []
    for numbers, count in small_ones_together(rows):
        how = HowToRead(name, sizes, numbers, chunks, texts, listed)
        groups.append(Group(count, partial(read, how), how.together))
    return schema, groups


def _footer(name: Path) -> tuple[bytes, pq.FileMetaData, pa.Schema]:
    """What a file says at its end of what is in it: as it stands there, and as Arrow reads it."""
    with name.open("rb") as file:
        length = _LENGTH + int.from_bytes(_last(file, _LENGTH)[:4], "little")
        if length > MOST_METADATA:
            raise pa.ArrowInvalid("it says too much of itself")
        footer = _last(file, length)
    with pq.ParquetFile(name, thrift_container_size_limit=_MOST_PARTS) as parquet:
        return footer, parquet.metadata, parquet.schema_arrow


def _last(file: IO[bytes], length: int) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - length))
    return file.read(length)


def _is_text(field: pa.Field) -> bool:
    """Whether a column has texts: it is quickest read as places in a list of them, as Parquet keeps it."""
    values = type_of_cells(field.type)
    return any(f(values) for f in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
