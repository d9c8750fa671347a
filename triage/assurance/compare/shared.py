"""Two rule books over one vocabulary: the union of their facts and of the answers to each.

A book cannot hear a fact or an answer that it does not have: none of its conditions is true of it.
A fact that the books measure differently (a choice and a number, another unit or step) is two facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from triage.book.book import RuleBook
from triage.book.facts import Fact, Known
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans, fold
from triage.book.rule import Constraint, Level
from triage.decision.decide import without_contradictions
from triage.engines.reference import firings


@dataclass(frozen=True, slots=True)
class Readings:
    """One of the books in the shared words: its rules' conditions by their ids, its constraints and scope."""

    book: RuleBook
    conditions: Mapping[str, Condition]
    constraints: tuple[Constraint, ...]
    scope: Condition

    def level(self, answers: Mapping[str, Known]) -> tuple[Level, frozenset[str]]:
        """The certain level of these answers by the reference, and the rules that give it.

        As in a decision, answers that contradict each other by this book count as not known.
        """
        sure, _ = without_contradictions(self.constraints, answers)
        fired = firings(self.conditions, sure).certain
        level = self.book.level_of(fired)
        return level, frozenset(id for id in fired if self.book.rules[id].urgency is level)

    def contradictions(self, answers: Mapping[str, Known]) -> tuple[Constraint, ...]:
        """The constraints that these answers meet."""
        return without_contradictions(self.constraints, answers)[1]


@dataclass(frozen=True, slots=True)
class Shared:
    """What two books can be asked about together. Conditions are in the words of `facts`."""

    facts: Mapping[str, Fact]
    old: Readings
    new: Readings
    both: tuple[Is, ...]
    """Comparisons that are true of just the answers that both books have, where they differ."""
    notes: tuple[str, ...]
    """How each fact or answer that one book does not have is treated."""


def shared(old: RuleBook, new: RuleBook) -> Shared:
    """The shared vocabulary of two books, and their rules and constraints in it."""
    apart = {
        id: f"{id} (old)" for id in old.facts if id in new.facts and _apart(old.facts[id], new.facts[id])
    }
    facts = {
        id: _union(old.facts.get(id) if id not in apart else None, fact) for id, fact in new.facts.items()
    }
    for id, fact in old.facts.items():
        if id in apart or id not in facts:
            facts[apart.get(id, id)] = replace(fact, id=apart.get(id, id))
    renamed = _Renamed(apart)
    return Shared(
        facts=facts,
        old=Readings(
            old,
            {id: fold(rule.when, renamed) for id, rule in old.rules.items()},
            tuple(Constraint(fold(c.never, renamed), c.because) for c in old.constraints),
            fold(old.scope, renamed),
        ),
        new=Readings(new, new.conditions, new.constraints, new.scope),
        both=tuple(_both(old, new, apart)),
        notes=tuple(_notes(old, new, apart)),
    )


def _apart(old: Fact, new: Fact) -> bool:
    if old.scale is None or new.scale is None:
        return old.scale is not new.scale
    return (old.scale.unit, old.scale.step) != (new.scale.unit, new.scale.step)


def _union(old: Fact | None, new: Fact) -> Fact:
    if old is None:
        return new
    added = {id: words for id, words in old.answers.items() if id not in new.answers}
    scale = new.scale
    if scale is not None and old.scale is not None:
        scale = replace(scale, low=min(scale.low, old.scale.low), high=max(scale.high, old.scale.high))
    return replace(new, answers={**new.answers, **added}, scale=scale)


def _both(old: RuleBook, new: RuleBook, apart: Mapping[str, str]) -> Iterator[Is]:
    for id, fact in new.facts.items():
        before = old.facts.get(id)
        if before is None or id in apart:
            continue
        if set(before.answers) != set(fact.answers):
            yield Is(id, frozenset(before.answers) & frozenset(fact.answers))
        if fact.scale is not None and before.scale is not None:
            low, high = max(fact.scale.low, before.scale.low), min(fact.scale.high, before.scale.high)
            if (low, high) != (
                min(fact.scale.low, before.scale.low),
                max(fact.scale.high, before.scale.high),
            ):
                yield Is(id, Spans(((low, high),)))


def _notes(old: RuleBook, new: RuleBook, apart: Mapping[str, str]) -> Iterator[str]:
    for mine, other, name in ((new, old, "old"), (old, new, "new")):
        for id, fact in mine.facts.items():
            if id not in other.facts:
                yield f"{id} is asked by the other book only: the {name} book cannot hear it"
            elif id not in apart:
                for answer in fact.answers:
                    if answer not in other.facts[id].answers:
                        yield f"{id} has no answer {answer} in the {name} book, which cannot hear it"
    for id in apart:
        yield f"{id} is measured in another way: the old question and the new are taken as two"
    for comparison in _both(old, new, apart):
        if isinstance(comparison.answers, Spans):
            yield f"{comparison.fact} has another range: a book cannot hear a number outside its own"


class _Renamed:
    """Algebra: the same condition, some of its facts under other names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def is_(self, comparison: Is) -> Condition:
        return replace(comparison, fact=self.names.get(comparison.fact, comparison.fact))

    def all(self, parts: Sequence[Condition]) -> Condition:
        return All(tuple(parts))

    def any(self, parts: Sequence[Condition]) -> Condition:
        return Any(tuple(parts))

    def at_least(self, count: int, parts: Sequence[Condition]) -> Condition:
        return AtLeast(count, tuple(parts))
