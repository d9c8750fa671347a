"""The columns that a table may have: described, and as an empty table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import NOT_KNOWN_LABELS, Fact
from triage.book.problems import Problem, Problems
from triage.book.whole_file import write_new
from triage.cohort.tables.columns import DATE, ID, column_names, with_unit

HEADINGS = ("column", "kind", "asked of", "cells", "not known", "question")


def describe_columns(book: RuleBook) -> Iterator[tuple[str, ...]]:
    """HEADINGS, then those of each column that a table may have."""
    yield HEADINGS
    yield ID, "", "", "any text", "", "Who it is; left out, the number of the row."
    yield DATE, "", "", "such as 2026-11-25", "", "When it was asked."
    for name, fact in zip(column_names(book)[2:], book.facts.values(), strict=True):
        words = ", ".join([*NOT_KNOWN_LABELS, *fact.not_known])
        yield name, fact.kind, fact.asked_of, _cells(fact), words, fact.ask


def _cells(fact: Fact) -> str:
    if fact.scale is None:
        return ", ".join(fact.answers)
    scale = fact.scale
    low, high = scale.digits(scale.low), scale.digits(scale.high)
    others = "".join(f"; also as {with_unit(fact, unit)}" for unit in scale.units[1:])
    return f"from {low} to {high} {scale.unit}, in steps of {scale.digits(1)}{others}"


def write_template(book: RuleBook, path: Path) -> None:
    """Writes an empty table with every column, CSV, or Parquet with text in every column.

    What stands at `path` may have been filled in, and is never written over. Raises Problems and OSError.
    """
    names = column_names(book)
    if path.suffix.lower() == ".csv":
        write_new(path, (",".join(names) + "\n").encode())
    elif path.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(pa.schema([(name, pa.string()) for name in names]).empty_table(), sink)
        write_new(path, bytes(sink.getvalue()))
    else:
        what = f"{path.name} says no form of table"
        raise Problems([Problem(str(path), 1, 1, "Q007", what, "a name that ends in .csv or .parquet")])
