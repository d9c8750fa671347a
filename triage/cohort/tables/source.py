"""A table of any form as a source of chunks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.cohort.chunk import Chunk, Position
from triage.cohort.tables.folders import PARQUET, form_of_folder
from triage.cohort.tables.pipe import Pipe, Stream, standard_input

STANDARD_INPUT = Path("-")
FORMS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    **dict.fromkeys(PARQUET, "parquet"),
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".yaml": "cases",
    ".yml": "cases",
}


class Source(Protocol):
    """A table that is read in chunks.

    `size` is its size in the unit of `Chunk.done`, None where that is not known. A source that is
    `resumable` can be read from any chunk's `after`; `positions` says where chunks begin without reading
    them, and `chunk_at` reads one of those and no more.
    """

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int | None: ...
    @property
    def resumable(self) -> bool: ...
    def chunks(self, after: Position | None = None) -> Iterator[Chunk]: ...
    def positions(self, after: Position | None = None) -> Iterator[Position]: ...
    def chunk_at(self, position: Position) -> Chunk: ...


@contextmanager
def open_source(book: RuleBook, path: Path, form: str | None = None) -> Iterator[Source]:
    """Opens a table; `-` is standard input, and `form` says what the name of a file does not.

    Raises Problems for a form or a file that cannot be read, and for columns that the book does not
    have, all of them, before any row.
    """
    form = form or _form_of(path)
    if path.is_dir() and form not in ("parquet", "cases"):
        what = "a folder is read where it holds Parquet or case files"
        raise Problems([Problem(str(path), 1, 1, "Q005", what, "one table")])
    with ExitStack() as stack:
        if form == "cases":
            from triage.cohort.tables.case_files import CaseFiles

            yield CaseFiles(book, path)
        elif form in ("csv", "jsonl"):
            from triage.cohort.tables.lines import CsvLines, JsonLines

            yield (CsvLines if form == "csv" else JsonLines)(book, path, _open(path, stack))
        elif form == "parquet":
            from triage.cohort.tables.parquet import open_parquet

            yield open_parquet(book, path)
        else:
            from triage.cohort.tables.arrow_files import open_arrow

            yield open_arrow(book, path, stack)


def _open(path: Path, stack: ExitStack) -> Stream:
    if path == STANDARD_INPUT:
        return standard_input()
    if path.is_file():
        return stack.enter_context(path.open("rb"))
    return Pipe(stack.enter_context(path.open("rb", buffering=0)))


def _form_of(path: Path) -> str:
    if path == STANDARD_INPUT:
        return "csv"
    if path.is_dir():
        return form_of_folder(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        names = ", ".join(FORMS)
        what = f"what kind of table {path.name} is cannot be told from its name"
        raise Problems([Problem(str(path), 1, 1, "Q007", what, f"a name that ends in {names}, or --from")])
    return form
