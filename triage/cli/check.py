"""`triage check`: everything that can be wrong with a rule book."""

from __future__ import annotations

from pathlib import Path

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND
from triage.cli.options import open_book, rules_option
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

    Every problem is one line, `file:line:column: code: what (what to write)`, all at once.
    """
    from triage.assurance.check import check as check_book
    from triage.book.problems import Problems, lines_of

    try:
        book = open_book(rules)
        found = sorted(check_book(book, documents))
    except Problems as error:
        found = list(error.problems)
    for line in lines_of(found):
        echo(line)
    if found:
        echo(f"{len(found)} problem{'s' if len(found) > 1 else ''}", err=True)
        ctx.exit(PROBLEMS_FOUND)
    statements = sum(len(document.statements) for document in book.documents.values())
    echo(
        f"{len(book.rules)} rules, {len(book.facts)} facts and {statements} statements: no problem found",
        err=True,
    )
    ctx.exit(DONE)
