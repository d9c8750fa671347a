"""What `triage batch` says: how far it is, and what came of the table."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from triage.book.rule import Told
from triage.cli.progress_line import filled, progress_line
from triage.cli.terminal import echo, echo_over
from triage.cli.wrapping import columns_of

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

    def moved(tally: Tally, done: int) -> None:
        seconds = max(time.monotonic() - began, 0.001)
        rate = [f"{tally.read:,} rows", f"{tally.read / seconds:,.0f} a second"]
        show([*_share(done, source.size), *rate, *_left(done, source.size, seconds)])

    def show(parts: Sequence[str]) -> None:
        columns = columns_of(sys.stderr) - 1  # in the last one a letter moves some terminals to the next line
        echo_over(filled(progress_line(source.name, parts, columns, sys.stderr.encoding), columns))

    show(_share(0, source.size))
    try:
        yield moved
    finally:
        echo(err=True)


def _share(done: int, size: int | None) -> list[str]:
    return [] if size is None else [f"{100 * done // size if size else 100}%"]


def _left(done: int, size: int | None, seconds: float) -> list[str]:
    if size is None or not 0 < done < size:
        return []
    left = int(seconds * (size - done) / done)
    return [f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02} left"]


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
