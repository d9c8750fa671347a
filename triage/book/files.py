"""The files of a rule book as they are on disk: read once, and named by their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from triage.book.problems import Problem, Problems


def book_files(folder: Path) -> dict[str, bytes]:
    """Every file of a rule book by its path inside the folder, read once. Raises Problems."""
    found: list[Problem] = []
    files: dict[str, bytes] = {}
    if not folder.is_dir():
        hint = "name the folder of a rule book"
        raise Problems([Problem(str(folder), 1, 1, "B001", "there is no such folder", hint)])
    root = folder.resolve()
    for path in _paths(folder, found):
        if not Path(os.path.realpath(path)).is_relative_to(root):
            found.append(Problem(str(path), 1, 1, "B002", "a link out of the folder", "copy it instead"))
        elif path.is_dir():
            found.append(Problem(str(path), 1, 1, "B002", "a link to a folder", "copy it instead"))
        elif path.exists() and not path.is_file():
            found.append(Problem(str(path), 1, 1, "B002", "not a plain file", "a .yaml file"))
        else:
            try:
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
            except OSError as error:
                found.append(Problem(str(path), 1, 1, "B002", f"cannot be read: {error.strerror}"))
    if found:
        raise Problems(found)
    return files


def _paths(folder: Path, found: list[Problem]) -> list[Path]:
    """Everything in a folder but folders and what editors and git put there, in one order everywhere.

    A folder that cannot be listed is a problem: its rules would be missing without a word.
    """

    def refuse(error: OSError) -> None:
        found.append(Problem(str(error.filename), 1, 1, "B002", f"cannot be listed: {error.strerror}"))

    paths = []
    for here, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(here, name).is_symlink()]
        names = [name for name in names if not name.startswith(".") and not name.endswith("~")]
        paths += [Path(here, name) for name in links + names]
    return sorted(paths)


def hash_files(files: Mapping[str, bytes]) -> str:
    """The SHA-256 that names a rule book: over every path and content, in order."""
    digest = hashlib.sha256()
    for path, raw in sorted(files.items()):
        digest.update(f"{path}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest()
