"""The sessions that a folder keeps: whose they seem to be, when they were, and whether they are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.logic import facts_of
from triage.book.problems import Problems
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

    @classmethod
    def read(cls, book: RuleBook, path: Path) -> Saved:
        """The session in a file. Raises Problems for one that holds none."""
        return cls.of(book, path, read_saved(book, path).contents)

    @classmethod
    def of(cls, book: RuleBook, path: Path, contents: Contents) -> Saved:
        """What is told of a session: whom the book is for, and what lasts, tell one person from another."""
        scope, screens, answers = facts_of(book.scope), list(book.screens), contents.answers
        telling = [
            fact
            for fact in book.facts.values()
            if fact.id in answers and (fact.id in scope or (fact.lasts == "always" and not fact.ordered))
        ]
        telling.sort(key=lambda fact: screens.index(fact.screen))
        return cls(path, contents, ", ".join(fact.say(answers[fact.id]) for fact in telling))

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
        count = len(self.contents.answers) + len(self.contents.ticked)
        begun = f"begun {_shown(self.contents.begun_on)}"
        last = f"last answer {_shown(self.last_on)}" if count else "no answer yet"
        parts = [self.person, begun, last, f"{count} answer{'' if count == 1 else 's'}"]
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
        if _says_finished(path) or is_locked(path):
            continue
        try:
            found.append(Saved.read(book, path))
        except Problems:
            unreadable.append(path)
    return sorted(found, key=lambda one: one.last_on, reverse=True), unreadable


def finished_sessions(book: RuleBook, folder: Path, most: int) -> list[Saved]:
    """The last sessions of a folder that are over."""
    over = [path for path in _newest_first(folder) if _says_finished(path)][:most]
    return sorted((Saved.read(book, path) for path in over), key=lambda one: one.last_on, reverse=True)


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
        if _says_finished(path) or is_locked(path):
            continue
        try:
            one = Saved.read(book, path)
        except Problems:
            continue
        if one.is_ahead or any(still_counts(g.on, at, hours) for g in one.contents.given.values()):
            yield one


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"), key=_touched, reverse=True)


def _touched(path: Path) -> datetime:
    """When the file was written last; long ago where it is gone by now."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except FileNotFoundError:
        return datetime.fromtimestamp(0).astimezone()


def _says_finished(path: Path) -> bool:
    """Whether the file says that the session is over, or is gone by now. Parsing takes far longer."""
    try:
        return FINISHED in path.read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # reading it as a session tells why


def _shown(at: datetime) -> str:
    return at.astimezone().strftime(_TIME)
