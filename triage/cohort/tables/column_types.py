"""Which types the columns of a table may have, where the table says."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from triage.cohort.tables.cells import type_of_cells
from triage.cohort.tables.columns import DATE, ID, Column, with_unit
from triage.engines.codes import not_known_words


def wrong_type(column: Column, type_: pa.DataType) -> Iterator[tuple[str, str]]:
    """What is wrong with the type of a column, and what to write instead."""
    values = type_of_cells(type_)
    if _is_text(values) or pa.types.is_null(values):
        return
    number = pa.types.is_integer(values) or pa.types.is_floating(values) or _is_decimal(values)
    what = f"the column {column.name} is {type_}"
    if column.fact is None:
        day = pa.types.is_date(values) or pa.types.is_timestamp(values)
        if column.name == DATE and not day:
            yield what, "dates, or text such as 2026-11-25"
        if column.name == DATE and pa.types.is_timestamp(values) and values.tz and not _is_known_zone(values):
            yield what, "a time zone that is known here, such as UTC"
        if column.name == ID and not pa.types.is_integer(values):
            yield what, "text or whole numbers"
    elif column.not_known_only:
        yield what, f"text: {', '.join(not_known_words(column.fact))}"
    elif column.fact.scale is None:
        yield what, f"text: {', '.join(column.fact.answers)}"
    elif column.unit and not number:
        yield what, f"numbers, or text such as {column.fact.scale.digits(column.fact.scale.low)}"
    elif not column.unit:
        named = " or ".join(with_unit(column.fact, unit) for unit in column.fact.scale.units)
        yield what, f"the unit in its name, {named}, or text such as {column.fact.scale.example}"


def _is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
    )


def _is_decimal(type_: pa.DataType) -> bool:
    """Whether these are decimals, of a scale that they can be written with."""
    most = 76 if pa.types.is_decimal256(type_) else 38
    return bool(pa.types.is_decimal(type_) and abs(type_.scale) <= most)


def _is_known_zone(type_: pa.DataType) -> bool:
    try:
        pc.local_timestamp(pa.array([0]).cast(type_))
    except pa.ArrowInvalid:
        return False
    return True
