"""Tables that are columns already, such as Parquet and Arrow files, as sources of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.chunk import ROWS, Chunk, Position
from triage.cohort.tables.cells import usual
from triage.cohort.tables.coding import coded_block
from triage.cohort.tables.column_types import wrong_type
from triage.cohort.tables.columns import columns_named
from triage.cohort.tables.sound import check_sound, damaged, told_as_damaged
from triage.cohort.threads import ahead, each_in_order

_START: Position = {"group": 0, "skip": 0, "row": 0}


@dataclass(frozen=True, slots=True)
class Group:
    """Some consecutive rows of a table that can be read by themselves: how many, and how they are read.

    A stream is one group, and `rows` is None. `together` says how many are read at a time, where these
    must be fewer than a chunk can have.
    """

    rows: int | None
    read: Callable[[], Iterable[pa.RecordBatch]]
    together: Callable[[], int] = lambda: ROWS


@dataclass(frozen=True, slots=True)
class _Block:
    """The rows of a chunk: how many rows of the table are before them, and where the next ones begin."""

    batch: pa.RecordBatch
    before: int
    after: Position


class Columnar:
    """A table of groups of rows. Raises Problems for columns, or types of columns, that it cannot have."""

    def __init__(self, book: RuleBook, path: Path, schema: pa.Schema, groups: Sequence[Group]) -> None:
        self.name = path.name
        sizes = [group.rows for group in groups if group.rows is not None]
        self.resumable = len(sizes) == len(groups)
        self.size = sum(sizes) if self.resumable else None
        self._path, self._groups = path, groups
        if not schema.names:
            raise Problems([Problem(str(path), 1, 1, "Q002", "the table has no columns", "name the columns")])
        self._columns = columns_named(book, str(path), schema.names)
        found = [
            Problem(str(path), 1, position, "Q009", what, write)
            for position, (column, type_) in enumerate(zip(self._columns, schema.types, strict=True), start=1)
            for what, write in wrong_type(column, type_)
        ]
        if found:
            raise Problems(found)

    def chunks(self, after: Position | None = None) -> Iterator[Chunk]:
        """The rows of the table, from the start or after an earlier chunk."""
        return each_in_order(self._chunk, ahead(self._blocks(after), 1))

    def chunk_at(self, position: Position) -> Chunk:
        """The chunk that begins at one of the `positions`."""
        return self._chunk(next(self._blocks(position)))

    def positions(self, after: Position | None = None) -> Iterator[Position]:
        """Where each chunk begins."""
        begin = dict(after or _START)
        row, skip = begin["row"], begin["skip"]
        for number, group in enumerate(self._groups[begin["group"] :], start=begin["group"]):
            assert group.rows is not None
            together = self._together(group)
            for here in range(skip, group.rows, together):
                yield {"group": number, "skip": here, "row": row}
                row += min(together, group.rows - here)
            skip = 0

    def _chunk(self, block: _Block) -> Chunk:
        end = block.before + block.batch.num_rows
        rows = np.arange(block.before + 1, end + 1)
        return coded_block(self._columns, block.batch.columns, rows, (), block.after, end)

    def _blocks(self, after: Position | None) -> Iterator[_Block]:
        place = dict(after or _START)
        row, skip = place["row"], place["skip"]
        for number, group in enumerate(self._groups[place["group"] :], start=place["group"]):
            here = 0
            for batch in _in_chunks(self._sound_batches(group), self._together(group)):
                here += batch.num_rows
                if here <= skip:
                    continue
                next_row = row + batch.num_rows
                ended = here == group.rows
                next_place = {"group": number + ended, "skip": 0 if ended else here, "row": next_row}
                yield _Block(batch, row, next_place)
                row = next_row
            skip = 0
            if group.rows not in (None, here):
                raise damaged(self._path)

    def _together(self, group: Group) -> int:
        with told_as_damaged(self._path):
            return min(group.together(), ROWS)

    def _sound_batches(self, group: Group) -> Iterator[pa.RecordBatch]:
        """The batches of a group as they are in the file. Raises Problems where their bytes are none."""
        with told_as_damaged(self._path):
            for batch in group.read():
                check_sound(self._path, self._columns, batch)
                yield batch


def small_ones_together(sizes: Iterable[int]) -> Iterator[tuple[list[int], int]]:
    """Consecutive parts of a file by their number, as many as make one chunk, and the rows they have."""
    numbers: list[int] = []
    rows = 0
    for number, here in enumerate(sizes):
        if rows and rows + here > ROWS:
            yield numbers, rows
            numbers, rows = [], 0
        numbers.append(number)
        rows += here
    if rows:
        yield numbers, rows


def _in_chunks(batches: Iterable[pa.RecordBatch], together: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of so many, whatever they came in, and the rest."""
    parts: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        while batch.num_rows:
            parts.append(batch.slice(0, together - rows))
            rows += parts[-1].num_rows
            batch = batch.slice(parts[-1].num_rows)
            if rows == together:
                yield from _as_one(parts)
                parts, rows = [], 0
    yield from _as_one(parts)


def _as_one(parts: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """These rows in one batch, or in more where their texts are longer than one batch can have.

    What their dictionaries list may differ, and be more together.
    """
    if len(parts) < 2:
        return parts
    wide = [
        pa.RecordBatch.from_arrays([_wide(column) for column in part.columns], part.schema.names)
        for part in parts
    ]
    return list(pa.Table.from_batches(wide).unify_dictionaries().combine_chunks().to_batches())


def _wide(column: pa.Array) -> pa.Array:
    """The column; its places in a dictionary, of what occurs in it, as numbers that do not run out."""
    if not pa.types.is_dictionary(column.type):
        return column
    column = usual(column)
    return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), column.dictionary, safe=False)
