"""Whether a mistake in a rule is noticed: by the rule's own examples, or by a case.

A condition is read for all patients at once, as whole numbers with one bit for each of them; only
what the rules that fire do not show is decided patient by patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from triage.assurance.cases.outcome import Outcome, run_case
from triage.assurance.mutants.mistakes import Mutant
from triage.book.book import RuleBook
from triage.book.facts import Known, known
from triage.book.logic import Condition, Is, fold
from triage.book.reading.case import Case
from triage.book.rule import Rule
from triage.decision.decide import Decider, Decision
from triage.engines.reference import firings
from triage.engines.truth import Firings, Truth, at_least_of_bits

Patients: TypeAlias = tuple[int, int]
"""Of whom something is certain, and of whom it is possible: bit n for the n-th patient."""


class PatientsAsBits:
    """Algebra: for which of these patients a condition is certain, and for which it is possible."""

    def __init__(self, patients: Sequence[Mapping[str, Known]]) -> None:
        self._patients = patients
        self._read: dict[Is, Patients] = {}

    def read(self, condition: Condition) -> Patients:
        return fold(condition, self)

    def is_(self, comparison: Is) -> Patients:
        if comparison not in self._read:
            certain = possible = 0
            for number, answers in enumerate(self._patients):
                answer = answers.get(comparison.fact)
                holds = answer is not None and comparison.accepts(answer)
                certain |= holds << number
                possible |= (holds or answer is None) << number
            self._read[comparison] = certain, possible
        return self._read[comparison]

    def all(self, parts: Sequence[Patients]) -> Patients:
        return self.at_least(len(parts), parts)

    def any(self, parts: Sequence[Patients]) -> Patients:
        return self.at_least(1, parts)

    def at_least(self, count: int, parts: Sequence[Patients]) -> Patients:
        certain, possible = ([*(p[side] for p in parts)] for side in (0, 1))
        return at_least_of_bits(count, certain, -1, 0), at_least_of_bits(count, possible, -1, 0)


@dataclass(frozen=True, slots=True)
class _Reference:
    """As a second engine: the reference itself, because a mistake in a rule is made in both."""

    rules: Mapping[str, Rule]

    def decide(self, known: Mapping[str, Known]) -> Firings:
        return firings({id: rule.when for id, rule in self.rules.items()}, known)


class Watch:
    """The examples of a book and these cases. `failing` cases, which notice nothing, are set aside."""

    def __init__(self, book: RuleBook, cases: Iterable[Case]) -> None:
        self.book = book
        outcomes = [run_case(_decider(book, book.rules), case) for case in cases if case.expect]
        self.failing = tuple(outcome.case for outcome in outcomes if outcome.differences)
        self._outcomes = [outcome for outcome in outcomes if not outcome.differences]
        self._cases = PatientsAsBits([_sure(outcome.decision) for outcome in self._outcomes])
        self._live = [_live(outcome) for outcome in self._outcomes]
        self._examples = {
            rule.id: PatientsAsBits([known(example.answers) for example in rule.examples])
            for rule in book.rules.values()
        }

    def notices(self, mutant: Mutant) -> bool:
        """Whether an example changes its truth, or a case what it expects."""
        rule, mutated = mutant.rule, mutant.mutated
        certain, possible = self._cases.read(rule.when)
        if mutated is None:
            return certain != 0 or self._some_case_differs(mutant, possible)
        if not mutant.in_condition:
            return self._some_case_differs(mutant, possible)
        examples = self._examples[rule.id]
        if examples.read(rule.when) != examples.read(mutated.when):
            return True
        certain_now, possible_now = self._cases.read(mutated.when)
        if certain != certain_now:
            return True
        return self._some_case_differs(mutant, (possible | possible_now) & ~certain)

    def _some_case_differs(self, mutant: Mutant, patients: int) -> bool:
        """Whether one of these patients is told something else than expected, by the rules that matter."""
        for number, outcome in enumerate(self._outcomes):
            if patients >> number & 1:
                rules = {**self._live[number], mutant.rule.id: mutant.mutated}
                if run_case(_decider(self.book, rules), outcome.case).differences:
                    return True
        return False


def _decider(book: RuleBook, rules: Mapping[str, Rule | None]) -> Decider:
    kept = {id: rule for id, rule in rules.items() if rule is not None}
    return Decider(replace(book, rules=kept), second=_Reference(kept))


def _sure(decision: Decision) -> dict[str, Known]:
    """What is known and not contradicted, as the decision took it."""
    return {id: answer for id, answer in known(decision.answers).items() if id not in decision.doubted}


def _live(outcome: Outcome) -> dict[str, Rule]:
    """The rules that are not false of a patient: no other has a part in what is decided."""
    judged = outcome.decision.judged
    return {one.rule.id: one.rule for one in judged if one.trace.truth is not Truth.FALSE}
