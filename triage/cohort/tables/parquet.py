"""Parquet files, and folders of them, as sources."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.chunk import ROWS
from triage.cohort.tables.cells import type_of_cells
from triage.cohort.tables.columnar import BROKEN, Columnar, Group, damaged, small_ones_together
from triage.cohort.tables.columns import ID


def open_parquet(book: RuleBook, path: Path) -> Columnar:
    """A Parquet file, or a folder of them in the order of their names."""
    if str(path) == "-":
        what = "a Parquet file is read from its end, and standard input has none"
        raise Problems([Problem("-", 1, 1, "Q007", what, "a file, or --from arrow")])
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise Problems([Problem(str(path), 1, 1, "Q005", "no .parquet file in this folder")])
    groups: list[Group] = []
    schema: pa.Schema | None = None
    for name in files:
        try:
            here, some = _groups(name)
        except BROKEN:
            raise damaged(name) from None
        if schema is not None and here != schema:
            raise Problems([_other_columns(name, here, files[0], schema)])
        schema = here
        groups.extend(some)
    assert schema is not None
    return Columnar(book, path, schema, groups)


def _other_columns(name: Path, here: pa.Schema, first: Path, there: pa.Schema) -> Problem:
    what, position = f"its columns are not those of {first.name}", 1
    if here.names == there.names:
        pairs = enumerate(zip(here, there, strict=True), start=1)
        position, (field, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        what = f"the column {field.name} is {field.type}, and {other.type} in {first.name}"
    return Problem(str(name), 1, position, "Q009", what, "the same columns in every file of a folder")


def _groups(name: Path) -> tuple[pa.Schema, list[Group]]:
    """The columns of a Parquet file, and its groups of rows. The file is opened for each."""
    words = [field.name for field in pq.read_schema(name) if _is_listed(field)]
    with pq.ParquetFile(name, read_dictionary=words) as file:
        schema, sizes = file.schema_arrow, file.metadata
    rows = [sizes.row_group(number).num_rows for number in range(sizes.num_row_groups)]
    if sum(rows) != sizes.num_rows:
        raise pa.ArrowInvalid("other numbers of rows in one file")

    def read(numbers: list[int]) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(name, metadata=sizes, read_dictionary=words, pre_buffer=True) as file:
            yield from file.iter_batches(ROWS, row_groups=numbers)

    return schema, [Group(count, partial(read, numbers)) for numbers, count in small_ones_together(rows)]


def _is_listed(field: pa.Field) -> bool:
    """Whether a column is quickest read as places in a list of texts, as Parquet keeps it."""
    return bool(pa.types.is_string(type_of_cells(field.type))) and field.name != ID
