"""`triage check`: everything that can be wrong with a rule book."""

from __future__ import annotations

from pathlib import Path

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND
from triage.cli.options import rules_option
from triage.cli.terminal import echo


@click.command(short_help="Find what is wrong with a rule book.")
@click.option(
    "--documents",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the source documents: checks that every quote is in its document word for word.",
)
@rules_option
@click.pass_context
def check(ctx: click.Context, documents: Path | None, rules: Path | None) -> None:
    """Check a rule book: references, sources, examples, limits, and what nothing uses.

    Every problem is one line, `file:line:column: code: what (what to write)`, all at once; what cannot
    be looked at while something else is wrong is named.
    """
    from triage.assurance.check import check_folder
    from triage.book.problems import lines_of
    from triage.book.shipped import shipped_folder

    checked = check_folder(rules or shipped_folder("rules"), documents)
    for line in lines_of(checked.problems):
        echo(line)
    if checked.problems or checked.parts is None:
        echo(f"{len(checked.problems)} problem{'s' if len(checked.problems) > 1 else ''}", err=True)
        if checked.left:
            echo(f"Not looked at because of them: {'; '.join(checked.left)}.", err=True)
        ctx.exit(PROBLEMS_FOUND)
    book = checked.parts
    statements = sum(len(document.statements) for document in book.documents.values())
    echo(
        f"{len(book.rules)} rules, {len(book.facts)} facts and {statements} statements: no problem found",
        err=True,
    )
    ctx.exit(DONE)
