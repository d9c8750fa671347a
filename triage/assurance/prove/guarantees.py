"""What the book promises of whoever meets a premise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from triage.assurance.paste import by_reference
from triage.assurance.prove.statement import Subject, Verdict, decided
from triage.book.facts import Known
from triage.book.logic import facts_of
from triage.book.rule import Guarantee
from triage.engines.solver import Formula, no, some


def guarantees(subject: Subject) -> Iterator[Verdict]:
    """Each guarantee of the book, for every patient, and for what is certain or possible of one."""
    for guarantee in subject.book.guarantees:
        yield decided("guarantee", guarantee.name, partial(_guarantee, subject, guarantee))


def _guarantee(subject: Subject, guarantee: Guarantee) -> Verdict:
    name, about, people = guarantee.name, facts_of(guarantee.given), subject.people
    given = [people.patient.read(guarantee.given)]
    if guarantee.nothing_else:
        others = (fact for fact in subject.book.facts.values() if fact.id not in about)
        given += [no(people.patient.is_unusual(fact)) for fact in others]
    if people.solver.model(*given) is None:
        return Verdict("guarantee", name, "vacuous", "no patient meets what is given")
    for promise, kept in _promises(subject, guarantee):
        broken = people.smallest(*given, no(kept))
        if broken is not None:
            level = by_reference(subject.book, broken).urgency
            says = f"promised {promise}, but the book says {level.name}"
            return Verdict("guarantee", name, "refuted", says, (broken,), about)
    # Where all else must be as usual, all else is known.
    for promise, rules in () if guarantee.nothing_else else _kept_by(subject, guarantee):
        for possible, word in ((False, "certain"), (True, "possible")):
            unsure = _unsure(subject, guarantee, rules, possible=possible)
            if unsure is not None:
                says = f"promised {promise}, but with only this known it is not {word}"
                return Verdict("guarantee", name, "refuted", says, (unsure,), about)
    return Verdict("guarantee", name, "proved")


def _promises(subject: Subject, guarantee: Guarantee) -> Iterator[tuple[str, Formula]]:
    fires = subject.people.fires
    for promise, rules in _kept_by(subject, guarantee):
        yield promise, some(fires[id] for id in rules)
    if guarantee.at_most is not None:
        yield f"at most {guarantee.at_most.name}", no(subject.reached(fires, guarantee.at_most + 1))


def _kept_by(subject: Subject, guarantee: Guarantee) -> Iterator[tuple[str, list[str]]]:
    """What is promised at the least, and the rules of which each keeps it."""
    rules = subject.book.rules
    if guarantee.at_least is not None:
        enough = [id for id, rule in rules.items() if rule.urgency >= guarantee.at_least]
        yield f"at least {guarantee.at_least.name}", enough
    for exam in guarantee.includes:
        naming = [id for id, rule in rules.items() if exam in rule.exams]
        yield f"the examination {exam} (a rule that names it)", naming


def _unsure(
    subject: Subject, guarantee: Guarantee, rules: list[str], *, possible: bool
) -> Mapping[str, Known] | None:
    """A patient known in part, of whom the given is certain (or possible) and none of these rules."""
    people = subject.people
    reading, fires = people.known_in_part[possible], people.fires_in_part[possible]
    kept = some(fires[id] for id in rules)
    known = list(reading.known.values())
    model = people.solver.smallest(known, reading.read(guarantee.given), no(kept))
    return None if model is None else people.decoded(model, reading)
