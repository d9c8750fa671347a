"""A table of lines read one by one: slow and plain, and what reading in blocks must equal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from triage.book.book import RuleBook
from triage.cohort.tables import rows
from triage.cohort.tables.columns import columns_named
from triage.cohort.tables.rows import Row, csv_row, header, json_row


def read_rows(book: RuleBook, path: Path, stream: IO[bytes]) -> Iterator[Row]:
    """The rows of an open table, CSV or JSON lines by its name. Raises what the readers raise."""
    if path.suffix == ".csv":
        columns = columns_named(book, str(path), header(path, stream.readline(rows.MAX_LINE)))
        found = (csv_row(columns, n, line) for n, line in enumerate(_lines(path, stream, 2), start=2))
        return (row for row in found if row is not None)
    lines = enumerate(_lines(path, stream, 1), start=1)
    return (json_row(book, n, line) for n, line in lines if line is None or line.strip())


def _lines(path: Path, stream: IO[bytes], number: int) -> Iterator[str | None]:
    """Lines as text, None for one that is too long."""
    for raw in stream:
        yield rows.as_text(raw, first=number == 1, path=path)
        number += 1
