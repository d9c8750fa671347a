"""Arrow files and streams as sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pyarrow as pa

from triage.book.book import RuleBook
from triage.cohort.tables.columnar import BROKEN, Columnar, Group, damaged, small_ones_together
from triage.cohort.tables.pipe import Pipe, standard_input

_END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"


def open_arrow(book: RuleBook, path: Path, stack: ExitStack) -> Columnar:
    """An Arrow file or stream; a stream cannot be read from the middle.

    A file is not mapped into memory: cut short while it is read, it would end the process.
    """
    try:
        if str(path) == "-":
            return _stream(book, path, standard_input(), stack)
        if path.is_fifo():
            return _stream(book, path, Pipe(stack.enter_context(path.open("rb", 0))), stack)
        try:
            file = stack.enter_context(pa.ipc.open_file(stack.enter_context(pa.OSFile(str(path)))))
        except pa.ArrowInvalid:
            return _stream(book, path, Pipe(stack.enter_context(path.open("rb", 0))), stack)
        return Columnar(book, path, file.schema, _groups(file, path))
    except BROKEN:
        raise damaged(path) from None


def _stream(book: RuleBook, path: Path, pipe: Pipe, stack: ExitStack) -> Columnar:
    """A stream; its last bytes tell the end from a cut between batches."""
    reader = stack.enter_context(pa.ipc.open_stream(pipe))

    def batches() -> Iterator[pa.RecordBatch]:
        yield from reader
        if pipe.last != _END_OF_STREAM:
            raise pa.ArrowInvalid("cut off")

    return Columnar(book, path, reader.schema, [Group(None, batches)])


def _groups(file: pa.ipc.RecordBatchFileReader, path: Path) -> list[Group]:
    """The batches of an Arrow file, small ones together; they may be compressed, so that not all are held."""
    narrowest = min(range(len(file.schema)), key=lambda n: _width(file.schema.field(n).type), default=None)
    one_column = pa.ipc.IpcReadOptions(included_fields=None if narrowest is None else [narrowest])
    with pa.OSFile(str(path)) as again:
        counted = pa.ipc.open_file(again, options=one_column)
        sizes = [counted.get_batch(number).num_rows for number in range(file.num_record_batches)]

    def read(numbers: list[int]) -> Iterator[pa.RecordBatch]:
        return (file.get_batch(number) for number in numbers)

    return [Group(rows, partial(read, numbers)) for numbers, rows in small_ones_together(sizes)]


def _width(type_: pa.DataType) -> int:
    """The bits of a cell, as far as they are the same for all; else more than those."""
    return int(type_.bit_width) if pa.types.is_primitive(type_) else 1_000
