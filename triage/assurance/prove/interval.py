"""That what is certain and what is possible hold the truth between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from triage.assurance.people import undoubted
from triage.assurance.prove.statement import LEVELS, Subject, Verdict, decided
from triage.book.rule import Level
from triage.engines.smt import Informed
from triage.engines.solver import Formula, Solver, every, no


def interval(subject: Subject) -> Iterator[Verdict]:
    """Certain is at most the truth, which is at most possible, and answering more only narrows it.

    Answers that contradict each other count as not known, which can lower what is certain. That
    never makes the level of these answers impossible: for everyone, real or not.
    """
    anyone = Solver(subject.people.patient.well_formed(), twice=subject.people.solver.twice)
    for level in LEVELS:
        yield decided("sound interval", level.name, partial(_interval, subject, level, anyone))


def _interval(subject: Subject, level: Level, anyone: Solver) -> Verdict:
    people, patient = subject.people, subject.people.patient
    less, more = people.known("less"), people.known("more")
    told = [no(less[id]) | more[id] for id in subject.book.facts]
    taken = undoubted(patient, subject.book.constraints, dict.fromkeys(subject.book.facts, every([])))

    def at_least(known: Mapping[str, Formula], *, possible: bool) -> Formula:
        return subject.reached(people.read(Informed(patient, known, possible=possible)), level)

    truth = subject.reached(people.fires, level)
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
