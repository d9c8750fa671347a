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
from triage.calls.session_file import Contents, read_saved

_TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Saved:
    """A session's file, and what tells the session from others."""

    path: Path
    contents: Contents
    person: str

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


def saved_sessions(book: RuleBook, folder: Path) -> tuple[list[Saved], list[Path]]:
    """The sessions of a folder, the last used first, and the files that hold none that can be read.

    Those that are open in another process at this moment are left out.
    """
    found: list[Saved] = []
    unreadable: list[Path] = []
    for path in sorted(folder.glob("*.yaml")):
        if is_locked(path):
            continue
        try:
            found.append(Saved.of(book, path, read_saved(book, path).contents))
        except Problems:
            unreadable.append(path)
    return sorted(found, key=lambda one: one.last_on, reverse=True), unreadable


def unfinished_today(book: RuleBook, folder: Path, hours: int | None) -> Iterator[Saved]:
    """The sessions that were begun and not finished, and whose answers still count, or may: by a clock
    that was set back since.

    Files that were not touched in that time are not opened: there may be very many.
    """
    at = now()
    for path in folder.glob("*.yaml"):
        touched = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        if not (still_counts(touched, at, hours) or touched > at) or is_locked(path):
            continue
        try:
            one = Saved.of(book, path, read_saved(book, path).contents)
        except Problems:
            continue
        counts = any(still_counts(given.on, at, hours) for given in one.contents.given.values())
        if (counts or one.is_ahead) and not one.is_finished:
            yield one


def _shown(at: datetime) -> str:
    return at.astimezone().strftime(_TIME)
