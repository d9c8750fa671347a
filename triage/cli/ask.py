"""`triage ask`: the questionnaire, for a patient or, with `--nurse`, in a follow-up call."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE, INTERRUPTED
from triage.cli.options import format_option, open_decider, rules_option, settings_option

if TYPE_CHECKING:
    from triage.calls.session import Session
    from triage.decision.decide import Decider


@click.command(short_help="Answer questions and be told how soon to act.")
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
    from triage.cli.result import refuse_a_lost_note, tell_result

    if sum([file is not None, resume is not None, no_save]) > 1:
        raise click.UsageError("Use one of --session, --resume and --no-save.")
    decider = open_decider(rules, settings)
    session = _open_session(decider, file, resume, no_save)
    try:
        if note is not None:
            refuse_a_lost_note(note, session)
        _greet(decider, session)
        conversation = Conversation(decider, session, nurse=nurse, form=form)
        decision = conversation.hold()
        tell_result(decider, session, decision, conversation.told, nurse=nurse, form=form, note=note)
    finally:
        session.close()
    done = INTERRUPTED if conversation.interrupted else DONE
    ctx.exit(done if decision.engines_agree else ENGINES_DISAGREE)


def _open_session(decider: Decider, file: Path | None, resume: Path | None, no_save: bool) -> Session:
    from triage.calls.session import Session, sessions_folder
    from triage.cli.lines import say

    if resume is not None:
        path = _latest(sessions_folder()) if resume == Path("latest") else resume
        session, same_book = Session.resume(decider.book, path)
        count = len(session.answers)
        say(f"Going on with {path} ({count} answer{'' if count == 1 else 's'}).")
        if not same_book:
            say("The rule book has changed since; the result follows the new one.")
        if session.gone:
            say(
                f"It does not ask any more, or not so: {', '.join(session.gone)}. These answers are left out."
            )
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
    from triage.cli.lines import say

    emergency = decider.settings.emergency
    say(f"This is no diagnosis. If you are in danger now, call {emergency}.")
    if session.path is not None:
        say(f"Your answers are kept in {session.path}")
