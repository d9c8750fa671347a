"""A folder of rule-book files, read once: its pages, and what was found wrong in them so far."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from triage.book import shape
from triage.book.problems import Problem, Problems
from triage.book.text import Page, Place, parse_page

SINGLE_FILES = (
    "book.yaml",
    "levels.yaml",
    "suspicions.yaml",
    "exams.yaml",
    "screens.yaml",
    "constraints.yaml",
    "advice.yaml",
)
S = TypeVar("S")


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


class Folder:
    """The pages of a rule book by their path inside it, and the problems found while reading them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = book_files(folder)
        self.found: list[Problem] = []
        self.pages: dict[str, Page] = {}
        self._open_pages()

    def _open_pages(self) -> None:
        for path, raw in self.files.items():
            if (
                not path.endswith(".yaml")
                or path.count("/") > 1
                or not path.isprintable()
                or ("/" not in path and path not in SINGLE_FILES)
            ):
                hint = "one of " + ", ".join(SINGLE_FILES) + ", or a .yaml file in a folder"
                self.found.append(self._file_problem(path, "B003", "not a file of a rule book", hint))
                continue
            try:
                self.pages[path] = parse_page(raw, self.shown(path))
            except Problems as error:
                self.found.extend(error.problems)
        for path in SINGLE_FILES:
            if path not in self.files:
                self.found.append(self._file_problem(path, "B004", "the file is missing"))

    def shown(self, path: str) -> str:
        return str(self.folder / path)

    def _file_problem(self, path: str, code: str, what: str, write: str = "") -> Problem:
        return Problem(self.shown(path), 1, 1, code, what, write)

    def shaped(self, path: str, wanted: type[S] | TypeAdapter[S]) -> S | None:
        if path not in self.pages:
            return None
        try:
            return shape.shape_page(self.pages[path], wanted)
        except Problems as error:
            self.found.extend(error.problems)
            return None

    def in_folder(self, folder: str) -> list[str]:
        return [path for path in self.pages if path.startswith(f"{folder}/")]

    def rule_files(self) -> list[str]:
        others = ("facts/", "findings/", "documents/")
        return [path for path in self.pages if "/" in path and not path.startswith(others)]

    def say(
        self, page: Page, place: Place, code: str, what: str, write: str = "", *, key: bool = False
    ) -> None:
        self.found.append(page.problem(place, code, what, write, key=key))
