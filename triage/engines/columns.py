"""The columns engine: conditions read for all patients of a batch at once.

A batch has one column of codes for each fact that was asked of anybody. Conditions become operations
of one circuit, so that a comparison is one pass over a column, whatever recurs is done once, and a
group is a few operations on words. Truth is two bits: certain, and possible. Nothing is generated or
compiled for a rule book: another book is another list of operations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from operator import or_

import pyarrow as pa

from triage.book.facts import Fact
from triage.book.logic import Condition, Is, Spans, fold
from triage.engines.circuit import Bits, Circuit
from triage.engines.codes import TICKED, bits_of, code_of, largest_code
from triage.engines.truth import at_least_of_bits


def code_type(fact: Fact) -> pa.DataType:
    """The Arrow type of a fact's column of codes."""
    return {8: pa.int8(), 16: pa.int16(), 32: pa.int32()}[bits_of(fact)]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition: of whom it is certain and of whom possible, with the parts under it.

    It is the trace of the reference engine, of all patients at once.
    """

    certain: Bits
    possible: Bits
    comparison: Is | None = None
    parts: tuple[Part, ...] = ()

    @property
    def unknown(self) -> Bits:
        return self.possible & ~self.certain

    def undecided(self, among: Bits) -> Iterator[tuple[Is, Bits]]:
        """The comparisons that can still change this part, reached through unknown parts, and of whom."""
        here = among & self.unknown
        if self.comparison is not None:
            yield self.comparison, here
        for part in self.parts:
            yield from part.undecided(here)

    def supported(self, by: Callable[[Is], Bits]) -> Bits:
        """Of whom some comparison that could be part of the truth is certain and is so supported."""
        if self.comparison is not None:
            return self.certain & by(self.comparison)
        return self.possible & reduce(or_, [part.supported(by) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Patients:
    """What is known of the patients of a batch, as symbols: an algebra that reads conditions of them.

    By fact, `known` has the bits of those who know it, `asked` of those who were asked for it, and
    `ticked` of those of whom it is known only that it is there; `taken` are those ticks where the
    mildest kind of *there*, the second answer, is taken for the answer. A fact that is no column was
    asked of nobody.
    """

    circuit: Circuit
    facts: Mapping[str, Fact]
    columns: Mapping[str, int]
    known: Mapping[str, Bits]
    asked: Mapping[str, Bits]
    ticked: Mapping[str, Bits]
    taken: Mapping[str, Bits]

    @classmethod
    def of(cls, facts: Mapping[str, Fact], columns: Sequence[str], ticked: Collection[str] = ()) -> Patients:
        """The patients of any batch with these columns, of which those in `ticked` may hold ticks."""
        circuit = Circuit()
        known, asked, ticks = {}, {}, {}
        for number, name in enumerate(columns):
            answered = asked[name] = circuit.answered(number)
            known[name] = answered & circuit.within(number, 0, largest_code(facts[name]))
            if name in ticked:
                ticks[name] = answered & circuit.within(number, TICKED, TICKED)
                asked[name] = answered & ~ticks[name]
        return cls(circuit, facts, {name: n for n, name in enumerate(columns)}, known, asked, ticks, {})

    def read(self, condition: Condition) -> Part:
        """The truth of a condition, of all its parts, for all patients."""
        return fold(condition, self)

    def doubting(self, doubts: Mapping[str, Bits]) -> Patients:
        """The same patients, of whom some do not know some facts after all."""

        def without(who: Mapping[str, Bits]) -> dict[str, Bits]:
            return {name: bits & ~doubts[name] if name in doubts else bits for name, bits in who.items()}

        return replace(self, known=without(self.known), taken=without(self.taken))

    def taking_the_mildest(self) -> Patients:
        """The same patients, with every tick of an ordered choice taken for the mildest kind of *there*."""
        taken = {name: bits for name, bits in self.ticked.items() if self.facts[name].ordered}
        return replace(self, taken=taken)

    def asked_alone(self) -> Patients:
        """The same patients, of whom what was not asked is taken as false, so that only doubt counts."""
        return _AskedAlone(**{part.name: getattr(self, part.name) for part in fields(self)})

    def has(self, comparison: Is) -> Bits:
        """Who is known to have one of these answers."""
        name = comparison.fact
        if name not in self.columns:
            return self.circuit.nobody
        spans = _spans(self.facts[name], comparison)
        within = [self.circuit.within(self.columns[name], *span) for span in spans]
        matching = reduce(or_, within, self.circuit.nobody)
        has = self.known[name] & matching
        if name in self.taken and comparison.accepts(list(self.facts[name].answers)[1]):
            has = has | self.taken[name]
        return has

    def may_have(self, comparison: Is) -> Bits:
        """Who has one of these answers, or does not know."""
        nobody = self.circuit.nobody
        known = self.known.get(comparison.fact, nobody) | self.taken.get(comparison.fact, nobody)
        return self.has(comparison) | ~known

    def is_(self, comparison: Is) -> Part:
        return Part(self.has(comparison), self.may_have(comparison), comparison)

    def all(self, parts: Sequence[Part]) -> Part:
        return self.at_least(len(parts), parts)

    def any(self, parts: Sequence[Part]) -> Part:
        return self.at_least(1, parts)

    def at_least(self, count: int, parts: Sequence[Part]) -> Part:
        ends = self.circuit.everybody, self.circuit.nobody
        certain = at_least_of_bits(count, [part.certain for part in parts], *ends)
        possible = at_least_of_bits(count, [part.possible for part in parts], *ends)
        return Part(certain, possible, parts=tuple(parts))


class _AskedAlone(Patients):
    __slots__ = ()

    def may_have(self, comparison: Is) -> Bits:
        return Patients.may_have(self, comparison) & self.asked.get(comparison.fact, self.circuit.nobody)


def _spans(fact: Fact, comparison: Is) -> list[tuple[int, int]]:
    """The codes of the answers, as spans with both ends included."""
    if isinstance(comparison.answers, Spans):
        assert fact.scale is not None
        return [(low - fact.scale.low, high - fact.scale.low) for low, high in comparison.answers.spans]
    codes = sorted(code_of(fact, answer) for answer in comparison.answers)
    starts = [code for code in codes if code - 1 not in codes]
    ends = [code for code in codes if code + 1 not in codes]
    return list(zip(starts, ends, strict=True))
