"""Formulas over patients, one bit for each: written once as symbols, then run on any batch.

A circuit holds each operation once: the same operation on the same bits is the same bits, and what
is known beforehand is worked out at once. `machine` runs what is wanted of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Operator(IntEnum):
    """What the machine can do; `machine.c` has the same numbers."""

    NOBODY = 0
    EVERYBODY = 1
    ANSWERED = 2
    WITHIN = 3
    AND = 4
    OR = 5
    AND_NOT = 6
    NOT = 7


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with what it is done to: the numbers of other operations.

    For ANSWERED and WITHIN `left` is the number of a column. WITHIN compares its codes with `right`
    and `high`, both included.
    """

    operator: Operator
    left: int = 0
    right: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Bits:
    """One bit for each patient, as the result of an operation of a circuit."""

    circuit: Circuit = field(repr=False, compare=False)
    number: int

    def __and__(self, other: Bits) -> Bits:
        return self.circuit.both(self, other)

    def __or__(self, other: Bits) -> Bits:
        return self.circuit.either(self, other)

    def __invert__(self) -> Bits:
        return self.circuit.others(self)


class Circuit:
    """Operations in an order in which each stands after those that it is made from."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._numbers: dict[Operation, int] = {}
        self.nobody = self._bits(Operation(Operator.NOBODY))
        self.everybody = self._bits(Operation(Operator.EVERYBODY))

    def answered(self, column: int) -> Bits:
        """Whose value in this column is not null."""
        return self._bits(Operation(Operator.ANSWERED, column))

    def within(self, column: int, low: int, high: int) -> Bits:
        """Whose code in this column is from `low` to `high`. Where it is null, the bit means nothing."""
        return self._bits(Operation(Operator.WITHIN, column, low, high))

    def others(self, bits: Bits) -> Bits:
        """Everybody else."""
        if bits in (self.nobody, self.everybody):
            return self.everybody if bits == self.nobody else self.nobody
        denied = self._denied(bits)
        return self._bits(Operation(Operator.NOT, bits.number)) if denied is None else denied

    def both(self, one: Bits, other: Bits) -> Bits:
        """Who is among both."""
        if other in (one, self.everybody):
            return one
        if one == self.everybody:
            return other
        if self.nobody in (one, other) or one == self._denied(other) or other == self._denied(one):
            return self.nobody
        for bits, denied in ((one, self._denied(other)), (other, self._denied(one))):
            if denied is not None:
                return self._bits(Operation(Operator.AND_NOT, bits.number, denied.number))
        return self._bits(Operation(Operator.AND, *sorted((one.number, other.number))))

    def either(self, one: Bits, other: Bits) -> Bits:
        """Who is among one or the other."""
        if other in (one, self.nobody):
            return one
        if one == self.nobody:
            return other
        if self.everybody in (one, other) or one == self._denied(other) or other == self._denied(one):
            return self.everybody
        return self._bits(Operation(Operator.OR, *sorted((one.number, other.number))))

    def _denied(self, bits: Bits) -> Bits | None:
        """What these bits are the negation of, if they are one."""
        operation = self.operations[bits.number]
        return Bits(self, operation.left) if operation.operator is Operator.NOT else None

    def _bits(self, operation: Operation) -> Bits:
        number = self._numbers.setdefault(operation, len(self.operations))
        if number == len(self.operations):
            self.operations.append(operation)
        return Bits(self, number)
