"""Whether what Arrow read of a file is what it says: nothing that decides a table looks at that again."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from triage.book.problems import Problem, Problems
from triage.cohort.tables.cells import type_of_cells
from triage.cohort.tables.columns import Column
from triage.cohort.tables.limits import MOST_AT_ONCE, too_large

_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What pyarrow raises for a file that is not what its name says."""


@contextmanager
def told_as_damaged(path: Path) -> Iterator[None]:
    """Raises Problems for what pyarrow raises of a broken file. A lack of memory is no fault of the file."""
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            raise
        raise damaged(path) from None


def damaged(path: Path) -> Problems:
    """What is said of a file that cannot be read."""
    what = "it is damaged, or not what its name says"
    return Problems([Problem(str(path), 1, 1, "Q010", what, "a whole file")])


def check_sound(path: Path, columns: Sequence[Column], batch: pa.RecordBatch) -> None:
    """Raises Problems where the bytes of a column are not what it says."""
    for position, (column, cells) in enumerate(zip(columns, batch.columns, strict=True), start=1):
        if _texts_by_views(cells) > MOST_AT_ONCE:
            raise too_large(path, f"the column {column.name}", MOST_AT_ONCE, "shorter texts")
        if wrong := _wrong(cells):
            what = f"the column {column.name} is damaged: {wrong}"
            raise Problems([Problem(str(path), 1, position, "Q010", what, "a whole file")])


def _wrong(column: pa.Array) -> str:
    """What the bytes of a column are not, although it says so, such as UTF-8; empty where they are all.

    Places outside of a list would be read from anywhere in memory.
    """
    listed = pa.types.is_dictionary(column.type)
    no_cell = f"it has a cell that is no {type_of_cells(column.type)}"
    try:
        column.validate()
        if _nulls_in(column) != column.null_count:
            return "it has other empty cells than it says"
        (column.dictionary if listed else column).validate(full=True)
    except MemoryError:
        raise
    except pa.ArrowException:
        return no_cell
    return no_cell if listed and not _are_places(column.indices, len(column.dictionary)) else ""


def _nulls_in(column: pa.Array) -> int:
    """How many nulls a column has by its bits."""
    if pa.types.is_null(column.type):
        return len(column)
    validity = column.buffers()[0]
    if validity is None:
        return 0
    bits = pa.Array.from_buffers(pa.bool_(), len(column), [None, validity], offset=column.offset)
    return len(column) - int(bits.true_count)


def _texts_by_views(column: pa.Array) -> int:
    """How long the texts are together to which views point: many may point to the same long one."""
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    if not pa.types.is_string_view(values.type) or not len(values):
        return 0
    views = values.buffers()[1]
    if views is None or views.size < 16 * (values.offset + len(values)):
        return 0  # as will be found
    sizes = np.frombuffer(views, np.int32, 4 * len(values), 16 * values.offset)[::4]
    return int(sizes.astype(np.int64).sum())


def _are_places(indices: pa.Array, count: int) -> bool:
    """Whether each of these is a place in a list of so many; where it is null, anything may stand."""
    if not len(indices):
        return True
    size = indices.type.bit_width // 8
    raw = np.frombuffer(indices.buffers()[1], f"u{size}", len(indices), indices.offset * size)
    if raw.max() < count:
        return True
    if indices.null_count == len(indices):
        return True
    lowest, highest = pc.min_max(indices).as_py().values()
    return bool(0 <= lowest <= highest < count)
