"""`triage prove`: what holds for every patient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND, UNREADABLE
from triage.cli.memory import SOLVERS, need
from triage.cli.options import open_book, rules_option
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.assurance.prove.statement import Verdict
    from triage.book.book import RuleBook


@click.command(short_help="Prove what holds for every patient.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--twice", is_flag=True, help="Have a second, independent solver agree with every proof.")
@click.option("--all", "show_all", is_flag=True, help="Also list what was proved, not only its number.")
@rules_option
@click.pass_context
def prove(ctx: click.Context, names: Sequence[str], twice: bool, show_all: bool, rules: Path | None) -> None:
    """Prove of every patient: the guarantees, that worse is worse, that no rule is dead, and more.

    NAME keeps the statements with this text in their kind or name. What does not hold is shown with
    the smallest patient, as a case to paste. A proof is complete for the rule language and the
    declared ranges, under `constraints.yaml`; it is silent on whether the medicine is right.
    """
    need(SOLVERS)
    from triage.assurance.prove.prover import Prover

    book = open_book(rules)
    counts: dict[tuple[str, str], int] = {}
    bad = 0
    for verdict in Prover(book, twice=twice).everything():
        if names and not any(name in f"{verdict.kind}: {verdict.name}" for name in names):
            continue
        counts[verdict.kind, verdict.result] = counts.get((verdict.kind, verdict.result), 0) + 1
        bad += verdict.result not in ("proved", "noted")
        if show_all or verdict.result != "proved":
            _show(book, verdict)
    if names and not counts:
        echo("No statement has that in its name. `triage prove --all` lists them.", err=True)
        ctx.exit(UNREADABLE)
    for constraint in book.constraints:
        echo(f"assumed: {constraint.because.strip()}", err=True)
    for (kind, result), count in counts.items():
        echo(f"{kind}: {count} {result}")
    ctx.exit(PROBLEMS_FOUND if bad else DONE)


def _show(book: RuleBook, verdict: Verdict) -> None:
    """What came of a statement; two patients with the same answers but for the one that it is about."""
    from triage.assurance.paste import case_to_paste, matters

    says = f": {verdict.says}" if verdict.says else ""
    echo(f"{verdict.result.upper()}  {verdict.kind}: {verdict.name}{says}")
    keep = {id for patient in verdict.patients for id in matters(book, patient, verdict.about)}
    for patient, which in zip(verdict.patients, ("", " (the worse answer)"), strict=False):
        whole = len(patient) == len(book.facts)
        name = f"{verdict.kind}: {verdict.name}{which}"
        for line in case_to_paste(book, name, patient, denied=whole, keep=keep):
            echo(f"    {line}")
