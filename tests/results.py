"""Result files as tests read them, and what a row of results must be when one patient is decided alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from triage.book.logic import facts_of
from triage.cohort.tables.rows import Row
from triage.decision.decide import Decision

COLUMNS = (
    "id", "row", "date", "advice", "urgency", "possible", "status", "rules", "counted", "review",
    "open_rules", "exams", "suspects", "open", "contradictions", "rule_book", "schema",
    "checked",
)  # fmt: skip


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a result or problems file, by the end of its name."""
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(text.splitlines()))


def problems(path: Path) -> list[dict[str, str]]:
    """The rows of the problems file beside a result file."""
    return rows_of(path.with_name(path.name + ".problems.csv"))


def alone(row: Row, decision: Decision, *, checked: bool = True) -> dict[str, Any]:
    """The row of results of a patient who was decided alone, as it stands in JSON lines and Parquet.

    Rules are listed most urgent first, and what follows from rules in their order.
    """
    rules = sorted(decision.book.rules.values(), key=lambda rule: -rule.urgency)

    def listed(ids: set[str]) -> list[str]:
        return [rule.id for rule in rules if rule.id in ids]

    def following(names: set[str], by_rules: list[Any]) -> list[str]:
        return [name for name in dict.fromkeys(name for some in by_rules for name in some) if name in names]

    met = [constraint.because for constraint in decision.contradictions]
    return {
        "id": row.id,
        "row": row.line,
        "date": row.date,
        "advice": decision.advice.name,
        "urgency": decision.urgency.name,
        "possible": decision.possible.name,
        "status": decision.status,
        "rules": listed({rule.id for rule in decision.fired}),
        "counted": listed({rule.id for rule in decision.counted}),
        "review": listed({rule.id for rule in decision.review}),
        "open_rules": listed({judged.rule.id for judged in decision.judged if judged.open}),
        "exams": following(set(decision.exams), [rule.exams for rule in rules]),
        "suspects": following(set(decision.suspects), [rule.suspects for rule in rules]),
        "open": following(set(decision.open), [facts_of(rule.when) for rule in rules]),
        "contradictions": [c.because for c in decision.book.constraints if c.because in met],
        "rule_book": decision.book.name,
        "schema": "triage-results/2",
        "checked": checked,
    }


def in_csv(row: dict[str, Any]) -> dict[str, str]:
    """The same row as it stands in CSV."""
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)
