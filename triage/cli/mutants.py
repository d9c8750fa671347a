"""`triage mutants`: the small mistakes in rules that no example and no case would notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND
from triage.cli.memory import SOLVERS, need
from triage.cli.options import open_book, refuse_unknown, rules_option
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.assurance.mutants.missing import Fate
    from triage.book.book import RuleBook
    from triage.book.rule import Rule

_COLUMNS = ("made", "noticed", "equivalent", "alive")
_SUM = "all mistakes"
_HEAD = (
    "# Suggested by `triage mutants`. What is expected is what the rules say now:",
    "# read each case before it is kept, and give it a name that a nurse would give it.",
)


@click.command(short_help="Find the mistakes that no case would notice.")
@click.argument("names", nargs=-1, metavar="[RULE]...")
@click.option(
    "--cases",
    "paths",
    type=click.Path(path_type=Path),
    multiple=True,
    help="File or folder of cases (default: the shipped cases); may be given more than once.",
)
@click.option(
    "--suggest",
    type=click.Path(path_type=Path),
    help="Write the missing cases to this new file, for a person to read before they are kept.",
)
@click.option("--twice", is_flag=True, help="Have a second, independent solver agree with every proof.")
@rules_option
@click.pass_context
def mutants(
    ctx: click.Context,
    names: Sequence[str],
    paths: Sequence[Path],
    suggest: Path | None,
    twice: bool,
    rules: Path | None,
) -> None:
    """Make every small mistake in every rule (or in each RULE), and count what notices it.

    A mistake is noticed when one of the rule's own examples, or what a case expects, is no longer so.
    Of the others it is proved that no real patient could tell, or they are alive: each is shown with
    the smallest patient who tells, as a case to paste.
    """
    need(SOLVERS)
    from triage.assurance.mutants.missing import fates
    from triage.assurance.mutants.mistakes import mutants_of
    from triage.assurance.mutants.noticed import Watch
    from triage.book.problems import Problems
    from triage.book.reading.case import load_cases
    from triage.book.shipped import shipped_folder
    from triage.book.whole_file import refuse_existing, write_new

    if suggest is not None:
        refuse_existing(suggest)  # before the work, which can take minutes
    book = open_book(rules)
    chosen = _chosen(book, names)
    cases, found = load_cases(paths or [shipped_folder("cases")], book)
    if found:
        raise Problems(found)
    watch = Watch(book, cases)
    for case in watch.failing:
        echo(f"set aside, because it fails: {case.file}:{case.line}: {case.name}", err=True)
    judged = fates(book, watch, [m for rule in chosen for m in mutants_of(book, rule)], twice=twice)
    suggested = list(_suggestions(book, judged))
    _table(judged)
    if suggest is not None and suggested:
        write_new(suggest, "".join(f"{line}\n" for line in [*_HEAD, *suggested]).encode())
        echo(f"The missing cases are in {suggest}.", err=True)
    elif suggest is not None:
        echo(f"No case is missing: {suggest} was not written.", err=True)
    ctx.exit(PROBLEMS_FOUND if any(one.result == "alive" for one in judged) else DONE)


def _chosen(book: RuleBook, names: Sequence[str]) -> list[Rule]:
    refuse_unknown(names, book.rules, "no rule")
    return [rule for rule in book.rules.values() if not names or rule.id in names]


def _suggestions(book: RuleBook, judged: Iterable[Fate]) -> Iterable[str]:
    """Prints what is alive, each case below the mistakes it would notice; gives the cases' lines."""
    from triage.assurance.mutants.missing import missing_case

    together: dict[str, list[Fate]] = {}
    for one in judged:
        if one.undecided:
            echo(f"NOT DECIDED  {one.mutant.name}: {one.undecided}")
        elif one.result == "alive":
            together.setdefault(repr(one.answers), []).append(one)
    for group in together.values():
        for one in group:
            echo(f"ALIVE  {one.mutant.name}")
        mutant, answers = group[0].mutant, group[0].answers or {}
        name = f"a mistake in {mutant.rule.id} is noticed: {mutant.what}"
        for line in missing_case(book, answers, name):
            echo(f"    {line}")
            yield line
        yield ""


def _table(judged: Iterable[Fate]) -> None:
    from typing import get_args

    from triage.assurance.mutants.mistakes import Operator

    counts: Counter[tuple[str, str]] = Counter()
    for one in judged:
        for row in (one.mutant.operator, _SUM):
            counts[row, "made"] += 1
            counts[row, one.result] += 1
    echo(f"{'':26}" + "".join(f"{column:>11}" for column in _COLUMNS))
    for row in (*get_args(Operator), _SUM):
        if counts[row, "made"] or row == _SUM:
            echo(f"{row:26}" + "".join(f"{counts[row, column]:11}" for column in _COLUMNS))
