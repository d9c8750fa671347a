"""The files of a rule book as they are on disk: read once, and named by their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from triage.book.problems import Problem, Problems
from triage.book.reading.limits import (
    MOST_BYTES,
    MOST_FILES,
    book_too_large,
    file_too_large,
    too_many_files,
)
from triage.book.reading.text import MAX_BYTES


def book_files(folder: Path) -> dict[str, bytes]:
    """Every file of a rule book by its path inside the folder, read once. Raises Problems.

    How much there is, is known before any of it is read.
    """
    names, found = plain_files(folder)
    if len(names) > MOST_FILES:
        raise Problems([*found, too_many_files(str(folder))])
    sizes = [_size(folder / name, found) for name in names]
    if sum(sizes) > MOST_BYTES:
        found.append(book_too_large(str(folder)))
    if found:
        raise Problems(found)
    files: dict[str, bytes] = {}
    for name in names:
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            found.append(_unreadable(folder / name, error))
    if found:
        raise Problems(found)
    return files


def _size(path: Path, found: list[Problem]) -> int:
    """The bytes of a file, 0 where it is refused."""
    try:
        size = path.stat().st_size
    except OSError as error:
        found.append(_unreadable(path, error))
        return 0
    if size <= MAX_BYTES:
        return size
    found.append(file_too_large(str(path)))
    return 0


def _unreadable(path: Path, error: OSError) -> Problem:
    return Problem(str(path), 1, 1, "B002", f"cannot be read: {error.strerror}")


def case_files(path: Path) -> tuple[list[Path], list[Problem]]:
    """The case files that a path stands for: itself, or all under the folder; other files are told."""
    if not path.is_dir():
        return [path], []
    names, found = plain_files(path)
    paths = [path / name for name in names]
    found.extend(not_a_case_file(file) for file in paths if not is_case_file(file))
    return [file for file in paths if is_case_file(file)], found


def is_case_file(path: Path) -> bool:
    """Whether a file below a folder of cases is one, by its name."""
    return path.suffix.lower() in (".yaml", ".yml")


def not_a_case_file(path: Path) -> Problem:
    """What is said of any other file there: whatever it holds would be passed over in silence."""
    return Problem(str(path), 1, 1, "B002", "not a case file", "a name that ends in .yaml, or another folder")


def plain_files(folder: Path) -> tuple[list[str], list[Problem]]:
    """The files under a folder by their paths inside it, in one order everywhere, and what is no plain file.

    What editors and git put there is passed over. A folder that cannot be listed, or a link that
    leads away, is a problem: what is in it would be missing without a word.
    """
    if not folder.is_dir():
        return [], [Problem(str(folder), 1, 1, "B001", "there is no such folder", "name a folder")]
    names: list[str] = []
    found: list[Problem] = []
    root = folder.resolve()
    for name, entry in _walk(folder, "", found):
        if entry.is_file(follow_symlinks=False):
            names.append(name)
        elif not Path(os.path.realpath(entry.path)).is_relative_to(root):
            found.append(Problem(entry.path, 1, 1, "B002", "a link out of the folder", "copy it instead"))
        elif Path(entry.path).is_dir():
            found.append(Problem(entry.path, 1, 1, "B002", "a link to a folder", "copy it instead"))
        elif Path(entry.path).exists() and not Path(entry.path).is_file():
            found.append(Problem(entry.path, 1, 1, "B002", "not a plain file", "a .yaml file"))
        else:
            names.append(name)  # a link inside the folder, or one that leads nowhere, as reading will tell
    return sorted(names, key=lambda name: name.split("/")), found


def _walk(folder: Path | str, prefix: str, found: list[Problem]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything under a folder but plain folders, hidden files and the copies that editors leave."""
    try:
        with os.scandir(folder) as entries:
            listed = list(entries)
    except OSError as error:
        found.append(Problem(str(error.filename), 1, 1, "B002", f"cannot be listed: {error.strerror}"))
        return
    for entry in listed:
        is_folder = entry.is_dir(follow_symlinks=False)
        if passed_over(entry.name, is_folder=is_folder):
            continue
        if is_folder:
            yield from _walk(entry.path, f"{prefix}{entry.name}/", found)
        else:
            yield prefix + entry.name, entry


def passed_over(name: str, *, is_folder: bool) -> bool:
    """Whether this is what editors and git put into a folder: hidden, or the copy that an editor leaves."""
    return name.startswith(".") or (not is_folder and name.endswith("~"))


def hash_files(files: Mapping[str, bytes]) -> str:
    """The SHA-256 that names a rule book: over every path and content, in order.

    A path that is no UTF-8 is what it is on disk; the book is then refused, but not for its hash.
    """
    digest = hashlib.sha256()
    for path, raw in sorted(files.items()):
        digest.update(f"{path}\0{len(raw)}\0".encode(errors="surrogateescape") + raw)
    return digest.hexdigest()
