"""Every small mistake one can make in a rule: a clause lost, a threshold off by one step, a level too low.

A mutant is a rule with one such mistake. Whether anything notices it is for `noticed`, and whether
any patient could is for `missing`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans, facts_of, fold
from triage.book.quantity import Scale
from triage.book.rule import Level, Rule

Operator: TypeAlias = Literal[
    "clause lost",
    "all and any swapped",
    "count off by one",
    "answer gained",
    "answer lost",
    "another answer",
    "threshold off by one step",
    "threshold off by a unit",
    "wrong sibling fact",
    "level a step up",
    "level a step down",
    "examination lost",
    "rule deleted",
]
_UNIT_SLIPS: Mapping[str, tuple[int, ...]] = {
    "days": (7, 30),
    "weeks": (4, 7),
    "months": (4, 12),
    "years": (12,),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one mistake in it: `what` says which. `mutated` is None where the rule is deleted."""

    rule: Rule
    operator: Operator
    what: str
    mutated: Rule | None

    @property
    def name(self) -> str:
        return f"{self.rule.id}: {self.what}"

    @property
    def in_condition(self) -> bool:
        return self.mutated is not None and self.mutated.when != self.rule.when


def mutants_of(book: RuleBook, rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule, equal ones once and none that means the same by its form alone."""
    used = frozenset(facts_of(rule.when))
    seen = {_form(rule.when)}
    for change in fold(rule.when, _Mistakes(book.facts, used)).changes:
        form = _form(change.condition)
        if form not in seen:
            seen.add(form)
            yield Mutant(rule, change.operator, change.what, replace(rule, when=change.condition))
    if rule.urgency < max(Level):
        up = Level(rule.urgency + 1)
        yield Mutant(rule, "level a step up", f"{up.name} for {rule.urgency.name}", replace(rule, urgency=up))
    if rule.urgency > Level.next_visit:
        down = Level(rule.urgency - 1)
        what = f"{down.name} for {rule.urgency.name}"
        yield Mutant(rule, "level a step down", what, replace(rule, urgency=down))
    for exam in rule.exams:
        fewer = tuple(other for other in rule.exams if other != exam)
        yield Mutant(rule, "examination lost", f"without {exam}", replace(rule, exams=fewer))
    yield Mutant(rule, "rule deleted", "the rule is deleted", None)


@dataclass(frozen=True, slots=True)
class _Change:
    operator: Operator
    what: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class _Varied:
    """A condition, and all conditions that one mistake makes of it."""

    condition: Condition
    changes: tuple[_Change, ...]


class _Mistakes:
    """Algebra: a condition with every mistake that can be made in it. `used` are the facts of the rule."""

    def __init__(self, facts: Mapping[str, Fact], used: frozenset[str]) -> None:
        self.facts, self.used = facts, used

    def is_(self, comparison: Is) -> _Varied:
        fact = self.facts[comparison.fact]
        if isinstance(comparison.answers, Spans):
            assert fact.scale is not None
            changes = list(_thresholds(comparison, comparison.answers, fact.scale))
        else:
            changes = list(_answers(comparison, comparison.answers, fact))
        return _Varied(comparison, (*changes, *self._siblings(comparison, fact)))

    def all(self, parts: Sequence[_Varied]) -> _Varied:
        return self._group(All(_conditions(parts)), parts, len(parts))

    def any(self, parts: Sequence[_Varied]) -> _Varied:
        return self._group(Any(_conditions(parts)), parts, 1)

    def at_least(self, count: int, parts: Sequence[_Varied]) -> _Varied:
        return self._group(AtLeast(count, _conditions(parts)), parts, count)

    def _group(self, whole: Condition, parts: Sequence[_Varied], count: int) -> _Varied:
        """The group with one part varied, or with a mistake of its own. `count` of the parts must hold."""
        conditions, size = _conditions(parts), len(parts)
        kind = "any" if count == 1 else "all" if count == size else "at least"
        changes = []
        for at, part in enumerate(parts):
            before, after = conditions[:at], conditions[at + 1 :]
            kept = size - 1 if kind == "all" else count
            what = f"the clause on {_named(part.condition)} is lost"
            changes.append(_Change("clause lost", what, _counted(kept, (*before, *after))))
            changes += [
                _Change(c.operator, c.what, _counted(count, (*before, c.condition, *after)))
                for c in part.changes
            ]
        name = _named(whole)
        if kind == "at least":
            for other in (count - 1, count + 1):
                what = f"at least {other} for {count} of {name}"
                changes.append(_Change("count off by one", what, _counted(other, conditions)))
        else:
            what = f"any of {name} for all" if kind == "all" else f"all of {name} for any"
            other = 1 if kind == "all" else size
            changes.append(_Change("all and any swapped", what, _counted(other, conditions)))
        return _Varied(whole, tuple(changes))

    def _siblings(self, comparison: Is, fact: Fact) -> Iterator[_Change]:
        """The same said of another fact of the screen that could be answered so, and is not in the rule."""
        for other in self.facts.values():
            if other.screen == fact.screen and other.id not in self.used and _could_say(other, comparison):
                what = f"{other.id} for {fact.id}"
                yield _Change("wrong sibling fact", what, Is(other.id, comparison.answers))


def _conditions(parts: Sequence[_Varied]) -> tuple[Condition, ...]:
    return tuple(part.condition for part in parts)


def _counted(count: int, parts: tuple[Condition, ...]) -> Condition:
    """The group in which `count` of the parts must hold."""
    if len(parts) == 1:
        return parts[0]
    if count <= 1:
        return Any(parts)
    return All(parts) if count == len(parts) else AtLeast(count, parts)


def _named(condition: Condition) -> str:
    return ", ".join(facts_of(condition))


def _could_say(fact: Fact, comparison: Is) -> bool:
    if isinstance(comparison.answers, Spans):
        scale = fact.scale
        return scale is not None and _is_range(comparison.answers.spans, scale)
    return comparison.answers < frozenset(fact.answers)


def _answers(comparison: Is, answers: frozenset[str], fact: Fact) -> Iterator[_Change]:
    """An answer more, an answer less, or another in the place of the only one."""
    for answer in fact.answers:
        if answer not in answers and len(answers) + 1 < len(fact.answers):
            what = f"{fact.id} may also be {answer}"
            yield _Change("answer gained", what, Is(fact.id, answers | {answer}))
        if answer in answers and len(answers) > 1:
            what = f"{fact.id} may not be {answer}"
            yield _Change("answer lost", what, Is(fact.id, answers - {answer}))
        if answer not in answers and len(answers) == 1:
            [only] = answers
            what = f"{fact.id} is {answer} for {only}"
            yield _Change("another answer", what, Is(fact.id, frozenset({answer})))


def _thresholds(comparison: Is, answers: Spans, scale: Scale) -> Iterator[_Change]:
    """Each written end of each span a step to either side, or read in another unit; and both ends so."""

    def changed(operator: Operator, spans: tuple[tuple[int, int], ...], what: str) -> Iterator[_Change]:
        if spans != answers.spans and _is_range(spans, scale):
            yield _Change(operator, f"{comparison.fact} {what}", Is(comparison.fact, Spans(spans)))

    step: Operator = "threshold off by one step"
    unit: Operator = "threshold off by a unit"
    for at, ends in enumerate(answers.spans):
        before, after = answers.spans[:at], answers.spans[at + 1 :]
        written = [side for side, edge in ((0, scale.low), (1, scale.high)) if ends[side] != edge]
        for side in written:
            moved = [(step, ends[side] - 1), (step, ends[side] + 1)]
            moved += [(unit, slip(ends[side])) for slip in _slips(scale)]
            for operator, end in moved:
                span = (end, ends[1]) if side == 0 else (ends[0], end)
                if scale.low <= end <= scale.high:
                    what = f"{('from', 'up to')[side]} {scale.digits(end)} for {scale.write(ends[side])}"
                    yield from changed(operator, (*before, span, *after), what)
        for slip in _slips(scale) if len(written) == 2 else ():
            both = (slip(ends[0]), slip(ends[1]))
            if scale.low <= both[0] and both[1] <= scale.high:
                what = f"from {scale.write(both[0])} to {scale.write(both[1])}"
                yield from changed(unit, (*before, both, *after), what)


@dataclass(frozen=True, slots=True)
class _Slip:
    """A number taken for one of another unit: times a factor, or divided by it."""

    factor: int
    divide: bool

    def __call__(self, steps: int) -> int:
        return round(steps / self.factor) if self.divide else steps * self.factor


def _slips(scale: Scale) -> list[_Slip]:
    factors = (10, *_UNIT_SLIPS.get(scale.unit, ()))
    return [_Slip(factor, divide) for factor in factors for divide in (False, True)]


def _is_range(spans: Sequence[tuple[int, int]], scale: Scale) -> bool:
    """Whether these are spans that a rule could be written with: apart, in order, and not every number."""
    inside = all(scale.low <= low <= high <= scale.high for low, high in spans)
    apart = all(one[1] + 1 < two[0] for one, two in pairwise(spans))
    return inside and apart and tuple(spans) != ((scale.low, scale.high),)


class _Form:
    """Algebra: a condition without its order and brackets, so that equal mutants are made once."""

    def is_(self, comparison: Is) -> Hashable:
        return comparison

    def all(self, parts: Sequence[Hashable]) -> Hashable:
        return ("all", _flat("all", parts))

    def any(self, parts: Sequence[Hashable]) -> Hashable:
        return ("any", _flat("any", parts))

    def at_least(self, count: int, parts: Sequence[Hashable]) -> Hashable:
        return (count, frozenset(parts))


def _flat(kind: str, parts: Sequence[Hashable]) -> frozenset[Hashable]:
    flat: set[Hashable] = set()
    for part in parts:
        inner = part[1] if isinstance(part, tuple) and part[0] == kind else {part}
        flat |= set(inner)
    return frozenset(flat)


def _form(condition: Condition) -> Hashable:
    return fold(condition, _Form())
