"""Blocks of cells become codes: each distinct cell of a column is read once, by the words of its fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.quantity import UnreadableAnswer
from triage.cohort.chunk import ABOUT, Chunk, Position, Refusal, RefusedRow
from triage.cohort.tables.cells import by_text, days, texts_of, usual, with_codes, with_dictionary
from triage.cohort.tables.columns import DATE, ID, Column, read_date
from triage.cohort.tables.limits import MAX_CELL, TOO_LONG, is_too_long
from triage.cohort.tables.rows import BOTH, Row
from triage.engines.codes import TICKED, code_of
from triage.engines.columns import code_type

T = TypeVar("T")
_Places = npt.NDArray[np.intp]


@dataclass(slots=True)
class _Reasons:
    """Why rows of a block are refused, by their places in it."""

    by_place: dict[int, list[Refusal]] = field(default_factory=dict)

    def add(self, column: str, places: Iterable[int], reasons: Iterable[str]) -> None:
        for place, reason in zip(places, reasons, strict=True):
            self.by_place.setdefault(place, []).append(Refusal(column, reason))


def coded_block(
    columns: Sequence[Column],
    cells: Sequence[pa.Array],
    rows: npt.NDArray[np.int64],
    others: Sequence[Row],
    after: Position,
    done: int,
) -> Chunk:
    """A block as a chunk: the cells of its columns, and `others`, rows that were read one by one.

    `rows` are the numbers of the rows that have these cells. A row with a cell that cannot be read is
    refused with all such cells; nothing is defaulted.
    """
    reasons = _Reasons()
    ids = pa.array([str(row) for row in rows.tolist()]) if ID not in [c.name for c in columns] else None
    dates = pa.nulls(len(rows), pa.string())
    codes: dict[str, pa.Array] = {}
    for column, values in zip(columns, map(usual, cells), strict=True):
        if column.fact is not None:
            coded = _coded(column, values, reasons)
            if column.fact.id in codes:
                coded = _joined(column, codes[column.fact.id], coded, reasons)
            codes[column.fact.id] = coded
        elif column.name == DATE:
            dates = _dates(values, reasons)
        else:
            ids = _ids(values, rows, reasons)
    about = pa.RecordBatch.from_arrays([ids, pa.array(rows), dates], schema=ABOUT)
    batch = (
        pa.RecordBatch.from_arrays(list(codes.values()), names=list(codes)) if codes else _no_codes(len(rows))
    )
    refused = [
        RefusedRow(int(rows[place]), about.column("id")[place].as_py(), tuple(why))
        for place, why in sorted(reasons.by_place.items())
    ]
    if refused:
        kept = np.ones(len(rows), np.bool_)
        kept[list(reasons.by_place)] = False
        about, batch = about.filter(pa.array(kept)), _filtered(batch, kept)
    facts = {column.fact.id: column.fact for column in columns if column.fact is not None}
    return _with_others(Chunk(about, batch, after, done, tuple(refused)), others, facts)


def coded_rows(book: RuleBook, rows: Sequence[Row], after: Position, done: int) -> Chunk:
    """Rows that were read one by one as a chunk, with a column for each fact that one of them has."""
    none = Chunk(pa.RecordBatch.from_pylist([], schema=ABOUT), _no_codes(0), after, done)
    named = {name for row in rows for name in (*row.answers, *row.ticked)}
    return _with_others(none, rows, {name: fact for name, fact in book.facts.items() if name in named})


def _coded(column: Column, values: pa.Array, reasons: _Reasons) -> pa.Array:
    """The codes of a column's cells, null where a cell is empty, or cannot be read, which is noted."""
    fact = column.fact
    assert fact is not None
    values = by_text(values)
    codes = _each_read(column.name, values, column.code, reasons)
    return with_codes(values.indices, codes, code_type(fact))


def _each_read(
    column: str, values: pa.DictionaryArray, read: Callable[[str], T | None], reasons: _Reasons
) -> list[T | None]:
    """What is read of each text that occurs, None where it is empty, or cannot be read, which is noted."""
    found: list[T | None] = []
    wrong: dict[int, str] = {}
    for place, text in enumerate(texts_of(values)):
        try:
            if is_too_long(text):
                raise UnreadableAnswer(TOO_LONG)
            found.append(read(text) if text else None)
        except UnreadableAnswer as error:
            found.append(None)
            wrong[place] = str(error)
    _note(column, values, wrong, reasons)
    return found


def _note(column: str, values: pa.DictionaryArray, wrong: Mapping[int, str], reasons: _Reasons) -> None:
    """Notes why the cells that are `wrong`, by their place in the dictionary, cannot be read."""
    if wrong:
        indices = np.asarray(values.indices.fill_null(0))
        where = np.flatnonzero(np.isin(indices, list(wrong)) & np.asarray(values.indices.is_valid()))
        reasons.add(column, where.tolist(), [wrong[place] for place in indices[where].tolist()])


def _joined(column: Column, one: pa.Array, other: pa.Array, reasons: _Reasons) -> pa.Array:
    """The codes of a fact that has two columns, a number and how it is not known."""
    both = np.flatnonzero(np.asarray(one.is_valid()) & np.asarray(other.is_valid()))
    assert column.fact is not None
    reasons.add(column.name, both.tolist(), [BOTH.format(column.fact.id)] * len(both))
    return pc.coalesce(one, other)


def _dates(values: pa.Array, reasons: _Reasons) -> pa.Array:
    values = by_text(days(values))
    dates = _each_read(DATE, values, read_date, reasons)
    return with_dictionary(values, pa.array(dates, pa.string()))


def _ids(values: pa.Array, rows: npt.NDArray[np.int64], reasons: _Reasons) -> pa.Array:
    """The ids, and the number of the row where there is none; those that are too long are not copied."""
    listed = pa.types.is_dictionary(values.type)
    texts = _as_texts(values.dictionary if listed else values)
    long = pc.greater(pc.binary_length(texts), MAX_CELL)
    any_long = pc.any(long).as_py()
    texts = pc.utf8_trim_whitespace(pc.if_else(long, "", texts) if any_long else texts).cast(pa.string())
    ids = with_dictionary(values, texts) if listed else texts
    missing = pc.or_kleene(pc.is_null(ids), pc.equal(ids, ""))
    if pc.any(missing).as_py():
        ids = pc.if_else(missing, pa.array(rows).cast(pa.string()), ids)
    if any_long:
        here = pc.fill_null(with_dictionary(values, long) if listed else long, False)
        ids = pc.if_else(here, "", ids)
        places = np.flatnonzero(np.asarray(here)).tolist()
        reasons.add(ID, places, [TOO_LONG] * len(places))
    return ids


def _as_texts(values: pa.Array) -> pa.Array:
    return values if pa.types.is_large_string(values.type) else values.cast(pa.string())


def _no_codes(count: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))


def _filtered(batch: pa.RecordBatch, kept: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    return batch.filter(pa.array(kept)) if batch.num_columns else _no_codes(int(kept.sum()))


def _with_others(chunk: Chunk, others: Sequence[Row], facts: Mapping[str, Fact]) -> Chunk:
    """The chunk with these rows among its own, in the order of the table."""
    if not others:
        return chunk
    refused = [RefusedRow(row.line, row.id, row.refused) for row in others if row.refused]
    good = [row for row in others if not row.refused]
    places = {name: place for place, name in enumerate(facts)}
    filled: list[list[int | None]] = [[None] * len(good) for _ in facts]
    ticked = set()
    for place, row in enumerate(good):
        for name in row.ticked:
            if facts[name].ordered:
                filled[places[name]][place] = TICKED
                ticked.add(name)
        for name, answer in row.answers.items():
            filled[places[name]][place] = code_of(facts[name], answer)
    arrays = [pa.array(codes, code_type(fact)) for codes, fact in zip(filled, facts.values(), strict=True)]
    codes = pa.RecordBatch.from_arrays(arrays, names=list(facts)) if facts else _no_codes(len(good))
    about = pa.RecordBatch.from_pylist(
        [{"id": row.id, "row": row.line, "date": row.date} for row in good], schema=ABOUT
    )
    everything = (*chunk.refused, *refused)
    return Chunk(
        *_merged((chunk.about, chunk.codes), (about, codes)),
        chunk.after,
        chunk.done,
        tuple(sorted(everything, key=lambda row: row.row)),
        frozenset(ticked),
    )


def _merged(
    one: tuple[pa.RecordBatch, pa.RecordBatch], other: tuple[pa.RecordBatch, pa.RecordBatch]
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Two sets of rows, each in order, as one."""
    if not one[0].num_rows or not other[0].num_rows:
        return one if one[0].num_rows else other
    about = pa.concat_batches([one[0], other[0]])
    order: _Places = np.argsort(about.column("row").to_numpy(), kind="stable")
    if not one[1].num_columns:
        return about.take(pa.array(order)), _no_codes(len(order))
    codes = pa.concat_batches([one[1], other[1].select(one[1].schema.names)])
    return about.take(pa.array(order)), codes.take(pa.array(order))
