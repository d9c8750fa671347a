"""Rows read one by one and with care: whatever a line holds, it is one row, read or refused with reasons.

An empty cell was not asked; `unknown` was asked and is not known. A row that cannot be read is refused with
its reasons, never defaulted. A blank line is no row, but in a CSV table of one column it is one, also at
the end: there it cannot be told from a patient who was not asked, and a row too many is seen where a
row too few is not.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.problems import Problem, Problems
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.case import read_each
from triage.book.reading.files import case_files
from triage.book.reading.text import read_page
from triage.cohort.chunk import Refusal
from triage.cohort.tables.columns import (
    DATE,
    ID,
    USE_COMMAS,
    Column,
    column_named,
    instead_of,
    read_date,
)
from triage.cohort.tables.limits import TOO_LONG, is_too_long, trimmed

BOTH = "{} is answered and is said not to be known"
MAX_LINE = 1_000_000
IN_CACHE = 2**21
"""How much one thread parses at a time, while others do the same; no line is longer."""
MOST_HINTS = 20
_LINE_TOO_LONG = f"longer than {MAX_LINE:,} bytes"
_NOT_TEXT = "not UTF-8"
_BAD_QUOTES = "quotes that do not open and close around one cell"
_CELL = r'(?:[^",]*|"(?:[^"]|"")*")'
_WELL_QUOTED = re.compile(rf"{_CELL}(?:,{_CELL})*")


@dataclass(frozen=True, slots=True)
class Row:
    """One patient: the line it starts on, its id, and its answers, or why it was refused.

    `ticked` are the symptoms of a saved session whose details were not asked.
    """

    line: int
    id: str
    answers: Mapping[str, Answer]
    refused: tuple[Refusal, ...] = ()
    ticked: tuple[str, ...] = ()
    date: str | None = None


def case_rows(book: RuleBook, path: Path) -> Iterator[Row]:
    """The rows of case files: a file, or all that are below a folder; the id is the case's name.

    Raises Problems where a folder holds no case file, or another file.
    """
    files, found = case_files(path)
    if found:
        raise Problems(found)
    if not files:
        raise Problems([Problem(str(path), 1, 1, "Q005", "no .parquet or .yaml file in this folder")])
    for file in files:
        try:
            page = read_page(file)
        except Problems as error:
            yield Row(1, str(file), {}, tuple(Refusal("", str(problem)) for problem in error.problems))
            continue
        for line, case, wrong in read_each(page, book):
            if case is None:
                yield Row(line, f"{file}:{line}", {}, tuple(Refusal("", str(problem)) for problem in wrong))
            else:
                yield Row(line, case.name, case.answers, ticked=case.ticked)


def as_text(raw: bytes, *, first: bool, path: Path) -> str | None:
    """A line as text, None where it is too long; bytes that are not UTF-8 are left to be refused.

    Raises Problems for a table that is UTF-16.
    """
    if len(raw) >= MAX_LINE and not (len(raw) == MAX_LINE and raw.endswith(b"\n")):
        return None
    if first and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Problems([Problem(str(path), 1, 1, "Q001", "the table is UTF-16", "save it as UTF-8")])
    text = raw.decode("utf-8", errors="surrogateescape")
    return (text.removeprefix("\ufeff") if first else text).rstrip("\r\n")


def is_utf8(text: bytes) -> bool:
    """Whether these bytes are text."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unreadable(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text)


def header(path: Path, raw: bytes) -> list[str]:
    """The names in the first line of a table, as it stands there. Raises Problems where none can be read."""

    def refusal(code: str, what: str, write: str) -> Problems:
        return Problems([Problem(str(path), 1, 1, code, what, write)])

    if not raw:
        raise refusal("Q002", "the table is empty", "a header and rows")
    line, columns = as_text(raw, first=True, path=path), "name the columns in the first line"
    if line is None:
        raise refusal("Q006", f"the header is {_LINE_TOO_LONG}", columns)
    if _unreadable(line):
        raise refusal("Q006", f"the header is {_NOT_TEXT}", "save the table as UTF-8")
    if not line.strip():
        raise refusal("Q002", "no header", columns)
    if "\r" in line:
        raise refusal("Q006", "a carriage return in the header", "a newline at the end of each line")
    names = _cells(line)
    if names is None:
        hint = USE_COMMAS if _has_other_separators(line) else "such as leg_weakness, without quotes"
        raise refusal("Q006", f"the header has {_BAD_QUOTES}", hint)
    return names


def _has_other_separators(text: str) -> bool:
    return ";" in text or "\t" in text


def csv_row(columns: list[Column], number: int, line: str | None) -> Row | None:
    """The row in a line of a CSV table, None for a blank one; `line` is None where it is too long."""
    if line is None or _unreadable(line):
        return Row(number, "", {}, (Refusal("", _LINE_TOO_LONG if line is None else _NOT_TEXT),))
    if not line.strip() and len(columns) > 1:
        return None
    cells = _cells(line)
    if cells is None:
        return Row(number, "", {}, (Refusal("", _BAD_QUOTES),))
    if len(cells) != len(columns):
        return Row(number, "", {}, (Refusal("", f"{len(cells)} cells where the header has {len(columns)}"),))
    return _row(number, zip(columns, cells, strict=True))


def _cells(line: str) -> list[str] | None:
    """The cells of one line. Each line is a row, so that a stray quote cannot swallow the rows after it."""
    if not _WELL_QUOTED.fullmatch(line):
        return None
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    if len(rows) != 1:
        return None
    return [trimmed(cell) for cell in rows[0]] or [""]


def _row(number: int, cells: Iterable[tuple[Column, str]]) -> Row:
    answers: dict[str, Answer] = {}
    refused = []
    id, date = str(number), None
    for column, cell in cells:
        try:
            if is_too_long(cell):
                id = "" if column.name == ID else id
                raise UnreadableAnswer(TOO_LONG)
            if column.fact is None:
                if column.name == DATE:
                    date = read_date(cell) if cell else None
                else:
                    id = cell or id
                continue
            answer = column.read(cell)
        except UnreadableAnswer as error:
            refused.append(Refusal(column.name, str(error)))
            continue
        if answer is None:
            continue
        if column.fact.id in answers:
            refused.append(Refusal(column.name, BOTH.format(column.fact.id)))
        answers[column.fact.id] = answer
    return Row(number, id, {} if refused else answers, tuple(refused), date=date)


class _NotOneValue(ValueError):
    pass


def json_row(book: RuleBook, number: int, line: str | None) -> Row:
    """The row in a line that is not blank; `line` is None where it is too long."""
    if line is None or _unreadable(line):
        return Row(number, "", {}, (Refusal("", _LINE_TOO_LONG if line is None else _NOT_TEXT),))
    try:
        read = json.loads(
            line,
            parse_float=str,
            parse_int=str,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once_each,
        )
    except (ValueError, RecursionError) as error:
        return Row(number, "", {}, (Refusal("", f"not a JSON object: {error}"),))
    if not isinstance(read, dict):
        return Row(number, "", {}, (Refusal("", "a line must be one JSON object"),))
    cells: list[tuple[Column, str]] = []
    refused: list[Refusal] = []
    for name, value in read.items():
        column = column_named(book, name)
        if column is None:
            hint = instead_of(book, name) if len(refused) < MOST_HINTS else ""
            refused.append(Refusal(name, f'unknown column "{name}"{hint and f" ({hint})"}'))
        elif column.fact is not None and any(_same(column, other) for other, _ in cells):
            refused.append(Refusal(name, f"{column.fact.id} stands there twice"))
        elif isinstance(value, str) and _unreadable(value):
            refused.append(Refusal(name, "letters that are no text"))
        elif value is None or isinstance(value, str):
            cells.append((column, trimmed(value or "")))
        else:
            refused.append(Refusal(name, "not a text or a number"))
    row = _row(number, cells)
    return replace(row, answers={} if refused else row.answers, refused=(*refused, *row.refused))


def _same(one: Column, other: Column) -> bool:
    return one.fact is other.fact and one.not_known_only == other.not_known_only


def _refuse_constant(name: str) -> None:
    raise _NotOneValue(f"{name} is not a number")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read: dict[str, object] = {}
    for name, value in pairs:
        if name in read:
            raise _NotOneValue(f'"{name}" stands there twice')
        read[name] = value
    return read
