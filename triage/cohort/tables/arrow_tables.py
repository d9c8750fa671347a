"""Tables that are columns already: Parquet files, and Arrow files and streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.chunk import ROWS, Chunk, Position
from triage.cohort.tables.ahead import ahead
from triage.cohort.tables.coding import coded_block
from triage.cohort.tables.columns import DATE, ID, Column, columns_named
from triage.cohort.tables.pipe import Pipe, standard_input
from triage.engines.codes import not_known_words

_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
_END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"


@dataclass(frozen=True, slots=True)
class _Group:
    """Some consecutive rows of a table that can be read by themselves: how many, and how they are read."""

    rows: int
    read: Any

    def batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self.read():
            for start in range(0, batch.num_rows, ROWS):
                yield batch.slice(start, ROWS)


class _Columnar:
    """A table of groups of rows. Raises Problems for columns, or types of columns, that it cannot have."""

    def __init__(
        self,
        book: RuleBook,
        path: Path,
        schema: pa.Schema,
        groups: Sequence[_Group] | None,
        stream: Any = None,
    ) -> None:
        self.name = path.name
        self.resumable = groups is not None
        self.size = sum(group.rows for group in groups) if groups is not None else None
        self._path, self._groups, self._stream = path, groups, stream
        if not schema.names:
            raise Problems([Problem(str(path), 1, 1, "Q002", "the table has no columns", "name the columns")])
        self._columns = columns_named(book, str(path), schema.names)
        found = [
            Problem(str(path), 1, position, "Q009", what, write)
            for position, (column, type_) in enumerate(zip(self._columns, schema.types, strict=True), start=1)
            for what, write in _wrong_type(column, type_)
        ]
        if found:
            raise Problems(found)

    def chunks(self, after: Position | None = None) -> Iterator[Chunk]:
        """The rows of the table, from the start or after an earlier chunk."""
        return ahead(self._chunks(after))

    def positions(self, after: Position | None = None) -> Iterator[Position]:
        """Where each chunk begins."""
        begin = dict(after or {"group": 0, "skip": 0, "row": 0})
        for number in range(begin["group"], len(self._groups or ())):
            assert self._groups is not None
            for skip in range(
                begin["skip"] if number == begin["group"] else 0, self._groups[number].rows, ROWS
            ):
                before = sum(group.rows for group in self._groups[:number])
                yield {"group": number, "skip": skip, "row": before + skip}

    def _chunks(self, after: Position | None) -> Iterator[Chunk]:
        place = dict(after or {"group": 0, "skip": 0, "row": 0})
        row, skip = place["row"], place["skip"]
        groups = [_Group(0, lambda: self._stream)] if self._groups is None else self._groups
        for number, group in enumerate(groups[place["group"] :], start=place["group"]):
            here = 0
            batches = group.batches()
            while (batch := self._next(batches)) is not None:
                here += batch.num_rows
                if here <= skip:
                    continue
                numbers = np.arange(row + 1, row + batch.num_rows + 1)
                row += batch.num_rows
                last = here >= group.rows and self._groups is not None
                after = {"group": number + 1, "skip": 0} if last else {"group": number, "skip": here}
                yield coded_block(self._columns, batch.columns, numbers, (), {**after, "row": row}, row)
            skip = 0
            if self._groups is not None and here != group.rows:
                raise _damaged(self._path)

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            batch = next(batches, None)
        except _BROKEN:
            raise _damaged(self._path) from None
        for position, column in enumerate(self._columns if batch is not None else (), start=1):
            cells = batch.column(position - 1)  # type: ignore[union-attr] # there is one
            if not _is_sound(cells):
                type_ = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
                what = f"the column {column.name} is damaged: it has a cell that is no {type_}"
                raise Problems([Problem(str(self._path), 1, position, "Q010", what, "a whole file")])
        return batch


def _is_sound(column: pa.Array) -> bool:
    """Whether the bytes of a column are what it says, such as UTF-8.

    Nothing else looks at them, and places outside of a list would be read from anywhere in memory.
    """
    listed = pa.types.is_dictionary(column.type)
    try:
        column.validate()
        (column.dictionary if listed else column).validate(full=True)
    except pa.ArrowException:
        return False
    if not listed or column.null_count == len(column):
        return True
    lowest, highest = pc.min_max(column.indices).as_py().values()
    return bool(0 <= lowest <= highest < len(column.dictionary))


def open_parquet(book: RuleBook, path: Path, stack: ExitStack) -> _Columnar:
    """A Parquet file, or a folder of them in the order of their names."""
    if str(path) == "-":
        what = "a Parquet file is read from its end, and standard input has none"
        raise Problems([Problem("-", 1, 1, "Q007", what, "a file, or --from arrow")])
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise Problems([Problem(str(path), 1, 1, "Q005", "no .parquet file in this folder")])
    groups: list[_Group] = []
    schema: pa.Schema | None = None
    for name in files:
        try:
            here, some = _parquet(name)
        except _BROKEN:
            raise _damaged(name) from None
        if schema is not None and here != schema:
            raise Problems([_other_columns(name, here, files[0], schema)])
        schema = here
        groups.extend(some)
    assert schema is not None
    return _Columnar(book, path, schema, groups)


def _other_columns(name: Path, here: pa.Schema, first: Path, there: pa.Schema) -> Problem:
    what, position = f"its columns are not those of {first.name}", 1
    if here.names == there.names:
        pairs = enumerate(zip(here, there, strict=True), start=1)
        position, (field, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        what = f"the column {field.name} is {field.type}, and {other.type} in {first.name}"
    return Problem(str(name), 1, position, "Q009", what, "the same columns in every file of a folder")


def _parquet(name: Path) -> tuple[pa.Schema, list[_Group]]:
    """The columns of a Parquet file, and its groups of rows, small ones together. It is opened for each."""
    plain = pq.read_schema(name)
    words = [field.name for field in plain if pa.types.is_string(field.type) and field.name != ID]
    with pq.ParquetFile(name, read_dictionary=words) as file:
        schema, sizes = file.schema_arrow, file.metadata
        together: list[list[int]] = []
        rows: list[int] = []
        for number in range(sizes.num_row_groups):
            here = sizes.row_group(number).num_rows
            if not rows or rows[-1] + here > ROWS:
                together.append([])
                rows.append(0)
            together[-1].append(number)
            rows[-1] += here
    if sum(rows) != sizes.num_rows:
        raise pa.ArrowInvalid("other numbers of rows in one file")

    def read(some: list[int], rows: int) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(name, metadata=sizes, read_dictionary=words, pre_buffer=True) as file:
            yield from _together(file.iter_batches(ROWS, row_groups=some), rows)

    pairs = zip(together, rows, strict=True)
    return schema, [_Group(count, partial(read, some, count)) for some, count in pairs if count]


def _together(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Batches of ROWS rows each, whatever they were; their dictionaries may differ."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= min(ROWS, rows):
            yield from _whole(waiting)
            waiting = []
    yield from _whole(waiting)


def _whole(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    if len(batches) == 1:
        yield batches[0]
    elif batches:
        yield from pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches(ROWS)


def open_arrow(book: RuleBook, path: Path, stack: ExitStack) -> _Columnar:
    """An Arrow file or stream; a stream cannot be read from the middle."""
    try:
        if str(path) == "-" or path.is_fifo():
            pipe = standard_input() if str(path) == "-" else Pipe(stack.enter_context(path.open("rb", 0)))
            return _stream(book, path, pipe, lambda: pipe.last, stack)
        mapped = stack.enter_context(pa.memory_map(str(path)))
        try:
            file = stack.enter_context(pa.ipc.open_file(mapped))
        except pa.ArrowInvalid:
            mapped.seek(0)
            return _stream(book, path, mapped, lambda: _last(mapped), stack)
        return _Columnar(book, path, file.schema, list(_batches(file, mapped)))
    except _BROKEN:
        raise _damaged(path) from None


def _stream(book: RuleBook, path: Path, file: Any, last: Callable[[], bytes], stack: ExitStack) -> _Columnar:
    """A stream; `last` gives the last bytes that were read, which tell the end from a cut between batches."""
    reader = stack.enter_context(pa.ipc.open_stream(file))

    def batches() -> Iterator[pa.RecordBatch]:
        yield from reader
        if last() != _END_OF_STREAM:
            raise pa.ArrowInvalid("cut off")

    return _Columnar(book, path, reader.schema, None, batches())


def _last(file: pa.MemoryMappedFile) -> bytes:
    size = len(_END_OF_STREAM)
    return bytes(file.read_at(size, max(0, file.tell() - size)))


def _batches(file: pa.ipc.RecordBatchFileReader, mapped: pa.MemoryMappedFile) -> Iterator[_Group]:
    """The batches of an Arrow file; they may be compressed, so that not all of them are held at once."""
    only_one_column = pa.ipc.IpcReadOptions(included_fields=[0] if file.schema.names else None)
    counted = pa.ipc.open_file(mapped, options=only_one_column)
    for number in range(file.num_record_batches):
        if rows := counted.get_batch(number).num_rows:
            yield _Group(rows, lambda number=number: iter([file.get_batch(number)]))


def _damaged(path: Path) -> Problems:
    what = "it is damaged, or not what its name says"
    return Problems([Problem(str(path), 1, 1, "Q010", what, "a whole file")])


def _is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
    )


def _is_known_zone(type_: pa.DataType) -> bool:
    try:
        pc.local_timestamp(pa.array([0]).cast(type_))
    except pa.ArrowInvalid:
        return False
    return True


def _wrong_type(column: Column, type_: pa.DataType) -> Iterator[tuple[str, str]]:
    """What is wrong with the type of a column, and what to write instead."""
    values = type_.value_type if pa.types.is_dictionary(type_) else type_
    if _is_text(values) or pa.types.is_null(values):
        return
    number = pa.types.is_integer(values) or pa.types.is_floating(values) or pa.types.is_decimal(values)
    what = f"the column {column.name} is {type_}"
    if column.fact is None:
        day = pa.types.is_date(values) or pa.types.is_timestamp(values)
        if column.name == DATE and not day:
            yield what, "dates, or text such as 2026-11-25"
        if column.name == DATE and pa.types.is_timestamp(values) and values.tz and not _is_known_zone(values):
            yield what, "a time zone that is known here, such as UTC"
        if column.name == ID and not pa.types.is_integer(values):
            yield what, "text or whole numbers"
    elif column.not_known_only:
        yield what, f"text: {', '.join(not_known_words(column.fact))}"
    elif column.fact.scale is None:
        yield what, f"text: {', '.join(column.fact.answers)}"
    elif column.unit_in_name and not number:
        yield what, f"numbers, or text such as {column.fact.scale.digits(column.fact.scale.low)}"
    elif not column.unit_in_name:
        named = f"{column.fact.id} ({column.fact.scale.unit})"
        yield what, f"the unit in its name, {named}, or text such as {column.fact.scale.example}"
