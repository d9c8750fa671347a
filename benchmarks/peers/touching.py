"""No engine but a limit: every byte of the patients is read once, on all cores, and added up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from peers.outcome import Outcome, Peer
from peers.tables import numbered
from triage.book.book import RuleBook

PART = 2**20


def prepare(book: RuleBook) -> Peer:
    def decide(table: pa.Table) -> Outcome:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(np.sum, _words(numbered(table))))
        nothing = np.zeros(0, np.int8)
        return Outcome(nothing, None, None)

    return decide


def _words(table: pa.Table) -> Iterator[npt.NDArray[np.uint64]]:
    for column in table.columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    words = np.frombuffer(buffer, np.uint64, buffer.size // 8)
                    yield from (words[start : start + PART] for start in range(0, len(words), PART))
