"""The pages of a rule book's files, and what was found wrong in them so far."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from triage.book.problems import Problem, Problems
from triage.book.reading import shape
from triage.book.reading.text import Page, Place, parse_page

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
    """The pages of a rule book by their path inside it, and the problems found while reading them."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.folder, self.files = folder, files
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
