"""Runs circuits: what is wanted of one, as a short list of operations for the compiled `machine.c`.

The machine is generic. It knows no rules, so nothing is compiled when a rule book changes.
"""

from __future__ import annotations

import ctypes
import hashlib
import heapq
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.engines.circuit import Bits, Circuit, Operation, Operator
from triage.engines.durable import EngineUnavailable

_MADE_FROM = {  # which of its numbers an operation takes from other operations
    Operator.AND: ("left", "right"),
    Operator.OR: ("left", "right"),
    Operator.AND_NOT: ("left", "right"),
    Operator.NOT: ("left",),
}


class MachineMissing(EngineUnavailable):
    """The compiled part of the columns engine is not there, or is not of this version."""


class _Column(ctypes.Structure):
    _fields_ = (("codes", ctypes.c_void_p), ("answered", ctypes.c_void_p), ("bytes", ctypes.c_int32))


class _Lane(ctypes.Structure):
    _fields_ = (
        ("to", ctypes.c_void_p),
        ("width", ctypes.c_int64),
        ("bytes", ctypes.c_int32),
        ("from_", ctypes.c_int32 * 64),
    )


class Machine:
    """Works out some sets of bits of a circuit, for any batch. Safe to share between threads.

    `wanted` has the bits of each set by the set's name. A result is, for each set, one row of bytes
    for each patient, with the set's first bits in the lowest bit of the first byte.
    """

    def __init__(self, circuit: Circuit, wanted: Mapping[str, Sequence[Bits]]) -> None:
        needed = _needed(circuit, [bits.number for some in wanted.values() for bits in some])
        places, self._registers = _places(circuit.operations, needed, wanted)
        self._operations = np.array(
            [_encoded(circuit.operations[number], places, number) for number in needed], np.int32
        )
        self._sets = {name: [places[bits.number] for bits in some] for name, some in wanted.items()}
        self._library = _library()
        self._register_bytes = self._library.register_bytes()

    def run(self, columns: Sequence[pa.Array], count: int) -> dict[str, npt.NDArray[np.uint8]]:
        """The rows of each set for the `count` patients in these columns. Other threads run meanwhile."""
        columns = [_from_whole_byte(column) for column in columns]
        rows = {name: np.zeros((count, -(-len(some) // 8)), np.uint8) for name, some in self._sets.items()}
        lanes = [lane for name, some in self._sets.items() for lane in _lanes(rows[name], some)]
        registers = np.empty(self._registers * self._register_bytes + 64, np.uint8)
        self._library.run(
            self._operations.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_int64(len(self._operations)),
            (_Column * len(columns))(*(_column(column) for column in columns)),
            ctypes.c_int64(len(columns)),
            (_Lane * len(lanes))(*lanes),
            ctypes.c_int64(len(lanes)),
            ctypes.c_void_p(-(-registers.ctypes.data // 64) * 64),
            ctypes.c_int64(count),
        )
        return rows


def places_of_bits(
    rows: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """Where the numbers of each row begin, and the number of each bit that is set in it, row by row.

    There is one beginning more than rows: where the last row ends.
    """
    rows = np.ascontiguousarray(rows)
    begins = np.zeros(len(rows) + 1, np.int32)
    shape = (ctypes.c_void_p(rows.ctypes.data), *map(ctypes.c_int64, rows.shape))
    library = _library()
    library.count_bits(*shape, ctypes.c_void_p(begins[1:].ctypes.data))
    places = np.empty(begins[-1], np.int16)
    library.list_bits(*shape, ctypes.c_void_p(places.ctypes.data))
    return begins, places


def _needed(circuit: Circuit, wanted: Sequence[int]) -> list[int]:
    """The operations that what is wanted is made from, in their order."""
    needed, left = set(wanted), list(wanted)
    while left:
        operation = circuit.operations[left.pop()]
        for part in _parts(operation):
            if part not in needed:
                needed.add(part)
                left.append(part)
    return sorted(needed)


def _parts(operation: Operation) -> list[int]:
    return [getattr(operation, side) for side in _MADE_FROM.get(operation.operator, ())]


def _places(
    operations: Sequence[Operation], needed: Sequence[int], wanted: Mapping[str, Sequence[Bits]]
) -> tuple[dict[int, int], int]:
    """The register of each operation, and how many there are: one is used again after its last use."""
    last = {part: number for number in needed for part in _parts(operations[number])}
    for some in wanted.values():
        last.update((bits.number, len(operations)) for bits in some)
    places: dict[int, int] = {}
    free: list[int] = []
    registers = 0
    for number in needed:
        for part in set(_parts(operations[number])):
            if last[part] == number:
                heapq.heappush(free, places[part])
        if not free:
            heapq.heappush(free, registers)
            registers += 1
        places[number] = heapq.heappop(free)
    return places, registers


def _encoded(operation: Operation, places: Mapping[int, int], number: int) -> list[int]:
    sides = {"left": operation.left, "right": operation.right}
    for side in _MADE_FROM.get(operation.operator, ()):
        sides[side] = places[sides[side]]
    return [operation.operator, places[number], sides["left"], sides["right"], operation.high]


def _lanes(rows: npt.NDArray[np.uint8], some: Sequence[int]) -> list[_Lane]:
    """The lanes that fill these rows, eight bytes at a time."""
    lanes = []
    for start in range(0, rows.shape[1], 8):
        here = [*some[8 * start : 8 * start + 64], *[-1] * 64][:64]
        size = min(8, rows.shape[1] - start)
        lanes.append(_Lane(rows.ctypes.data + start, rows.shape[1], size, (ctypes.c_int32 * 64)(*here)))
    return lanes


def _from_whole_byte(column: pa.Array) -> pa.Array:
    """The same column; copied where its bits of validity begin inside a byte."""
    return pa.concat_arrays([column, column.slice(0, 0)]) if column.offset % 8 else column


def _column(column: pa.Array) -> _Column:
    validity, codes = column.buffers()
    size = column.type.bit_width // 8
    answered = validity.address + column.offset // 8 if validity else None
    return _Column(codes.address + column.offset * size if codes else None, answered, size)


@cache
def _library() -> ctypes.CDLL:
    """The compiled machine. Raises MachineMissing."""
    built, source = (Path(__file__).with_name(name) for name in ("libmachine.so", "machine.c"))
    again = f"install the project anew, such as with {sys.executable} -m pip install -e ."
    try:
        library = ctypes.CDLL(str(built))
        library.source.restype = ctypes.c_char_p
    except (OSError, AttributeError) as error:
        raise MachineMissing(f"The columns engine was not compiled ({error}): {again}") from None
    if library.source().decode() != hashlib.sha256(source.read_bytes()).hexdigest():
        raise MachineMissing(f"{built} was compiled from an older {source.name}: {again}")
    library.register_bytes.restype = ctypes.c_int64
    for function in (library.run, library.count_bits, library.list_bits):
        function.restype = None
    return library
