"""Who can be: every patient whom no constraint contradicts, as formulas, with the conditions read of them.

What is proved of a book is proved of these people. Each patient that a solver finds is read again by
the reference before anybody is shown it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from triage.book.book import RuleBook
from triage.book.facts import Fact, Known
from triage.book.logic import Condition, Is, Spans, facts_of
from triage.book.problems import Problem, Problems
from triage.book.rule import Constraint, Rule
from triage.engines.reference import trace
from triage.engines.smt import Informed, Patient, thresholds, whether_known
from triage.engines.solver import Formula, Solver, Undecided, differ, every, holds, no, some
from triage.engines.truth import Truth


class People:
    """Everyone who can be, under these constraints.

    `conditions` are those that patients are found by, and are read again by the reference; `more`
    are others that will be read of these people. With `twice`, a second solver must agree with each
    proof. Raises Problems (code P006) when nobody can be: then everything would be proved.
    """

    def __init__(
        self,
        facts: Mapping[str, Fact],
        conditions: Mapping[str, Condition],
        constraints: Sequence[Constraint],
        more: Iterable[Condition] = (),
        *,
        twice: bool = False,
    ) -> None:
        self.facts, self.conditions, self.constraints = facts, conditions, constraints
        read = [*conditions.values(), *(constraint.never for constraint in constraints), *more]
        self._cuts = thresholds([*read, *_usual_ranges(facts)], facts)
        self.patient = self.another("patient")
        self.solver = Solver([*self.patient.well_formed(), *self.real(self.patient)], twice=twice)
        self.fires = self.read(self.patient)
        self.unusual = [self.patient.is_unusual(fact) for fact in facts.values()]
        if not self.may_exist():
            what = "nobody can be, by these constraints together"
            raise Problems([Problem("constraints.yaml", 1, 1, "P006", what, "weaken one of them")])

    @classmethod
    def of(cls, book: RuleBook, more: Iterable[Condition] = (), *, twice: bool = False) -> People:
        """The people of a book, read by its rules; its scope can be read of them too."""
        return cls(book.facts, book.conditions, book.constraints, [book.scope, *more], twice=twice)

    def may_exist(self) -> bool:
        """Whether it is not proved that nobody can be."""
        try:
            return self.solver.model() is not None
        except Undecided:
            return True  # each question will be undecided too

    def another(self, name: str) -> Patient:
        """A patient to set beside the first; say `well_formed` and `real` of them too."""
        return Patient(name, self.facts, self._cuts)

    def real(self, patient: Patient) -> list[Formula]:
        """That no constraint is met by a patient."""
        return [no(patient.read(constraint.never)) for constraint in self.constraints]

    def read(self, reading: Patient | Informed) -> dict[str, Formula]:
        """When each rule fires, of a patient or of what is known of one."""
        return {id: reading.read(when) for id, when in self.conditions.items()}

    def known(self, name: str) -> dict[str, Formula]:
        """For each fact, whether it is known: anything may be."""
        return whether_known(self.facts, name)

    def smallest(self, *formulas: Formula) -> dict[str, Known] | None:
        """Of whom these formulas hold, the one who is most as a well person; None when nobody is so."""
        model = self.solver.smallest(self.unusual, *formulas)
        return None if model is None else self.decoded(model, self.patient)

    def decoded(self, model: Any, reading: Patient | Informed) -> dict[str, Known]:
        """The patient of a model, or what is known of them. Raises Undecided when the reference differs."""
        answers = reading.decode(model)
        possible = isinstance(reading, Informed) and reading.possible
        fires = self.fires_of(reading)
        for id, when in self.conditions.items():
            truth = trace(when, answers).truth
            said = truth is not Truth.FALSE if possible else truth is Truth.TRUE
            if holds(model, fires[id]) is not said:
                raise Undecided(f"the solver and the reference differ on {id}")
        return answers

    def fires_of(self, reading: Patient | Informed) -> dict[str, Formula]:
        """When each rule fires of a reading: what was read before is not read again."""
        if reading is self.patient:
            return self.fires
        if isinstance(reading, Informed) and reading is self.known_in_part[reading.possible]:
            return self.fires_in_part[reading.possible]
        return self.read(reading)

    def mean_the_same(self, one: Condition, other: Condition, *, to: Solver | None = None) -> bool:
        """Whether two conditions are true, certain and possible of the same people, or of those of `to`."""
        solver = to or self.solver
        readings: list[Patient | Informed] = [self.patient, *self.known_in_part.values()]
        return all(solver.model(differ(r.read(one), r.read(other))) is None for r in readings)

    @cached_property
    def known_in_part(self) -> dict[bool, Informed]:
        """The patient of whom any part may be known: what is certain (False) or possible (True) of them."""
        known = self.known("partly")
        return {possible: Informed(self.patient, known, possible=possible) for possible in (False, True)}

    @cached_property
    def fires_in_part(self) -> dict[bool, dict[str, Formula]]:
        """When each rule is certain, or possible, of the patient of whom any part may be known."""
        return {possible: self.read(reading) for possible, reading in self.known_in_part.items()}


def undoubted(
    patient: Patient, constraints: Iterable[Constraint], told: Mapping[str, Formula]
) -> dict[str, Formula]:
    """For each fact, whether a decision takes it as known: told, and by no met constraint put in doubt."""
    certain = Informed(patient, told, possible=False)
    met = [(set(facts_of(c.never)), certain.read(c.never)) for c in constraints]
    return {
        id: every([known, *(no(contradicted) for facts, contradicted in met if id in facts)])
        for id, known in told.items()
    }


def reached(rules: Mapping[str, Rule], fires: Mapping[str, Formula], level: int) -> Formula:
    """That one of the rules in `fires` of at least this level fires; everyone is at least `none`."""
    if level <= 0:
        return every([])
    return some(formula for id, formula in fires.items() if rules[id].urgency >= level)


def _usual_ranges(facts: Mapping[str, Fact]) -> Iterable[Condition]:
    """Comparisons that no rule makes, so that a patient can be said to be usual."""
    for fact in facts.values():
        if fact.scale is not None and fact.scale.usual is not None:
            yield Is(fact.id, Spans((fact.scale.usual,)))
