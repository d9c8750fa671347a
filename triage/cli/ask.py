"""`triage ask`: the questionnaire, for a patient or, with `--nurse`, in a follow-up call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE, INTERRUPTED
from triage.cli.options import format_option, open_decider, rules_option, settings_option

if TYPE_CHECKING:
    from triage.calls.session import Session
    from triage.decision.decide import Decider

_CHOSEN_LATER = "\0"  # nobody can type it: an empty name is a mistake, and not the last session


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
    metavar="[FILE]",
    is_flag=False,
    flag_value=_CHOSEN_LATER,
    help="Go on with the session in this file; without a file, with the one that is not finished.",
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
    resume: str | None,
    no_save: bool,
    note: Path | None,
    form: str,
    rules: Path | None,
    settings: Path | None,
) -> None:
    """Answer questions and be told how soon to act, and why.

    Asks only what can still change the result, red flags first. At every question: the number of an
    answer, `d` I don't know, `s` rather not say, `?` why this is asked, `b` back, `q` stop and keep.
    Every answer is kept as it is given; `--resume` goes on where you stopped. An answer counts on the
    day on which it was given: later it is asked again, and what stays so is shown, to be confirmed.
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


def _open_session(decider: Decider, file: Path | None, resume: str | None, no_save: bool) -> Session:
    from triage.calls.session import Session
    from triage.cli.lines import Lines
    from triage.cli.resuming import new_session, resumed_session, unfinished_session

    book, hours = decider.book, decider.settings.hours
    if resume is not None:
        path = unfinished_session(book, Lines(several=False)) if resume == _CHOSEN_LATER else Path(resume)
        return resumed_session(book, path, hours)
    return Session(book, None, hours) if no_save else new_session(book, file, hours)


def _greet(decider: Decider, session: Session) -> None:
    from triage.cli.lines import say

    emergency = decider.settings.emergency
    say(f"This is no diagnosis. If you are in danger now, call {emergency}.")
    if session.path is not None:
        say(f"Your answers are kept in {session.path}")
