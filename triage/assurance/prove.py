"""Statements about every patient of a rule book: proved, or refuted by the smallest patient.

A proof is complete for the rule language and the declared ranges, under the constraints on what a
real patient can be. It says nothing on whether the medicine is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Literal

import z3

from triage.assurance.paste import outcome
from triage.book.book import RuleBook
from triage.book.facts import Fact, Known
from triage.book.logic import Condition, Is, Spans, facts_of
from triage.book.rule import Guarantee, Level, Rule
from triage.engines.smt import Formula, Informed, Patient, Solver, Undecided, thresholds

Result = Literal["proved", "refuted", "vacuous", "noted", "not decided"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one statement. `patients` refute it, or show what is noted: one, or two to compare.

    `about` are the facts that the statement speaks of.
    """

    kind: str
    name: str
    result: Result
    says: str = ""
    patients: tuple[Mapping[str, Known], ...] = ()
    about: tuple[str, ...] = ()


class Prover:
    """Every statement about one book. With `twice`, a second solver must agree with each proof."""

    def __init__(self, book: RuleBook, *, twice: bool = False) -> None:
        self.book = book
        conditions = [rule.when for rule in book.rules.values()]
        conditions += [constraint.never for constraint in book.constraints]
        conditions += [guarantee.given for guarantee in book.guarantees]
        conditions += list(_usual_ranges(book))
        self._cuts = thresholds(conditions, book.facts)
        self.patient = Patient("patient", book.facts, self._cuts)
        self.solver = Solver(self._real(self.patient), twice=twice)
        self.fires = {id: self.patient.read(rule.when) for id, rule in book.rules.items()}
        self._unusual = [self.patient.is_unusual(fact) for fact in book.facts.values()]

    def everything(self) -> Iterator[Verdict]:
        """All statements, guarantees first."""
        yield from self.guarantees()
        yield from self.worse_is_worse()
        yield from self.reachable()
        yield from self.redundant()
        yield from self.equal()
        yield from self.interval()

    # Guarantees ----------------------------------------------------------------------------------

    def guarantees(self) -> Iterator[Verdict]:
        """Each guarantee of the book, for every patient, and for what is certain or possible of one."""
        for guarantee in self.book.guarantees:
            yield _decided("guarantee", guarantee.name, partial(self._guarantee, guarantee))

    def _guarantee(self, guarantee: Guarantee) -> Verdict:
        name, about = guarantee.name, facts_of(guarantee.given)
        given = [self.patient.read(guarantee.given)]
        if guarantee.nothing_else:
            given += [
                z3.Not(self.patient.is_unusual(f)) for f in self.book.facts.values() if f.id not in about
            ]
        if self.solver.model(*given) is None:
            return Verdict("guarantee", name, "vacuous", "no patient meets what is given")
        for promise, kept in self._promises(guarantee):
            broken = self._smallest(*given, z3.Not(kept))
            if broken is not None:
                says = f"promised {promise}, but the book says {outcome(self.book, broken)[0].name}"
                return Verdict("guarantee", name, "refuted", says, (broken,), about)
        if guarantee.at_least is not None and not guarantee.nothing_else:
            for possible in (False, True):
                unsure = self._unsure(guarantee, guarantee.at_least, possible=possible)
                if unsure is not None:
                    word = "possible" if possible else "certain"
                    level = guarantee.at_least.name
                    says = f"promised at least {level}, but with only this known it is not {word}"
                    return Verdict("guarantee", name, "refuted", says, (unsure,), about)
        return Verdict("guarantee", name, "proved")

    def _promises(self, guarantee: Guarantee) -> Iterator[tuple[str, Formula]]:
        if guarantee.at_least is not None:
            yield f"at least {guarantee.at_least.name}", self._reaches(self.fires, guarantee.at_least)
        if guarantee.at_most is not None:
            above = self._reaches(self.fires, Level(guarantee.at_most + 1))
            yield f"at most {guarantee.at_most.name}", z3.Not(above)
        for exam in guarantee.includes:
            with_exam = [self.fires[r.id] for r in self.book.rules.values() if exam in r.exams]
            yield f"the examination {exam} (a rule that names it)", z3.Or(with_exam)

    def _unsure(self, guarantee: Guarantee, level: Level, *, possible: bool) -> Mapping[str, Known] | None:
        """A patient known in part, of whom the given is certain (or possible) and the level is not."""
        reading = Informed(self.patient, "partly", possible=possible)
        certain = Informed(self.patient, "partly", possible=False)
        consistent = [z3.Not(certain.read(constraint.never)) for constraint in self.book.constraints]
        reached = z3.Or(
            [reading.read(rule.when) for rule in self.book.rules.values() if rule.urgency >= level]
        )
        model = self.solver.smallest(
            list(reading.known.values()), *consistent, reading.read(guarantee.given), z3.Not(reached)
        )
        return None if model is None else reading.decode(model)

    # Worse is worse --------------------------------------------------------------------------------

    def worse_is_worse(self) -> Iterator[Verdict]:
        """For each fact with a direction: a worse answer never lowers the level."""
        excepted = {exception.name: exception.because for exception in self.book.exceptions}
        other = Patient("other", self.book.facts, self._cuts)
        fires = {id: other.read(rule.when) for id, rule in self.book.rules.items()}
        solver = self.solver.with_axioms(self._real(other))
        for fact in self.book.facts.values():
            if fact.ordered or (fact.scale is not None and fact.scale.worse != "no"):
                yield _decided(
                    "worse is worse",
                    fact.id,
                    partial(self._direction, fact, other, fires, solver, excepted.get(fact.id)),
                )

    def _direction(
        self,
        fact: Fact,
        other: Patient,
        fires: Mapping[str, Formula],
        solver: Solver,
        because: str | None,
    ) -> Verdict:
        same = [self.patient.same(other, f.id) for f in self.book.facts.values() if f.id != fact.id]
        worse = self.patient.not_better(other, fact)
        for level in tuple(Level)[1:]:
            lowered = z3.And(self._reaches(self.fires, level), z3.Not(self._reaches(fires, level)))
            model = solver.smallest(self._unusual, *same, worse, lowered)
            if model is not None:
                pair = (self.patient.decode(model), other.decode(model))
                if because is not None:
                    return Verdict("worse is worse", fact.id, "noted", because, pair, (fact.id,))
                says = f"a worse answer to {fact.id} ends below {level.name}"
                return Verdict("worse is worse", fact.id, "refuted", says, pair, (fact.id,))
        if because is not None:
            return Verdict("worse is worse", fact.id, "refuted", "excepted, but it never lowers the level")
        return Verdict("worse is worse", fact.id, "proved")

    # Rules against each other ----------------------------------------------------------------------

    def reachable(self) -> Iterator[Verdict]:
        """Each rule fires for some real patient."""
        for rule in self.book.rules.values():
            yield _decided("reachable", rule.id, partial(self._reachable, rule))

    def _reachable(self, rule: Rule) -> Verdict:
        if self.solver.model(self.fires[rule.id]) is None:
            return Verdict("reachable", rule.id, "refuted", "no real patient makes this rule true")
        return Verdict("reachable", rule.id, "proved")

    def redundant(self) -> Iterator[Verdict]:
        """Each rule raises a level, adds an examination or a suspicion for some patient; or is excepted."""
        excepted = {exception.name: exception.because for exception in self.book.exceptions}
        for rule in self.book.rules.values():
            yield _decided("not redundant", rule.id, partial(self._redundant, rule, excepted.get(rule.id)))

    def _redundant(self, rule: Rule, because: str | None) -> Verdict:
        others = {id: r for id, r in self.book.rules.items() if id != rule.id}
        adds = [self._reaches(self.fires, rule.urgency, without=rule.id)]
        adds += [z3.Or([self.fires[o.id] for o in others.values() if e in o.exams]) for e in rule.exams]
        adds += [z3.Or([self.fires[o.id] for o in others.values() if s in o.suspects]) for s in rule.suspects]
        if self.solver.model(self.fires[rule.id], z3.Not(z3.And(adds))) is not None:
            if because is not None:
                return Verdict("not redundant", rule.id, "refuted", "excepted, but it is not redundant")
            return Verdict("not redundant", rule.id, "proved")
        by = self._by_whom(rule)
        if because is not None:
            return Verdict("not redundant", rule.id, "noted", f"{because} (covered by {by})")
        return Verdict("not redundant", rule.id, "refuted", f"adds nothing to {by}")

    def _by_whom(self, rule: Rule) -> str:
        """The rules of at least its level, none of them needless, one of which fires whenever it does."""
        silent = {
            other.id: z3.Not(self.fires[other.id])
            for other in self.book.rules.values()
            if other.id != rule.id and other.urgency >= rule.urgency
        }
        together = self.solver.conflict(silent, self.fires[rule.id])
        return " and ".join(together) + (" together" if len(together) > 1 else "")

    def equal(self) -> Iterator[Verdict]:
        """No two rules hold of the same patients; one verdict for all pairs when that is so."""
        good = True
        for one, two in combinations(self.book.rules.values(), 2):
            if set(facts_of(one.when)) & set(facts_of(two.when)):
                name = f"{one.id} and {two.id}"
                verdict = _decided("different conditions", name, partial(self._equal, one, two))
                if verdict.result != "proved":
                    good = False
                    yield verdict
        if good:
            yield Verdict("different conditions", "every pair of rules", "proved")

    def _equal(self, one: Rule, two: Rule) -> Verdict:
        name = f"{one.id} and {two.id}"
        if self.solver.model(z3.Xor(self.fires[one.id], self.fires[two.id])) is not None:
            return Verdict("different conditions", name, "proved")
        same = (one.urgency, one.exams) == (two.urgency, two.exams)
        says = "equal conditions" + ("" if same else " with different advice")
        return Verdict("different conditions", name, "refuted", says)

    # The interval ----------------------------------------------------------------------------------

    def interval(self) -> Iterator[Verdict]:
        """Certain is at most the truth, which is at most possible, and answering more only narrows it."""
        for level in tuple(Level)[1:]:
            yield _decided("sound interval", level.name, partial(self._interval, level))

    def _interval(self, level: Level) -> Verdict:
        certain, possible = (Informed(self.patient, "less", possible=p) for p in (False, True))
        more_certain, more_possible = (Informed(self.patient, "more", possible=p) for p in (False, True))
        told = [z3.Implies(certain.known[f], more_certain.known[f]) for f in self.book.facts]
        truth = self._reaches(self.fires, level)

        def reached(reading: Informed) -> Formula:
            rules = [rule for rule in self.book.rules.values() if rule.urgency >= level]
            return z3.Or([reading.read(rule.when) for rule in rules])

        for says, formulas in (
            ("certain, but not true", [reached(certain), z3.Not(truth)]),
            ("true, but not possible", [truth, z3.Not(reached(possible))]),
            ("no more certain after an answer", [*told, reached(certain), z3.Not(reached(more_certain))]),
            ("possible only after an answer", [*told, reached(more_possible), z3.Not(reached(possible))]),
        ):
            model = self.solver.model(*formulas)
            if model is not None:
                return Verdict("sound interval", level.name, "refuted", says, (self.patient.decode(model),))
        return Verdict("sound interval", level.name, "proved")

    # Formulas ------------------------------------------------------------------------------------

    def _real(self, patient: Patient) -> list[Formula]:
        """What holds of every real patient."""
        never = [z3.Not(patient.read(constraint.never)) for constraint in self.book.constraints]
        return [*patient.well_formed(), *never]

    def _reaches(self, fires: Mapping[str, Formula], level: Level, without: str = "") -> Formula:
        rules = self.book.rules.values()
        return z3.Or([fires[r.id] for r in rules if r.urgency >= level and r.id != without])

    def _smallest(self, *formulas: Formula) -> dict[str, Known] | None:
        model = self.solver.smallest(self._unusual, *formulas)
        return None if model is None else self.patient.decode(model)


def _usual_ranges(book: RuleBook) -> Iterator[Condition]:
    """Comparisons that no rule makes, so that a patient can be said to be usual."""
    for fact in book.facts.values():
        if fact.scale is not None and fact.scale.usual is not None:
            yield Is(fact.id, Spans((fact.scale.usual,)))


def _decided(kind: str, name: str, prove: Callable[[], Verdict]) -> Verdict:
    """The verdict, or *not decided* where a solver gave up: that is never a proof."""
    try:
        return prove()
    except Undecided as error:
        return Verdict(kind, name, "not decided", str(error))
