"""What every reader gives and the decision takes: some rows of a table, read and coded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

ROWS = 131_072
"""The rows of a chunk, where a table has as many together."""

Position: TypeAlias = Mapping[str, Any]
"""Where in its table a reader can go on; plain values that JSON can hold."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was refused: the column, and the reason."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be read: the line it starts on, its id where that could be read, and why."""

    row: int
    id: str
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive rows of a table: those that can be decided, in order, and those that were refused.

    `about` has the columns `row` (int64, the line or number of the row in its table), `id` (string) and
    `date` (string, as 2026-11-25, or null). `codes` has one column for each fact that was read, as in
    `codes_schema`, and `ticked` names those in which a tick may stand. `after` is where the next chunk
    begins, and `done` how much of the table's size has then been read.
    """

    about: pa.RecordBatch
    codes: pa.RecordBatch
    after: Position
    done: int
    refused: tuple[RefusedRow, ...] = ()
    ticked: frozenset[str] = field(default_factory=frozenset)

    @property
    def rows(self) -> int:
        """How many rows of the table this was."""
        return int(self.codes.num_rows) + len(self.refused)


ABOUT = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("date", pa.string()),
    ]
)
