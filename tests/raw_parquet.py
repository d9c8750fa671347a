"""Parquet files made by hand, byte by byte: their headers say whatever they are told to."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

NUMBER, LONG, BYTES, LIST, STRUCT = 5, 6, 8, 9, 12
_PLAIN, _RLE, _LISTED = 0, 3, 8
_TEXT, _UTF8 = 6, 0
ZSTD = 6
Field: TypeAlias = tuple[int, int, Any]


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def thrift(fields: Sequence[Field]) -> bytes:
    """A struct in Thrift's compact form: the number, type and value of each field."""
    out, last = b"", 0
    for number, kind, value in fields:
        step = number - last
        out += bytes([step << 4 | kind]) if step else bytes([kind]) + varint(number << 1)
        out += _value(kind, value)
        last = number
    return out + b"\0"


def _value(kind: int, value: Any) -> bytes:
    if kind in (NUMBER, LONG):
        return varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if kind == BYTES:
        return varint(len(value)) + bytes(value)
    if kind == STRUCT:
        return thrift(value)
    inner, values = value
    short = len(values) < 15
    head = bytes([len(values) << 4 | inner]) if short else bytes([0xF0 | inner]) + varint(len(values))
    return head + b"".join(_value(inner, one) for one in values)


@dataclass(frozen=True)
class Column:
    """A column of texts, each of them one of `listed`, in `runs` of the same: which, and how often.

    The rest is what the headers say: how many are listed, and how large the pages become; None: the truth.
    The size of the list is said `again`, as another type of number; the end of the file says nothing of it.
    """

    name: str
    listed: Sequence[bytes]
    runs: Sequence[tuple[int, int]]
    list_count: int | None = None
    list_size: int | None = None
    page_size: int | None = None
    page_values: int | None = None
    chunk_size: int | None = None
    codec: int = 0
    again: int | None = None
    says_nothing: bool = False

    @property
    def rows(self) -> int:
        return sum(count for _, count in self.runs)

    def pages(self) -> tuple[bytes, int]:
        """The bytes of both pages, and where the second begins."""
        texts = b"".join(struct.pack("<I", len(text)) + text for text in self.listed)
        width = max(1, (len(self.listed) - 1).bit_length())
        body = bytes([width]) + b"".join(
            varint(count << 1) + place.to_bytes((width + 7) // 8, "little") for place, count in self.runs
        )
        first = thrift(
            [
                (1, NUMBER, 2),
                (2, NUMBER, _or(self.list_size, len(texts))),
                *([] if self.again is None else [(2, LONG, self.again)]),
                (3, NUMBER, len(texts)),
                (7, STRUCT, [(1, NUMBER, _or(self.list_count, len(self.listed))), (2, NUMBER, _PLAIN)]),
            ]
        )
        values = [(1, NUMBER, _or(self.page_values, self.rows)), (2, NUMBER, _LISTED)]
        second = thrift(
            [
                (1, NUMBER, 0),
                (2, NUMBER, _or(self.page_size, len(body))),
                (3, NUMBER, len(body)),
                (5, STRUCT, [*values, (3, NUMBER, _RLE), (4, NUMBER, _RLE)]),
            ]
        )
        return first + texts + second + body, len(first) + len(texts)


def _or(said: int | None, truth: int) -> int:
    return truth if said is None else said


def write(path: Path, *columns: Column, rows: int | None = None) -> None:
    """A file of one row group; `rows` is how many it says there are."""
    out = bytearray(b"PAR1")
    chunks = []
    rows = columns[0].rows if rows is None else rows
    for column in columns:
        pages, second = column.pages()
        size, start = _or(column.chunk_size, len(pages)), len(out)
        about: list[Field] = [
            (1, NUMBER, _TEXT),
            (2, LIST, (NUMBER, [_PLAIN, _RLE, _LISTED])),
            (3, LIST, (BYTES, [column.name.encode()])),
            (4, NUMBER, column.codec),
            (5, LONG, rows),
            (6, LONG, size),
            (7, LONG, size),
            (9, LONG, start + second),
            (11, LONG, start),
        ]
        chunks.append([(2, LONG, start), *([] if column.says_nothing else [(3, STRUCT, about)])])
        out += pages
    schema: list[list[Field]] = [[(4, BYTES, b"schema"), (5, NUMBER, len(columns))]]
    schema += [
        [(1, NUMBER, _TEXT), (3, NUMBER, 0), (4, BYTES, column.name.encode()), (6, NUMBER, _UTF8)]
        for column in columns
    ]
    group = [(1, LIST, (STRUCT, chunks)), (2, LONG, len(out)), (3, LONG, rows)]
    footer = thrift(
        [(1, NUMBER, 1), (2, LIST, (STRUCT, schema)), (3, LONG, rows), (4, LIST, (STRUCT, [group]))]
    )
    path.write_bytes(out + footer + struct.pack("<I", len(footer)) + b"PAR1")
