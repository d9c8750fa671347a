"""The pages of which the columns of a Parquet file consist: how large each becomes, by its own header.

Parquet is read a page at a time, and a page is as large as its header says, or makes any number of long
texts of a few bytes. So headers are read first, and not one page is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa

from triage.cohort.tables.limits import MOST_METADATA

_SHORT, _LONG, _LIST, _SET, _STRUCT = 5, 6, 9, 10, 12
_NOT_THERE = (IndexError, KeyError, AssertionError, RecursionError)
"""What is raised where a struct has not what is read of it."""
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_BYTES = {"INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12, "BYTE_ARRAY": 4}
_A_TEXT = 24
"""The bytes that a text takes at least, wherever it stands."""
_FEW = 1 << 10
_Struct: TypeAlias = dict[tuple[int, int], "int | _Struct | list[_Struct]"]
Kind: TypeAlias = Literal["list", "listed", "plain", "lengths", "repeats"]
_KINDS: dict[int, Kind] = {2: "listed", 8: "listed", 6: "lengths", 7: "repeats"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the values in it, the bytes that it becomes, and how its values are written.

    A `list` is what `listed` pages have places in. Before texts that stand there whole, `lengths` has how
    long they are; what `repeats` says only how each differs from the one before, so that any may be as
    long as the page is.
    """

    kind: Kind
    values: int
    size: int

    @property
    def memory(self) -> int:
        """The bytes that are taken while the page is read."""
        return self.size + (0 if self.kind in ("listed", "plain") else _A_TEXT * self.values)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where the pages of a column begin in a row group, how long they are, and how many values they have."""

    start: int
    size: int
    values: int


def chunks_of(footer: bytes) -> list[list[Chunk]]:
    """The columns of each row group, by the end of a file. Raises ArrowInvalid.

    It is read here, because pyarrow ends the process where a column says nothing of itself.
    """
    try:
        groups = _list(_struct(footer, 0)[0], 4)
        return [[_chunk(_inner(column, 3)) for column in _list(group, 1)] for group in groups]
    except _NOT_THERE as error:
        raise pa.ArrowInvalid("no footer") from error


def _chunk(about: _Struct) -> Chunk:
    data, listed = _number(about, _LONG, 9), about.get((_LONG, 11), 0)
    start = listed if isinstance(listed, int) and 0 < listed < data else data
    return Chunk(start, _number(about, _LONG, 7), _number(about, _LONG, 5))


def pages_of(file: int, chunk: Chunk, type_: str, width: int) -> list[Page]:
    """The pages of a column, in order; its type by its name in Parquet, and the width of a fixed value.

    Raises ArrowInvalid where a header says what cannot be, and OSError.
    """
    try:
        return list(_pages(file, chunk, _BYTES.get(type_, width)))
    except _NOT_THERE as error:
        raise pa.ArrowInvalid("no page") from error


def _pages(file: int, chunk: Chunk, least: int) -> Iterator[Page]:
    at, end = chunk.start, os.fstat(file).st_size
    if at + chunk.size > end:
        raise pa.ArrowInvalid("a column outside of the file")
    seen = 0
    while seen < chunk.values:
        header, length = _header(file, at, end)
        size, packed = _number(header, _SHORT, 2), _number(header, _SHORT, 3)
        at += length + packed
        if at > end:
            raise pa.ArrowInvalid("a page outside of the file")
        kind = _number(header, _SHORT, 1)
        if kind == _DICTIONARY:
            values = _number(_inner(header, 7), _SHORT, 1)
            if values * least > size:
                raise pa.ArrowInvalid("more values than fit")
            yield Page("list", values, size)
        elif kind in (_DATA, _DATA_V2):
            inner = _inner(header, 5 if kind == _DATA else 8)
            values = _number(inner, _SHORT, 1)
            encoding = _number(inner, _SHORT, 2 if kind == _DATA else 4)
            seen += values
            yield Page(_KINDS.get(encoding, "plain"), values, size)


def _header(file: int, at: int, end: int) -> tuple[_Struct, int]:
    """The header of a page, and its length."""
    length = _FEW
    while True:
        raw = os.pread(file, min(length, end - at), at)
        try:
            return _struct(raw, 0)
        except IndexError:
            if length > MOST_METADATA or len(raw) < length:
                raise
        length *= 16


def _inner(struct: _Struct, field: int) -> _Struct:
    inner = struct[_STRUCT, field]
    assert isinstance(inner, dict)
    return inner


def _list(struct: _Struct, field: int) -> list[_Struct]:
    structs = struct[_LIST, field]
    assert isinstance(structs, list)
    return structs


def _number(struct: _Struct, kind: int, field: int) -> int:
    """A number that is not negative, and no larger than its kind can be."""
    number = struct[kind, field]
    if not isinstance(number, int) or not 0 <= number < 2 ** (31 if kind == _SHORT else 62):
        raise KeyError(number)
    return number


def _struct(raw: bytes, at: int) -> tuple[_Struct, int]:
    """A struct in Thrift's compact form, by the kinds and numbers of its fields, and where it is over.

    It has the whole numbers, structs and lists of structs; a number of another kind is another field, as it
    is to Arrow.
    """
    found: _Struct = {}
    field = 0
    while kind := raw[at]:
        at += 1
        if kind >> 4:
            field += kind >> 4
        else:
            number, at = _varint(raw, at)
            field = (number >> 1) ^ -(number & 1)
        kind &= 15
        if kind in (_SHORT, _LONG):
            number, at = _varint(raw, at)
            found[kind, field] = (number >> 1) ^ -(number & 1)
        elif kind == _STRUCT:
            found[kind, field], at = _struct(raw, at)
        elif kind in (_LIST, _SET):
            found[kind, field], at = _structs(raw, at)
        elif kind not in (1, 2):  # yes and no are said by the kind alone
            at = _after(raw, at, kind)
    return found, at + 1


def _structs(raw: bytes, at: int) -> tuple[list[_Struct], int]:
    """The structs of a list, none where it is of something else, and where it is over."""
    count, kind = raw[at] >> 4, raw[at] & 15
    at += 1
    if count == 15:
        count, at = _varint(raw, at)
    structs = []
    for _ in range(count):
        if kind == _STRUCT:
            struct, at = _struct(raw, at)
            structs.append(struct)
        elif kind in (_LIST, _SET):
            at = _structs(raw, at)[1]
        else:
            at = _after(raw, at, kind)
    return structs, at


def _after(raw: bytes, at: int, kind: int) -> int:
    """Where a value of another kind is over."""
    if kind in (1, 2, 3):
        return at + 1
    if kind in (4, _SHORT, _LONG):
        return _varint(raw, at)[1]
    if kind == 7:
        return at + 8
    if kind != 8:
        raise KeyError(kind)  # a map, which Parquet has nowhere
    length, at = _varint(raw, at)
    if at + length > len(raw):
        raise IndexError(length)
    return at + length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    byte = raw[at]
    if byte < 128:
        return byte, at + 1
    number, shift = byte & 127, 7
    while byte >= 128:
        at += 1
        byte = raw[at]
        number |= (byte & 127) << shift
        shift += 7
        if shift > 70:
            raise KeyError(shift)
    return number, at + 1
