"""This project's columns engine as `triage batch` uses it, on all cores; it also decides what no peer does:
the advice, what is open, who needs a review, and the examinations.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from peers.outcome import Outcome, Peer
from peers.tables import numbered
from triage.book.book import RuleBook
from triage.cohort.chunk import ROWS
from triage.decision.at_once import AtOnce
from triage.engines.columns import code_type


def prepare(book: RuleBook, only: Collection[str] | None = None) -> Peer:
    at_once = AtOnce(book, only=only)

    def decide(table: pa.Table) -> Outcome:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(at_once.decide, table.to_batches(max_chunksize=ROWS)))
        return Outcome(
            np.concatenate([batch.column("urgency").indices for batch in results]),
            np.concatenate([batch.column("possible").indices for batch in results]),
            sum(_bits_in(batch.column("rules")) for batch in results),
        )

    return decide


def load(book: RuleBook, table: pa.Table) -> pa.Table:
    """The patients in codes: numbers are counted from the lowest of their scale."""
    columns = {}
    for name, column in zip(table.column_names, numbered(table).columns, strict=True):
        fact = book.facts[name]
        if fact.scale is not None and fact.scale.low:
            column = pc.subtract(column, pa.scalar(fact.scale.low, column.type))
        columns[name] = column.cast(code_type(fact))
    return pa.table(columns)


def _bits_in(sets: pa.Array) -> int:
    raw = np.frombuffer(sets.buffers()[1], np.uint8)
    eights = raw[: len(raw) // 8 * 8].view(np.uint64)
    return int(np.bitwise_count(eights).sum()) + int(np.bitwise_count(raw[len(eights) * 8 :]).sum())
