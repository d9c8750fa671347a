"""How large the packed messages of an Arrow file or stream become, as they are read one after the other."""

from __future__ import annotations

from pathlib import Path

from triage.cohort.chunk import ROWS
from triage.cohort.tables.arrow_messages import Message
from triage.cohort.tables.limits import MOST_AT_ONCE, MOST_IN_A_CHUNK, too_large

_ROW = MOST_IN_A_CHUNK // ROWS
_SMALLER = f"shorter texts, or batches of at most {ROWS:,} rows"


class Unpacked:
    """Adds up what is in memory together: the lists, and the batches that make one chunk.

    Raises Problems where that is too much. What is not packed is as large as the file, and not counted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lists: dict[int, int] = {}
        self._rows = self._batches = 0

    def list(self, message: Message, size: int) -> None:
        """What a column lists, in place of what it listed before, or in addition; earlier rows keep that."""
        listed = size + (self._lists.get(message.dictionary, 0) if message.adds else 0)
        self._batches += listed if message.dictionary in self._lists else 0
        self._lists[message.dictionary] = listed
        if sum(self._lists.values()) > MOST_IN_A_CHUNK:
            raise too_large(self._path, "what its columns list", MOST_IN_A_CHUNK, "text, or shorter lists")

    def batch(self, message: Message, size: int) -> None:
        """The next rows."""
        if self._rows + message.rows > ROWS:
            self._rows = self._batches = 0
        self._rows += message.rows
        self._batches += size
        most = min(max(MOST_IN_A_CHUNK, self._rows * _ROW), MOST_AT_ONCE)
        if self._batches > most:
            raise too_large(self._path, f"{self._rows:,} rows", most, _SMALLER)
