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
import pyarrow.parquet as pq

from triage.cohort.tables.limits import MOST_METADATA

_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_BYTES = {"INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12, "BYTE_ARRAY": 4}
_A_TEXT = 24
"""The bytes that a text takes at least, wherever it stands."""
_FEW = 1 << 10
_Header: TypeAlias = dict[int, "int | _Header"]
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


def pages_of(file: int, column: pq.ColumnChunkMetaData, width: int) -> list[Page]:
    """The pages of a column, in order; `width` is that of a value of fixed length.

    Raises ArrowInvalid where a header says what cannot be, and OSError.
    """
    try:
        return list(_pages(file, column, width))
    except (IndexError, KeyError, TypeError, RecursionError) as error:
        raise pa.ArrowInvalid("no page") from error


def _pages(file: int, column: pq.ColumnChunkMetaData, width: int) -> Iterator[Page]:
    at = column.data_page_offset
    listed = column.dictionary_page_offset if column.has_dictionary_page else None
    if listed is not None and 0 < listed < at:
        at = listed
    end = os.fstat(file).st_size
    if not 0 <= at <= at + column.total_compressed_size <= end:
        raise pa.ArrowInvalid("a column outside of the file")
    least = _BYTES.get(column.physical_type, width)
    seen = 0
    while seen < column.num_values:
        header, length = _header(file, at, end)
        size, packed = _whole(header, 2), _whole(header, 3)
        at += length + packed
        if at > end:
            raise pa.ArrowInvalid("a page outside of the file")
        kind = _whole(header, 1)
        if kind == _DICTIONARY:
            values = _whole(_inner(header, 7), 1)
            if values * least > size:
                raise pa.ArrowInvalid("more values than fit")
            yield Page("list", values, size)
        elif kind in (_DATA, _DATA_V2):
            inner = _inner(header, 5 if kind == _DATA else 8)
            values, encoding = _whole(inner, 1), _whole(inner, 2 if kind == _DATA else 4)
            seen += values
            yield Page(_KINDS.get(encoding, "plain"), values, size)


def _inner(header: _Header, field: int) -> _Header:
    inner = header[field]
    if not isinstance(inner, dict):
        raise TypeError(inner)
    return inner


def _whole(header: _Header, field: int) -> int:
    number = header[field]
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise TypeError(number)
    return number


def _header(file: int, at: int, end: int) -> tuple[_Header, int]:
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


def _struct(raw: bytes, at: int) -> tuple[_Header, int]:
    """The short numbers and structs in a struct of Thrift's compact form, by field, and where it ends."""
    found: _Header = {}
    field = 0
    while kind := raw[at]:
        at += 1
        if kind >> 4:
            field += kind >> 4
        else:
            number, at = _varint(raw, at)
            field = (number >> 1) ^ -(number & 1)
        kind &= 15
        if kind == 5:
            number, at = _varint(raw, at)
            found[field] = (number >> 1) ^ -(number & 1)
        elif kind == 12:
            found[field], at = _struct(raw, at)
        else:
            at = _after(raw, at, kind)
    return found, at + 1


def _after(raw: bytes, at: int, kind: int) -> int:
    """Where a value of another kind is over."""
    if kind in (1, 2):
        return at
    if kind == 3:
        return at + 1
    if kind in (4, 6):
        return _varint(raw, at)[1]
    if kind == 7:
        return at + 8
    length, after = _varint(raw, at)
    if kind == 8:
        if after + length > len(raw):
            raise IndexError(length)
        return after + length
    raise KeyError(kind)  # a list or a map, which no header of a page has


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
