"""Statements about every patient of a rule book: proved, or refuted by the smallest patient.

A proof is complete for the rule language and the declared ranges, under the constraints on what a
real patient can be. It says nothing on whether the medicine is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Literal

from triage.assurance.paste import by_reference
from triage.assurance.people import People, reached, undoubted
from triage.book.book import RuleBook
from triage.book.facts import Fact, Known
from triage.book.logic import facts_of
from triage.book.rule import Constraint, Guarantee, Level, Rule
from triage.engines.smt import Formula, Informed, Patient, Solver, Undecided, every, holds, no, some

Result = Literal["proved", "refuted", "vacuous", "noted", "not decided"]
LEVELS = tuple(Level)[1:]


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
    """Every statement about one book. With `twice`, a second solver must agree with each proof.

    Raises Problems when by the constraints of the book nobody can be.
    """

    def __init__(self, book: RuleBook, *, twice: bool = False) -> None:
        self.book = book
        self.people = People.of(book, (guarantee.given for guarantee in book.guarantees), twice=twice)
        self._excepted = {exception.name: exception.because for exception in book.exceptions}

    def everything(self) -> Iterator[Verdict]:
        """All statements, guarantees first."""
        yield from self.guarantees()
        yield from self.constraints()
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
        name, about, people = guarantee.name, facts_of(guarantee.given), self.people
        given = [people.patient.read(guarantee.given)]
        if guarantee.nothing_else:
            others = (fact for fact in self.book.facts.values() if fact.id not in about)
            given += [no(people.patient.is_unusual(fact)) for fact in others]
        if people.solver.model(*given) is None:
            return Verdict("guarantee", name, "vacuous", "no patient meets what is given")
        for promise, kept in self._promises(guarantee):
            broken = people.smallest(*given, no(kept))
            if broken is not None:
                level = by_reference(self.book, broken).urgency
                says = f"promised {promise}, but the book says {level.name}"
                return Verdict("guarantee", name, "refuted", says, (broken,), about)
        for promise, rules in self._promised_in_part(guarantee):
            for possible, word in ((False, "certain"), (True, "possible")):
                unsure = self._unsure(guarantee, rules, possible=possible)
                if unsure is not None:
                    says = f"promised {promise}, but with only this known it is not {word}"
                    return Verdict("guarantee", name, "refuted", says, (unsure,), about)
        return Verdict("guarantee", name, "proved")

    def _promises(self, guarantee: Guarantee) -> Iterator[tuple[str, Formula]]:
        fires = self.people.fires
        for promise, rules in self._kept_by(guarantee):
            yield promise, some(fires[id] for id in rules)
        if guarantee.at_most is not None:
            yield f"at most {guarantee.at_most.name}", no(self._reached(fires, guarantee.at_most + 1))

    def _kept_by(self, guarantee: Guarantee) -> Iterator[tuple[str, list[str]]]:
        """What is promised at the least, and the rules of which each keeps it."""
        rules = self.book.rules
        if guarantee.at_least is not None:
            enough = [id for id, rule in rules.items() if rule.urgency >= guarantee.at_least]
            yield f"at least {guarantee.at_least.name}", enough
        for exam in guarantee.includes:
            naming = [id for id, rule in rules.items() if exam in rule.exams]
            yield f"the examination {exam} (a rule that names it)", naming

    def _promised_in_part(self, guarantee: Guarantee) -> Iterator[tuple[str, list[str]]]:
        """What must also hold of a patient known in part. Nothing where all else must be as usual: then
        all else is known.
        """
        if not guarantee.nothing_else:
            yield from self._kept_by(guarantee)

    def _unsure(
        self, guarantee: Guarantee, rules: list[str], *, possible: bool
    ) -> Mapping[str, Known] | None:
        """A patient known in part, of whom the given is certain (or possible) and none of these rules."""
        people = self.people
        reading, fires = people.known_in_part[possible], people.fires_in_part[possible]
        kept = some(fires[id] for id in rules)
        known = list(reading.known.values())
        model = people.solver.smallest(known, reading.read(guarantee.given), no(kept))
        return None if model is None else people.decoded(model, reading)

    # Constraints ---------------------------------------------------------------------------------

    def constraints(self) -> Iterator[Verdict]:
        """Somebody in scope is real and can give each answer, and each constraint excludes somebody.

        A constraint that is too strong would make every proof speak of fewer people than there are.
        """
        for fact in self.book.facts.values():
            yield _decided("possible answers", fact.id, partial(self._possible_answers, fact))
        anyone = Solver(self.people.patient.well_formed(), twice=self.people.solver.twice)
        for constraint in self.book.constraints:
            yield _decided("constraint", constraint.because, partial(self._excludes, constraint, anyone))

    def _possible_answers(self, fact: Fact) -> Verdict:
        scope, patient = self.people.patient.read(self.book.scope), self.people.patient
        if self.people.solver.model(scope) is None:
            says = "by the constraints no real patient is in scope: every proof would be empty"
            return Verdict("possible answers", fact.id, "refuted", says)
        tries = fact.answers if fact.scale is None else (fact.scale.low, fact.scale.high)
        within = self.people.solver.with_axioms([scope]) if fact.id not in facts_of(self.book.scope) else None
        for answer in tries:
            if (within or self.people.solver).model(patient.answered(fact.id, answer)) is None:
                says = f"by the constraints nobody can answer {fact.write(answer)}"
                return Verdict("possible answers", fact.id, "refuted", says)
        return Verdict("possible answers", fact.id, "proved")

    def _excludes(self, constraint: Constraint, anyone: Solver) -> Verdict:
        if anyone.model(self.people.patient.read(constraint.never)) is None:
            return Verdict("constraint", constraint.because, "vacuous", "nobody meets it: it excludes nobody")
        return Verdict("constraint", constraint.because, "proved")

    # Worse is worse --------------------------------------------------------------------------------

    def worse_is_worse(self) -> Iterator[Verdict]:
        """For each fact with a direction: a worse answer never lowers the level, however much is known."""
        other = self.people.another("other")
        solver = self.people.solver.with_axioms([*other.well_formed(), *self.people.real(other)])
        directed = [f for f in self.book.facts.values() if f.ordered or (f.scale and f.scale.worse != "no")]
        plain = [fact for fact in directed if fact.id not in self._excepted]
        try:
            never = next(self._lowered(plain, other, solver), None) is None
        except Undecided:
            never = False
        for fact in directed:
            # That nobody who is worse in any of them is told less says it of each, and is asked only once.
            if never and fact in plain:
                yield Verdict("worse is worse", fact.id, "proved")
            else:
                yield _decided("worse is worse", fact.id, partial(self._direction, fact, other, solver))

    def _direction(self, fact: Fact, other: Patient, solver: Solver) -> Verdict:
        because = self._excepted.get(fact.id)
        for patients, level, possible in self._lowered([fact], other, solver):
            if because is not None:
                return Verdict("worse is worse", fact.id, "noted", because, patients, (fact.id,))
            word = "could not reach" if possible else "ends below"
            says = f"a worse answer to {fact.id} {word} {level.name}"
            return Verdict("worse is worse", fact.id, "refuted", says, patients, (fact.id,))
        if because is not None:
            return Verdict("worse is worse", fact.id, "refuted", "excepted, but it never lowers the level")
        return Verdict("worse is worse", fact.id, "proved")

    def _lowered(
        self, facts: Sequence[Fact], other: Patient, solver: Solver
    ) -> Iterator[tuple[tuple[Mapping[str, Known], ...], Level, bool]]:
        """Two patients of whom the one with worse answers is told less: whole ones, then known in part."""
        people, mine = self.people, self.people.patient
        varied = {fact.id for fact in facts}
        worse = [mine.same(other, id) for id in self.book.facts if id not in varied]
        worse += [mine.not_better(other, fact) for fact in facts]
        readings: list[tuple[Patient | Informed, Patient | Informed, bool]] = [(mine, other, False)]
        for possible, part in people.known_in_part.items():
            readings.append((part, Informed(other, part.known, possible=possible), possible))
        for one, two, possible in readings:
            fires, fires_worse = people.read(one), people.read(two)
            unusual = people.unusual if isinstance(one, Patient) else list(one.known.values())
            for level in LEVELS:
                lowered = [self._reached(fires, level), no(self._reached(fires_worse, level))]
                model = solver.smallest(unusual, *worse, *lowered)
                if model is not None:
                    yield (people.decoded(model, one), people.decoded(model, two)), level, possible

    # Rules against each other ----------------------------------------------------------------------

    def reachable(self) -> Iterator[Verdict]:
        """Each rule fires for some real patient."""
        for rule in self.book.rules.values():
            yield _decided("reachable", rule.id, partial(self._reachable, rule))

    def _reachable(self, rule: Rule) -> Verdict:
        if self.people.solver.model(self.people.fires[rule.id]) is None:
            return Verdict("reachable", rule.id, "refuted", "no real patient makes this rule true")
        return Verdict("reachable", rule.id, "proved")

    def redundant(self) -> Iterator[Verdict]:
        """Each rule raises a level, adds an examination or a suspicion for some patient; or is excepted."""
        for rule in self.book.rules.values():
            yield _decided("not redundant", rule.id, partial(self._redundant, rule))

    def _redundant(self, rule: Rule) -> Verdict:
        because, fires = self._excepted.get(rule.id), self.people.fires
        others = [other for other in self.book.rules.values() if other.id != rule.id]
        given_anyway = [some(fires[other.id] for other in others if other.urgency >= rule.urgency)]
        given_anyway += [some(fires[o.id] for o in others if exam in o.exams) for exam in rule.exams]
        given_anyway += [some(fires[o.id] for o in others if name in o.suspects) for name in rule.suspects]
        if self.people.solver.model(fires[rule.id], no(every(given_anyway))) is not None:
            if because is not None:
                return Verdict("not redundant", rule.id, "refuted", "excepted, but it is not redundant")
            return Verdict("not redundant", rule.id, "proved")
        if self.people.solver.model(fires[rule.id]) is None:
            says = "it can never be true"
        else:
            says = f"adds nothing to {self._by_whom(rule, others)}"
        if because is not None:
            return Verdict("not redundant", rule.id, "noted", f"{because} ({says})")
        return Verdict("not redundant", rule.id, "refuted", says)

    def _by_whom(self, rule: Rule, others: list[Rule]) -> str:
        """Rules of at least its level, none of them needless, one of which fires whenever it does.

        What of its examinations and suspicions these do not name, further rules do.
        """
        fires = self.people.fires
        silent = {other.id: no(fires[other.id]) for other in others if other.urgency >= rule.urgency}
        together = self.people.solver.conflict(silent, fires[rule.id])
        return " and ".join(together) + (" together" if len(together) > 1 else "")

    def equal(self) -> Iterator[Verdict]:
        """No two rules hold of the same patients; one verdict for all pairs when that is so."""
        good, seen = True, self._seen()
        for one, two in combinations(self.book.rules.values(), 2):
            if all(model[one.id] is model[two.id] for model in seen):
                name = f"{one.id} and {two.id}"
                verdict = _decided("different conditions", name, partial(self._equal, one, two))
                if verdict.result != "proved":
                    good = False
                    yield verdict
        if good:
            yield Verdict("different conditions", "every pair of rules", "proved")

    def _seen(self) -> list[dict[str, bool]]:
        """Which rules fire for some patients: for each rule one for whom it does, and little else.

        Rules that differ there need no solver, and few pairs are left to it.
        """
        fires, seen = self.people.fires, list[dict[str, bool]]()
        for rule in self.book.rules.values():
            try:
                model = self.people.solver.model(fires[rule.id])
            except Undecided:
                continue
            if model is not None:
                seen.append({id: holds(model, formula) for id, formula in fires.items()})
        return seen

    def _equal(self, one: Rule, two: Rule) -> Verdict:
        name = f"{one.id} and {two.id}"
        if not self.people.mean_the_same(one.when, two.when):
            return Verdict("different conditions", name, "proved")
        same = (one.urgency, one.exams) == (two.urgency, two.exams)
        says = "equal conditions" + ("" if same else " with different advice")
        return Verdict("different conditions", name, "refuted", says)

    # The interval ----------------------------------------------------------------------------------

    def interval(self) -> Iterator[Verdict]:
        """Certain is at most the truth, which is at most possible, and answering more only narrows it.

        Answers that contradict each other count as not known, which can lower what is certain. That
        never makes the level of these answers impossible: for everyone, real or not.
        """
        anyone = Solver(self.people.patient.well_formed(), twice=self.people.solver.twice)
        for level in LEVELS:
            yield _decided("sound interval", level.name, partial(self._interval, level, anyone))

    def _interval(self, level: Level, anyone: Solver) -> Verdict:
        people, patient = self.people, self.people.patient
        less, more = people.known("less"), people.known("more")
        told = [no(less[id]) | more[id] for id in self.book.facts]
        taken = undoubted(patient, self.book.constraints, dict.fromkeys(self.book.facts, every([])))

        def at_least(known: Mapping[str, Formula], *, possible: bool) -> Formula:
            return self._reached(people.read(Informed(patient, known, possible=possible)), level)

        truth = self._reached(people.fires, level)
        certain, certain_later = (at_least(known, possible=False) for known in (less, more))
        possible, possible_later = (at_least(known, possible=True) for known in (less, more))
        for says, solver, formulas in (
            ("certain, but not true", people.solver, [certain, no(truth)]),
            ("true, but not possible", people.solver, [truth, no(possible)]),
            ("no more certain after an answer", people.solver, [*told, certain, no(certain_later)]),
            ("possible only after an answer", people.solver, [*told, possible_later, no(possible)]),
            ("lost in contradicting answers", anyone, [truth, no(at_least(taken, possible=True))]),
        ):
            model = solver.model(*formulas)
            if model is not None:
                found = people.decoded(model, patient)
                return Verdict("sound interval", level.name, "refuted", says, (found,))
        return Verdict("sound interval", level.name, "proved")

    def _reached(self, fires: Mapping[str, Formula], level: int) -> Formula:
        return reached(self.book.rules, fires, level)


def _decided(kind: str, name: str, prove: Callable[[], Verdict]) -> Verdict:
    """The verdict, or *not decided* where a solver gave up: that is never a proof."""
    try:
        return prove()
    except Undecided as error:
        return Verdict(kind, name, "not decided", str(error))
