"""The pages of a rule book's files, and what was found wrong in them so far."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from triage.book.problems import Problem, Problems, closest
from triage.book.reading import shape
from triage.book.reading.homes import FOLDERS, out_of_place
from triage.book.reading.limits import MOST_VALUES, too_many_values
from triage.book.reading.text import Page, Place, parse_page
from triage.book.reading.uses import Uses

SINGLE_FILES = (
    "book.yaml",
    "levels.yaml",
    "suspicions.yaml",
    "exams.yaml",
    "screens.yaml",
    "constraints.yaml",
    "advice.yaml",
    "guarantees.yaml",
)
S = TypeVar("S")


class Folder:
    """The pages of a rule book by their path inside it, and the problems found while reading them.

    What is `found` keeps the book from loading; with what is `to_mend` it loads, and `check` tells it.

    It is whole when nothing is missing or misplaced that would make much of the rest unknown.
    """

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.folder, self.files = folder, files
        self.found: list[Problem] = []
        self.to_mend: list[Problem] = []
        self.pages: dict[str, Page] = {}
        is_small = self._open_pages()
        self.uses = Uses.of(self.pages)
        self.is_whole = is_small and self._has_everything() and self._everything_is_in_place()

    def _open_pages(self) -> bool:
        """Opens each page; False where there are too many values to go on."""
        values = 0
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
                continue
            values += len(self.pages[path].values)
            if values > MOST_VALUES:
                self.found.append(too_many_values(str(self.folder)))
                return False
        for path in SINGLE_FILES:
            if path not in self.files:
                self.found.append(self._file_problem(path, "B004", "the file is missing"))
        return True

    @property
    def lacks_a_page(self) -> bool:
        """Whether a file could not be read, in which anything may stand."""
        return any(path.endswith(".yaml") and path not in self.pages for path in self.files)

    def _has_everything(self) -> bool:
        """Whether the folders without which everything else would be unknown are there."""
        folders = {path.partition("/")[0] for path in self.files if "/" in path}
        needed = ["documents", "facts"]
        if self.uses.of_kind("finding"):
            needed.append("findings")
        missing = [name for name in needed if name not in folders]
        for name in missing:
            near = closest(name, folders)
            hint = f'rename the folder "{near}"' if near else ""
            self.found.append(self._file_problem(name, "B004", "the folder is missing", hint))
        return not missing

    def _everything_is_in_place(self) -> bool:
        """Whether each file is in the folder in which it is read as what it is."""
        wrong = {path: said for path, page in self.pages.items() if (said := out_of_place(path, page.data))}
        for path, (what, hint) in wrong.items():
            self.found.append(self._file_problem(path, "B008", what, hint))
        return not wrong

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
        """The pages of a folder."""
        return [path for path in self.pages if path.startswith(f"{folder}/")]

    def files_in(self, folder: str) -> list[str]:
        """The files of a folder, whether or not they are pages."""
        return [path for path in self.files if path.startswith(f"{folder}/") and path.endswith(".yaml")]

    def rule_files(self) -> list[str]:
        return [path for path in self.pages if "/" in path and path.partition("/")[0] not in FOLDERS]

    def say(
        self,
        page: Page,
        place: Place,
        code: str,
        what: str,
        write: str = "",
        *,
        key: bool = False,
        loads: bool = False,
    ) -> None:
        """Adds a problem; `loads`: to those with which the book can still be used."""
        (self.to_mend if loads else self.found).append(page.problem(place, code, what, write, key=key))
