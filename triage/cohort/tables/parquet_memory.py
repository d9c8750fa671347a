"""How the rows of a Parquet file are read so that they take no more memory than they may."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from triage.cohort.chunk import ROWS
from triage.cohort.tables.limits import MOST_AT_ONCE, MOST_TEXT, too_large
from triage.cohort.tables.parquet_pages import Chunk, Page, pages_of

_SMALLER = "smaller row groups, in pages of about 1 MiB"


class HowToRead:
    """How some row groups of a file are read: which columns as places in a list, and how many rows at a time.

    `chunks` gives where the columns of each row group are. `texts` are its columns of texts, and `listed`
    those that are read as places in a list where they can be. What the headers of the pages say is looked
    at when it is first asked for. Then what is asked raises Problems where a row group is too large, and
    ArrowInvalid or OSError where it is damaged.
    """

    def __init__(
        self,
        path: Path,
        sizes: pq.FileMetaData,
        numbers: Sequence[int],
        chunks: Callable[[], list[list[Chunk]]],
        texts: Sequence[str],
        listed: Sequence[str],
    ) -> None:
        self.numbers = list(numbers)
        self._path, self._sizes, self._chunks = path, sizes, chunks
        self._texts, self._may_be_listed = texts, listed

    @cached_property
    def listed(self) -> list[str]:
        """The columns to read as places in a list; Arrow cannot do so where texts are written otherwise."""
        return [
            name
            for name in self._may_be_listed
            if all(page.kind not in ("lengths", "repeats") for pages in self._pages for page in pages[name])
        ]

    @cached_property
    def rows(self) -> int:
        """How many rows to read at a time: as many as a chunk has, or fewer where their texts are long."""
        each = sum(self._longest(name) for name in self._texts)
        most = MOST_TEXT + 2 * self._text_in(1)  # whole pages are read, however few of their rows
        together = ROWS
        while together > 1 and each * together + self._text_in(together) > most:
            together //= 2
        return together

    def together(self) -> int:
        """The same."""
        return self.rows

    @cached_property
    def _pages(self) -> list[dict[str, list[Page]]]:
        """The pages of each column, for each row group."""
        file = os.open(self._path, os.O_RDONLY)
        try:
            return [self._pages_of(file, number) for number in self.numbers]
        finally:
            os.close(file)

    def _pages_of(self, file: int, number: int) -> dict[str, list[Page]]:
        schema, chunks = self._sizes.schema, self._chunks()[number]
        if len(chunks) != len(schema):
            raise pa.ArrowInvalid("a row group of other columns")
        pages = {}
        memory = 0
        for place, chunk in enumerate(chunks):
            column = schema.column(place)
            pages[column.path] = found = pages_of(file, chunk, column.physical_type, column.length)
            for kinds in (("list",), ("listed", "plain", "lengths", "repeats")):
                memory += max((page.memory for page in found if page.kind in kinds), default=0)
        if memory > MOST_AT_ONCE:
            raise too_large(self._path, f"row group {number + 1}", MOST_AT_ONCE, _SMALLER)
        return pages

    def _longest(self, name: str) -> int:
        """The most bytes that a single text of this column may come to which does not stand in its row."""
        longest = 0
        for number, pages in zip(self.numbers, self._pages, strict=True):
            longest = max([longest, *(page.size for page in pages[name] if page.kind == "repeats")])
            lists = [page for page in pages[name] if page.kind == "list"]
            if lists and name not in self.listed:
                longest = max(longest, self._longest_listed(name, number, lists, pages[name]))
        return longest

    def _longest_listed(self, name: str, number: int, lists: list[Page], pages: list[Page]) -> int:
        """The length of the longest text in the list of a column, or of all of them where that is enough."""
        everything = max(page.size for page in lists)
        kinds = [page.kind for page in pages if page.kind != "list"]
        if everything * ROWS <= MOST_TEXT or kinds[:1] != ["listed"]:
            return everything
        with pq.ParquetFile(self._path, metadata=self._sizes, read_dictionary=[name]) as file:
            first = next(file.iter_batches(1, row_groups=[number], columns=[name]))
        texts = first.column(0).dictionary
        if len(lists) > 1 or len(texts) != lists[0].values:
            return everything
        return int(pc.max(pc.binary_length(texts)).as_py() or 0)

    def _text_in(self, together: int) -> int:
        """The most bytes of text in so many rows that stand in them: of all pages that have one of them."""
        total = 0
        for name in self._texts:
            pages = [page for pages in self._pages for page in pages[name] if page.kind != "list"]
            sizes = [0 if page.kind == "listed" else page.size for page in pages]
            if any(sizes):
                before = np.cumsum([0, *sizes])
                ends = np.cumsum([page.values for page in pages])
                after = np.searchsorted(ends - [page.values for page in pages], ends + together - 1)
                total += int((before[after] - before[:-1]).max())
        return total
