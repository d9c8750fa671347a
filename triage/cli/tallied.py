"""What `triage batch` says: how far it is, and what came of the table."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.book.legible import one_line
from triage.book.rule import Told
from triage.cli.terminal import echo, echo_over

if TYPE_CHECKING:
    from triage.cohort.run import Tally
    from triage.cohort.sample import EnginesDiffer
    from triage.cohort.tables.source import Source

_FEW = 5


@contextmanager
def progress(source: Source) -> Iterator[Callable[[Tally, int], None]]:
    """Shows how far a run is, its rate and the time left, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda tally, done: None
        return
    began = time.monotonic()

    def rate(tally: Tally) -> str:
        return f"{tally.read:,} rows, {tally.read / max(time.monotonic() - began, 0.001):,.0f} a second"

    if source.size is None:
        yield lambda tally, done: echo_over(f"{source.name}  {rate(tally)} ")
        echo(err=True)
        return
    with click.progressbar(
        length=source.size,
        label=one_line(source.name),
        file=sys.stderr,
        item_show_func=lambda rows: rows,
        show_eta=True,
    ) as bar:

        def moved(tally: Tally, done: int) -> None:
            bar.update(done - bar.pos, rate(tally))

        yield moved


def say_tally(tally: Tally, problems: Path, *, compared: bool) -> None:
    """The counts: rows in, out and refused, by advice, and what another book tells."""
    from triage.cohort.comparison import TOLD
    from triage.cohort.repeated import MOST_IDS

    echo(f"{tally.read} rows in = {tally.decided} rows out + {tally.refused} refused", err=True)
    for told in reversed(Told):
        echo(f"  {told.name:<12} {tally.advice.get(told.name, 0)}", err=True)
    if compared:
        echo("The other rule book tells:", err=True)
        for word in TOLD:
            echo(f"  {word:<10} {tally.told.get(word, 0)}", err=True)
    if repeated := list(tally.repeated):
        echo(_repeated(repeated), err=True)
    if tally.read > MOST_IDS:
        echo(f"Repeated ids were looked for in the first {MOST_IDS:,} rows.", err=True)
    echo(f"Decided again by both engines for one patient, alike: {tally.checked}", err=True)
    if tally.refused:
        echo(f"The reasons are in {problems}", err=True)


def _repeated(ids: list[str]) -> str:
    few = ", ".join(repr(f"{id:.40}") for id in ids[:_FEW])
    stand = "id stands" if len(ids) == 1 else "ids stand"
    return f"{len(ids)} {stand} in more than one row: {few}{' …' if len(ids) > _FEW else ''}"


def say_differences(error: EnginesDiffer) -> None:
    """The rows that were not decided alike, loudly."""
    echo("THE ENGINES DISAGREE, so nothing was written:", err=True)
    for difference in error.differences[:_FEW]:
        echo(f"  {difference}", err=True)
    if len(error.differences) > _FEW:
        echo(f"  and {len(error.differences) - _FEW} more", err=True)
    echo("Please report it with the rule book and these rows.", err=True)
