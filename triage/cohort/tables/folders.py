"""The tables in a folder: every file below it is one, or is named.

What is passed over, and nothing else: files and folders whose names begin with a point, copies of editors
that end in `~`, and marks that other writers leave beside their tables, which hold no rows: `_SUCCESS`,
`_metadata`, `_common_metadata`, files that end in `.crc`, and the one `_started_…` and `_committed_…` of a
write by Databricks. A folder that is more than its files is refused: of a Delta, Iceberg or Hudi table,
whose removed rows still stand in files, of a write that did not end, or with a name such as `year=2026`,
which says something of its rows that no column says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from triage.book.problems import Problem, Problems
from triage.book.reading.files import case_files, plain_files

PARQUET = (".parquet", ".parq", ".pq")
_KINDS = ("started", "committed")
_WRITE = re.compile(rf"_({'|'.join(_KINDS)})_([0-9]+)")
_MARKS = re.compile(rf"_SUCCESS|_metadata|_common_metadata|.*\.crc|{_WRITE.pattern}")
_USED_ROWS = "write the rows that it has now to a folder of their own"
_MANAGED = {"_delta_log": "a Delta table", ".hoodie": "a Hudi table"}


def form_of_folder(folder: Path) -> str:
    """`parquet` where a folder holds such files, and else `cases`. Raises Problems where it holds neither."""
    names, _ = plain_files(folder)
    if any(name.lower().endswith(PARQUET) for name in names):
        return "parquet"
    if not case_files(folder)[0]:
        _refuse([*_more_than_files(folder), *_strangers(folder, names)])
    return "cases"


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files below a folder, in the order of their paths.

    Raises Problems with each file that is none, and where the folder is more than its files.
    """
    _refuse(_more_than_files(folder))
    names, found = plain_files(folder)
    _refuse([*found, *_strangers(folder, names)])
    return [folder / name for name in names if name.lower().endswith(PARQUET)]


def _refuse(found: Iterator[Problem] | list[Problem]) -> None:
    if found := list(found):
        raise Problems(found)


def _strangers(folder: Path, names: list[str]) -> Iterator[Problem]:
    """The files that are no Parquet files and no marks of other writers."""
    for name in names:
        if _MARKS.fullmatch(name.rpartition("/")[2]):
            continue
        if not name.lower().endswith(PARQUET):
            what = "no Parquet file, and every file of a folder is read"
            yield Problem(str(folder / name), 1, 1, "Q012", what, "move it away, or name the table itself")
        elif any(part.startswith("_") for part in name.split("/")):
            what = "a name that begins with _ is passed over by other readers"
            yield Problem(str(folder / name), 1, 1, "Q012", what, "rename it, or move it away")


def _more_than_files(folder: Path) -> Iterator[Problem]:
    """Folders of tables that are not just all of their files."""
    for path, folders, files in os.walk(folder):
        here = Path(path)
        for name in sorted(folders):
            if name in _MANAGED:
                yield _refused(here / name, f"{_MANAGED[name]}, whose files also hold rows that it removed")
            elif name == "_temporary":
                yield _refused(here / name, "a write that did not end", "the table once it is written")
            elif "=" in name:
                what = f"{name} says something of the rows in it that no column says"
                yield _refused(here / name, what, "files that have it as a column")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if here.name == "metadata" and any(name.endswith(".metadata.json") for name in files):
            yield _refused(here, "an Iceberg table, whose files also hold rows that it removed")
        marks = [mark.groups() for name in files if (mark := _WRITE.fullmatch(name))]
        started, committed = ({number for kind, number in marks if kind == one} for one in _KINDS)
        if started != committed or len(started) > 1:
            what = "a write that did not end, or more than one, which leaves files of removed rows"
            yield _refused(here, what)


def _refused(path: Path, what: str, write: str = _USED_ROWS) -> Problem:
    return Problem(str(path), 1, 1, "Q013", what, write)
