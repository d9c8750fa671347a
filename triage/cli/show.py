"""`triage show`: a rule, fact, examination or statement in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from triage.cli.ending import DONE
from triage.cli.options import open_book, refuse_unknown, rules_option
from triage.cli.terminal import echo


@click.command(short_help="Say what a name stands for, and what uses it.")
@click.argument("names", nargs=-1, metavar="[RULE|FACT|EXAM|STATEMENT]...")
@click.option(
    "--cases",
    "folder",
    type=click.Path(path_type=Path, exists=True),
    help="Cases to look for uses in (default: the shipped ones).",
)
@rules_option
@click.pass_context
def show(ctx: click.Context, names: Sequence[str], folder: Path | None, rules: Path | None) -> None:
    """Say in words what a name stands for, with its sources, what uses it and the cases that do.

    A name is a rule (liver/numb-or-weak-legs), a fact, an examination, a finding, a suspicion, a
    level, a document or a statement (S1.45). Without a name, all names are listed.
    """
    from triage.assurance import describe
    from triage.book.reading.case import load_cases
    from triage.book.shipped import shipped_folder

    book = open_book(rules)
    known = describe.names(book)
    if not names:
        for kind, ids in known.items():
            echo(f"{kind}: {' '.join(ids)}")
            echo()
        ctx.exit(DONE)
    every = {id for ids in known.values() for id in ids}
    refuse_unknown(names, every)
    cases, found = load_cases([folder or shipped_folder("cases")], book)
    if found:
        echo(f"{len(found)} problems in the case files; what cannot be read is not listed", err=True)
    for name in names:
        for line in describe.describe(book, name, cases):
            echo(line.rstrip())
