"""Case files as a source: few rows, each with its own facts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.chunk import Chunk, Position
from triage.cohort.tables.coding import coded_rows
from triage.cohort.tables.rows import case_rows

_ROWS = 10_000


class CaseFiles:
    """A case file or a folder of them. It is read in one go, and is not resumable."""

    resumable = False
    size = None

    def __init__(self, book: RuleBook, path: Path) -> None:
        self.name = path.name
        self._book, self._path = book, path

    def chunks(self, after: Position | None = None) -> Iterator[Chunk]:
        assert after is None
        rows = case_rows(self._book, self._path)
        done = 0
        while some := list(islice(rows, _ROWS)):
            done += len(some)
            yield coded_rows(self._book, some, {"row": done}, done)

    def chunk_at(self, position: Position) -> Chunk:
        raise self._read_by_one()

    def positions(self, after: Position | None = None) -> Iterator[Position]:
        raise self._read_by_one()

    def _read_by_one(self) -> Problems:
        what = "case files are read by one machine"
        return Problems([Problem(str(self._path), 1, 1, "Q008", what, "a table, or no --spark")])
