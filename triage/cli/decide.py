"""`triage decide`: one patient's facts, and what they mean."""

from __future__ import annotations

import sys
from pathlib import Path

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
    from triage.book.reading.text import MAX_BYTES, parse_page, read_page
    from triage.decision import explain
    from triage.decision.telling import tell_nurse, tell_patient

    decider = open_decider(rules, settings)
    if str(file) == "-":
        page = parse_page(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    else:
        page = read_page(file)
    cases, found = read_cases(page, decider.book)
    if found:
        raise Problems(found)
    if len(cases) != 1:
        hint = "use `triage batch` for many"
        raise Problems([page.problem((), "K007", f"{len(cases)} cases where one is wanted", hint)])
    decision = decider.decide(cases[0].answers, cases[0].ticked)
    if form == "json":
        from triage.decision.document import decision_document

        show_json(decision_document(decision))
    else:
        told = (tell_nurse if nurse else tell_patient)(decision, decider.settings)
        show_passages((p for p in told if level is None or p.tone != "plain"), form)
        if level is not None:
            lines = list(explain.explain(decision, getattr(explain, level)))
            echo("\n".join(lines or ["No rule to show."]).rstrip())
    if not decision.engines_agree:
        echo("THE TWO ENGINES DISAGREE; the higher level is given.", err=True)
    ctx.exit(DONE if decision.engines_agree else ENGINES_DISAGREE)
