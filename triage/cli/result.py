"""The end of `triage ask`: the result on standard output, how to go on, and the hand-over note."""

from __future__ import annotations

import errno
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TextIO

import click

from triage.book.whole_file import write_new, write_whole
from triage.calls.note import handover_note, is_untouched
from triage.calls.session import Session
from triage.cli.lines import say
from triage.cli.options import show_json, show_passages
from triage.cli.terminal import echo
from triage.cli.wrapping import width_of
from triage.decision.decide import Decider, Decision
from triage.decision.document import decision_document
from triage.decision.telling import Passage, tell_patient

_PRIVATE = 0o600
_LARGEST = 1_000_000  # bytes that are read of what may be a note


def refuse_a_lost_note(note: Path, session: Session) -> None:
    """Raises UsageError where the note would replace what somebody keeps, or cannot be written at the end."""
    if session.path is not None and note.resolve() == session.path.resolve():
        raise click.UsageError(f"The answers are kept in {note}. Name another file for the note.")
    if note.exists() and not note.is_file():
        raise click.UsageError(f"The note cannot be written to {note}: it is no plain file.")
    try:
        _refuse_somebodys(note, session)
        with tempfile.TemporaryFile(dir=note.parent):
            pass
    except FileExistsError as error:
        raise click.UsageError(f"{note} {error.strerror}.") from None
    except OSError as error:
        raise click.UsageError(f"The note cannot be written to {note}: {error.strerror}.") from None


def tell_result(
    decider: Decider,
    session: Session,
    decision: Decision,
    told: tuple[Passage, ...],
    *,
    nurse: bool,
    form: str,
    note: Path | None,
) -> None:
    """Shows the result. What was `told` last on this very screen is not said twice in a row."""
    said = (decision, decider.settings, session.call())
    try:
        _show(decision, decider, session, told, nurse=nurse, form=form)
    finally:  # the note does not depend on whether somebody reads on: `| head`
        if note is not None:
            _write_note(note, handover_note(*said), session, shown=nurse and form != "json")


def _show(
    decision: Decision,
    decider: Decider,
    session: Session,
    told: tuple[Passage, ...],
    *,
    nurse: bool,
    form: str,
) -> None:
    say("")
    if form == "json":
        show_json(decision_document(decision))
    elif nurse:
        note = handover_note(decision, decider.settings, session.call(), width=width_of(sys.stdout))
        for line in note.splitlines():
            echo(line)
    else:
        passages = list(tell_patient(decision, decider.settings))
        if passages[: len(told)] == list(told) and _is_one_terminal():
            passages = passages[len(told) :]
        show_passages(passages, form)
    if not session.kept:
        say(f"NOT SAVED: {session.path} lacks some of these answers. Keep this result.")
    elif (
        decision.status == "unfinished"
        and session.path is not None
        and (session.answers or session.unconfirmed)
    ):
        # Not wrapped: a command in two lines cannot be copied.
        path = shlex.quote(str(session.path))
        echo(f"Not finished. Go on with: triage ask --resume {path}", err=True)


def _is_one_terminal() -> bool:
    """Whether talk and result are read on the same screen."""
    streams = (sys.stdout, sys.stderr)
    return all(stream.isatty() for stream in streams) and len(set(map(_terminal, streams))) == 1


def _terminal(stream: TextIO) -> str:
    return os.ttyname(stream.fileno())


def _write_note(path: Path, text: str, session: Session, *, shown: bool) -> None:
    """Writes the note for its owner's eyes only; where that fails, it is shown before the error is raised."""
    try:
        if _refuse_somebodys(path, session):
            write_whole(path, text.encode(), _PRIVATE)
        else:
            write_new(path, text.encode(), _PRIVATE)
    except OSError:
        if not shown:
            for line in text.splitlines():
                say(line)
        say(f"NOT SAVED: the note is not in {path}")
        raise
    say(f"The note is in {path}")


def _refuse_somebodys(path: Path, session: Session) -> bool:
    """Whether a note of this session is there, to be replaced. Raises FileExistsError for any other file.

    A note that a person has filled in is that person's.
    """
    if not os.path.lexists(path):
        return False
    if path.is_file():
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode(errors="replace")
        if is_untouched(text, session.name):
            return True
    raise FileExistsError(
        errno.EEXIST,
        "exists, and is not the note of this session as it was written. Name a new file for the note",
        str(path),
    )
