"""The same run on Spark: every worker reads and decides chunks of the table, and this process writes them.

What is sent to a worker is where a chunk begins; what comes back is the decided chunk, packed. So
the table must be where every worker can read it under the same name, and `triage` installed there.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.cohort.chunk import Position
from triage.cohort.run import Run
from triage.cohort.sample import EnginesDiffer
from triage.cohort.spool import Decided, from_bytes, to_bytes
from triage.cohort.tables.source import Source, open_source
from triage.decision.decide import Decider
from triage.decision.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SENT = pa.schema([("decided", pa.binary()), ("failed", pa.binary())])
_WAVE = 4  # chunks for each core between two writes: few enough to hold, enough to keep all cores busy


class SparkUnavailable(Exception):
    """Java is not installed; the text says what to do."""


def spark_session() -> SparkSession:
    """The session that Spark's own settings describe: on this machine, unless they name a cluster.

    Raises SparkUnavailable, and ModuleNotFoundError without the extra.
    """
    from pyspark.sql import SparkSession

    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise SparkUnavailable("This needs Java 17 or later for Spark, and there is no `java` on the PATH.")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers take whatever `python3` is
    session = SparkSession.builder.appName("triage batch").config("spark.ui.showConsoleProgress", "false")
    return session.getOrCreate()


@dataclass(frozen=True, slots=True)
class _Order:
    """What every worker is told: the rule books with all that a run was asked for, and the table."""

    book: RuleBook
    settings: Settings
    share: float
    other: RuleBook | None
    table: str
    form: str | None


class OnSpark:
    """Decides a table on Spark. What it gives is what `Run` gives on one machine, chunk by chunk."""

    def __init__(
        self,
        session: SparkSession,
        decider: Decider,
        table: Path,
        form: str | None,
        share: float,
        other: RuleBook | None = None,
    ) -> None:
        order = _Order(decider.book, decider.settings, share, other, str(table.resolve()), form)
        raw = pickle.dumps(order)
        self._session = session
        self._decide = _DecideOnWorker(raw, hashlib.sha256(raw).hexdigest(), decider.book.hash)

    def decide_source(self, source: Source, after: Position | None) -> Iterator[Decided]:
        """Everything after a position, in order. Raises what EnginesDiffer or Problems a worker met."""
        positions = source.positions(after)
        wave = _WAVE * self._session.sparkContext.defaultParallelism
        while places := [(json.dumps(position),) for position in islice(positions, wave)]:
            chunks = self._session.sparkContext.parallelize(places, len(places)).toDF("place string")
            sent = chunks.mapInArrow(self._decide, "decided binary, failed binary")
            for row in sent.collect():
                if row.failed is not None:
                    kind, what = pickle.loads(row.failed)  # noqa: S301 - our own worker wrote it
                    raise kind(what)
                yield from_bytes(bytes(row.decided))


@dataclass(frozen=True, slots=True)
class _DecideOnWorker:
    """What Spark calls on a worker: batches of places in, decided chunks out.

    It carries the rule book as bytes with their hash, and the hash of the book that must be in them.
    """

    order: bytes
    digest: str
    book_hash: str

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        run, order = _run(self.order, self.digest, self.book_hash)
        for batch in batches:
            for place in batch.column("place").to_pylist():
                row: dict[str, Any] = {"decided": [None], "failed": [None]}
                try:
                    with open_source(order.book, Path(order.table), order.form) as source:
                        chunk = source.chunk_at(json.loads(place))
                    row["decided"] = [to_bytes(run.decide(chunk))]
                except EnginesDiffer as error:
                    row["failed"] = [pickle.dumps((EnginesDiffer, error.differences))]
                except Problems as error:
                    row["failed"] = [pickle.dumps((Problems, error.problems))]
                yield pa.RecordBatch.from_pydict(row, schema=_SENT)


@lru_cache(maxsize=1)
def _run(order: bytes, digest: str, book_hash: str) -> tuple[Run, _Order]:
    """The run that a worker was told of, made once in each process. Raises ValueError for other bytes."""
    if hashlib.sha256(order).hexdigest() != digest:
        raise ValueError("the rule book did not arrive as it was sent")
    told: _Order = pickle.loads(order)  # noqa: S301 - it has the hash that the driver gave
    if told.book.hash != book_hash:
        raise ValueError(f"rule book {told.book.hash} arrived, {book_hash} was sent")
    return Run(Decider(told.book, told.settings), told.share, told.other), told
