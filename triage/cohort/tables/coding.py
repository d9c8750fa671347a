"""Blocks of cells become codes: each distinct cell of a column is read once, by the words of its fact."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.quantity import UnreadableAnswer
from triage.cohort.chunk import ABOUT, Chunk, Position, Refusal, RefusedRow
from triage.cohort.tables.columns import DATE, ID, Column, read_date
from triage.cohort.tables.rows import BOTH, Row
from triage.engines.codes import TICKED, code_of
from triage.engines.columns import code_type

_IN_A_DAY = {"days": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_DAYS_BEFORE_1970 = datetime.date(1970, 1, 1).toordinal()
_BYTES = 256
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
    for column, values in zip(columns, map(_usual, cells), strict=True):
        if column.fact is not None:
            coded = _coded(column, values, reasons)
            if column.fact.id in codes:
                coded = _joined(column, codes[column.fact.id], coded, reasons)
            codes[column.fact.id] = coded
        elif column.name == DATE:
            dates = _dates(values, reasons)
        else:
            ids = _ids(values, rows)
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
    values = _by_text(values)
    codes: list[int | None] = []
    wrong: dict[int, str] = {}
    for place, text in enumerate(_texts(values)):
        try:
            codes.append(column.code(text))
        except UnreadableAnswer as error:
            codes.append(None)
            wrong[place] = str(error)
    _note(column.name, values, wrong, reasons)
    return _with_codes(values.indices, codes, code_type(fact))


def _by_text(values: pa.Array) -> pa.DictionaryArray:
    """The cells as places in a list of what occurs."""
    return values if pa.types.is_dictionary(values.type) else values.dictionary_encode()


def _usual(values: pa.Array) -> pa.Array:
    """The same cells in a type with which Arrow can do everything."""
    type_ = values.type
    if pa.types.is_dictionary(type_):
        listed = _usual(values.dictionary)
        listed = listed.dictionary_decode() if pa.types.is_dictionary(listed.type) else listed
        return pa.DictionaryArray.from_arrays(values.indices, listed, safe=False)
    if pa.types.is_string_view(type_):  # a cast would also read what stands where a cell is null
        found = values.dictionary_encode()
        return pa.DictionaryArray.from_arrays(found.indices, found.dictionary.cast(pa.string()))
    if pa.types.is_decimal(type_) and type_.bit_width < 128:
        return values.cast(pa.decimal128(type_.precision, type_.scale))
    return values


def _texts(values: pa.DictionaryArray) -> list[str]:
    """What occurs, each as a person would write it, without spaces around it."""
    return [_text(value) for value in _objects(values.dictionary)]


def _with_codes(places: pa.Array, codes: Sequence[int | None], type_: pa.DataType) -> pa.Array:
    """The codes at these places of a list; null where there is none, or where a place is null.

    Arrow takes ten times as long, and this is done for every cell of a table.
    """
    lead = places.offset % 8  # so that the bits of validity begin with a byte
    size = places.type.bit_width // 8
    raw = np.frombuffer(
        places.buffers()[1], str(places.type), lead + len(places), (places.offset - lead) * size
    )
    listed = np.array([code or 0 for code in codes] or [0], str(type_))
    found = pa.py_buffer(_looked_up(listed, raw))
    validity = places.buffers()[0]
    validity = validity.slice(places.offset // 8) if validity else None
    coded = pa.Array.from_buffers(type_, len(places), [validity, found], places.null_count, lead)
    if None not in codes:
        return coded
    has_none = np.array([code is None for code in codes]).take(raw[lead:].astype(np.intp), mode="clip")
    return pc.if_else(pa.array(has_none), pa.scalar(None, type_), coded)


def _looked_up(listed: npt.NDArray[Any], places: npt.NDArray[Any]) -> bytes | npt.NDArray[Any]:
    """What a list has at these places; at numbers that are no place of it, anything."""
    if listed.itemsize == 1 and len(listed) <= _BYTES:
        return places.astype(np.uint8).tobytes().translate(listed.tobytes().ljust(_BYTES))
    return listed.take(places.astype(np.intp), mode="clip")


def _with_dictionary(values: pa.DictionaryArray, dictionary: pa.Array) -> pa.Array:
    """The cells with something else in place of what occurs; what was null, or becomes it, is null."""
    return pa.DictionaryArray.from_arrays(values.indices, dictionary, safe=False).dictionary_decode()


def _note(column: str, values: pa.DictionaryArray, wrong: Mapping[int, str], reasons: _Reasons) -> None:
    """Notes why the cells that are `wrong`, by their place in the dictionary, cannot be read."""
    if wrong:
        indices = np.asarray(values.indices.fill_null(0))
        where = np.flatnonzero(np.isin(indices, list(wrong)) & np.asarray(values.indices.is_valid()))
        reasons.add(column, where.tolist(), [wrong[place] for place in indices[where].tolist()])


def _objects(values: pa.Array) -> Iterable[object]:
    """The values, floats as they are: as a float of Python, 38.1 in single precision is another number."""
    if pa.types.is_floating(values.type) and not values.null_count:
        return list(values.to_numpy())
    return list(values.to_pylist())


def _text(value: object) -> str:
    """A cell as a person would write it; a float in the fewest digits that are the same number."""
    if isinstance(value, np.floating):
        return np.format_float_positional(value, trim="-")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value).strip()


def _joined(column: Column, one: pa.Array, other: pa.Array, reasons: _Reasons) -> pa.Array:
    """The codes of a fact that has two columns, a number and how it is not known."""
    both = np.flatnonzero(np.asarray(one.is_valid()) & np.asarray(other.is_valid()))
    assert column.fact is not None
    reasons.add(column.name, both.tolist(), [BOTH.format(column.fact.id)] * len(both))
    return pc.coalesce(one, other)


def _dates(values: pa.Array, reasons: _Reasons) -> pa.Array:
    values = _by_text(_days(values))
    dates: list[str | None] = []
    wrong: dict[int, str] = {}
    for place, text in enumerate(_texts(values)):
        try:
            dates.append(read_date(text) if text else None)
        except UnreadableAnswer as error:
            dates.append(None)
            wrong[place] = str(error)
    _note(DATE, values, wrong, reasons)
    return _with_dictionary(values, pa.array(dates, pa.string()))


def _days(values: pa.Array) -> pa.Array:
    """Dates and times as the texts of their days, by the clocks of their zone; other cells as they are."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        local = pc.local_timestamp(values) if values.type.tz else values
        count, unit = local.cast(pa.int64()), values.type.unit
    elif pa.types.is_date(values.type):
        unit = "ms" if pa.types.is_date64(values.type) else "days"
        count = values.cast(pa.int64() if unit == "ms" else pa.int32())
    else:
        return values
    days = pa.array(np.asarray(count.fill_null(0)) // _IN_A_DAY[unit], mask=np.asarray(count.is_null()))
    found = days.dictionary_encode()
    texts = [_day(number) for number in found.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(found.indices, pa.array(texts, pa.string()))


def _day(number: int) -> str:
    try:
        return datetime.date.fromordinal(_DAYS_BEFORE_1970 + number).isoformat()
    except (ValueError, OverflowError):
        return f"{number} days after 1970-01-01"


def _ids(values: pa.Array, rows: npt.NDArray[np.int64]) -> pa.Array:
    """The ids, and the number of the row where there is none."""
    ids = pc.utf8_trim_whitespace(values.cast(pa.string()))
    missing = pc.or_kleene(pc.is_null(ids), pc.equal(ids, ""))
    if not pc.any(missing).as_py():
        return ids
    return pc.if_else(missing, pa.array(rows).cast(pa.string()), ids)


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
