"""That a worse answer never lowers the level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from triage.assurance.prove.statement import LEVELS, Subject, Verdict, decided
from triage.book.facts import Fact, Known
from triage.book.rule import Level
from triage.engines.smt import Informed, Patient
from triage.engines.solver import Solver, Undecided, no


def worse_is_worse(subject: Subject) -> Iterator[Verdict]:
    """For each fact with a direction: a worse answer never lowers the level, however much is known."""
    other = subject.people.another("other")
    solver = subject.people.solver.with_axioms([*other.well_formed(), *subject.people.real(other)])
    directed = [f for f in subject.book.facts.values() if f.ordered or (f.scale and f.scale.worse != "no")]
    plain = [fact for fact in directed if subject.excepted(fact.id) is None]
    try:
        never = next(_lowered(subject, plain, other, solver), None) is None
    except Undecided:
        never = False
    for fact in directed:
        # That nobody who is worse in any of them is told less says it of each, and is asked only once.
        if never and fact in plain:
            yield Verdict("worse is worse", fact.id, "proved")
        else:
            yield decided("worse is worse", fact.id, partial(_direction, subject, fact, other, solver))


def _direction(subject: Subject, fact: Fact, other: Patient, solver: Solver) -> Verdict:
    because = subject.excepted(fact.id)
    for patients, level, possible in _lowered(subject, [fact], other, solver):
        if because is not None:
            return Verdict("worse is worse", fact.id, "noted", because, patients, (fact.id,))
        word = "could not reach" if possible else "ends below"
        says = f"a worse answer to {fact.id} {word} {level.name}"
        return Verdict("worse is worse", fact.id, "refuted", says, patients, (fact.id,))
    if because is not None:
        return Verdict("worse is worse", fact.id, "refuted", "excepted, but it never lowers the level")
    return Verdict("worse is worse", fact.id, "proved")


def _lowered(
    subject: Subject, facts: Sequence[Fact], other: Patient, solver: Solver
) -> Iterator[tuple[tuple[Mapping[str, Known], ...], Level, bool]]:
    """Two patients of whom the one with worse answers is told less: whole ones, then known in part."""
    people, mine = subject.people, subject.people.patient
    varied = {fact.id for fact in facts}
    worse = [mine.same(other, id) for id in subject.book.facts if id not in varied]
    worse += [mine.not_better(other, fact) for fact in facts]
    readings: list[tuple[Patient | Informed, Patient | Informed, bool]] = [(mine, other, False)]
    for possible, part in people.known_in_part.items():
        readings.append((part, Informed(other, part.known, possible=possible), possible))
    for one, two, possible in readings:
        fires, fires_worse = people.fires_of(one), people.read(two)
        unusual = people.unusual if isinstance(one, Patient) else list(one.known.values())
        for level in LEVELS:
            lowered = [subject.reached(fires, level), no(subject.reached(fires_worse, level))]
            model = solver.smallest(unusual, *worse, *lowered)
            if model is not None:
                yield (people.decoded(model, one), people.decoded(model, two)), level, possible
