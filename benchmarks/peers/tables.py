"""A table of patients as the peers take it, row by row or as plain numbers, and their outcome as ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from peers.outcome import Outcome
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.engines.truth import Firings


def patients(table: pa.Table) -> Iterator[dict[str, Known]]:
    """What is known of each patient, by fact."""
    facts = table.column_names
    for row in zip(*map(_answers, table.columns), strict=True):
        yield {fact: answer for fact, answer in zip(facts, row, strict=True) if answer is not None}


def _answers(column: pa.ChunkedArray) -> list[Known | None]:
    """The column as Python objects. `to_pylist` makes a scalar of each first, ten times as slow."""
    whole = column.combine_chunks()
    if pa.types.is_dictionary(whole.type):
        words = np.array([*whole.dictionary.to_pylist(), None])
        return list(words[whole.indices.fill_null(len(words) - 1).to_numpy()])
    steps = whole.fill_null(0).to_numpy().astype(object)
    steps[whole.is_null().to_numpy(zero_copy_only=False)] = None
    return list(steps)


def numbered(table: pa.Table) -> pa.Table:
    """The table with each answer of a choice as its place among the answers; nothing is copied."""
    return pa.table({name: _numbered(table[name]) for name in table.column_names})


def _numbered(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type)


def certain_only(book: RuleBook, fired: Iterable[Collection[str]]) -> Outcome:
    """The outcome of the rules that fired on each row."""
    rows = list(fired)
    return Outcome(_levels(book, rows), None, sum(len(rules) for rules in rows))


def certain_and_possible(book: RuleBook, firings: Iterable[Firings]) -> Outcome:
    """The outcome of the rules that fired on each row, and of those that still could."""
    rows = list(firings)
    certain, _, fired = certain_only(book, [row.certain for row in rows])
    return Outcome(certain, _levels(book, [row.possible for row in rows]), fired)


def _levels(book: RuleBook, rows: Iterable[Iterable[str]]) -> npt.NDArray[np.int8]:
    return np.array([book.level_of(rules) for rules in rows], np.int8)
