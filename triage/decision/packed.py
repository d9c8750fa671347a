"""Sets of names, one for each patient, packed into bits: as Arrow columns, and back as lists.

Bit n of a set, counted from the lowest of its first byte, is the n-th of the names that the column's
metadata lists.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.engines.machine import places_of_bits

_NAMES = b"names"


def packed_field(name: str, names: Sequence[str]) -> pa.Field:
    """The column of sets of these names."""
    metadata = {_NAMES: json.dumps(list(names)).encode()}
    return pa.field(name, pa.binary(max(1, -(-len(names) // 8))), nullable=False, metadata=metadata)


def names_of(field: pa.Field) -> list[str] | None:
    """The names that the sets of a column are made of; None for a column that holds no packed sets."""
    if not pa.types.is_fixed_size_binary(field.type) or not field.metadata:
        return None
    return list(json.loads(field.metadata[_NAMES])) if _NAMES in field.metadata else None


def bits(sets: pa.Array) -> npt.NDArray[np.bool_]:
    """The bits of packed sets, a row for each; those after the last name are not set."""
    return np.unpackbits(_bytes(sets), axis=1, bitorder="little").view(np.bool_)


def unpacked(sets: pa.Array, names: Sequence[str]) -> pa.ListArray:
    """The sets of a packed column as lists of names, in the order of `names`."""
    begins, places = places_of_bits(_bytes(sets))
    values = pa.DictionaryArray.from_arrays(pa.array(places), pa.array(list(names), pa.string()))
    return pa.ListArray.from_arrays(pa.array(begins), values)


def _bytes(sets: pa.Array) -> npt.NDArray[np.uint8]:
    width = sets.type.byte_width
    raw = np.frombuffer(sets.buffers()[1], np.uint8, len(sets) * width, sets.offset * width)
    return raw.reshape(-1, width)
