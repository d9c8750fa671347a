"""`triage ask`: the questionnaire, for a patient or, with `--nurse`, in a follow-up call."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE
from triage.cli.lines import say
from triage.cli.options import (
    format_option,
    open_decider,
    rules_option,
    settings_option,
    show_json,
    show_passages,
)
from triage.cli.wrapping import width_of

if TYPE_CHECKING:
    from triage.calls.session import Session
    from triage.decision.decide import Decider, Decision
    from triage.decision.telling import Passage


@click.command()
@click.option("--nurse", is_flag=True, help="A nurse's wording, jumps to any symptom, and a hand-over note.")
@click.option(
    "--session",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the answers in this file (default: a new file in your state folder).",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, dir_okay=False),
    is_flag=False,
    flag_value=Path("latest"),
    help="Go on with the session in this file; without a file, with the latest one.",
)
@click.option("--no-save", is_flag=True, help="Keep nothing on disk.")
@click.option(
    "--note", type=click.Path(path_type=Path, dir_okay=False), help="Write the hand-over note here."
)
@format_option
@rules_option
@settings_option
@click.pass_context
def ask(
    ctx: click.Context,
    nurse: bool,
    file: Path | None,
    resume: Path | None,
    no_save: bool,
    note: Path | None,
    form: str,
    rules: Path | None,
    settings: Path | None,
) -> None:
    """Answer questions and be told how soon to act, and why.

    Asks only what can still change the result, red flags first. At every question: the number of an
    answer, `d` I don't know, `s` rather not say, `?` why this is asked, `b` back, `q` stop and keep.
    Every answer is kept as it is given; `--resume` goes on where you stopped.
    """
    from triage.cli.conversation import Conversation

    if sum([file is not None, resume is not None, no_save]) > 1:
        raise click.UsageError("Use one of --session, --resume and --no-save.")
    decider = open_decider(rules, settings)
    session = _open_session(decider, file, resume, no_save)
    try:
        if note is not None:
            _refuse_a_lost_note(note, session)
        _greet(decider, session)
        conversation = Conversation(decider, session, nurse=nurse, form=form)
        decision = conversation.hold()
        _tell(decider, session, decision, conversation.told, nurse=nurse, form=form, note=note)
    finally:
        session.close()
    ctx.exit(DONE if decision.engines_agree else ENGINES_DISAGREE)


def _open_session(decider: Decider, file: Path | None, resume: Path | None, no_save: bool) -> Session:
    from triage.calls.session import Session, sessions_folder

    if resume is not None:
        path = _latest(sessions_folder()) if resume == Path("latest") else resume
        session, same_book = Session.resume(decider.book, path)
        count = len(session.answers)
        say(f"Going on with {path} ({count} answer{'' if count == 1 else 's'}).")
        if not same_book:
            say("The rule book has changed since; the result follows the new one.")
        return session
    if no_save:
        return Session(decider.book, None)
    if file is not None and file.exists():
        raise click.UsageError(
            f"{file} exists. Use --resume {shlex.quote(str(file))} to go on with it, or name another file."
        )
    stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-%fZ")  # names sort as the sessions began
    if file is not None:
        return Session(decider.book, file)
    try:
        return Session(decider.book, sessions_folder() / f"{stamp}.yaml")
    except OSError as error:
        # Nobody who needs an answer is sent away because a disk is full or a home cannot be written.
        say(f"NOT SAVED: {error.filename}: {error.strerror}. Go on, and do not stop half-way.")
        return Session(decider.book, None)


def _latest(folder: Path) -> Path:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise click.UsageError(f"There is no session in {folder} to resume.")
    return files[-1]


def _greet(decider: Decider, session: Session) -> None:
    emergency = decider.settings.emergency
    say(f"This is no diagnosis. If you are in danger now, call {emergency}.")
    if session.path is not None:
        say(f"Your answers are kept in {session.path}")


def _refuse_a_lost_note(note: Path, session: Session) -> None:
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


def _tell(
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
    from triage.calls.note import handover_note
    from triage.decision.document import decision_document
    from triage.decision.telling import tell_patient

    said = (decision, decider.settings, session.name, session.asked_on)
    text = handover_note(*said)
    say("")
    if form == "json":
        show_json(decision_document(decision))
    elif nurse:
        click.echo(handover_note(*said, width=width_of(sys.stdout)), nl=False)
    else:
        passages = list(tell_patient(decision, decider.settings))
        if passages[: len(told)] == list(told) and _is_one_terminal():
            passages = passages[len(told) :]
        show_passages(passages, form)
    if not session.kept:
        say(f"NOT SAVED: {session.path} lacks some of these answers. Keep this result.")
    elif decision.status == "unfinished" and session.path is not None and session.answers:
        # Not wrapped: a command in two lines cannot be copied.
        path = shlex.quote(str(session.path))
        click.echo(f"Not finished. Go on with: triage ask --resume {path}", err=True)
    if note is not None:
        _write_note(note, text, shown=nurse and form != "json")


def _is_one_terminal() -> bool:
    """Whether talk and result are read on the same screen."""
    streams = (sys.stdout, sys.stderr)
    return all(stream.isatty() for stream in streams) and len(set(map(_terminal, streams))) == 1


def _terminal(stream: TextIO) -> str:
    return os.ttyname(stream.fileno())


def _write_note(path: Path, text: str, *, shown: bool) -> None:
    """Writes the note; where that fails, it is shown before the error ends the command."""
    from triage.book.whole_file import write_whole

    try:
        write_whole(path, text.encode())
    except OSError:
        if not shown:
            say(text)
        say(f"NOT SAVED: the note is not in {path}")
        raise
    say(f"The note is in {path}")
