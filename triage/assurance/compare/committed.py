"""The files of a rule book in a commit: the same that the loader finds in a folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from triage.assurance.compare.repository import Entry, GitFailed, Objects
from triage.book.problems import Problem, Problems
from triage.book.reading.files import passed_over
from triage.book.reading.limits import (
    MOST_BYTES,
    MOST_FILES,
    book_too_large,
    file_too_large,
    too_many_files,
)
from triage.book.reading.text import MAX_BYTES

_LONGEST_LINK = 4_096
_MOST_LINKS = 40
_LARGEST_LISTING = 1_000_000
_OUT_OF_THE_FOLDER, _COPY = "a link out of the folder", "copy it instead"


class _Refused(Exception):
    """A file that is not read; the arguments are what is wrong with it, and what to do instead."""


class CommittedBook:
    """A folder of a commit. `shown` is how it is called in problems, and `path` leads to it from the `top`.

    Whoever committed it may mean harm: how much there is, is known before any of it is read.
    """

    def __init__(self, objects: Objects, top: str, path: str, shown: str) -> None:
        self._objects, self._top, self._shown = objects, top, shown
        self._path = [part for part in path.split("/") if part]
        self._found: list[Problem] = []
        self._seen = 0

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file by its path inside the folder. Raises Problems as `book_files` does, and GitFailed."""
        named: dict[str, str | None] = {}
        for name, entry in self._walk(folder, ""):
            if name in named:
                self._refused(name, "two files have this name", "keep one of them")
            try:
                named[name] = self._object(name, entry)
            except _Refused as refused:
                named[name] = None
                self._refused(name, *refused.args)
        in_order = sorted(named, key=lambda name: name.split("/"))
        sizes = {name: self._size(name, named[name]) for name in in_order}
        if sum(sizes.values()) > MOST_BYTES:
            self._found.append(book_too_large(self._shown))
        if self._found:
            raise Problems(self._found)
        return {name: self._objects.content(object_) for name in in_order if (object_ := named[name])}

    def _walk(self, folder: str, prefix: str) -> Iterator[tuple[str, Entry]]:
        """Everything under a folder that the loader would look at, but plain folders."""
        waiting = [(prefix, folder)]
        while waiting:
            prefix, folder = waiting.pop()
            for entry in self._listed(folder, prefix):
                self._seen += 1
                if self._seen > MOST_FILES:
                    raise Problems([*self._found, too_many_files(self._shown)])
                if entry.kind == "folder" and not passed_over(entry.name, is_folder=True):
                    waiting.append((f"{prefix}{entry.name}/", entry.object))
                elif entry.kind != "folder" and not passed_over(entry.name, is_folder=False):
                    yield prefix + entry.name, entry

    def _listed(self, folder: str, name: str) -> tuple[Entry, ...]:
        size = self._objects.size(folder)
        if size is None:
            raise GitFailed(f"{self._shown}/{name} is not in this clone")
        if size > _LARGEST_LISTING:
            raise Problems([*self._found, too_many_files(self._shown)])
        return self._objects.folder(folder)

    def _object(self, name: str, entry: Entry) -> str:
        """The object with the content of a file. Raises _Refused."""
        if entry.kind == "submodule":
            raise _Refused("a submodule", _COPY)
        if entry.kind == "file":
            return entry.object
        return self._led_to(name)

    def _led_to(self, name: str) -> str:
        """The object of the file to which a link leads inside the folder. Raises _Refused."""
        waiting, done, links = [*self._path, *name.split("/")], list[str](), 0
        while waiting:
            part = waiting.pop(0)
            if part == ".." and done:
                done.pop()
            elif part == "..":
                raise _Refused(_OUT_OF_THE_FOLDER, _COPY)
            elif part not in ("", "."):
                entry = self._at([*done, part])
                if entry is None:
                    raise _Refused(f"cannot be read: {os.strerror(errno.ENOENT)}")
                if entry.kind != "link":
                    done.append(part)
                    continue
                links += 1
                target = self._target(entry.object)
                if links > _MOST_LINKS:
                    raise _Refused(f"cannot be read: {os.strerror(errno.ELOOP)}")
                if target.startswith("/"):
                    raise _Refused(_OUT_OF_THE_FOLDER, _COPY)
                waiting = [*target.split("/"), *waiting]
        if done[: len(self._path)] != self._path:
            raise _Refused(_OUT_OF_THE_FOLDER, _COPY)
        entry = self._at(done)
        if entry is None or entry.kind != "file":
            raise _Refused("a link to a folder", _COPY)
        return entry.object

    def _at(self, parts: list[str]) -> Entry | None:
        """What stands at a path from the top of the commit."""
        entry: Entry | None = Entry("", "folder", self._top)
        for part in parts:
            inside = self._listed(entry.object, part) if entry and entry.kind == "folder" else ()
            entry = next((one for one in inside if one.name == part), None)
        return entry

    def _target(self, link: str) -> str:
        """Where a link leads; to nothing where that is no path."""
        size = self._objects.size(link)
        return "" if size is None or size > _LONGEST_LINK else os.fsdecode(self._objects.content(link))

    def _size(self, name: str, object_: str | None) -> int:
        """The bytes of a file, 0 where it is refused."""
        if object_ is None:
            return 0
        size = self._objects.size(object_)
        if size is None:
            self._refused(name, "is not in this clone", "`git fetch` it, or clone the repository whole")
        elif size > MAX_BYTES:
            self._found.append(file_too_large(f"{self._shown}/{name}"))
        return size if size is not None and size <= MAX_BYTES else 0

    def _refused(self, name: str, what: str, write: str = "") -> None:
        self._found.append(Problem(f"{self._shown}/{name}", 1, 1, "B002", what, write))
