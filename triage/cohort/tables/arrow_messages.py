"""The messages of which Arrow files and streams consist: what one says of itself, held against its bytes.

Arrow believes a message. Where it says that a column has no nulls, the bits that tell them are not looked
at, and who was not asked is read as the first answer of the list; where it says how large its packed bytes
become, so much memory is taken. So both are known here before Arrow reads it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.cohort.tables.limits import MOST_METADATA

DICTIONARY, ROWS = 2, 3
"""The kinds of messages that have columns: what one of them lists, and rows."""
_UNPACKED_AS_IT_IS = -1
_CODECS = ("lz4", "zstd")
_NO_BYTES = (struct.error, ValueError, IndexError)
"""What is raised where bytes are read that are not there."""
_Numbers: TypeAlias = npt.NDArray[np.int64]
Body: TypeAlias = Callable[[int, int], bytes]
"""Gives a part of a message's body: from where, and how many bytes."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says of itself. Those without columns, such as a schema, have nothing but a body.

    `nodes` has for each column its length and number of nulls, `buffers` for each of its parts where it is
    in the body and its length, and `views` how many parts more the columns of views have.
    """

    kind: int
    body: int
    dictionary: int = 0
    adds: bool = False
    rows: int = 0
    nodes: _Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    buffers: _Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    codec: str = ""
    views: _Numbers = field(default_factory=lambda: np.zeros(0, np.int64))


def message_of(metadata: bytes) -> Message:
    """What these bytes say. Raises ArrowInvalid where they are no message."""
    try:
        return _message(_Table(metadata, _number(metadata, "<I", 0)))
    except _NO_BYTES as error:
        raise pa.ArrowInvalid("no message") from error


def blocks_of(footer: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where in an Arrow file its lists and its rows are, and how long their metadata is, by its footer."""
    try:
        table = _Table(footer, _number(footer, "<I", 0))
        some, others = (table.structs(field, "<i8", 3) for field in (2, 3))
    except _NO_BYTES as error:
        raise pa.ArrowInvalid("no footer") from error
    return _starts(some), _starts(others)


def _starts(blocks: _Numbers) -> list[tuple[int, int]]:
    return [(int(offset), int(length) & 0xFFFFFFFF) for offset, length, _ in blocks]


def checked(message: Message, body: Body, parts: Sequence[int] | None) -> int:
    """How many bytes the packed parts of a message with columns become. Raises ArrowInvalid.

    `parts` is how many parts each column has, by its type; of a dictionary it need not be known. A column
    that says it has no nulls must have none by its bits.
    """
    try:
        return _checked(message, body, parts)
    except _NO_BYTES as error:
        raise pa.ArrowInvalid("no bytes for what it says") from error


def _checked(message: Message, body: Body, parts: Sequence[int] | None) -> int:
    offsets, lengths = message.buffers.T
    ends = offsets + lengths
    if (message.nodes < np.array([0, -1])).any() or (message.nodes[:, 1] > message.nodes[:, 0]).any():
        raise pa.ArrowInvalid("a column of no length")
    if message.rows < 0 or (message.nodes[:, 0] != message.rows).any():
        raise pa.ArrowInvalid("columns of other lengths")
    if (offsets < 0).any() or (lengths < 0).any() or (ends > message.body).any() or (ends < offsets).any():
        raise pa.ArrowInvalid("a part outside of its message")
    for column, first in enumerate(list(_first_parts(message, parts))):
        if first is not None and not message.nodes[column, 1]:
            _no_nulls(message, body, first, int(message.nodes[column, 0]))
    if not message.codec:
        return 0
    sizes = [_unpacked_size(body, int(at), int(length)) for at, length in message.buffers if length]
    return sum(size for size in sizes if size != _UNPACKED_AS_IT_IS)


def _first_parts(message: Message, parts: Sequence[int] | None) -> Iterator[int | None]:
    """For each column the part that tells its nulls, None where it has none."""
    if parts is None:
        parts = [len(message.buffers)]
    more = iter(message.views.tolist())
    at = 0
    for count in parts:
        yield at if count else None
        at += count if count >= 0 else -count + next(more, 0)
    if at != len(message.buffers) or len(parts) != len(message.nodes):
        raise pa.ArrowInvalid("other columns than the schema has")


def parts_of(type_: pa.DataType) -> int:
    """How many parts a column of a type has in a message; negative where there are more, for its views."""
    if pa.types.is_null(type_):
        return 0
    if pa.types.is_string_view(type_):
        return -2
    return 3 if pa.types.is_string(type_) or pa.types.is_large_string(type_) else 2


def _no_nulls(message: Message, body: Body, part: int, rows: int) -> None:
    at, length = map(int, message.buffers[part])
    if not length or not rows:
        return
    raw = body(at, length)
    if message.codec:
        raw = _unpacked(raw, message.codec, -(-rows // 8))
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), count=rows, bitorder="little")
    if len(raw) * 8 < rows or not bits.all():
        raise pa.ArrowInvalid("nulls in a column that says it has none")


def _unpacked(raw: bytes, codec: str, least: int) -> bytes:
    """Bits of validity as they were before they were packed, and some bytes that fill up."""
    size = _number(raw, "<q", 0)
    if size == _UNPACKED_AS_IT_IS:
        return raw[8:]
    if not least <= size <= least + 64:
        raise pa.ArrowInvalid("bits for another number of rows")
    return bytes(pa.decompress(raw[8:], size, codec, asbytes=True))


def _unpacked_size(body: Body, at: int, length: int) -> int:
    """The size that a packed part says it has unpacked."""
    if length < 8:
        raise pa.ArrowInvalid("a packed part without its size")
    size = _number(body(at, 8), "<q", 0)
    if size < _UNPACKED_AS_IT_IS:
        raise pa.ArrowInvalid("a part of no size")
    return size


def _message(table: _Table) -> Message:
    kind, body = table.number(1, "<B"), table.number(3, "<q")
    if body < 0:
        raise pa.ArrowInvalid("a body of no length")
    if kind == ROWS:
        return _columns(kind, body, table.table(2))
    if kind == DICTIONARY:
        listed = table.table(2)
        return _columns(kind, body, listed.table(1), listed.number(0, "<q"), bool(listed.number(2, "<B")))
    return Message(kind, body)


def _columns(kind: int, body: int, table: _Table, dictionary: int = 0, adds: bool = False) -> Message:
    packed = table.table(3) if table.has(3) else None
    codec = "" if packed is None else _CODECS[packed.number(0, "<B")]
    return Message(
        kind,
        body,
        dictionary,
        adds,
        table.number(0, "<q"),
        table.structs(1, "<i8", 2),
        table.structs(2, "<i8", 2),
        codec,
        table.structs(4, "<i8", 1).reshape(-1),
    )


class _Table:
    """A table of a flatbuffer: fields by their numbers, each absent or somewhere in the same bytes."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at = raw, at
        self._fields = at - _number(raw, "<i", at)
        self._count = (_number(raw, "<H", self._fields) - 4) // 2

    def has(self, field: int) -> bool:
        return bool(self._where(field))

    def number(self, field: int, form: str) -> int:
        where = self._where(field)
        return _number(self._raw, form, where) if where else 0

    def table(self, field: int) -> _Table:
        where = self._where(field)
        if not where:
            raise ValueError("a table is missing")
        return _Table(self._raw, where + _number(self._raw, "<I", where))

    def structs(self, field: int, form: str, size: int) -> _Numbers:
        """A list of structs of so many numbers each, one struct in a row."""
        where = self._where(field)
        if not where:
            return np.zeros((0, size), np.int64)
        start = where + _number(self._raw, "<I", where)
        count = _number(self._raw, "<I", start)
        return np.frombuffer(self._raw, form, count * size, start + 4).astype(np.int64).reshape(-1, size)

    def _where(self, field: int) -> int:
        if field >= self._count:
            return 0
        offset = _number(self._raw, "<H", self._fields + 4 + 2 * field)
        return self._at + offset if offset else 0


def _number(raw: bytes, form: str, at: int) -> int:
    if at < 0:
        raise ValueError("outside")
    return int(struct.unpack_from(form, raw, at)[0])


def length_of(start: bytes) -> tuple[int, int]:
    """How long the metadata is that begins with these 8 bytes, and how many of them stand before it.

    Older writers left out the first four. A length of 0 ends a stream. Raises ArrowInvalid.
    """
    marked = start[:4] == b"\xff\xff\xff\xff"
    length = _number(start, "<i", 4 if marked else 0)
    if not 0 <= length <= MOST_METADATA:
        raise pa.ArrowInvalid("metadata of no length")
    return length, 8 if marked else 4
