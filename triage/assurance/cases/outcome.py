"""Runs case files: whether a patient is told what the case expects, and if not, where it first differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triage.book.reading.case import Case
from triage.book.rule import Rule
from triage.decision.decide import Decider, Decision
from triage.decision.sentences import trace_lines


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case; `differences` is empty when everything expected was so."""

    case: Case
    decision: Decision
    differences: tuple[str, ...]


def run_case(decider: Decider, case: Case) -> Outcome:
    """Decides a case and compares it with what it expects; the rules that differ come first."""
    decision = decider.decide(case.answers, case.ticked)
    return Outcome(case, decision, tuple(_differences(case, decision)))


def _differences(case: Case, decision: Decision) -> Iterator[str]:
    if not decision.engines_agree:
        rules = ", ".join(judged.rule.id for judged in decision.disputed)
        yield f"the engines disagree: {decision.engine_failure or rules}"
    expect = case.expect
    if expect is None:
        return
    fired = {rule.id for rule in decision.fired}
    for rule in decision.book.rules.values():
        if rule.id in expect.rules and rule.id not in fired:
            yield from _rule_lines(decision, rule, "should have fired and did not")
        if rule.id in fired and rule.id not in expect.rules:
            yield from _rule_lines(decision, rule, "fired and should not have")
    for name, wanted in (
        ("urgency", expect.urgency),
        ("possible", expect.possible),
        ("advice", expect.advice),
    ):
        level = getattr(decision, name)
        if wanted is not None and level is not wanted:
            yield f"{name} is {level.name}, expected {wanted.name}"
    if expect.status is not None and decision.status != expect.status:
        yield f"status is {decision.status}, expected {expect.status}"
    for name, names in (("suspects", expect.suspects), ("exams", expect.exams), ("open", expect.open)):
        found = frozenset(getattr(decision, name))
        if names is not None and found != names:
            if missing := sorted(names - found):
                yield f"{name} lacks {', '.join(missing)}"
            if extra := sorted(found - names):
                yield f"{name} has {', '.join(extra)} besides"


def _rule_lines(decision: Decision, rule: Rule, verdict: str) -> Iterator[str]:
    found = decision.of(rule).trace
    lines = trace_lines(decision.book, found, decision.answers, decision.ticked)
    yield f"{rule.id} ({rule.urgency.name}) {verdict}:\n" + "\n".join(f"    {line}" for line in lines)
