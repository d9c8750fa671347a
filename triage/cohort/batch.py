"""From a table to a result file: whole or not at all, and to be continued where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from triage.book.whole_file import whole_file
from triage.cohort.chunk import Position
from triage.cohort.run import Run, Tally
from triage.cohort.spool import Decided, Spool, SpoolRefused
from triage.cohort.tables.source import Source
from triage.cohort.threads import behind
from triage.cohort.writing import ProblemWriter, writer_for

DecideAll: TypeAlias = Callable[[Source, Position | None], Iterable[Decided]]
"""Decides what a source has from a position on, in order."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where a run writes: the results, the refused rows, and what a stopped run leaves to continue."""

    results: Path

    @property
    def problems(self) -> Path:
        return self.results.with_name(self.results.name + ".problems.csv")

    @property
    def unfinished(self) -> Path:
        return self.results.with_name(self.results.name + ".unfinished")


def write_batch(
    run: Run,
    source: Source,
    files: Files,
    spool: Spool | None,
    *,
    decide_all: DecideAll | None = None,
    resume: bool = False,
    packed: bool = False,
    progress: Callable[[Tally, int], None] = lambda tally, done: None,
) -> Tally:
    """Decides a table and writes its results and its refused rows, each file whole or not at all.

    With `resume` it goes on after the chunks in the spool and ends with the same bytes as a run that
    was never stopped. What is raised leaves the files as they were; where the run was interrupted, the
    disk or the memory was too small, or the spool is of another run, the spool stays. Raises what Source,
    Run and Spool raise.
    """
    tally = Tally()
    try:
        with ExitStack() as stack:
            results = stack.enter_context(whole_file(files.results))
            problems = stack.enter_context(whole_file(files.problems))
            writer = writer_for(files.results, results, run.schema, packed=packed)
            stack.callback(writer.close)
            refused = ProblemWriter(problems)
            write = stack.enter_context(behind(writer.write))

            def take(decided: Decided) -> None:
                write(decided.results)
                refused.write(decided.refused)
                if spool:
                    spool.keep(decided)
                tally.count(decided)
                progress(tally, decided.done)

            after: Position | None = None
            for decided in spool.kept() if spool and resume else ():
                take(decided)
                after = decided.after
            for decided in (decide_all or run.decide_source)(source, after):
                take(decided)
                if spool:
                    spool.replace_kept()
    except (KeyboardInterrupt, OSError, MemoryError, SpoolRefused):
        if spool:
            spool.close()
        raise
    except BaseException:
        if spool:
            spool.remove()
        raise
    if spool:
        spool.remove()
    return tally
