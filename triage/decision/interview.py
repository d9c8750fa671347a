"""The next question: only what can still change the level, red flags first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import facts_of
from triage.book.rule import Level, Screen
from triage.decision.decide import Decision


@dataclass(frozen=True, slots=True)
class Question:
    """One screen: a single fact, or several that are asked as one list of "any of these?"."""

    screen: Screen
    facts: tuple[Fact, ...]


def next_question(decision: Decision) -> Question | None:
    """What to ask next, or None when no answer that was not asked for could still change the level.

    The details of what was ticked come first, unless an emergency is certain without them, and then
    the facts of the rule book's scope. Then the rules of the highest level that is still possible
    are ruled out before any milder ones, screens in the order of the book, and what only the
    records say last. What was asked and is not known is not asked again.
    """
    book = decision.book
    if decision.ticked and decision.urgency is not Level.now:
        detail = book.facts[decision.ticked[0]]
        return Question(book.screens[detail.screen], (detail,))
    scope = [name for name in facts_of(book.scope) if name not in decision.answers]
    if scope:
        return Question(book.screens[book.facts[scope[0]].screen], (book.facts[scope[0]],))
    wanted = {name for name in decision.open if name not in decision.answers}
    for level in sorted(Level, reverse=True):
        urgent = {name for name in wanted if any(rule.urgency is level for rule in decision.raises(name))}
        if urgent:
            return _on_one_screen(book, wanted, urgent)
    return None


def why_asked(decision: Decision, facts: Iterable[Fact], *, nurse: bool) -> Iterator[str]:
    """Why these facts are asked: the most urgent rule that each could make true, each rule said once.

    A fact that says who somebody is, such as the cancer, is told as what it is: it is no sign.
    """
    facts = list(facts)
    named: dict[str, list[str]] = {}
    for fact in facts:
        rules = () if fact.kind == "background" else decision.raises(fact.id)
        if rules:
            named.setdefault(rules[0].id, []).append(fact.nurse if nurse else fact.short)
    for rule in sorted((decision.book.rules[id] for id in named), key=lambda rule: -rule.urgency):
        level = decision.book.levels[rule.urgency].name
        yield f"{'; '.join(named[rule.id])}: could mean “{level}”. {rule.because.strip()}"
    if named:
        return
    if all(fact.kind == "background" for fact in facts):
        yield f"It decides which of the other questions fit {'this person' if nurse else 'you'}."
    else:
        yield "It can no longer raise the level, and completes what is known."


def _on_one_screen(book: RuleBook, wanted: set[str], urgent: set[str]) -> Question:
    """The first screen that holds an urgent fact, with everything on it that is still wanted."""
    order = list(book.screens)

    def turn(fact: Fact) -> tuple[bool, int]:
        return fact.asked_of != "patient", order.index(fact.screen)

    facts = [fact for fact in book.facts.values() if fact.id in urgent]
    first = min(facts, key=turn)
    if not first.deniable:
        return Question(book.screens[first.screen], (first,))
    together = tuple(
        fact
        for fact in book.facts.values()
        if fact.id in wanted and turn(fact) == turn(first) and fact.deniable
    )
    return Question(book.screens[first.screen], together)
