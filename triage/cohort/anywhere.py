"""Deciding inside another engine: whatever maps Arrow batches, such as Spark, Daft, DuckDB or Polars.

decide = DecideBatches(book)
results = patients.mapInArrow(decide, decide.spark_schema)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from triage.book.book import RuleBook
from triage.cohort.chunk import RefusedRow
from triage.cohort.run import Run
from triage.cohort.sample import SHARE
from triage.cohort.spool import Decided
from triage.cohort.tables.coding import coded_block
from triage.cohort.tables.columns import columns_named
from triage.cohort.text import plain
from triage.cohort.writing import with_lists
from triage.decision.decide import Decider
from triage.decision.settings import Settings

_LEFT_OUT = ("row", "checked")


class DecideBatches:
    """Maps batches of answers to batches of decisions, row by row in the same order.

    What goes in has the columns of a table for `triage batch`; what comes out has `schema`. A row that
    cannot be read stays in its place, without a level, and says why in `refused`. At least one row of
    each batch is decided again by both engines. Raises Problems for columns that the book does not
    have, ArrowInvalid for a batch that is damaged, and EnginesDiffer. It can be pickled, and so be
    sent to other processes, which need `triage` too.
    """

    def __init__(self, book: RuleBook, settings: Settings | None = None, share: float = SHARE) -> None:
        self._asked = (book, settings or Settings(), share)
        self._run: Run | None = self._new_run()
        plain = self._plain(self._run.nothing())
        self.schema: pa.Schema = plain.schema.append(pa.field("refused", pa.string()))

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_run": None}  # an engine stays in its process

    def _new_run(self) -> Run:
        book, settings, share = self._asked
        return Run(Decider(book, settings), share, always=0)

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The decisions of these batches, one batch for each."""
        self._run = run = self._run or self._new_run()
        for batch in batches:
            batch.validate(full=True)
            columns = columns_named(self._asked[0], "the batch", batch.schema.names)
            rows = np.arange(1, batch.num_rows + 1)
            yield self._in_order(run.decide(coded_block(columns, batch.columns, rows, (), {}, 0)), batch)

    @property
    def spark_schema(self) -> str:
        """The schema in Spark's words."""
        return ", ".join(f"`{field.name}` {_in_spark(field.type)}" for field in self.schema)

    def _plain(self, results: pa.RecordBatch) -> pa.Table:
        """Results in types that every engine has: texts, and lists of texts."""
        listed = with_lists(results).drop_columns(list(_LEFT_OUT))
        return pa.table(
            {name: plain(column) for name, column in zip(listed.schema.names, listed, strict=True)}
        )

    def _in_order(self, decided: Decided, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that were decided and those that were refused, each in its place."""
        good = self._plain(decided.results)
        reasons = pa.nulls(good.num_rows, pa.string())
        decisions = good.append_column("refused", reasons)
        refused = [_refused(row) for row in decided.refused]
        both = pa.concat_tables([decisions, pa.Table.from_pylist(refused, schema=self.schema)])
        rows = [*decided.results.column("row").to_pylist(), *(row.row for row in decided.refused)]
        ordered = both.take(pa.array(np.argsort(np.array(rows, np.int64), kind="stable")))
        assert ordered.num_rows == batch.num_rows
        columns = [column.combine_chunks() for column in ordered.columns]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)


def _refused(row: RefusedRow) -> dict[str, str]:
    why = "; ".join(
        f"{reason.column}: {reason.reason}" if reason.column else reason.reason for reason in row.reasons
    )
    return {"id": row.id, "refused": why}


def _in_spark(type_: pa.DataType) -> str:
    return "array<string>" if pa.types.is_list(type_) else "string"
