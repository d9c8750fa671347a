"""Blocks of JSON lines that are plain, parsed together; the others are left to be read one by one.

A plain block holds one object on each line, whose values are texts, numbers or null. What is read then
is what reading line by line gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.json

from triage.book.book import RuleBook
from triage.cohort.tables.columns import DATE, ID, NOT_KNOWN, Column, column_named, with_unit
from triage.cohort.tables.rows import IN_CACHE, is_utf8

_NUMBER = re.compile(  # begins with what can be searched for, which makes it three times as fast
    rb'":(?<!\\":)[ \t\r]*+(?=[-0-9])(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?)(?=[,} \t\r])'
)
_OPEN, _CLOSE, _NEWLINE, _RETURN = (ord(letter) for letter in "{}\n\r")


class JsonBlocks:
    """Parses the blocks of a table. Raises nothing: what is not plain is no block of its."""

    def __init__(self, book: RuleBook) -> None:
        units = [
            with_unit(fact, unit) for fact in book.facts.values() if fact.scale for unit in fact.scale.units
        ]
        names = [ID, DATE, *units, *book.facts, *(f"{fact}{NOT_KNOWN}" for fact in book.facts)]
        found = {name: column_named(book, name) for name in dict.fromkeys(names)}
        self._columns: Mapping[str, Column] = {name: c for name, c in found.items() if c is not None}
        self._schema = pa.schema([(name, pa.string()) for name in self._columns])

    def parsed(self, text: bytes, longest: int) -> tuple[list[Column], list[pa.Array]] | None:
        """The columns that have cells in a block, and their cells; None where the block is not plain.

        Nor is it where a line has more than the `longest` number of bytes.
        """
        lines = _plain_lines(text, longest)
        if lines == 0:
            return None
        text = _NUMBER.sub(rb'":"\1"', text)  # as text, so that it is read digit by digit
        options = pa.json.ParseOptions(
            explicit_schema=self._schema, newlines_in_values=False, unexpected_field_behavior="error"
        )
        try:
            table = pa.json.read_json(
                pa.BufferReader(text), pa.json.ReadOptions(block_size=IN_CACHE, use_threads=False), options
            )
        except MemoryError:
            raise
        except pa.ArrowException:
            return None
        filled = [name for name in table.column_names if table[name].null_count < table.num_rows]
        columns = [self._columns[name] for name in filled]
        facts = [column.fact.id for column in columns if column.fact is not None]
        if table.num_rows != lines or len(set(facts)) < len(facts):
            return None
        return columns, [table[name].combine_chunks() for name in filled]


def _plain_lines(text: bytes, longest: int) -> int:
    """How many lines a block has, each an object by its ends and without an escape; else 0."""
    if not text.endswith(b"\n") or (b"\\" in text and b"\\u" in text) or b"\0" in text or not is_utf8(text):
        return 0
    raw = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(raw == _NEWLINE)
    starts = np.concatenate([np.zeros(1, np.intp), ends[:-1] + 1])
    if (ends - starts < 2).any() or (ends - starts >= longest).any():
        return 0
    last = raw[ends - 1]
    last = np.where(last == _RETURN, raw[ends - 2], last)
    return len(ends) if (raw[starts] == _OPEN).all() and (last == _CLOSE).all() else 0
