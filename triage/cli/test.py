"""`triage test`: the case files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE, PROBLEMS_FOUND, UNREADABLE
from triage.cli.options import open_decider, rules_option, settings_option
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.assurance.cases.outcome import Outcome


@click.command(short_help="Run case files.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--junit", type=click.Path(path_type=Path), help="Write the results as JUnit XML to this file.")
@click.option("--screens", is_flag=True, help="Also print, for each case, how many screens a patient sees.")
@click.option("--coverage", is_flag=True, help="Also list what of the rules no case tries.")
@rules_option
@settings_option
@click.pass_context
def test(
    ctx: click.Context,
    paths: Sequence[Path],
    junit: Path | None,
    screens: bool,
    coverage: bool,
    rules: Path | None,
    settings: Path | None,
) -> None:
    """Run case files: every case on both engines (PATHS: files or folders; default: the shipped cases).

    A case that fails shows the first rule that differs and why. A case that expects nothing is a
    problem: it could not fail.
    """
    from triage.assurance.cases.coverage import coverage as cover
    from triage.assurance.cases.coverage import coverage_lines
    from triage.assurance.cases.junit import junit_xml
    from triage.assurance.cases.outcome import run_case
    from triage.assurance.cases.screens import screens_report
    from triage.assurance.cases.tested import cases_to_test
    from triage.book.problems import Problems, lines_of
    from triage.book.shipped import shipped_folder
    from triage.book.whole_file import write_whole

    if junit is not None:
        _remove_old(junit)
    try:
        decider = open_decider(rules, settings)
    except Problems as error:
        if junit is not None:
            write_whole(junit, junit_xml([], error.problems))
        raise
    cases, found = cases_to_test(paths or [shipped_folder("cases")], decider.book)
    for line in lines_of(found):
        echo(line, err=True)
    outcomes = [run_case(decider, case) for case in cases]
    for outcome in outcomes:
        _show(outcome)
    if screens:
        for line in screens_report(decider, cases):
            echo(line)
    if coverage:
        for line in coverage_lines(cover(decider.book, (outcome.decision for outcome in outcomes))):
            echo(line)
    if junit is not None:
        write_whole(junit, junit_xml(outcomes, found))
    failed = [outcome for outcome in outcomes if outcome.differences]
    refused = f", {len(found)} problems in the files" if found else ""
    echo(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed{refused}")
    if any(not outcome.decision.engines_agree for outcome in outcomes):
        ctx.exit(ENGINES_DISAGREE)
    ctx.exit(UNREADABLE if found else PROBLEMS_FOUND if failed else DONE)


def _remove_old(junit: Path) -> None:
    """Removes the results of an earlier run: where this one ends early, nobody may take them for its own."""
    if junit.is_file() and junit.read_bytes()[:5] not in (b"<?xml", b""):
        raise click.UsageError(f"{junit} is no JUnit file. Name another for the results.")
    if junit.is_file():
        junit.unlink()


def _show(outcome: Outcome) -> None:
    if outcome.differences:
        case = outcome.case
        echo(f"{case.file}:{case.line}: {case.name}")
        for difference in outcome.differences:
            for line in difference.split("\n"):
                echo(f"  {line}")
