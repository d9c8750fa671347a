"""`triage batch`: a table or case files of many patients."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE, PROBLEMS_FOUND
from triage.cli.options import open_decider, rules_option, settings_option

if TYPE_CHECKING:
    from triage.book.book import RuleBook
    from triage.cohort.tables import Row


@click.command(short_help="Decide a table of patients.")
@click.argument("table", metavar="IN", type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the results go, .csv or .jsonl; refused rows go beside it, to OUT.problems.csv.",
)
@rules_option
@settings_option
@click.pass_context
def batch(ctx: click.Context, table: Path, out: Path, rules: Path | None, settings: Path | None) -> None:
    """Decide every patient of IN: a .csv or .jsonl table, a case file, or a folder of case files.

    Columns are facts of the rule book, numbers as `temperature (°C)`, and `id`. An empty cell was not
    asked; `unknown` was asked and is not known. A row that cannot be read is refused with its reason:
    rows in = rows out + rows refused. Ids in more than one row are said. OUT is written whole or not
    at all.
    """
    from triage.book.rule import Level
    from triage.book.whole_file import whole_file
    from triage.cohort.batch import (
        NO_LEVEL,
        PROBLEM_COLUMNS,
        RESULT_COLUMNS,
        csv_writer,
        jsonl_writer,
        run_batch,
    )

    if out.suffix.lower() not in (".csv", ".jsonl"):
        raise click.UsageError(f"{out} must end in .csv or .jsonl.")
    decider = open_decider(rules, settings)
    problems = out.with_name(out.name + ".problems.csv")
    for written in (out, problems):
        if written.exists() and written.samefile(table):
            raise click.UsageError(f"{written} is the table itself. Name another file for the results.")
    with (
        _interrupted_by_signals(),
        whole_file(out) as results_file,
        whole_file(problems) as problems_file,
        _rows(decider.book, table) as rows,
    ):
        as_csv = out.suffix.lower() == ".csv"
        results = csv_writer(results_file, RESULT_COLUMNS) if as_csv else jsonl_writer(results_file)
        tally = run_batch(decider, rows, results, csv_writer(problems_file, PROBLEM_COLUMNS))
    click.echo(f"{tally.read} rows in = {tally.decided} rows out + {tally.refused} refused", err=True)
    for name in (*(level.name for level in reversed(Level)), NO_LEVEL):
        click.echo(f"  {name:<10} {tally.levels.get(name, 0)}", err=True)
    if tally.repeated:
        click.echo(_repeated(list(tally.repeated)), err=True)
    if tally.refused:
        click.echo(f"The reasons are in {problems}", err=True)
    if tally.disagreed:
        click.echo(
            f"THE TWO ENGINES DISAGREE on {tally.disagreed} rows; the higher level is given.", err=True
        )
        ctx.exit(ENGINES_DISAGREE)
    ctx.exit(PROBLEMS_FOUND if tally.refused else DONE)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Ends like Ctrl-C where another process ends this one: what is half written does not stay."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _repeated(ids: list[str]) -> str:
    few = ", ".join(repr(f"{id:.40}") for id in ids[:5])
    stand = "id stands" if len(ids) == 1 else "ids stand"
    return f"{len(ids)} {stand} in more than one row: {few}{' …' if len(ids) > 5 else ''}"


@contextmanager
def _rows(book: RuleBook, table: Path) -> Iterator[Iterator[Row]]:
    """The rows of a table, with a progress bar where standard error is a terminal."""
    from triage.cohort.tables import case_rows, read_rows

    if table.is_dir() or table.suffix.lower() in (".yaml", ".yml"):
        yield case_rows(book, table)
        return
    if table.suffix.lower() not in (".csv", ".jsonl"):
        raise click.UsageError(f"{table} must end in .csv, .jsonl or .yaml, or be a folder of case files.")
    with table.open("rb") as stream:
        rows = read_rows(book, table, stream)
        size = table.stat().st_size
        if not sys.stderr.isatty() or size == 0:
            yield rows
            return
        with click.progressbar(length=size, label=table.name, file=sys.stderr) as bar:
            yield _watched(rows, stream.tell, bar.update)


def _watched(rows: Iterator[Row], tell: Callable[[], int], update: Callable[[int], None]) -> Iterator[Row]:
    """The same rows, moving the bar by the bytes read so far."""
    done = 0
    for row in rows:
        yield row
        here = tell()
        update(here - done)
        done = here
