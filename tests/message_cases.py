"""The messages of `tests/messages/`: one mistake each, and every line that is said about it.

A message is a YAML file with `what` (the point, in a sentence), `file` (in the small book), the
mistake (`replace` and `with`, or the `content` of the whole file; neither: the file is gone),
`through` (who reads the file: the book, unless said otherwise) and `expect` (all lines, in order).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from triage.assurance.check import check_folder
from triage.book.problems import Problem, Problems
from triage.book.reading.case import load_cases
from triage.book.reading.load import load_book
from triage.book.reading.text import read_page
from triage.calls.session import Session
from triage.cli.main import triage
from triage.cohort.tables.source import open_source
from triage.decision.settings import load_settings

HERE = Path(__file__).parent
SMALL, DOCUMENTS = HERE / "books" / "small", HERE / "books" / "documents"


@dataclass(frozen=True)
class Message:
    """One mistake and what is said about it; `name` starts with the code."""

    name: str
    file: str
    replace: str | None
    instead: str
    content: str | None
    through: str
    expect: list[str]


def all_messages() -> list[Message]:
    return [_message(path) for path in sorted((HERE / "messages").glob("*.yaml"))]


def _message(path: Path) -> Message:
    said: Any = read_page(path).data
    assert set(said) <= {"what", "file", "replace", "with", "content", "through", "expect"}, path
    return Message(
        path.stem,
        said["file"],
        said.get("replace"),
        said.get("with", ""),
        said.get("content"),
        said.get("through", "book"),
        said["expect"],
    )


def lines_said(message: Message, folder: Path) -> list[str]:
    """Makes the mistake in a copy of the small book and returns what is said, with paths inside the copy."""
    book = shutil.copytree(SMALL, folder / "book")
    said = _READERS[message.through](book, made(message, book))
    return [line.replace(f"{book}/", "").replace(f"{DOCUMENTS}/", "") for line in said]


def made(message: Message, book: Path) -> Path:
    """Makes the mistake in a copy of the small book, and returns the file in which it is."""
    path = book / message.file
    if message.replace is not None:
        text = path.read_text(encoding="utf-8")
        assert text.count(message.replace) == 1, f"{message.name}: stands {text.count(message.replace)} times"
        path.write_text(text.replace(message.replace, message.instead), encoding="utf-8")
    elif message.content is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(message.content + "\n" if message.content else "", encoding="utf-8")
    else:
        path.unlink()
    return path


def _through_the_book(folder: Path, path: Path) -> Iterable[str]:
    return as_lines(lambda: check_folder(folder, DOCUMENTS).problems)


def _through_cases(folder: Path, path: Path) -> Iterable[str]:
    return as_lines(lambda: load_cases([path], load_book(SMALL))[1])


def _through_settings(folder: Path, path: Path) -> Iterable[str]:
    return as_lines(lambda: nothing(load_settings(path)))


def through_a_table(folder: Path, path: Path) -> Iterable[str]:
    def read() -> list[object]:
        with open_source(load_book(SMALL), path) as source:
            return list(source.chunks())

    return as_lines(lambda: nothing(read()))


def _through_a_session(folder: Path, path: Path) -> Iterable[str]:
    return as_lines(lambda: nothing(Session.resume(load_book(SMALL), path)))


def _through_decide(folder: Path, path: Path) -> Iterable[str]:
    result = CliRunner().invoke(triage, ["decide", str(path), "--rules", str(SMALL)])
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr.splitlines()


_READERS: dict[str, Callable[[Path, Path], Iterable[str]]] = {
    "book": _through_the_book,
    "cases": _through_cases,
    "settings": _through_settings,
    "table": through_a_table,
    "session": _through_a_session,
    "decide": _through_decide,
}


def nothing(read: object) -> list[Problem]:
    """No problem: what was read is of no interest."""
    return []


def as_lines(read: Callable[[], Iterable[Problem]]) -> list[str]:
    """What is said about problems that are given, or raised."""
    try:
        return [str(problem) for problem in sorted(read())]
    except Problems as error:
        return [str(problem) for problem in error.problems]
