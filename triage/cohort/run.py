"""A table decided: chunk by chunk, both cores busy, every row out or refused, and the counts agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from triage.book.book import RuleBook
from triage.cohort.chunk import ABOUT, Chunk, Position
from triage.cohort.comparison import OtherBook
from triage.cohort.repeated import RepeatedIds
from triage.cohort.sample import ALWAYS, Sample
from triage.cohort.spool import Decided
from triage.cohort.tables.folders import parquet_files
from triage.cohort.tables.source import Source
from triage.cohort.threads import each_in_order
from triage.decision.at_once import AtOnce
from triage.decision.decide import Decider

_CHECKED = pa.field("checked", pa.bool_(), nullable=False)
_ENDS = 2**20


@dataclass
class Tally:
    """What came of a table; `read == decided + refused`. `repeated` are ids of more than one row."""

    read: int = 0
    decided: int = 0
    refused: int = 0
    checked: int = 0
    advice: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    repeated: RepeatedIds = field(default_factory=RepeatedIds)

    def count(self, decided: Decided) -> None:
        """Adds what came of a chunk."""
        results = decided.results
        self.decided += results.num_rows
        self.refused += len(decided.refused)
        self.read += results.num_rows + len(decided.refused)
        self.checked += results.column("checked").true_count
        for name, counts in (("advice", self.advice), ("told", self.told)):
            if name in results.schema.names:
                for one in results.column(name).value_counts().to_pylist():
                    counts[one["values"]] = counts.get(one["values"], 0) + one["counts"]
        self.repeated.add(results.column("id"))
        self.repeated.add(pa.array([row.id for row in decided.refused if row.id], pa.string()))


class Run:
    """Decides chunks. `schema` is that of the results of each, with sets packed.

    `share` of the rows of every chunk, at least one, and the rows up to `always`, are decided again by
    both engines, and a difference raises EnginesDiffer. With `other`, each row also says what that
    book tells.
    """

    def __init__(
        self, decider: Decider, share: float, other: RuleBook | None = None, always: int = ALWAYS
    ) -> None:
        self._at_once = AtOnce(decider.book, decider.settings)
        self._sample = Sample(decider, share, always)
        self._other = OtherBook(decider.book, other, decider.settings) if other else None
        self.other_hash = other.hash if other else ""
        told = list(OtherBook.schema) if other else []
        self.schema = pa.schema([*ABOUT, *self._at_once.schema, *told, _CHECKED])

    def nothing(self) -> pa.RecordBatch:
        """The results of no rows."""
        return pa.RecordBatch.from_arrays(
            [pa.array([], type_) for type_ in self.schema.types], schema=self.schema
        )

    def decide(self, chunk: Chunk) -> Decided:
        """What comes of a chunk. Raises EnginesDiffer."""
        decided = self._at_once.decide(chunk.codes, chunk.ticked)
        rows = self._sample.rows(chunk)
        self._sample.check(chunk, decided, rows)
        checked = np.zeros(chunk.codes.num_rows, np.bool_)
        checked[rows] = True
        told = self._other.columns(chunk, decided) if self._other else []
        columns = [*chunk.about.columns, *decided.columns, *told, pa.array(checked)]
        results = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        return Decided(results, chunk.refused, chunk.after, chunk.done)

    def decide_source(self, source: Source, after: Position | None) -> Iterator[Decided]:
        """What comes of everything that a source has after a position, or of all of it."""
        return self.decide_all(source.chunks(after))

    def decide_all(self, chunks: Iterable[Chunk]) -> Iterator[Decided]:
        """The same for many, in their order and some at a time; memory holds a few chunks."""
        return each_in_order(self.decide, chunks, stop=self._sample.stop)


def fingerprint(table: Path) -> dict[str, Any]:
    """What tells one table from another, and a changed one from what it was, without reading all of it."""
    files = parquet_files(table) if table.is_dir() else [table]
    found = []
    for file in files:
        stat = file.stat()
        with file.open("rb") as stream:
            ends = hashlib.sha256(stream.read(_ENDS))
            stream.seek(max(0, stat.st_size - _ENDS))
            ends.update(stream.read(_ENDS))
        found.append([str(file.resolve()), stat.st_size, stat.st_mtime_ns, ends.hexdigest()])
    return {"table": found}
