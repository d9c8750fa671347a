"""That each rule can fire and adds something, and no two say the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from triage.assurance.prove.statement import Subject, Verdict, decided
from triage.book.rule import Rule
from triage.engines.solver import Undecided, differ, every, holds, no, some


def reachable(subject: Subject) -> Iterator[Verdict]:
    """Each rule fires for some real patient."""
    for rule in subject.book.rules.values():
        yield decided("reachable", rule.id, partial(_reachable, subject, rule))


def _reachable(subject: Subject, rule: Rule) -> Verdict:
    if subject.people.solver.model(subject.people.fires[rule.id]) is None:
        return Verdict("reachable", rule.id, "refuted", "no real patient makes this rule true")
    return Verdict("reachable", rule.id, "proved")


def redundant(subject: Subject) -> Iterator[Verdict]:
    """Each rule raises a level, adds an examination or a suspicion for some patient; or is excepted."""
    for rule in subject.book.rules.values():
        yield decided("not redundant", rule.id, partial(_redundant, subject, rule))


def _redundant(subject: Subject, rule: Rule) -> Verdict:
    because, fires = subject.excepted(rule.id), subject.people.fires
    others = [other for other in subject.book.rules.values() if other.id != rule.id]
    given_anyway = [some(fires[other.id] for other in others if other.urgency >= rule.urgency)]
    given_anyway += [some(fires[o.id] for o in others if exam in o.exams) for exam in rule.exams]
    given_anyway += [some(fires[o.id] for o in others if name in o.suspects) for name in rule.suspects]
    if subject.people.solver.model(fires[rule.id], no(every(given_anyway))) is not None:
        if because is not None:
            return Verdict("not redundant", rule.id, "refuted", "excepted, but it is not redundant")
        return Verdict("not redundant", rule.id, "proved")
    if subject.people.solver.model(fires[rule.id]) is None:
        says = "it can never be true"
    else:
        says = f"adds nothing to {_by_whom(subject, rule, others)}"
    if because is not None:
        return Verdict("not redundant", rule.id, "noted", f"{because} ({says})")
    return Verdict("not redundant", rule.id, "refuted", says)


def _by_whom(subject: Subject, rule: Rule, others: list[Rule]) -> str:
    """Rules of at least its level, none of them needless, one of which fires whenever it does.

    What of its examinations and suspicions these do not name, further rules do.
    """
    fires = subject.people.fires
    silent = {other.id: no(fires[other.id]) for other in others if other.urgency >= rule.urgency}
    together = subject.people.solver.conflict(silent, fires[rule.id])
    return " and ".join(together) + (" together" if len(together) > 1 else "")


def different(subject: Subject) -> Iterator[Verdict]:
    """No two rules hold of the same patients; one verdict for all pairs when that is so."""
    good, seen = True, _seen(subject)
    for one, two in combinations(subject.book.rules.values(), 2):
        if all(fired[one.id] is fired[two.id] for fired in seen):
            name = f"{one.id} and {two.id}"
            verdict = decided("different conditions", name, partial(_different, subject, seen, one, two))
            if verdict.result != "proved":
                good = False
                yield verdict
    if good:
        yield Verdict("different conditions", "every pair of rules", "proved")


def _seen(subject: Subject) -> list[dict[str, bool]]:
    """Which rules fire for some patients: for each rule somebody for whom it does.

    Rules that differ there need no solver, and few pairs are left to it.
    """
    seen: list[dict[str, bool]] = []
    for formula in subject.people.fires.values():
        try:
            model = subject.people.solver.model(formula)
        except Undecided:
            continue
        if model is not None:
            seen.append(_fired(subject, model))
    return seen


def _fired(subject: Subject, model: object) -> dict[str, bool]:
    return {id: holds(model, formula) for id, formula in subject.people.fires.items()}


def _different(subject: Subject, seen: list[dict[str, bool]], one: Rule, two: Rule) -> Verdict:
    """Who tells two rules apart is added to those `seen`: they may tell others too."""
    name, fires = f"{one.id} and {two.id}", subject.people.fires
    model = subject.people.solver.model(differ(fires[one.id], fires[two.id]))
    if model is not None:
        seen.append(_fired(subject, model))
        return Verdict("different conditions", name, "proved")
    if not subject.people.mean_the_same(one.when, two.when):
        return Verdict("different conditions", name, "proved")
    same = (one.urgency, one.exams) == (two.urgency, two.exams)
    says = "equal conditions" + ("" if same else " with different advice")
    return Verdict("different conditions", name, "refuted", says)
