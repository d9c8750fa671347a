"""The case that is missing: a smallest patient who tells a mutant that nothing noticed from its rule.

Where no real patient does, the mutant is equivalent, and that is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from triage.assurance.mutants import Mutant
from triage.assurance.noticed import Watch
from triage.assurance.paste import denials, outcome, shortest, written_case
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import Condition, Is, Spans
from triage.book.rule import Rule
from triage.engines.reference import trace
from triage.engines.smt import Formula, Patient, Solver, Undecided, thresholds


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a mutant. One that is alive has the `answers` of the case that would notice it.

    A mutant that a solver could not decide on is alive too, and `undecided` says why.
    """

    mutant: Mutant
    result: str  # noticed | equivalent | alive
    answers: Mapping[str, Known] | None = None
    undecided: str = ""


def judge(book: RuleBook, watch: Watch, mutants: Sequence[Mutant], *, twice: bool = False) -> list[Judged]:
    """What came of each mutant: noticed, proved equivalent, or alive."""
    alive = [mutant for mutant in mutants if not watch.notices(mutant)]
    missing = iter(Missing(book, alive, twice=twice).judged() if alive else ())
    survived = set(map(id, alive))
    return [next(missing) if id(m) in survived else Judged(m, "noticed") for m in mutants]


class Missing:
    """Looks for the patients who tell these mutants from their rules."""

    def __init__(self, book: RuleBook, mutants: Sequence[Mutant], *, twice: bool = False) -> None:
        self.book, self.mutants = book, mutants
        conditions: list[Condition] = [rule.when for rule in book.rules.values()]
        conditions += [constraint.never for constraint in book.constraints]
        conditions += [mutant.mutated.when for mutant in mutants if mutant.mutated is not None]
        for fact in book.facts.values():
            if fact.scale is not None and fact.scale.usual is not None:
                conditions.append(Is(fact.id, Spans((fact.scale.usual,))))
        self.patient = Patient("patient", book.facts, thresholds(conditions, book.facts))
        never = self.patient.any([self.patient.read(constraint.never) for constraint in book.constraints])
        self._solver = Solver([*self.patient.well_formed(), ~never], twice=twice)
        self._unusual = [self.patient.is_unusual(fact) for fact in book.facts.values()]
        self._fires = {id: self.patient.read(rule.when) for id, rule in book.rules.items()}

    def judged(self) -> Iterator[Judged]:
        """Each mutant, equivalent or alive. A patient found for one is used for as many others as can be."""
        found: list[Mapping[str, Known]] = []
        for mutant in self.mutants:
            told = partial(_told, self.book, mutant)
            shared = next((answers for answers in found if told(_whole(self.book, answers))[0]), None)
            if shared is not None:
                yield Judged(mutant, "alive", shared)
                continue
            try:
                model = self._solver.smallest(self._unusual, self._tells(mutant))
            except Undecided as error:
                yield Judged(mutant, "alive", undecided=str(error))
                continue
            if model is None:
                yield Judged(mutant, "equivalent")
                continue
            told = partial(_told, self.book, mutant)
            found.append(shortest(self.book, self.patient.decode(model), told=told))
            yield Judged(mutant, "alive", found[-1])

    def _tells(self, mutant: Mutant) -> Formula:
        """That the patient tells the mutant from its rule, by the rules, the level or the examinations."""
        rule, mutated = mutant.rule, mutant.mutated
        fires = self._fires[rule.id]
        if mutated is None:
            return fires
        if mutant.in_condition:
            return fires ^ self.patient.read(mutated.when)
        others = [other for other in self.book.rules.values() if other.id != rule.id]
        if mutated.urgency is not rule.urgency:
            higher = max(rule.urgency, mutated.urgency)
            hidden = [self._fires[other.id] for other in others if other.urgency >= higher]
        else:
            lost = set(rule.exams) - set(mutated.exams)
            hidden = [self._fires[other.id] for other in others if lost <= set(other.exams)]
        return self.patient.all([fires, ~self.patient.any(hidden)])


def _whole(book: RuleBook, answers: Mapping[str, Known]) -> dict[str, Known]:
    return {**denials(book), **answers}


def _told(book: RuleBook, mutant: Mutant, answers: Mapping[str, Known]) -> tuple[bool, object]:
    """Whether these answers tell the mutant from its rule; and all that may not change in shortening."""
    rules = {id: rule for id, rule in book.rules.items() if id != mutant.rule.id}
    if mutant.mutated is not None:
        rules[mutant.rule.id] = mutant.mutated
    level, fired = outcome(book, answers)
    level_now, fired_now = outcome(replace(book, rules=rules), answers)
    exams, exams_now = _exams(book.rules, fired), _exams(rules, fired_now)
    differ = level != level_now or set(fired) != set(fired_now) or exams != exams_now
    own = [mutant.rule, *([mutant.mutated] if mutant.mutated else [])]
    return differ, (level, fired, level_now, fired_now, [trace(rule.when, answers).truth for rule in own])


def _exams(rules: Mapping[str, Rule], fired: Iterable[str]) -> frozenset[str]:
    return frozenset(exam for id in fired for exam in rules[id].exams)


def missing_case(book: RuleBook, judged: Judged, name: str) -> Iterator[str]:
    """The lines of the case that would notice this mutant, expecting what the book says now."""
    assert judged.answers is not None
    yield from written_case(book, name, judged.answers)
    _, fired = outcome(book, _whole(book, judged.answers))
    yield f"    exams: [{', '.join(sorted(_exams(book.rules, fired)))}]"
