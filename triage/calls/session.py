"""A session's answers on disk: kept as each is given, in a file that only one session writes.

The file is replaced whole and flushed after every answer, so that a session killed at any moment
goes on from its last answer. The file is for its owner's eyes only.
"""

from __future__ import annotations

import errno
import secrets
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import Answer, NotKnown
from triage.book.own_folders import state_folder
from triage.book.whole_file import write_whole
from triage.calls.given import Given, now, still_counts, write_time
from triage.calls.locks import Lock
from triage.calls.note import Call
from triage.calls.session_file import Contents, Earlier, SavedFile, is_of_before, read_saved, written


class EditedOutside(Exception):
    """Somebody changed or removed the session's file while the session was open; it was left as it is."""


class Session:
    """The answers of one patient, in the order given, and the file that keeps them (None: nowhere).

    Some answers count only once they are confirmed: what lasts, told on an earlier day, and all of a
    file that somebody else than triage wrote or put there. `asked_again` are the facts of which earlier
    answers no longer count.
    """

    def __init__(self, book: RuleBook, path: Path | None, hours: int | None = None) -> None:
        """Starts a session. Raises Problems when another session has the file, and OSError without one.

        `hours` is how long an answer counts; None: for the day.
        """
        begun = now()
        id = secrets.token_hex(4)
        self.book, self.path, self.hours = book, path, hours
        self.contents = Contents(id, f"session {id}", begun, begun)
        self.asked_again: tuple[str, ...] = ()
        self.gone: tuple[str, ...] = ()
        """What a resumed session was asked by another rule book, and this one does not ask, or not so."""
        self.is_edited = False
        """Whether the unconfirmed answers are of a file as somebody else than triage wrote it."""
        self.is_of_before = False
        """Whether an older triage wrote it, which wrote no checksum."""
        self.is_replaced = False
        """Whether they are of a file that somebody put there while this session was open."""
        self.kept = True
        """Whether the file holds every answer, or there is no file to hold them."""
        self._on_disk: bytes | None = None
        self._lock = Lock(path) if path else None

    @classmethod
    def resume(cls, book: RuleBook, path: Path, hours: int | None = None, *, keep: bool = True) -> Session:
        """The session kept in a file. Without `keep` it is read, and nothing more is written.

        Raises Problems for a file that holds no session, or that another session has, and OSError
        where it cannot be locked. What another book asked and this one does not, or not by the same
        words, is left out, and what no longer counts is to be asked again.
        """
        read_saved(book, path)  # before there is a lock beside what may be no session
        session = cls(book, path if keep else None, hours)
        try:
            # Read again under the lock: the session before us may have added answers until now.
            session._take(read_saved(book, path))
        except BaseException:
            session.close()
            raise
        return session

    @property
    def answers(self) -> Mapping[str, Answer]:
        return self.contents.answers

    @property
    def ticked(self) -> Sequence[str]:
        """What was ticked on a list and whose details are still to be asked."""
        return self.contents.ticked

    @property
    def unconfirmed(self) -> Mapping[str, Answer | None]:
        """The answers that count only once they are confirmed; None is a tick."""
        return self.contents.unconfirmed

    @property
    def name(self) -> str:
        return self.contents.name

    @property
    def asked_on(self) -> datetime:
        """When the call began whose answers these are."""
        return self.contents.asked_on

    @property
    def other_books(self) -> tuple[str, ...]:
        """The hashes of the other rule books that the session was asked by before."""
        books = dict.fromkeys(block.rules_hash for block in self.contents.earlier)
        return tuple(book for book in books if book != self.book.hash)

    def call(self) -> Call:
        """The call whose answers these are, for its note."""
        given = self.contents.given
        carried = {name: given[name].first for name in self.answers if given[name].first != given[name].on}
        first = next((block.rules_hash for block in self.contents.earlier), self.book.hash)
        return Call(
            self.name,
            self.asked_on,
            self.contents.begun_on,
            carried,
            self.other_books,
            began_with_this_book=first == self.book.hash,
        )

    def give(self, answers: Mapping[str, Answer], ticked: Sequence[str] = ()) -> None:
        """Adds answers and keeps them. They count also where an error says that they could not be kept.

        Raises OSError, and EditedOutside.
        """
        self._forget([*answers, *ticked])
        self.contents.answers.update(answers)
        self.contents.ticked.extend(ticked)
        at = now()
        self.contents.given.update({name: Given(at, at) for name in (*answers, *ticked)})
        self._keep()

    def take_back(self, names: Collection[str]) -> None:
        """Removes answers, as if never asked. Raises as `give` does."""
        self._forget(names)
        self._keep()

    def renew(self) -> bool:
        """Sets aside what no longer counts, because the day or the hours are over. True where anything was.

        What lasts is to be confirmed, and the rest is asked again; in the file all of it stays as an
        earlier call. Nothing is written yet.
        """
        contents, at = self.contents, now()
        old = [name for name in contents.given if name not in self.unconfirmed and not self._counts(name)]
        if not old:
            return False
        answers = {name: contents.answers[name] for name in old if name in contents.answers}
        ticked = tuple(name for name in contents.ticked if name in old)
        said = {name: self.book.facts[name].write(answer) for name, answer in answers.items()}
        contents.earlier.append(Earlier(write_time(contents.asked_on), self.book.hash, said, ticked))
        self._to_confirm([name for name, answer in answers.items() if self._lasts(name, answer)])
        self.asked_again = tuple(name for name in old if name not in self.unconfirmed)
        self._drop(self.asked_again)
        contents.asked_on = min((contents.given[name].on for name in self._counting()), default=at)
        return True

    def confirm(self, right: Mapping[str, bool]) -> None:
        """Has unconfirmed answers count from now on that were shown and are right, and forgets the others.

        What does not last is as old as it was. Raises as `give` does.
        """
        at, contents = now(), self.contents
        for name, is_right in right.items():
            answer = contents.unconfirmed.pop(name)
            if not is_right:
                contents.given.pop(name)
                continue
            self._put_back(name, answer)
            if answer is not None and self._lasts(name, answer) and not self._counts(name):
                contents.given[name] = Given(at, contents.given[name].first)
        self.is_edited = self.is_of_before = self.is_replaced = False
        self.renew()
        self._keep()

    def finish(self) -> None:
        """Notes that nothing was left to ask and the person was told. Raises as `give` does."""
        self._keep(finished_on=now())

    def take_theirs(self) -> None:
        """Goes on from the file as somebody else changed it, once all of it is confirmed.

        Raises Problems for one that is no session.
        """
        assert self.path is not None
        self._take(read_saved(self.book, self.path), replaced=True)
        self.kept = True

    def take_ours(self) -> Path | None:
        """Writes the answers given here; the changed file is kept aside, and its new name given back.

        At every moment there is a file at the session's name. Raises as `give` does.
        """
        assert self.path is not None
        aside, theirs = None, _bytes_at(self.path)
        if theirs is not None:
            aside = _free_name(self.path)
            write_whole(aside, theirs, mode=0o600)
        self._on_disk = theirs
        self._keep(self.contents.finished_on)
        return aside

    def keep_nothing(self) -> None:
        """Writes nothing from here on."""
        self.close()
        self.path, self.kept = None, True

    def close(self) -> None:
        """Lets another session have the file."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _take(self, saved: SavedFile, *, replaced: bool = False) -> None:
        self.contents, self.gone, self.asked_again = saved.contents, saved.gone, ()
        self._on_disk, self.is_edited, self.is_replaced = saved.raw, not saved.intact, replaced
        self.is_of_before = is_of_before(saved.raw)
        for name, answer in list(self.unconfirmed.items()):
            # Another book may not hold it for lasting, and a clock may have been set back to its day.
            if answer is None or not self._lasts(name, answer) or self._counts(name):
                self._put_back(name, self.contents.unconfirmed.pop(name))
        self.renew()
        if self.is_edited or replaced:
            self._to_confirm(list(self._counting()))

    def _counting(self) -> Iterator[str]:
        """What was answered or ticked and is not to be confirmed first."""
        yield from (*self.answers, *self.ticked)

    def _counts(self, name: str) -> bool:
        return still_counts(self.contents.given[name].on, now(), self.hours)

    def _put_back(self, name: str, answer: Answer | None) -> None:
        """Has an answer or a tick count again that was to be confirmed."""
        if answer is None:
            self.contents.ticked.append(name)
        else:
            self.contents.answers[name] = answer

    def _lasts(self, name: str, answer: Answer) -> bool:
        return self.book.facts[name].lasts == "always" and not isinstance(answer, NotKnown)

    def _to_confirm(self, names: Collection[str]) -> None:
        """Takes answers and ticks out of those that count, but not their times."""
        contents = self.contents
        contents.unconfirmed.update({name: contents.answers.pop(name, None) for name in names})
        contents.ticked = [name for name in contents.ticked if name not in names]

    def _forget(self, names: Collection[str]) -> None:
        for name in names:
            self.contents.unconfirmed.pop(name, None)
        self._drop(names)

    def _drop(self, names: Collection[str]) -> None:
        for name in names:
            self.contents.answers.pop(name, None)
            self.contents.given.pop(name, None)
        self.contents.ticked = [name for name in self.contents.ticked if name not in names]

    def _keep(self, finished_on: datetime | None = None) -> None:
        self.contents.finished_on = finished_on
        if self.path is None:
            return
        self.kept = False
        if _bytes_at(self.path) != self._on_disk:
            raise EditedOutside(str(self.path))
        raw = written(self.book, self.contents)
        write_whole(self.path, raw, mode=0o600)
        self._on_disk = raw
        self.kept = True


def _bytes_at(path: Path) -> bytes | None:
    """What stands in a file now; None where there is none. Raises OSError, also for what never ends."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, "Not a plain file any more", str(path))
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _free_name(path: Path) -> Path:
    """A name beside the file itself that is not taken."""
    file, number = path.resolve(), 1
    while (aside := file.with_name(f"{file.name}.edited-{number}")).exists():
        number += 1
    return aside


def sessions_folder() -> Path:
    """Where sessions are kept when no file is named. Raises OSError where this user has no home."""
    return state_folder()
