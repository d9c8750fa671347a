"""A session's answers on disk: kept as each is given, in a case file that only one session writes.

The file is replaced whole and flushed after every answer, so that a session killed at any moment
goes on from its last answer. The file is for its owner's eyes only.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.own_folders import state_folder
from triage.book.problems import Problem, Problems
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.case import Case, read_cases
from triage.book.reading.text import Page, Place, read_page
from triage.book.whole_file import write_whole

_NOT_OURS, _OURS = ("story", "denied", "expect"), ("asked_on", "rules_hash")


class Session:
    """The answers of one patient, in the order given, and the file that keeps them (None: nowhere)."""

    def __init__(self, book: RuleBook, path: Path | None) -> None:
        """Starts a session. Raises Problems when another session has the file, and OSError without one."""
        self.book, self.path = book, path
        self.asked_on = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self.name = f"session of {self.asked_on}"
        self.answers: dict[str, Answer] = {}
        self.ticked: list[str] = []
        """What was ticked on a list and whose details are still to be asked."""
        self.gone: tuple[str, ...] = ()
        """What a resumed session was asked by another rule book, and this one cannot read."""
        self.kept = True
        """Whether the file holds every answer, or there is no file to hold them."""
        self._lock = _lock(path) if path else None

    @classmethod
    def resume(cls, book: RuleBook, path: Path) -> tuple[Session, bool]:
        """The session kept in a file, and whether the rule book is still the one it was begun with.

        What another book asked and this one does not, or not so, is left out: its names are in `gone`.
        """
        _read(book, path)
        session = cls(book, path)
        try:
            # Read again under the lock: the session before us may have added answers until now.
            case, session.gone = _read(book, path)
        except BaseException:
            session.close()
            raise
        session.asked_on, session.name = case.asked_on, case.name
        session.answers = dict(case.answers)
        session.ticked = [name for name in case.ticked if name not in case.answers]
        return session, case.rules_hash == book.hash

    def give(self, answers: dict[str, Answer], ticked: Sequence[str] = ()) -> None:
        """Adds answers and keeps them. Raises OSError when they could not be kept; they still count."""
        self._forget([*answers, *ticked])
        self.answers.update(answers)
        self.ticked.extend(ticked)
        self._keep()

    def take_back(self, names: list[str]) -> None:
        """Removes answers, as if never asked. Raises OSError as `give` does."""
        self._forget(names)
        self._keep()

    def close(self) -> None:
        """Lets another session have the file."""
        if self._lock is not None:
            _lock_path(self.path).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def _forget(self, names: list[str]) -> None:
        for name in names:
            self.answers.pop(name, None)
        self.ticked = [name for name in self.ticked if name not in names]

    def _keep(self) -> None:
        if self.path is None:
            return
        text = "\n".join(self._lines()) + "\n"
        self.kept = False
        write_whole(self.path, text.encode(), mode=0o600)
        self.kept = True

    def _lines(self) -> Iterator[str]:
        yield f"- name: {_quoted(self.name)}"
        yield f"  asked_on: {_quoted(self.asked_on)}"
        yield f"  rules_hash: {_quoted(self.book.hash)}"
        yield "  facts:" if self.answers else "  facts: {}"
        for name, answer in self.answers.items():
            yield f"    {name}: {_quoted(self.book.facts[name].write(answer))}"
        if self.ticked:
            yield f"  ticked: [{', '.join(self.ticked)}]"


def _read(book: RuleBook, path: Path) -> tuple[Case, tuple[str, ...]]:
    """The one case of a session's file, and the names in it that only another book knows. Raises Problems."""
    page = read_page(path)
    gone = _left_out(book, page)
    cases, found = read_cases(page, book)
    if found:
        raise Problems(found)
    if len(cases) != 1:
        what = f"{len(cases)} cases where one session is wanted"
        raise Problems([Problem(str(path), 1, 1, "A001", what, "name a saved session")])
    _refuse_a_case(page)
    return cases[0], gone


def _left_out(book: RuleBook, page: Page) -> tuple[str, ...]:
    """Takes out of a page what another rule book asked and this one cannot read, and names it."""
    data: Any = page.data[0] if isinstance(page.data, list) and page.data else page.data
    if not isinstance(data, dict) or data.get("rules_hash", book.hash) == book.hash:
        return ()
    answers, ticked = data.get("facts"), data.get("ticked")
    gone: list[str] = []
    if isinstance(answers, dict):
        gone = [name for name, word in answers.items() if not _can_read(book, name, word)]
        data["facts"] = {name: word for name, word in answers.items() if name not in gone}
    if isinstance(ticked, list):
        gone += [name for name in ticked if name not in book.facts and name not in gone]
        data["ticked"] = [name for name in ticked if name in book.facts]
    return tuple(gone)


def _can_read(book: RuleBook, name: str, word: object) -> bool:
    if name not in book.facts or not isinstance(word, str):
        return False
    try:
        book.facts[name].read(word)
    except UnreadableAnswer:
        return False
    return True


def _refuse_a_case(page: Page) -> None:
    """Raises Problems for what a person wrote: the next answer would replace it by what a session keeps."""
    place: Place = (0,) if isinstance(page.data, list) else ()
    data: Any = page.data[0] if isinstance(page.data, list) else page.data
    foreign = [key for key in _NOT_OURS if key in data]
    lacking = [key for key in _OURS if not data.get(key)]
    if foreign or lacking:
        why = f'it has "{foreign[0]}"' if foreign else f'it lacks "{lacking[0]}"'
        what = f"this is a case and no saved session: {why}"
        hint = "`triage decide` reads it; to answer questions, begin with --session and a new file"
        raise Problems([page.problem((*place, *foreign[:1]), "A003", what, hint, key=True)])


def _quoted(text: str) -> str:
    """A JSON text, which is a YAML text too."""
    return json.dumps(text, ensure_ascii=False)


def _lock_path(path: Path | None) -> Path:
    """Beside the file itself, by whichever link it is named."""
    assert path is not None
    file = path.resolve()
    return file.with_name(file.name + ".lock")


def _lock(path: Path) -> int:
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock_path = _lock_path(path)
    while True:
        descriptor = _opened(lock_path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            what = "another session is writing this file"
            raise Problems([Problem(str(path), 1, 1, "A002", what, "end it, or name another file")]) from None
        except OSError as error:  # such as a network file system that keeps no locks
            os.close(descriptor)
            raise OSError(error.errno, f"cannot be locked: {error.strerror}", str(path)) from None
        # The session before us may have removed the file between our opening and locking it.
        try:
            if lock_path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _opened(lock_path: Path) -> int:
    """The lock file, made where it is missing. Raises OSError where a link would lead elsewhere."""
    try:
        return os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(
                errno.ELOOP, "is a link, which is not followed; remove it", str(lock_path)
            ) from None
        raise


def sessions_folder() -> Path:
    """Where sessions are kept when no file is named. Raises OSError where this user has no home."""
    return state_folder()
