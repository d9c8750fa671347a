"""A session's file that somebody else changed while the session was open: whose answers count."""

from __future__ import annotations

from triage.book.problems import Problems, lines_of
from triage.calls.saved import Saved
from triage.calls.session import EditedOutside, Session
from triage.cli.lines import Lines, Stopped, say
from triage.cli.replies import read_number
from triage.cli.resuming import tell_other_book


def settle_edited(session: Session, lines: Lines) -> None:
    """Asks which answers count: those given here, or those in the file that somebody else changed.

    Raises Stopped, and OSError where the answers cannot be kept.
    """
    assert session.path is not None
    is_gone = not session.path.exists()
    say("")
    if is_gone:
        say(f"Somebody removed {session.path} while this session was open.")
        say("  1. Write it again")
        say("  2. Keep nothing from here on")
    else:
        say(f"Somebody changed {session.path} while this session was open. Nothing of it was overwritten.")
        say("  1. Go on with the answers given here; the changed file is put aside")
        say("  2. Go on with those in the changed file; what only was answered here is asked again")
    while True:
        text = lines.read("1 or 2: ", fresh=True, whole=True).text
        chosen = read_number(text, 2)
        if text.lower() == "q":
            raise Stopped
        if chosen == 1:
            try:
                aside = session.take_ours()
            except EditedOutside:
                say("It was changed again just now.")
                continue
            if aside is not None:
                say(f"The changed file is now {aside}")
            return
        if chosen == 2 and is_gone:
            session.keep_nothing()
            return
        if chosen == 2:
            try:
                theirs = Saved.read(session.book, session.path)
                session.take_theirs()
                say(f"Going on with {session.path} ({theirs}).")
                tell_other_book(session)
                return
            except Problems as error:
                say("It cannot be read:")
                for line in lines_of(error.problems):
                    say(f"  {line}")
        say("Type 1 or 2, or q to stop.")
