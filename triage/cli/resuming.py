"""Which session `triage ask` goes on with, and what is said of it."""

from __future__ import annotations

import secrets
import shlex
from datetime import UTC
from pathlib import Path

import click

from triage.book.book import RuleBook
from triage.calls.given import now
from triage.calls.saved import Saved, finished_sessions, unfinished_sessions, unfinished_today
from triage.calls.session import Session, sessions_folder
from triage.cli.ending import WrongUsage
from triage.cli.lines import Lines, Stopped, say
from triage.cli.replies import read_number
from triage.cli.terminal import echo

_MOST_OFFERED = 9


def new_session(book: RuleBook, file: Path | None, hours: int | None) -> Session:
    """A session in a file, or in a new one of the state folder; unfinished ones of today are mentioned."""
    if file is not None:
        if file.exists():
            raise click.UsageError(
                f"{file} exists. Use {_resume(file)} to go on with it, or name another file."
            )
        return Session(book, file, hours)
    try:
        folder = sessions_folder()
        _mention(list(unfinished_today(book, folder, hours)))
        # Also where the clock stands still, or was set back, no two sessions have one file.
        name = f"{now().astimezone(UTC):%Y-%m-%d-%H%M%SZ}-{secrets.token_hex(4)}.yaml"
        session = Session(book, folder / name, hours)
    except OSError as error:
        # Nobody who needs an answer is sent away because a disk is full or a home cannot be written.
        _say_unsaved(error)
        return Session(book, None, hours)
    return session


def resumed_session(book: RuleBook, path: Path, hours: int | None) -> Session:
    """The session in a file, with what must be known of it said. Raises what `Session.resume` does."""
    one = Saved.read(book, path)
    try:
        session = Session.resume(book, path, hours)
    except OSError as error:
        session = Session.resume(book, path, hours, keep=False)
        _say_unsaved(error)
    say(f"Going on with {path} ({one}).")
    if one.is_finished:
        say("That session was over. It is open again.")
    if one.is_ahead:
        say("It was answered later than it is now by this machine's clock. Look whether the clock is right.")
    tell_other_book(session)
    return session


def tell_other_book(session: Session) -> None:
    """Says that another rule book asked before, and what is left out because of that."""
    if session.other_books:
        say("The rule book has changed since; the result follows the new one.")
    if session.gone:
        facts = session.book.facts
        names = [f"“{facts[name].short.strip()}”" if name in facts else name for name in session.gone]
        say(f"It does not ask any more, or not so: {', '.join(names)}. These answers are left out.")


def unfinished_session(book: RuleBook, lines: Lines) -> Path:
    """The file of the one session that is not finished, or of the one that the person chooses.

    Raises click.UsageError where there is none, or none is chosen.
    """
    folder = sessions_folder()
    found, unreadable = unfinished_sessions(book, folder)
    finished: list[Saved] = []
    if not found:
        finished, damaged = finished_sessions(book, folder, _MOST_OFFERED)
        unreadable += damaged
    for path in unreadable:
        say(f"{path} cannot be read as a session. `triage ask --resume` with its name says why.")
    if not found:
        over = [f"  {_resume(one.path)}  ({one})" for one in finished]
        also = " These are over; to open one again, name it:" if over else ""
        raise WrongUsage(f"There is no unfinished session in {folder} to resume.{also}", *over)
    return found[0].path if len(found) == 1 else _chosen(found, lines)


def _chosen(sessions: list[Saved], lines: Lines) -> Path:
    offered = sessions[:_MOST_OFFERED]
    say("These sessions are not finished, the last used first:")
    for number, one in enumerate(offered, start=1):
        say(f"  {number}. {one}: {one.path.name}")
    if more := len(sessions) - len(offered):
        say(f"and {more} older. `--resume FILE` goes on with any of them.")
    try:
        while text := lines.read("Number of the session, or Enter for none: ", fresh=True).text:
            chosen = read_number(text, len(offered))
            if chosen is not None:
                return offered[chosen - 1].path
            if text.lower() == "q":
                break
            say(f"Type a number from 1 to {len(offered)}, or Enter.")
    except Stopped:
        pass
    raise click.UsageError("No session was chosen. `triage ask` begins a new one.")


def _mention(sessions: list[Saved]) -> None:
    for one in sorted(sessions, key=lambda one: one.last_on, reverse=True)[:_MOST_OFFERED]:
        say(f"Not finished today: {one}. To go on with it:")
        echo(f"  {_resume(one.path)}", err=True)  # not wrapped: a command in two lines cannot be copied


def _say_unsaved(error: OSError) -> None:
    say(f"NOT SAVED: {error.filename}: {error.strerror}. Go on, and do not stop half-way.")


def _resume(path: Path) -> str:
    return f"triage ask --resume {shlex.quote(str(path))}"
