"""That the constraints leave everybody who can be, and each excludes somebody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from triage.assurance.prove.statement import Subject, Verdict, decided
from triage.book.facts import Fact
from triage.book.logic import facts_of
from triage.book.rule import Constraint
from triage.engines.solver import Solver


def constraints(subject: Subject) -> Iterator[Verdict]:
    """Somebody in scope is real and can give each answer, and each constraint excludes somebody.

    A constraint that is too strong would make every proof speak of fewer people than there are.
    """
    for fact in subject.book.facts.values():
        yield decided("possible answers", fact.id, partial(_possible_answers, subject, fact))
    anyone = Solver(subject.people.patient.well_formed(), twice=subject.people.solver.twice)
    for constraint in subject.book.constraints:
        yield decided("constraint", constraint.because, partial(_excludes, subject, constraint, anyone))


def _possible_answers(subject: Subject, fact: Fact) -> Verdict:
    kind, people = "possible answers", subject.people
    in_scope = [people.patient.read(subject.book.scope)]
    if people.solver.model(*in_scope) is None:
        says = "by the constraints no real patient is in scope: every proof would be empty"
        return Verdict(kind, fact.id, "refuted", says)
    if fact.id in facts_of(subject.book.scope):
        in_scope = []  # a child's age is an answer too
    for answer in fact.answers if fact.scale is None else (fact.scale.low, fact.scale.high):
        if people.solver.model(*in_scope, people.patient.answered(fact.id, answer)) is None:
            says = f"by the constraints nobody can answer {fact.write(answer)}"
            return Verdict(kind, fact.id, "refuted", says)
    return Verdict(kind, fact.id, "proved")


def _excludes(subject: Subject, constraint: Constraint, anyone: Solver) -> Verdict:
    if anyone.model(subject.people.patient.read(constraint.never)) is None:
        return Verdict("constraint", constraint.because, "vacuous", "nobody meets it: it excludes nobody")
    return Verdict("constraint", constraint.because, "proved")
