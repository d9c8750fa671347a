"""Results on their way out: Parquet, CSV or JSON lines, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from triage.cohort.chunk import RefusedRow
from triage.cohort.text import csv_lines, json_lines
from triage.decision.packed import names_of, unpacked

PROBLEM_COLUMNS = ("row", "id", "column", "reason")
MAX_REASON = 300
"""The letters of a reason that are kept: a cell can be a megabyte long."""
FORMS = (".csv", ".jsonl", ".parquet")
_ROWS = 10_000


class Writer(Protocol):
    """Takes batches of results, sets packed, and writes their rows in order."""

    def write(self, results: pa.RecordBatch) -> None: ...
    def close(self) -> None: ...


def writer_for(path: Path, file: IO[bytes], schema: pa.Schema, *, packed: bool = False) -> Writer:
    """The writer for a result file by the end of its name, one of FORMS."""
    if path.suffix.lower() == ".parquet":
        return _ParquetWriter(file, schema, packed)
    return _CsvWriter(file, schema) if path.suffix.lower() == ".csv" else _JsonWriter(file)


def with_lists(results: pa.RecordBatch) -> pa.RecordBatch:
    """The same results with lists of names in place of packed sets."""
    columns, fields = [], []
    for field, column in zip(results.schema, results.columns, strict=True):
        names = names_of(field)
        listed = column if names is None else unpacked(column, names)
        columns.append(listed)
        fields.append(pa.field(field.name, listed.type, field.nullable))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


class _ParquetWriter:
    def __init__(self, file: IO[bytes], schema: pa.Schema, packed: bool) -> None:
        self._packed = packed
        empty = pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
        written = schema if packed else with_lists(empty).schema
        words = [field.name for field in written if _is_word(field)]
        lists = [f"{field.name}.list.element" for field in written if pa.types.is_list(field.type)]
        self._writer = pq.ParquetWriter(
            file,
            written,
            compression="zstd",
            use_dictionary=[*words, *lists],
            write_statistics=["id", "row", *words],  # the least of many sets says nothing
        )

    def write(self, results: pa.RecordBatch) -> None:
        if results.num_rows:
            self._writer.write_batch(results if self._packed else with_lists(results))

    def close(self) -> None:
        self._writer.close()


def _is_word(field: pa.Field) -> bool:
    """Whether a column has the same few values again and again."""
    repeats = pa.types.is_dictionary(field.type) or pa.types.is_boolean(field.type)
    return bool(repeats) or field.name == "date"


class _CsvWriter:
    """CSV for people: a cell that a spreadsheet would run as a formula becomes text."""

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._file = file
        file.write((",".join(schema.names) + "\n").encode())

    def write(self, results: pa.RecordBatch) -> None:
        for some in _a_few_at_a_time(results):
            self._file.write(csv_lines(some.columns))

    def close(self) -> None:
        pass


class _JsonWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, results: pa.RecordBatch) -> None:
        for some in _a_few_at_a_time(results):
            self._file.write(json_lines(some))

    def close(self) -> None:
        pass


def _a_few_at_a_time(results: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The results with lists, in parts: as text, a chunk would take a gigabyte."""
    for start in range(0, results.num_rows, _ROWS):
        yield with_lists(results.slice(start, _ROWS))


class ProblemWriter:
    """Writes refused rows as CSV for people, one line for each reason."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.write((",".join(PROBLEM_COLUMNS) + "\n").encode())

    def write(self, refused: Iterable[RefusedRow]) -> None:
        lines = [
            (str(row.row), row.id, reason.column, _shortened(reason.reason))
            for row in refused
            for reason in row.reasons
        ]
        if not lines:
            return
        self._file.write(csv_lines([pa.array(cells, pa.string()) for cells in _clean(lines)]))


def _clean(lines: Sequence[tuple[str, ...]]) -> Iterable[list[str]]:
    """The columns of these lines, with a question mark for each letter that is no text."""
    for cells in zip(*lines, strict=True):
        yield [cell.encode("utf-8", errors="replace").decode() for cell in cells]


def _shortened(reason: str) -> str:
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]} …"
