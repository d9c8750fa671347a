"""`triage batch`: a table or case files of many patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triage.cli.ending import DONE, ENGINES_DISAGREE, PROBLEMS_FOUND, UNREADABLE
from triage.cli.memory import need_for_tables
from triage.cli.options import open_book, open_decider, rules_option, settings_option
from triage.cli.stopping import interrupted_by_signals
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.book.book import RuleBook
    from triage.cohort.batch import Files
    from triage.cohort.run import Run
    from triage.cohort.spool import Spool
    from triage.cohort.tables.source import Source
    from triage.decision.decide import Decider

_STANDARD_INPUT = Path("-")


class _Share(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic from click 8.2
    """A share of the rows, above 0 and at most 1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        share = click.FLOAT.convert(value, param, ctx)
        if not 0 < share <= 1:
            self.fail(f"{value} is no share above 0, such as 0.001, up to 1 for every row.", param, ctx)
        return float(share)


@click.command(short_help="Decide a table of patients.")
@click.argument("table", metavar="IN", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the results go: .parquet, .csv or .jsonl. Refused rows go beside it, to OUT.problems.csv.",
)
@click.option(
    "--from",
    "form",
    type=click.Choice(["csv", "jsonl", "parquet", "arrow"]),
    help="What IN is, where its name does not say it; standard input is csv.",
)
@click.option("--schema", is_flag=True, help="Print the columns that a table may have, and stop.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write an empty table with every column, .csv or .parquet, and stop.",
)
@click.option("--resume", is_flag=True, help="Go on where this run was stopped; it ends with the same bytes.")
@click.option(
    "--explain",
    metavar="ID",
    multiple=True,
    help="Print every rule with every comparison for the rows with this id; with -o, besides.",
)
@click.option(
    "--compare",
    "other_rules",
    metavar="OTHER_RULES",
    type=click.Path(path_type=Path),
    help="Add what another rule book tells each row, and whether that is something else.",
)
@click.option(
    "--packed",
    is_flag=True,
    help="In .parquet, keep sets of names as bits: smaller, and much faster to write.",
)
@click.option(
    "--checked",
    "share",
    type=_Share(),
    default=0.00001,
    show_default=True,
    help="The share of rows that both engines for one patient decide again; the first 100 always are.",
)
@click.option("--spark", is_flag=True, help="Decide the table with the Spark that PySpark finds.")
@rules_option
@settings_option
@click.pass_context
def batch(
    ctx: click.Context,
    table: Path | None,
    out: Path | None,
    form: str | None,
    schema: bool,
    template: Path | None,
    resume: bool,
    explain: tuple[str, ...],
    other_rules: Path | None,
    packed: bool,
    share: float,
    spark: bool,
    rules: Path | None,
    settings: Path | None,
) -> None:
    """Decide every patient of IN: a table, a case file, or a folder; `-` is standard input.

    A table is .csv, .jsonl, .parquet or .arrow; a folder holds .parquet or case files, and
    nothing else. Columns are
    facts of the rule book, numbers as `temperature (°C)`, and `id` and `date`. An empty cell was not
    asked; `unknown` was asked and is not known. A row that cannot be read is refused with its reason:
    rows in = rows out + rows refused. Ids in more than one row are said. OUT is written whole or not
    at all.
    """
    need_for_tables()
    if schema or template:
        _describe(open_book(rules), schema, template)
        ctx.exit(DONE)
    if table is None:
        raise click.UsageError("Missing argument 'IN'.")
    if out is None and not explain:
        raise click.UsageError("Missing option '-o' / '--out'.")
    if table != _STANDARD_INPUT and not table.exists():
        raise click.UsageError(f"{table} does not exist.")
    decider = open_decider(rules, settings)
    code = DONE
    if out is not None:
        from triage.cohort.writing import FORMS

        if out.suffix.lower() not in FORMS:
            raise click.UsageError(f"{out} must end in {', '.join(FORMS[:-1])} or {FORMS[-1]}.")
        if packed and out.suffix.lower() != ".parquet":
            raise click.UsageError("--packed is for a .parquet file.")
        if explain and table == _STANDARD_INPUT:
            raise click.UsageError("--explain with -o reads IN twice; standard input is read once.")
        code = _decide_table(decider, table, form, out, other_rules, share, packed, resume, spark)
    if explain and code not in (UNREADABLE, ENGINES_DISAGREE):
        code = max(code, _explain(decider, table, form, explain))
    ctx.exit(code)


def _decide_table(
    decider: Decider,
    table: Path,
    form: str | None,
    out: Path,
    other_rules: Path | None,
    share: float,
    packed: bool,
    resume: bool,
    spark: bool,
) -> int:
    from triage.cli.tallied import progress, say_differences, say_tally
    from triage.cohort.batch import Files, write_batch
    from triage.cohort.run import Run
    from triage.cohort.sample import EnginesDiffer
    from triage.cohort.spool import SpoolRefused
    from triage.cohort.tables.source import open_source

    files = Files(out)
    for written in (files.results, files.problems, files.unfinished):
        if written.exists() and table.exists() and written.samefile(table):
            raise click.UsageError(f"{written} is the table itself. Name another file for the results.")
    if table.is_dir() and out.resolve().is_relative_to(table.resolve()):
        raise click.UsageError(f"{out} would be a part of the table {table}. Name a file outside of it.")
    other_book = open_book(other_rules) if other_rules else None
    run = Run(decider, share, other_book)
    with interrupted_by_signals(), open_source(decider.book, table, form) as source:
        spool = _spool(run, decider, source, table, files, resume, share)
        decide_all = None
        if spark:
            from triage.cohort.spark import OnSpark, SparkUnavailable, spark_session

            try:
                session = spark_session()
            except SparkUnavailable as error:
                echo(str(error), err=True)
                return UNREADABLE
            decide_all = OnSpark(session, decider, table, form, share, other_book).decide_source
        try:
            with progress(source) as moved:
                tally = write_batch(
                    run,
                    source,
                    files,
                    spool,
                    decide_all=decide_all,
                    resume=resume,
                    packed=packed,
                    progress=moved,
                )
        except EnginesDiffer as error:
            say_differences(error)
            return ENGINES_DISAGREE
        except SpoolRefused as error:
            named = ", ".join(error.differing)
            echo(
                f"{error.path} is of another run: it differs in {named}. Run without --resume to begin anew.",
                err=True,
            )
            return UNREADABLE
        except KeyboardInterrupt:
            if files.unfinished.exists():
                echo(err=True)
                echo(f"What was decided is kept in {files.unfinished}; --resume goes on.", err=True)
            raise
    say_tally(tally, files.problems, compared=other_book is not None)
    return PROBLEMS_FOUND if tally.refused else DONE


def _spool(
    run: Run, decider: Decider, source: Source, table: Path, files: Files, resume: bool, share: float
) -> Spool | None:
    """What keeps the decided chunks of this run; None for a table that cannot be read from the middle."""
    from importlib.metadata import version

    from triage.cohort.run import fingerprint
    from triage.cohort.spool import Spool
    from triage.decision.level_told import RESULTS

    if not source.resumable:
        if resume:
            raise click.UsageError(f"--resume needs a table in a file, and {table} cannot be read again.")
        return None
    asked = {
        "rule book": decider.book.hash,
        "other rule book": run.other_hash,
        "reviewer": decider.settings.reviewer,
        "checked": share,
        "form": type(source).__name__,
        "version": version("triage"),
        "schema of the results": RESULTS,
        **fingerprint(table),
    }
    return Spool(files.unfinished, run.schema, asked, like=files.results)


def _describe(book: RuleBook, schema: bool, template: Path | None) -> None:
    from triage.cohort.tables.template import describe_columns, write_template

    if schema:
        for line in describe_columns(book):
            echo("\t".join(line))
    if template is not None:
        write_template(book, template)


def _explain(decider: Decider, table: Path, form: str | None, ids: tuple[str, ...]) -> int:
    """Prints the full trace of the rows with these ids."""
    from triage.cli.options import show_passages
    from triage.cohort.tables.finding import rows_with_ids
    from triage.cohort.tables.source import open_source
    from triage.decision.explain import explain, full
    from triage.decision.telling import tell_nurse

    wanted = set(ids)
    code = DONE
    with open_source(decider.book, table, form) as source:
        for row in rows_with_ids(decider.book.facts, source, frozenset(ids)):
            wanted.discard(row.id)
            echo(f"Row {row.line}, {row.id}")
            echo()
            for refusal in row.refused:
                echo(f"  refused: {refusal.column}: {refusal.reason}".replace(": :", ":"))
                code = PROBLEMS_FOUND
            if not row.refused:
                decision = decider.decide(row.answers, row.ticked)
                show_passages(
                    (p for p in tell_nurse(decision, decider.settings) if p.tone != "plain"), "plain"
                )
                for line in explain(decision, full):
                    echo(line)
                if not decision.engines_agree:
                    echo("THE TWO ENGINES DISAGREE; the higher level is given.", err=True)
                    code = ENGINES_DISAGREE
    for id in sorted(wanted):
        echo(f"No row has the id {id!r}.", err=True)
        code = max(code, PROBLEMS_FOUND)
    return code
