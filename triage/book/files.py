"""The files of a rule book as they are on disk: read once, and named by their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from triage.book.problems import Problem, Problems


def book_files(folder: Path) -> dict[str, bytes]:
    """Every file of a rule book by its path inside the folder, read once. Raises Problems."""
    files: dict[str, bytes] = {}
    paths, found = plain_files(folder)
    for path in paths:
        try:
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
        except OSError as error:
            found.append(Problem(str(path), 1, 1, "B002", f"cannot be read: {error.strerror}"))
    if found:
        raise Problems(found)
    return files


def case_files(path: Path) -> tuple[list[Path], list[Problem]]:
    """The case files that a path stands for: itself, or every .yaml file under the folder."""
    if not path.is_dir():
        return [path], []
    paths, found = plain_files(path)
    for wrong in (file for file in paths if file.suffix == ".yml"):
        found.append(Problem(str(wrong), 1, 1, "B002", "not a case file", "a name that ends in .yaml"))
    return [file for file in paths if file.suffix == ".yaml"], found


def plain_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """The files under a folder, in one order everywhere, and what among them is no plain file.

    What editors and git put there is passed over. A folder that cannot be listed, or a link that
    leads away, is a problem: what is in it would be missing without a word.
    """
    found: list[Problem] = []
    if not folder.is_dir():
        return [], [Problem(str(folder), 1, 1, "B001", "there is no such folder", "name a folder")]
    root = folder.resolve()
    paths = []
    for path in _walk(folder, found):
        if not Path(os.path.realpath(path)).is_relative_to(root):
            found.append(Problem(str(path), 1, 1, "B002", "a link out of the folder", "copy it instead"))
        elif path.is_dir():
            found.append(Problem(str(path), 1, 1, "B002", "a link to a folder", "copy it instead"))
        elif path.exists() and not path.is_file():
            found.append(Problem(str(path), 1, 1, "B002", "not a plain file", "a .yaml file"))
        else:
            paths.append(path)
    return paths, found


def _walk(folder: Path, found: list[Problem]) -> list[Path]:
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
