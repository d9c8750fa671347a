"""The sessions that a folder keeps: whose they seem to be, when they were, and whether they are over."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from triage.book.book import RuleBook
from triage.book.facts import Answers
from triage.book.logic import facts_of
from triage.book.problems import Problems
from triage.book.reading.text import MAX_BYTES
from triage.calls.given import CLOCK_SLIPS, now, still_counts
from triage.calls.locks import is_locked
from triage.calls.session_file import FINISHED, Contents, read_saved

_TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Saved:
    """A session's file, and what tells the session from others."""

    path: Path
    contents: Contents
    person: str
    count: int

    @classmethod
    def read(cls, book: RuleBook, path: Path) -> Saved:
        """The session in a file. Raises Problems for one that holds none."""
        saved = read_saved(book, path)
        contents = saved.contents
        pending = {name: answer for name, answer in contents.unconfirmed.items() if answer is not None}
        person = _person(book, {**pending, **contents.answers})
        everything = (contents.answers, contents.ticked, contents.unconfirmed, saved.gone)
        return cls(path, contents, person, sum(map(len, everything)))

    @property
    def last_on(self) -> datetime:
        """When it was last answered."""
        return max((given.on for given in self.contents.given.values()), default=self.contents.asked_on)

    @property
    def is_finished(self) -> bool:
        return self.contents.finished_on is not None

    @property
    def is_ahead(self) -> bool:
        """Whether it was answered later than now: this clock or that one is wrong."""
        return self.last_on > now() + CLOCK_SLIPS

    def __str__(self) -> str:
        begun = f"begun {_shown(self.contents.begun_on)}"
        last = f"last answer {_shown(self.last_on)}" if self.count else "no answer yet"
        parts = [self.person, begun, last, f"{self.count} answer{'' if self.count == 1 else 's'}"]
        if self.contents.finished_on:
            parts.append(f"finished {_shown(self.contents.finished_on)}")
        return ", ".join(filter(None, parts))


def unfinished_sessions(book: RuleBook, folder: Path) -> tuple[list[Saved], list[Path]]:
    """The sessions of a folder that are not over, the last used first, and the files that hold no session.

    Those that are open in another process at this moment are left out.
    """
    found: list[Saved] = []
    unreadable: list[Path] = []
    for path in _newest_first(folder):
        kind = _kind(path)
        if kind == "unreadable":
            unreadable.append(path)
        elif kind == "unfinished" and not is_locked(path):
            try:
                found.append(Saved.read(book, path))
            except Problems:
                unreadable.append(path)
    return sorted(found, key=lambda one: one.last_on, reverse=True), unreadable


def finished_sessions(book: RuleBook, folder: Path, most: int) -> tuple[list[Saved], list[Path]]:
    """The last sessions of a folder that are over, and of their files those that cannot be read."""
    found: list[Saved] = []
    unreadable: list[Path] = []
    for path in [path for path in _newest_first(folder) if _kind(path) == "finished"][:most]:
        try:
            found.append(Saved.read(book, path))
        except Problems:
            unreadable.append(path)
    return sorted(found, key=lambda one: one.last_on, reverse=True), unreadable


def unfinished_today(book: RuleBook, folder: Path, hours: int | None) -> Iterator[Saved]:
    """The sessions that are not over and whose answers still count, or may: by a clock set back since.

    Files that were not touched in that time are not opened: there may be very many. What cannot be
    read as a session is nobody's to go on with, and is told to who asks for one.
    """
    at = now()
    for path in _newest_first(folder):
        touched = _touched(path)
        if not (still_counts(touched, at, hours) or touched > at):
            return
        if _kind(path) != "unfinished" or is_locked(path):
            continue
        try:
            one = Saved.read(book, path)
        except Problems:
            continue
        if one.is_ahead or any(still_counts(g.on, at, hours) for g in one.contents.given.values()):
            yield one


def _person(book: RuleBook, answers: Answers) -> str:
    """Whom the book is for, and what lasts, tell one person from another.

    Papers are left out: of what a report says, the answer alone tells nothing.
    """
    scope, screens = facts_of(book.scope), list(book.screens)
    telling = [
        fact
        for fact in book.facts.values()
        if fact.id in answers
        and (fact.id in scope or (fact.lasts == "always" and fact.asked_of == "patient" and not fact.ordered))
    ]
    telling.sort(key=lambda fact: screens.index(fact.screen))
    return ", ".join(fact.say(answers[fact.id]) for fact in telling)


def _newest_first(folder: Path) -> list[Path]:
    """The files that are named as sessions are. Raises OSError for a folder that nobody here may read."""
    try:
        files = [path for path in folder.iterdir() if path.suffix == ".yaml"]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(files, key=_touched, reverse=True)


def _touched(path: Path) -> datetime:
    """When the file was written last; long ago where it is gone by now, or a link that leads nowhere."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0).astimezone()


def _kind(path: Path) -> Literal["unfinished", "finished", "unreadable", "gone"]:
    """What a file seems to hold. Parsing it takes far longer; a pipe or a device may never end."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
            return "unreadable"
        return "finished" if FINISHED in path.read_bytes() else "unfinished"
    except FileNotFoundError:
        return "gone"
    except OSError:
        return "unreadable"


def _shown(at: datetime) -> str:
    return at.astimezone().strftime(_TIME)
