"""Many patients through both engines: every row comes out decided or refused, and the counts agree."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO

from triage.cohort.tables import Row
from triage.decision.decide import Decider, Decision

RESULT_COLUMNS = (
    "id",
    "urgency",
    "possible",
    "advice",
    "status",
    "rules",
    "counted",
    "review",
    "exams",
    "suspects",
    "open",
    "contradictions",
    "engines_agree",
    "rule_book",
    "row",
)
NO_LEVEL = "no level"
"""What is counted of those whose advice is `none` only for want of answers."""
MAX_REASON = 300
"""The letters of a reason that are kept: a cell can be a megabyte long."""
PROBLEM_COLUMNS = ("row", "id", "column", "reason")


@dataclass
class Tally:
    """What came of a batch; `read == decided + refused`. `repeated` are ids of more than one row."""

    read: int = 0
    decided: int = 0
    refused: int = 0
    disagreed: int = 0
    levels: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, None] = field(default_factory=dict)


def run_batch(
    decider: Decider,
    rows: Iterable[Row],
    results: Callable[[dict[str, str]], None],
    problems: Callable[[dict[str, str]], None],
) -> Tally:
    """Decides every row and hands each to `results`, or its reasons to `problems`."""
    tally = Tally()
    seen: set[str] = set()
    for row in rows:
        tally.read += 1
        if row.id in seen:
            tally.repeated[row.id] = None
        elif row.id:
            seen.add(row.id)
        if row.refused:
            tally.refused += 1
            for refusal in row.refused:
                values = (str(row.line), row.id, refusal.column, _shortened(refusal.reason))
                problems(dict(zip(PROBLEM_COLUMNS, values, strict=True)))
            continue
        decision = decider.decide(row.answers, row.ticked)
        tally.decided += 1
        tally.disagreed += not decision.engines_agree
        level = decision.advice.name if decision.gives_level else NO_LEVEL
        tally.levels[level] = tally.levels.get(level, 0) + 1
        results(result_cells(row, decision))
    return tally


def _shortened(reason: str) -> str:
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]} …"


def result_cells(row: Row, decision: Decision) -> dict[str, str]:
    """A decision as one row of texts, lists separated by spaces; `row` is the line of the table."""
    return {
        "id": row.id,
        "urgency": decision.urgency.name,
        "possible": decision.possible.name,
        "advice": decision.advice.name,
        "status": decision.status,
        "rules": " ".join(rule.id for rule in decision.fired),
        "counted": " ".join(rule.id for rule in decision.counted),
        "review": " ".join(rule.id for rule in decision.review),
        "exams": " ".join(decision.exams),
        "suspects": " ".join(decision.suspects),
        "open": " ".join(decision.open),
        "contradictions": " ".join(c.because for c in decision.contradictions),
        "engines_agree": "yes" if decision.engines_agree else "no",
        "rule_book": decision.book.name,
        "row": str(row.line),
    }


def csv_writer(file: IO[bytes], columns: tuple[str, ...]) -> Callable[[dict[str, str]], None]:
    """Writes rows as CSV for people: a cell that a spreadsheet would run as a formula becomes text."""
    file.write((",".join(columns) + "\n").encode())

    def write(cells: dict[str, str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([_harmless(cells[name]) for name in columns])
        file.write(line.getvalue().encode("utf-8", errors="replace"))

    return write


def jsonl_writer(file: IO[bytes]) -> Callable[[dict[str, str]], None]:
    """Writes rows as JSON lines."""

    def write(cells: dict[str, str]) -> None:
        file.write((json.dumps(cells, ensure_ascii=False) + "\n").encode("utf-8", errors="replace"))

    return write


def _harmless(cell: str) -> str:
    runs = cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r"))
    return "'" + cell if runs else cell
