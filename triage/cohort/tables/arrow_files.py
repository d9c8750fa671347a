"""Arrow files and streams as sources."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pyarrow as pa

from triage.book.book import RuleBook
from triage.cohort.tables.arrow_messages import (
    DICTIONARY,
    ROWS,
    Message,
    blocks_of,
    checked,
    length_of,
    message_of,
    parts_of,
)
from triage.cohort.tables.columnar import Columnar, Group, small_ones_together
from triage.cohort.tables.limits import MOST_METADATA
from triage.cohort.tables.pipe import Pipe, standard_input
from triage.cohort.tables.sound import told_as_damaged
from triage.cohort.tables.unpacked import Unpacked

_END = struct.Struct("<i6s")
_NAME = b"ARROW1"


def open_arrow(book: RuleBook, path: Path, stack: ExitStack) -> Columnar:
    """An Arrow file or stream; a stream cannot be read from the middle.

    A file is not mapped into memory: cut short while it is read, it would end the process.
    """
    with told_as_damaged(path):
        if str(path) == "-":
            return _stream(book, path, standard_input(), stack)
        if path.is_fifo():
            return _stream(book, path, Pipe(stack.enter_context(path.open("rb", 0))), stack)
        try:
            file = stack.enter_context(pa.ipc.open_file(stack.enter_context(pa.OSFile(str(path)))))
        except pa.ArrowInvalid:
            return _stream(book, path, Pipe(stack.enter_context(path.open("rb", 0))), stack)
        messages = _Messages(path, stack.enter_context(path.open("rb", 0)).fileno())
        groups = [
            Group(rows, partial(messages.read, file, numbers))
            for numbers, rows in small_ones_together(messages.rows())
        ]
        return Columnar(book, path, file.schema, groups)


class _Messages:
    """The messages of an Arrow file, each held against its bytes before Arrow reads it."""

    def __init__(self, path: Path, file: int) -> None:
        self._path, self._file = path, file
        self._size = os.fstat(file).st_size
        length, name = _END.unpack(self._part(self._size - _END.size, _END.size))
        if name != _NAME or not 0 < length <= MOST_METADATA:
            raise pa.ArrowInvalid("no footer")
        self._lists, self._blocks = blocks_of(self._part(self._size - _END.size - length, length))
        self._lists_are_checked = False

    def rows(self) -> list[int]:
        """The rows of each batch."""
        return [self._message(block)[0].rows for block in self._blocks]

    def read(self, file: pa.ipc.RecordBatchFileReader, numbers: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """These batches. Raises ArrowException, OSError, and Problems where they are too large."""
        parts = [parts_of(type_) for type_ in file.schema.types]
        if not self._lists_are_checked:
            lists = Unpacked(self._path)
            for block in self._lists:
                lists.list(*self._checked(block, DICTIONARY, None))
            self._lists_are_checked = True
        unpacked = Unpacked(self._path)
        for number in numbers:
            unpacked.batch(*self._checked(self._blocks[number], ROWS, parts))
            yield file.get_batch(number)

    def _checked(self, block: tuple[int, int], kind: int, parts: Sequence[int] | None) -> tuple[Message, int]:
        message, start = self._message(block)
        if message.kind != kind or start + message.body > self._size:
            raise pa.ArrowInvalid("another message")
        return message, checked(message, lambda at, length: self._part(start + at, length), parts)

    def _message(self, block: tuple[int, int]) -> tuple[Message, int]:
        """A message, and where its body starts."""
        at, whole = block
        length, before = length_of(self._part(at, 8))
        if before + length > whole:
            raise pa.ArrowInvalid("a message longer than itself")
        return message_of(self._part(at + before, length)), at + whole

    def _part(self, at: int, length: int) -> bytes:
        """Some bytes of the file; where it has no such, nothing is made ready for them."""
        if at < 0 or length < 0 or at + length > self._size:
            raise pa.ArrowInvalid("outside of the file")
        raw = os.pread(self._file, length, at)
        if len(raw) < length:
            raise pa.ArrowInvalid("cut off")
        return raw


def _stream(book: RuleBook, path: Path, pipe: Pipe, stack: ExitStack) -> Columnar:
    """A stream; what ends it tells the end from a cut between batches."""
    checked_stream = _CheckedStream(path, pipe)
    reader = stack.enter_context(pa.ipc.open_stream(checked_stream))
    checked_stream.parts = [parts_of(type_) for type_ in reader.schema.types]

    def batches() -> Iterator[pa.RecordBatch]:
        yield from reader
        if not checked_stream.ended:
            raise pa.ArrowInvalid("cut off")

    return Columnar(book, path, reader.schema, [Group(None, batches)])


class _CheckedStream:
    """A stream for Arrow to read, of which each message is held against its bytes before Arrow has it.

    `parts` are those of the columns, known once Arrow has read the schema.
    """

    closed = False

    def __init__(self, path: Path, pipe: Pipe) -> None:
        self._pipe, self._unpacked = pipe, Unpacked(path)
        self._ready: list[bytes] = []
        self.parts: Sequence[int] = ()
        self.ended = False

    def read(self, size: int) -> bytes:
        """The next bytes, as many as there are up to `size`."""
        given = []
        while size and (self._ready or self._next_message()):
            first = self._ready.pop(0)
            given.append(first[:size] if len(first) > size else first)
            if len(first) > size:
                self._ready.insert(0, first[size:])
            size -= len(given[-1])
        return given[0] if len(given) == 1 else b"".join(given)

    def _next_message(self) -> bool:
        """Makes a message ready, in parts as Arrow asks for them; false at the end."""
        if self.ended:
            return False
        start = self._pipe.read(4)
        if start == b"\xff\xff\xff\xff":
            start += self._pipe.read(4)
        if len(start) not in (4, 8):
            self._ready += [start] if start else []
            return bool(start)
        length, _ = length_of(start if len(start) == 8 else start + bytes(4))
        if not length:
            self.ended = True
            self._ready.append(start)
            return True
        metadata = self._pipe.read(length)
        message = message_of(metadata)
        body = self._pipe.read(message.body)
        if len(metadata) < length or len(body) < message.body:
            raise pa.ArrowInvalid("cut off")
        self._check(message, body)
        self._ready += [start, metadata, *([body] if body else [])]
        return True

    def _check(self, message: Message, body: bytes) -> None:
        if message.kind in (DICTIONARY, ROWS):
            parts = self.parts if message.kind == ROWS else None
            grown = checked(message, lambda at, length: body[at : at + length], parts)
            (self._unpacked.batch if message.kind == ROWS else self._unpacked.list)(message, grown)
