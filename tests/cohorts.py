"""Chunks made from answers, for tests of what is done with the chunks of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.cohort.chunk import ABOUT, Chunk, RefusedRow
from triage.decision.at_once import codes_schema
from triage.engines.codes import code_of


def codes_of(book: RuleBook, patients: Sequence[Mapping[str, Answer]]) -> pa.RecordBatch:
    """The answers of patients as a batch of codes, with a column for each fact of the book."""
    columns = {
        fact.id: [code_of(fact, answers[fact.id]) if fact.id in answers else None for answers in patients]
        for fact in book.facts.values()
    }
    return pa.RecordBatch.from_pydict(columns, schema=codes_schema(book))


def chunk_of(
    book: RuleBook,
    patients: Sequence[Mapping[str, Answer]],
    *,
    first: int = 1,
    refused: Sequence[RefusedRow] = (),
) -> Chunk:
    """A chunk whose rows are numbered from `first` and have the ids `p1`, `p2` and so on."""
    rows = range(first, first + len(patients))
    about = pa.RecordBatch.from_pydict(
        {"id": [f"p{row}" for row in rows], "row": list(rows), "date": [None] * len(patients)}, schema=ABOUT
    )
    after = {"row": first + len(patients)}
    return Chunk(about, codes_of(book, patients), after, first + len(patients), tuple(refused))
