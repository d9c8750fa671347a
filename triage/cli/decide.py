"""`triage decide`: one patient's facts, and what they mean."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE
from triage.cli.options import (
    format_option,
    open_decider,
    rules_option,
    settings_option,
    show_json,
    show_passages,
)
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.book.reading.case import Case


def _show_schema(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from triage.decision.document import json_schema

        show_json(json_schema())
        ctx.exit(DONE)


@click.command(short_help="Decide one patient.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--why", "level", flag_value="why", help="The level, and the rules that fired with their reasons."
)
@click.option(
    "--why-not", "level", flag_value="why_not", help="The level, and the near misses and open rules."
)
@click.option("--full", "level", flag_value="full", help="The level, and every rule with every comparison.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_schema,
    help="Print the JSON schema of `--format json` and exit.",
)
@click.option("--nurse", is_flag=True, help="Tell it to a nurse: rules, quotes, what is not ruled out.")
@format_option
@rules_option
@settings_option
@click.pass_context
def decide(
    ctx: click.Context,
    file: Path,
    level: str | None,
    nurse: bool,
    form: str,
    rules: Path | None,
    settings: Path | None,
) -> None:
    """Decide one patient from FILE (YAML or JSON, `-` for standard input).

    FILE holds facts (`leg_weakness: both_legs`), or one case with `facts:` in it. Facts that are
    left out were not asked; `unknown` was asked and is not known. `triage show` names all facts.
    """
    from triage.book.problems import Problems
    from triage.book.reading.case import read_cases
    from triage.book.reading.text import MAX_BYTES, parse_page, read_raw
    from triage.decision import explain
    from triage.decision.telling import tell_nurse, tell_patient

    decider = open_decider(rules, settings)
    name = "standard input" if str(file) == "-" else str(file)
    raw = sys.stdin.buffer.read(MAX_BYTES + 1) if str(file) == "-" else read_raw(file)
    page = parse_page(raw, name)
    cases, found = read_cases(page, decider.book)
    if found:
        raise Problems(found)
    if len(cases) != 1:
        hint = "use `triage batch` for many"
        raise Problems([page.problem((), "K007", f"{len(cases)} cases where one is wanted", hint)])
    _say_when(raw, name, cases[0], decider.settings.hours)
    decision = decider.decide(cases[0].answers, cases[0].ticked)
    if form == "json":
        from triage.decision.document import decision_document

        show_json(decision_document(decision))
    else:
        told = (tell_nurse if nurse else tell_patient)(decision, decider.settings)
        show_passages((p for p in told if level is None or p.tone != "plain"), form)
        if level is not None:
            lines = list(explain.explain(decision, getattr(explain, level)))
            for line in lines or ["No rule to show."]:
                echo(line)
    if not decision.engines_agree:
        echo("THE TWO ENGINES DISAGREE; the higher level is given.", err=True)
    ctx.exit(DONE if decision.engines_agree else ENGINES_DISAGREE)


def _say_when(raw: bytes, name: str, case: Case, hours: int | None) -> None:
    """Says of a saved session that it is of another day, or was changed: the result is only as good."""
    if not case.asked_on:
        return
    from triage.calls.given import now, read_time, still_counts
    from triage.calls.session_file import is_intact, is_of_before

    try:
        on = read_time(case.asked_on)
        when = "" if still_counts(on, now(), hours) else f"{on:%Y-%m-%d %H:%M}"
    except ValueError:
        when = case.asked_on  # in a person's words
    if when:
        echo(f"These answers are of {when}, and so is the result: it is not of today.", err=True)
    if case.rules_hash and is_of_before(raw):
        echo(f"{name} has no checksum: nobody can tell whether it was changed since.", err=True)
    elif case.rules_hash and not is_intact(raw):
        echo(f"{name} was changed since triage wrote it.", err=True)
