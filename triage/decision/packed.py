"""Sets of names, one for each patient, packed into bits: as Arrow columns, and back as lists.

Bit n of a set, counted from the lowest of its first byte, is the n-th of the names that the column's
metadata lists.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

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


def unpacked(sets: pa.Array, names: Sequence[str]) -> pa.ListArray:
    """The sets of a packed column as lists of names, in the order of `names`."""
    width = sets.type.byte_width
    raw = np.frombuffer(sets.buffers()[1], np.uint8, len(sets) * width, sets.offset * width)
    bits = np.unpackbits(raw.reshape(-1, width), axis=1, bitorder="little")
    ends = np.cumsum(np.bitwise_count(raw.reshape(-1, width)).sum(axis=1, dtype=np.int32), dtype=np.int32)
    offsets = np.concatenate([np.zeros(1, np.int32), ends])
    places = (np.flatnonzero(bits) % (width * 8)).astype(np.int16)
    values = pa.DictionaryArray.from_arrays(pa.array(places), pa.array(list(names), pa.string()))
    return pa.ListArray.from_arrays(pa.array(offsets), values)
