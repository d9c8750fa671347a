"""The end of `triage ask`: the result on standard output, how to go on, and the hand-over note."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TextIO

import click

from triage.book.whole_file import write_whole
from triage.calls.note import handover_note
from triage.calls.session import Session
from triage.cli.lines import say
from triage.cli.options import show_json, show_passages
from triage.cli.terminal import echo
from triage.cli.wrapping import width_of
from triage.decision.decide import Decider, Decision
from triage.decision.document import decision_document
from triage.decision.telling import Passage, tell_patient


def refuse_a_lost_note(note: Path, session: Session) -> None:
    """Raises UsageError where the note would replace the session or cannot be written at the end."""
    if session.path is not None and note.resolve() == session.path.resolve():
        raise click.UsageError(f"The answers are kept in {note}. Name another file for the note.")
    if note.exists() and not note.is_file():
        raise click.UsageError(f"The note cannot be written to {note}: it is no plain file.")
    try:
        with tempfile.TemporaryFile(dir=note.parent):
            pass
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
    say("")
    if form == "json":
        show_json(decision_document(decision))
    elif nurse:
        for line in handover_note(*said, width=width_of(sys.stdout)).splitlines():
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
    if note is not None:
        _write_note(note, handover_note(*said), shown=nurse and form != "json")


def _is_one_terminal() -> bool:
    """Whether talk and result are read on the same screen."""
    streams = (sys.stdout, sys.stderr)
    return all(stream.isatty() for stream in streams) and len(set(map(_terminal, streams))) == 1


def _terminal(stream: TextIO) -> str:
    return os.ttyname(stream.fileno())


def _write_note(path: Path, text: str, *, shown: bool) -> None:
    """Writes the note; where that fails, it is shown before the error ends the command."""
    try:
        write_whole(path, text.encode())
    except OSError:
        if not shown:
            say(text)
        say(f"NOT SAVED: the note is not in {path}")
        raise
    say(f"The note is in {path}")
