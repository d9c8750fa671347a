"""`triage cases`: cases made from the rules, for a person to review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND
from triage.cli.memory import SOLVERS, need
from triage.cli.options import open_book, refuse_unknown, rules_option
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.assurance.cases.pairs import Pair
    from triage.book.book import RuleBook


@click.command(short_help="Make cases of a rule, for review.")
@click.argument("names", nargs=-1, required=True, metavar="RULE...")
@click.option(
    "--pairs", is_flag=True, required=True, help="For every answer that tips a rule, both sides of it."
)
@click.option(
    "--every-answer", is_flag=True, help="A pair for each answer that a comparison lists, not for one."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this new file, never over an old one.")
@rules_option
@click.pass_context
def cases(
    ctx: click.Context,
    names: Sequence[str],
    pairs: bool,
    every_answer: bool,
    out: Path | None,
    rules: Path | None,
) -> None:
    """Make cases of a rule, for a person to review: `triage cases --pairs liver/numb-or-weak-legs`.

    For every comparison of the rule come the two smallest patients who differ in that one answer and
    end differently, and a third of whom it is not known. They expect what the rules say now: whether
    that is right is for the reader to say. A comparison that makes no difference is named, and the
    exit code is 1.
    """
    need(SOLVERS)
    from triage.book.whole_file import refuse_existing, write_new

    if out is not None:
        refuse_existing(out)
    book = open_book(rules)
    refuse_unknown(names, book.rules, "no rule")
    found: list[Pair] = []
    lines = _lines(book, dict.fromkeys(names), every_answer, found)
    if out is None:
        for line in lines:
            echo(line)
    else:
        text = "".join(f"{line}\n" for line in lines)
        write_new(out, text.encode())
    made = sum(pair.one is not None for pair in found)
    without = len(found) - made
    echo(f"{made} pairs, {made * 3} cases" + (f"; {without} without a pair" if without else ""), err=True)
    ctx.exit(PROBLEMS_FOUND if without else DONE)


def _lines(
    book: RuleBook, names: Sequence[str] | dict[str, None], every_answer: bool, found: list[Pair]
) -> Iterator[str]:
    from triage.assurance.cases.pairs import Pairs, pair_lines

    yield f"# Made by `triage cases --pairs` from the rules of version {book.version} ({book.hash[:12]})."
    yield "# They expect what the rules say now. Read each, and keep what is right."
    yield ""
    finder = Pairs(book)
    for name in names:
        for pair in finder.of_rule(book.rules[name], every_answer=every_answer):
            found.append(pair)
            yield from pair_lines(book, pair)
