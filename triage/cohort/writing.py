"""Results on their way out: Parquet, CSV or JSON lines, and the rows that were refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from triage.cohort.chunk import RefusedRow
from triage.decision.packed import names_of, unpacked

PROBLEM_COLUMNS = ("row", "id", "column", "reason")
MAX_REASON = 300
"""The letters of a reason that are kept: a cell can be a megabyte long."""
FORMS = (".csv", ".jsonl", ".parquet")
_ROWS = 10_000
_RUNS = r"^(?:[\s\pZ]*[=+\-@]|[\t\r])"


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


def plain(column: pa.Array) -> pa.Array:
    """The same column without dictionaries: texts, and lists of texts. Other types stay as they are."""
    if pa.types.is_list(column.type):
        values = column.flatten().cast(pa.string())
        return pa.ListArray.from_arrays(column.offsets, values)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


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
            text = io.StringIO()
            columns = [_as_text(column).to_pylist() for column in some.columns]
            csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
            self._file.write(text.getvalue().encode())

    def close(self) -> None:
        pass


class _JsonWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, results: pa.RecordBatch) -> None:
        write = json.JSONEncoder(ensure_ascii=False).encode
        for some in _a_few_at_a_time(results):
            columns = [plain(column).to_pylist() for column in some.columns]
            rows = zip(*columns, strict=True)
            lines = [write(dict(zip(some.schema.names, row, strict=True))) + "\n" for row in rows]
            self._file.write("".join(lines).encode())

    def close(self) -> None:
        pass


def _a_few_at_a_time(results: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The results with lists, in parts: as objects of Python, a chunk would take a gigabyte."""
    for start in range(0, results.num_rows, _ROWS):
        yield with_lists(results.slice(start, _ROWS))


def _as_text(column: pa.Array) -> pa.Array:
    """A column of a CSV table: words, numbers, yes or no, and lists of names separated by spaces."""
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "yes", "no")
    if pa.types.is_integer(column.type):
        return column
    text = plain(column)
    if pa.types.is_list(text.type):
        text = pc.binary_join(text, " ")
    return pc.if_else(pc.match_substring_regex(text, _RUNS), pc.binary_join_element_wise("'", text, ""), text)


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
        text = io.StringIO()
        columns = [_as_text(pa.array(cells, pa.string())).to_pylist() for cells in _clean(lines)]
        csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
        self._file.write(text.getvalue().encode())


def _clean(lines: Sequence[tuple[str, ...]]) -> Iterable[list[str]]:
    """The columns of these lines, with a question mark for each letter that is no text."""
    for cells in zip(*lines, strict=True):
        yield [cell.encode("utf-8", errors="replace").decode() for cell in cells]


def _shortened(reason: str) -> str:
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]} …"
