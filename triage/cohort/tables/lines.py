"""Tables of lines: CSV and JSON lines, in blocks that end where a line ends.

In a block of CSV, the lines that are plain are parsed together, and each other line by itself and with
care; what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from triage.book.book import RuleBook
from triage.cohort.chunk import ROWS, Chunk, Position
from triage.cohort.tables.coding import coded_block, coded_rows
from triage.cohort.tables.columns import ID, Column, columns_named
from triage.cohort.tables.json_blocks import JsonBlocks
from triage.cohort.tables.pipe import Stream
from triage.cohort.tables.rows import IN_CACHE, MAX_LINE, Row, as_text, csv_row, header, is_utf8, json_row
from triage.cohort.threads import ahead, each_in_order

BLOCK = 2**24
_COMMA, _QUOTE, _NEWLINE, _RETURN, _NUL = (ord(letter) for letter in ',"\n\r\0')
_Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines of a table: where in it they begin, and where the next block does."""

    text: bytes
    begin: Position
    after: Position


class _Lines:
    """What CSV and JSON lines share. A table in a file can be read from the middle."""

    def __init__(self, book: RuleBook, path: Path, stream: Stream, block: int = 0) -> None:
        self.name = path.name
        self._book, self._path, self._stream = book, path, stream
        self._block = max(block or BLOCK, MAX_LINE + 2)
        self.resumable = str(path) != "-" and path.is_file()
        self.size = path.stat().st_size if self.resumable else None
        self._begin: Position = {"byte": 0, "line": 1}

    def chunks(self, after: Position | None = None) -> Iterator[Chunk]:
        """The rows of the table, from the start or after an earlier chunk."""
        return ahead(each_in_order(self._chunk, self._blocks(after)))

    def chunk_at(self, position: Position) -> Chunk:
        """The chunk that begins at one of the `positions`."""
        return self._chunk(next(self._blocks(position)))

    def positions(self, after: Position | None = None) -> Iterator[Position]:
        """Where each chunk begins."""
        return (block.begin for block in self._blocks(after))

    def _chunk(self, block: _Block) -> Chunk:
        raise NotImplementedError

    def _blocks(self, after: Position | None) -> Iterator[_Block]:
        """Blocks of about the same size, each up to the end of a line.

        Where one ends follows from where it begins, so that reading on from there gives the same ones.
        """
        begin = after or self._begin
        if after or self.resumable:
            self._stream.seek(begin["byte"])
        rest = b""
        while text := rest + self._stream.read(self._block - len(rest)):
            is_last = len(text) < self._block
            end = len(text) if is_last else text.rfind(b"\n") + 1
            skipped = 0
            if not end:
                skipped = self._skip_line()
                end = len(text)
            end, lines = _whole_lines(text, end, ROWS)
            text, rest = text[:end], text[end:]
            end_of_block = {"byte": begin["byte"] + len(text) + skipped, "line": begin["line"] + lines}
            yield _Block(text, begin, end_of_block)
            begin = end_of_block

    def _skip_line(self) -> int:
        """Reads to the end of a line that is longer than a block, and says how much that was."""
        skipped = 0
        while part := self._stream.readline(MAX_LINE):
            skipped += len(part)
            if part.endswith(b"\n"):
                break
        return skipped


class JsonLines(_Lines):
    """One JSON object on each line."""

    def __init__(self, book: RuleBook, path: Path, stream: Stream, block: int = 0) -> None:
        super().__init__(book, path, stream, block)
        self._plain = JsonBlocks(book)

    def _chunk(self, block: _Block) -> Chunk:
        parsed = self._plain.parsed(block.text, MAX_LINE)
        if parsed is None:
            return self._chunk_with_care(block)
        columns, cells = parsed
        rows = np.arange(block.begin["line"], block.after["line"])
        return coded_block(columns, cells, rows, (), block.after, block.after["byte"])

    def _chunk_with_care(self, block: _Block) -> Chunk:
        rows = []
        for number, raw in enumerate(_split(block.text), start=block.begin["line"]):
            text = as_text(raw, first=number == 1, path=self._path)
            if text is None or text.strip():
                rows.append(json_row(self._book, number, text))
        return coded_rows(self._book, rows, block.after, block.after["byte"])


class CsvLines(_Lines):
    """A CSV table whose first line names the columns. Raises Problems where it does not."""

    def __init__(self, book: RuleBook, path: Path, stream: Stream, block: int = 0) -> None:
        super().__init__(book, path, stream, block)
        raw = stream.readline(MAX_LINE)
        self._columns = columns_named(book, str(path), header(path, raw))
        self._begin = {"byte": len(raw), "line": 2}

    def _chunk(self, block: _Block) -> Chunk:
        lines, first = _CsvBlock(block.text, len(self._columns)), block.begin["line"]
        others: list[Row] = []
        for place in np.flatnonzero(~lines.plain).tolist():
            raw = lines.line(place)
            row = csv_row(self._columns, first + place, as_text(raw, first=False, path=self._path))
            if row is not None:
                others.append(row)
        rows = np.flatnonzero(lines.plain) + first
        cells = _parsed(lines.plain_text(), self._columns, len(rows))
        return coded_block(self._columns, cells, rows, others, block.after, block.after["byte"])


class _CsvBlock:
    """The lines of a block, and which of them are plain.

    A plain line has as many cells as there are columns, is UTF-8, not blank and not too long, and a
    quote in it only at both ends of a cell that has no comma or quote inside.
    """

    def __init__(self, text: bytes, columns: int) -> None:
        self._text = text if text.endswith(b"\n") or not text else text + b"\n"
        self._bytes: _Bytes = np.frombuffer(self._text, np.uint8)
        self._ends = np.flatnonzero(self._bytes == _NEWLINE)
        self._starts = np.concatenate([np.zeros(1, np.intp), self._ends[:-1] + 1])[: len(self._ends)]
        self._quotes = np.flatnonzero(self._bytes == _QUOTE)
        commas = np.add.reduceat(self._bytes == _COMMA, self._starts, dtype=np.int32)
        lengths = self._ends - self._starts
        self.plain = (commas == columns - 1) & (lengths > 0) & (lengths < MAX_LINE)
        self._deny(np.flatnonzero(self._bytes == _NUL))
        returns = np.flatnonzero(self._bytes == _RETURN)
        self._deny(returns[self._bytes[np.minimum(returns + 1, len(self._bytes) - 1)] != _NEWLINE])
        blank = returns[np.isin(returns, self._starts)]
        self._deny(blank)
        if len(self._quotes):
            self._deny(self._loose_quotes())
        if not is_utf8(self._text):
            for place in np.flatnonzero(self.plain).tolist():
                self.plain[place] = is_utf8(self.line(place))

    def line(self, place: int) -> bytes:
        return bytes(self._text[self._starts[place] : self._ends[place] + 1])

    def plain_text(self) -> bytes:
        """The plain lines, without their quotes."""
        keep = np.repeat(self.plain, self._ends - self._starts + 1)
        if keep.all() and not len(self._quotes):
            return self._text
        keep[self._quotes] = False
        return bytes(self._bytes[keep])

    def _deny(self, places: npt.NDArray[np.intp]) -> None:
        """Makes the lines with these bytes not plain."""
        self.plain[self._line_of(places)] = False

    def _line_of(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        return np.asarray(np.searchsorted(self._starts, places, side="right") - 1, np.intp)

    def _loose_quotes(self) -> npt.NDArray[np.intp]:
        """The quotes that do not stand at an end of a cell, or whose cell has a comma inside."""
        quotes, lines = self._quotes, self._line_of(self._quotes)
        firsts = np.flatnonzero(np.concatenate([[True], lines[1:] != lines[:-1]]))
        counts = np.diff(np.concatenate([firsts, [len(quotes)]]))
        opens = (np.arange(len(quotes)) - np.repeat(firsts, counts)) % 2 == 0
        before = self._bytes[np.maximum(quotes - 1, 0)]
        after = self._bytes[np.minimum(quotes + 1, len(self._bytes) - 1)]
        at_start = (before == _COMMA) | (quotes == self._starts[lines])
        at_end = (after == _COMMA) | (after == _NEWLINE) | (after == _RETURN)
        loose = np.where(opens, ~at_start, ~at_end)
        loose |= np.repeat(counts % 2 == 1, counts)
        commas_before = np.searchsorted(np.flatnonzero(self._bytes == _COMMA), quotes)
        crossed = ~opens[1:] & (commas_before[1:] != commas_before[:-1])
        loose[1:] |= crossed
        return np.asarray(quotes[loose], np.intp)


def _parsed(text: bytes, columns: list[Column], count: int) -> list[pa.Array]:
    """The cells of plain lines by column: the distinct texts of facts, and the text of ids."""
    types = {c.name: pa.string() if c.name == ID else pa.dictionary(pa.int32(), pa.string()) for c in columns}
    if not count:
        return [pa.array([], type_) for type_ in types.values()]
    table = pa.csv.read_csv(
        pa.BufferReader(text),
        read_options=pa.csv.ReadOptions(column_names=list(types), block_size=IN_CACHE, use_threads=False),
        parse_options=pa.csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""]),
    )
    assert table.num_rows == count
    return [column.combine_chunks() for column in table.unify_dictionaries().columns]


def _whole_lines(text: bytes, end: int, most: int) -> tuple[int, int]:
    """Where the first `most` lines of a text that ends at `end` are over, and how many lines these are."""
    is_end = np.frombuffer(text, np.uint8, end) == _NEWLINE
    lines = int(np.count_nonzero(is_end))
    if lines > most:
        return int(np.flatnonzero(is_end)[most - 1]) + 1, most
    return end, lines + (not is_end[-1])


def _split(text: bytes) -> list[bytes]:
    """The lines of a block, with their ends; only a newline ends a line."""
    lines = text.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])
