"""The cells of a column, of whatever type: what occurs in it as texts, and other things in their place."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from triage.cohort.tables.limits import MAX_CELL, trimmed

_IN_A_DAY = {"days": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_DAYS_BEFORE_1970 = datetime.date(1970, 1, 1).toordinal()
_BYTES = 256


def type_of_cells(type_: pa.DataType) -> pa.DataType:
    """The type of what stands in the cells of a column, also where they are places in a list of it."""
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def usual(values: pa.Array) -> pa.Array:
    """The same cells in a type with which Arrow can do everything."""
    type_ = values.type
    if pa.types.is_dictionary(type_):
        listed = usual(values.dictionary)
        listed = listed.dictionary_decode() if pa.types.is_dictionary(listed.type) else listed
        return _only_used(pa.DictionaryArray.from_arrays(values.indices, listed, safe=False))
    if pa.types.is_string_view(type_):  # a cast would also read what stands where a cell is null
        found = values.dictionary_encode()
        return pa.DictionaryArray.from_arrays(found.indices, found.dictionary.cast(pa.string()))
    if pa.types.is_decimal(type_) and type_.bit_width < 128:
        return values.cast(pa.decimal128(type_.precision, type_.scale))
    return values


def _only_used(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same cells; where the list is longer than they are, only what occurs in them is listed."""
    if len(values.dictionary) <= len(values):
        return values
    found = values.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices, _at(values.dictionary, found.dictionary))


def _at(values: pa.Array, places: pa.Array) -> pa.Array:
    if pa.types.is_float16(values.type):  # of which older versions of pyarrow take nothing
        return values.view(pa.uint16()).take(places).view(values.type)
    return values.take(places)


def by_text(values: pa.Array) -> pa.DictionaryArray:
    """The cells as places in a list of what occurs."""
    if pa.types.is_float16(values.type):  # which older versions of pyarrow list as bits only
        found = values.view(pa.uint16()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(found.indices, found.dictionary.view(values.type))
    return values if pa.types.is_dictionary(values.type) else values.dictionary_encode()


def texts_of(values: pa.DictionaryArray) -> list[str]:
    """What occurs, each as a person would write it, without spaces around it, as far as `trimmed` goes."""
    return [_text(value) for value in _objects(_none_too_long(values.dictionary))]


def _none_too_long(values: pa.Array) -> pa.Array:
    """The values with something else that is too long in place of what is, which may be a gigabyte."""
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    long = pc.greater(pc.binary_length(values), MAX_CELL)
    return pc.if_else(long, "x" * (MAX_CELL + 1), values) if pc.any(long).as_py() else values


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
    return "" if value is None else trimmed(str(value))


def days(values: pa.Array) -> pa.Array:
    """Dates and times as the texts of their days, by the clocks of their zone; other cells as they are."""
    if pa.types.is_dictionary(values.type) and pa.types.is_temporal(values.type.value_type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        local = pc.local_timestamp(values) if values.type.tz else values
        count, unit = local.cast(pa.int64()), values.type.unit
    elif pa.types.is_date(values.type):
        unit = "ms" if pa.types.is_date64(values.type) else "days"
        count = values.cast(pa.int64() if unit == "ms" else pa.int32())
    else:
        return values
    numbers = pa.array(np.asarray(count.fill_null(0)) // _IN_A_DAY[unit], mask=np.asarray(count.is_null()))
    found = numbers.dictionary_encode()
    texts = [_day(number) for number in found.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(found.indices, pa.array(texts, pa.string()))


def _day(number: int) -> str:
    try:
        return datetime.date.fromordinal(_DAYS_BEFORE_1970 + number).isoformat()
    except (ValueError, OverflowError):
        return f"{number} days after 1970-01-01"


def with_codes(places: pa.Array, codes: Sequence[int | None], type_: pa.DataType) -> pa.Array:
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


def with_dictionary(values: pa.DictionaryArray, dictionary: pa.Array) -> pa.Array:
    """The cells with something else in place of what occurs; what was null, or becomes it, is null."""
    return pa.DictionaryArray.from_arrays(values.indices, dictionary, safe=False).dictionary_decode()
