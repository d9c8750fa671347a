"""OpenFisca: a variable for each fact, distinct comparison and rule, calculated for all patients at once.

A choice that is not known has its default value `unknown`; a number that is not known is a NaN, with
which no comparison holds. What is possible cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from peers.expressions import Expressions, named
from peers.outcome import Outcome, Peer
from peers.tables import numbered
from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import Is, fold

Formula: TypeAlias = Callable[[Any, Any], Any]
"""What a variable is, for patients on a day."""

PATIENT = build_entity("patient", "patients", "", is_person=True)
TODAY = period("2026-01-01")


class _Comparisons(Expressions[Formula]):
    """Algebra: conditions as formulas over the variables of the facts."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        super().__init__(facts)
        self.choices = {
            fact.id: Enum(fact.id, ["unknown", *fact.answers]) for fact in facts.values() if fact.answers
        }

    def one_of(self, fact: str, answers: Sequence[str]) -> Formula:
        these = [self.choices[fact][answer] for answer in answers]
        return lambda patients, day: reduce(or_, [patients(fact, day) == answer for answer in these])

    def from_(self, fact: str, low: int) -> Formula:
        return lambda patients, day: patients(fact, day) >= low

    def up_to(self, fact: str, high: int) -> Formula:
        return lambda patients, day: patients(fact, day) <= high

    def all(self, parts: Sequence[Formula]) -> Formula:
        return lambda patients, day: reduce(and_, [part(patients, day) for part in parts])

    def any(self, parts: Sequence[Formula]) -> Formula:
        return lambda patients, day: reduce(or_, [part(patients, day) for part in parts])


class _Rules(_Comparisons):
    """Algebra: conditions as formulas over the variables of the comparisons."""

    def __init__(self, facts: Mapping[str, Fact], names: Mapping[Is, str]) -> None:
        super().__init__(facts)
        self._names = names

    def is_(self, comparison: Is) -> Formula:
        name = self._names[comparison]
        return lambda patients, day: patients(name, day)


def prepare(book: RuleBook) -> Peer:
    system = TaxBenefitSystem([PATIENT])
    comparisons = _Comparisons(book.facts)
    for fact in book.facts:
        choice = comparisons.choices.get(fact)
        if choice is None:
            _add(system, fact, float, default_value=np.nan)
        else:
            _add(system, fact, Enum, possible_values=choice, default_value=choice["unknown"])
    names = named(book.conditions.values())
    for comparison, name in names.items():
        _add(system, name, bool, formula=fold(comparison, comparisons))
    for id, when in book.conditions.items():
        _add(system, id, bool, formula=fold(when, _Rules(book.facts, names)))

    def decide(table: pa.Table) -> Outcome:
        simulation = SimulationBuilder().build_default_simulation(system, table.num_rows)
        for fact, column in zip(table.column_names, numbered(table).columns, strict=True):
            choice = comparisons.choices.get(fact)
            answers = _numbers(column) if choice is None else _words(column, choice)
            simulation.set_input(fact, TODAY, answers)
        certain = np.zeros(table.num_rows, np.int8)
        fired = 0
        for rule in book.rules.values():
            fires = simulation.calculate(rule.id, TODAY)
            fired += int(np.count_nonzero(fires))
            np.maximum(certain, fires * np.int8(rule.urgency), out=certain)
        return Outcome(certain, None, fired)

    return decide


def _add(system: Any, name: str, value_type: type, **rest: Any) -> None:
    fixed = {"value_type": value_type, "entity": PATIENT, "definition_period": DateUnit.DAY}
    system.add_variable(type(name, (Variable,), {**fixed, **rest}))


def _numbers(column: pa.ChunkedArray) -> Any:
    return column.cast(pa.float32()).to_numpy()


def _words(column: pa.ChunkedArray, choice: Any) -> Any:
    """The place of each answer among those of the choice, of which `unknown` is the first."""
    return EnumArray((column.fill_null(-1).to_numpy() + 1).astype(np.uint8), choice)
