"""`triage report`: one page of what a batch decided."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from triage.cli.ending import UNREADABLE
from triage.cli.memory import PICTURES, need_for_tables
from triage.cli.options import open_book, rules_option
from triage.cli.terminal import echo

_LIBRARIES = ("altair", "vl_convert")


@click.command(short_help="Draw a page of what a batch decided.")
@click.argument("results", metavar="OUT", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-o",
    "--out",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the page goes, .html.",
)
@click.option(
    "--mask",
    "least",
    metavar="N",
    type=click.IntRange(min=3),
    help="Hide counts of fewer than N patients, and round the others so that none can be subtracted back.",
)
@rules_option
@click.pass_context
def report(ctx: click.Context, results: Path, target: Path, least: int | None, rules: Path | None) -> None:
    """Draw a page of OUT, which `triage batch` wrote: .parquet, .csv or .jsonl.

    Levels, rules that fired and that are open, the unknown facts that most often stand in the way,
    and levels over time where rows have a date; each picture has its table. The page is one file
    that opens offline and runs nothing. Names are those of the rule book. It is written whole or not
    at all.
    """
    need_for_tables(PICTURES)
    for name in _LIBRARIES:  # before the results are read, which can take a while
        importlib.import_module(name)
    from triage.book.whole_file import write_whole
    from triage.cohort.report.counts import count_results
    from triage.cohort.report.figures import figures
    from triage.cohort.report.page import page
    from triage.cohort.report.reading import ENDINGS, NotResults
    from triage.cohort.report.words import is_book, words

    if results.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"{results} must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    if target.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"{target} must end in .html.")
    for read in (results, results.with_name(results.name + ".problems.csv")):
        if target.exists() and read.exists() and target.samefile(read):
            raise click.UsageError(f"{target} holds the results. Name another file for the page.")
    book = open_book(rules)
    try:
        counts = count_results(results)
    except NotResults as error:
        echo(str(error), err=True)
        ctx.exit(UNREADABLE)
    if least and counts.rows < least:
        raise click.UsageError(f"{results} has fewer than {least} patients: masked, nothing is left to show.")
    fits = all(is_book(book, name) for name in counts.books)
    shown = figures(counts, book if fits else None, least or 0)
    write_whole(target, page(shown, words(book, shown), results))
    for name in shown.books if len(shown.books) > 1 else ():
        echo(f"MIXED: {shown['book', name].text} patients by rule book {name}", err=True)
    echo(f"{shown['all',].text} patients: {target}", err=True)
