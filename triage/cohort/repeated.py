"""Ids that stand in more than one row of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MOST_IDS = 1_000_000
"""In how many rows repeated ids are looked for; remembering more would take memory without bound."""


class RepeatedIds:
    """Remembers ids, and says which came more than once.

    A hash of each is compared first: a set of all of them takes three times as long, and more memory.
    """

    def __init__(self) -> None:
        self._ids: list[pa.Array] = []
        self._hashes: list[npt.NDArray[np.int64]] = []

    def add(self, ids: pa.Array) -> None:
        """Remembers these, unless as many are remembered as may be."""
        if sum(map(len, self._ids)) < MOST_IDS and len(ids):
            self._ids.append(ids)
            self._hashes.append(np.fromiter(map(hash, ids.to_pylist()), np.int64, len(ids)))

    def __iter__(self) -> Iterator[str]:
        """Each id that came more than once, in the order in which they came first."""
        if not self._ids:
            return iter(())
        hashes = np.concatenate(self._hashes)
        ordered = np.sort(hashes)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        places = np.flatnonzero(np.isin(hashes, twice))
        counted = Counter(pa.chunked_array(self._ids).take(pa.array(places)).to_pylist())
        return (id for id, count in counted.items() if count > 1)
