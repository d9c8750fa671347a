"""Circuits: a formula keeps its meaning however it is simplified, stored and run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.seed import SEED
from triage.engines import machine
from triage.engines.circuit import Bits, Circuit, Operator
from triage.engines.machine import Machine

ROWS = 130  # two words and a bit
COLUMNS = 4
Truths = npt.NDArray[np.bool_]
Step = tuple[str, int, int]


class Formulas:
    """A circuit that is written step by step, and beside each of its bits what they mean, from numpy."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.circuit = Circuit()
        self.codes = rng.integers(-3, 4, (COLUMNS, ROWS)).astype(np.int8)
        self.asked = rng.random((COLUMNS, ROWS)) < 0.7
        self.bits = [self.circuit.nobody, self.circuit.everybody]
        self.meant: list[Truths] = [np.zeros(ROWS, np.bool_), np.ones(ROWS, np.bool_)]

    @property
    def columns(self) -> list[pa.Array]:
        return [pa.array(codes, mask=~asked) for codes, asked in zip(self.codes, self.asked, strict=True)]

    def write(self, step: Step) -> None:
        """One more formula: of a column, or of two formulas that are written already."""
        what, left, right = step
        column, low = left % COLUMNS, right % 7 - 3
        one, other = left % len(self.bits), right % len(self.bits)
        bits, meant = self.bits, self.meant
        if what == "asked":
            made, means = self.circuit.answered(column), self.asked[column]
        elif what == "within":
            made = self.circuit.answered(column) & self.circuit.within(column, low, low + left % 3)
            codes = self.codes[column]
            means = self.asked[column] & (codes >= low) & (codes <= low + left % 3)
        elif what == "and":
            made, means = bits[one] & bits[other], meant[one] & meant[other]
        elif what == "or":
            made, means = bits[one] | bits[other], meant[one] | meant[other]
        else:
            made, means = ~bits[one], ~meant[one]
        bits.append(made)
        meant.append(means)

    def assert_run_as_meant(self, places: Iterable[int]) -> None:
        """The machine works these out, one set with all, and one with each alone."""
        wanted = {"all": [self.bits[place] for place in places]}
        wanted |= {str(place): [self.bits[place]] for place in places}
        rows = Machine(self.circuit, wanted).run(self.columns, ROWS)
        together = np.unpackbits(rows["all"], axis=1, bitorder="little").astype(np.bool_)
        for n, place in enumerate(places):
            assert (together[:, n] == self.meant[place]).all(), place
            assert (rows[str(place)][:, 0] == self.meant[place]).all(), place


steps = st.tuples(
    st.sampled_from(["asked", "within", "and", "and", "or", "or", "not"]),
    st.integers(0, 40),
    st.integers(0, 40),
)


@given(st.integers(0, 2**32), st.lists(steps, min_size=1, max_size=40), st.data())
def test_formulas_run_as_they_are_meant(seed: int, written: list[Step], data: st.DataObject) -> None:
    formulas = Formulas(np.random.default_rng(seed))
    for step in written:
        formulas.write(step)
    places = range(len(formulas.bits))
    formulas.assert_run_as_meant(data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=70)))


def test_formulas_of_very_many_operations_run_as_they_are_meant() -> None:
    """Some are wanted at the end, some in the middle, and most of them only on the way."""
    rng = random.Random(SEED)
    for _ in range(10):
        formulas = Formulas(np.random.default_rng(rng.randrange(2**32)))
        for _ in range(3000):
            what = rng.choice(["asked", "within", "within", "and", "or", "not"])
            near = max(0, len(formulas.bits) - rng.choice([5, 50, 3000]))
            one, other = (rng.randrange(near, len(formulas.bits)) for _ in range(2))
            formulas.write((what, one, other))
        wanted = rng.sample(range(len(formulas.bits)), 60)
        formulas.assert_run_as_meant(wanted)


def test_a_register_is_never_used_again_while_it_is_needed() -> None:
    rng = random.Random(SEED)
    for _ in range(20):
        formulas = Formulas(np.random.default_rng(0))
        for _ in range(200):
            step = rng.choice(["asked", "within", "and", "or", "not"])
            formulas.write((step, rng.randrange(1000), rng.randrange(1000)))
        wanted = {"some": rng.sample(formulas.bits, 10)}
        operations = formulas.circuit.operations
        needed = machine._needed(formulas.circuit, [bits.number for bits in wanted["some"]])
        places, registers = machine._places(operations, needed, wanted)
        holds: dict[int, int] = {}
        for number in needed:
            for part in machine._parts(operations[number]):
                assert holds[places[part]] == part, SEED
            holds[places[number]] = number
        assert all(holds[places[bits.number]] == bits.number for bits in wanted["some"]), SEED
        assert set(places.values()) == set(range(registers)), SEED


def test_registers_are_used_again_after_their_last_use() -> None:
    circuit = Circuit()
    chain = circuit.answered(0)
    for number in range(1000):
        chain = ~(chain & circuit.within(0, number, number))
    assert Machine(circuit, {"end": [chain]})._registers == 2


def test_what_is_not_wanted_is_not_run() -> None:
    circuit = Circuit()
    asked = circuit.answered(0)
    for number in range(50):
        circuit.both(asked, circuit.within(0, number, number))
    assert len(Machine(circuit, {"asked": [asked], "none": []})._operations) == 1


# What is simplified ------------------------------------------------------------------------------


def leaves(circuit: Circuit) -> list[Bits]:
    """Bits of every kind, for whom nothing but simplification can find something out."""
    one, other = circuit.answered(0), circuit.within(1, 2, 3)
    both = one & other
    return [
        circuit.nobody,
        circuit.everybody,
        one,
        other,
        ~one,
        ~other,
        both,
        one | other,
        one & ~other,
        ~both,
    ]


def test_the_same_said_twice_is_the_same_bits() -> None:
    circuit = Circuit()
    some = leaves(circuit)
    both, either = ([how(*pair) for pair in product(some, some)] for how in (circuit.both, circuit.either))
    said = len(circuit.operations)
    assert leaves(circuit) == some
    assert [one & other for one, other in product(some, some)] == both
    assert [other | one for one, other in product(some, some)] == either
    asserted = [bits for bits in some if circuit.operations[bits.number].operator is not Operator.NOT]
    assert all(one & other == other & one for one, other in product(some, asserted))
    assert len(circuit.operations) == said
    assert len(set(circuit.operations)) == said


def test_what_is_known_beforehand_is_worked_out_at_once() -> None:
    circuit = Circuit()
    nobody, everybody = circuit.nobody, circuit.everybody
    for bits in leaves(circuit):
        denied = ~bits
        assert ~denied == bits
        said = len(circuit.operations)
        assert (bits & bits, bits | bits) == (bits, bits)
        assert (bits & nobody, nobody & bits, bits & denied, denied & bits) == (nobody,) * 4
        assert (bits | everybody, everybody | bits, bits | denied, denied | bits) == (everybody,) * 4
        assert (bits & everybody, everybody & bits, bits | nobody, nobody | bits) == (bits,) * 4
        assert len(circuit.operations) == said


def test_different_things_are_different_bits() -> None:
    circuit = Circuit()
    some = [circuit.answered(0), circuit.answered(1), circuit.within(0, 1, 2), circuit.within(1, 1, 2)]
    some += [circuit.within(0, 0, 2), circuit.within(0, 1, 3), circuit.within(0, 2, 1)]
    some += [some[0] & some[1], some[0] | some[1], some[0] & ~some[1], some[1] & ~some[0], ~some[0]]
    assert len({bits.number for bits in some}) == len(some)


def test_the_machine_counts_the_operators_as_they_are_counted_here() -> None:
    source = Path(machine.__file__).with_name("machine.c").read_text("utf-8")
    [named] = re.findall(r"^enum \{ (NOBODY\b[^}=]*) \};$", source, re.MULTILINE)
    assert [operator.name for operator in Operator] == named.split(", ")
    assert [*Operator] == [*range(len(Operator))]
    assert all(f"case {operator.name}:" in source for operator in Operator)


def test_what_an_operation_is_made_from_stands_before_it() -> None:
    rng = random.Random(SEED)
    formulas = Formulas(np.random.default_rng(0))
    for _ in range(1000):
        step = rng.choice(["asked", "within", "and", "or", "not"])
        formulas.write((step, rng.randrange(1000), rng.randrange(1000)))
    numbered = enumerate(formulas.circuit.operations)
    assert all(part < number for number, operation in numbered for part in machine._parts(operation)), SEED
