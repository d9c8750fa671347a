"""The language of conditions as formulas of propositional logic, for a solver.

A choice is one variable for each answer, exactly one of them true. A number is one variable for each
threshold that occurs ("at least c"), each implying those below it. So a patient is a row of truth
values without any arithmetic, and what is proved can be checked again by any SAT solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import z3

from triage.book.facts import Fact, Known
from triage.book.logic import Condition, Is, Spans, comparisons, fold
from triage.engines.solver import Formula, holds


def thresholds(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> dict[str, tuple[int, ...]]:
    """For each number the steps at which a condition starts or stops to hold: between two of them, all
    numbers are the same to every condition.
    """
    cuts: dict[str, set[int]] = {name: set() for name, fact in facts.items() if fact.scale is not None}
    for condition in conditions:
        for is_ in comparisons(condition):
            if isinstance(is_.answers, Spans):
                for low, high in is_.answers.spans:
                    cuts[is_.fact] |= {low, high + 1}
    inside = {}
    for name, found in cuts.items():
        scale = facts[name].scale
        assert scale is not None
        inside[name] = tuple(sorted(cut for cut in found if scale.low < cut <= scale.high))
    return inside


class Patient:
    """One patient of whom everything is known, as variables; an algebra that reads conditions of them.

    Patients of different names share nothing. `cuts` are the thresholds of every condition that
    will be read, from `thresholds`.
    """

    def __init__(self, name: str, facts: Mapping[str, Fact], cuts: Mapping[str, Sequence[int]]) -> None:
        self.name, self.facts, self.cuts = name, facts, cuts
        self._answers = {
            (fact.id, answer): z3.Bool(f"{name}.{fact.id}.{answer}")
            for fact in facts.values()
            for answer in fact.answers
        }
        self._at_least = {
            (id, cut): z3.Bool(f"{name}.{id}>={cut}") for id, found in cuts.items() for cut in found
        }

    def is_(self, comparison: Is) -> Formula:
        if isinstance(comparison.answers, Spans):
            return z3.Or([self._inside(comparison.fact, *span) for span in comparison.answers.spans])
        return z3.Or([self._answers[comparison.fact, answer] for answer in sorted(comparison.answers)])

    def all(self, parts: Sequence[Formula]) -> Formula:
        return z3.And(list(parts))

    def any(self, parts: Sequence[Formula]) -> Formula:
        return z3.Or(list(parts))

    def at_least(self, count: int, parts: Sequence[Formula]) -> Formula:
        return z3.PbGe([(part, 1) for part in parts], count)

    def read(self, condition: Condition) -> Formula:
        """The formula that holds of just the patients for whom the condition is true."""
        return fold(condition, self)

    def well_formed(self) -> Iterator[Formula]:
        """One answer to every choice, and thresholds in their order."""
        for fact in self.facts.values():
            if fact.answers:
                each = [self._answers[fact.id, answer] for answer in fact.answers]
                yield z3.PbEq([(answer, 1) for answer in each], 1)
        for id, cuts in self.cuts.items():
            for low, high in pairwise(cuts):
                yield z3.Implies(self._at_least[id, high], self._at_least[id, low])

    def answered(self, fact: str, answer: Known) -> Formula:
        """That the fact has this answer, or a number that no condition tells from it."""
        if isinstance(answer, str):
            return self._answers[fact, answer]
        reached = self._at_least
        cuts = self.cuts[fact]
        return z3.And([reached[fact, c] if answer >= c else z3.Not(reached[fact, c]) for c in cuts])

    def is_unusual(self, fact: Fact) -> Formula:
        """That a fact is not as in a well person. What has no usual answer, such as the cancer, never is."""
        if fact.mildest is not None:
            return z3.Not(self._answers[fact.id, fact.mildest])
        if fact.scale is not None and fact.scale.usual is not None:
            return z3.Not(self._inside(fact.id, *fact.scale.usual))
        return z3.BoolVal(False)

    def same(self, other: Patient, fact: str) -> Formula:
        """That two patients have the same answer, as far as any condition can tell."""
        mine = [*(v for (id, _), v in self._answers.items() if id == fact)]
        mine += [v for (id, _), v in self._at_least.items() if id == fact]
        theirs = [*(v for (id, _), v in other._answers.items() if id == fact)]
        theirs += [v for (id, _), v in other._at_least.items() if id == fact]
        return z3.And([a == b for a, b in zip(mine, theirs, strict=True)])

    def not_better(self, other: Patient, fact: Fact) -> Formula:
        """That the other patient's answer to a fact with a direction is as bad as mine, or worse."""
        if fact.scale is None:
            order = list(fact.answers)
            ends = [order[start:] for start in range(1, len(order))]
            return z3.And(
                [
                    z3.Implies(
                        z3.Or([self._answers[fact.id, answer] for answer in end]),
                        z3.Or([other._answers[fact.id, answer] for answer in end]),
                    )
                    for end in ends
                ]
            )
        usual_low, usual_high = fact.scale.usual or (fact.scale.low, fact.scale.low)
        steps = []
        for cut in self.cuts[fact.id]:
            mine, theirs = self._at_least[fact.id, cut], other._at_least[fact.id, cut]
            if fact.scale.worse == "up" or (fact.scale.worse == "outside" and cut > usual_high):
                steps.append(z3.Implies(mine, theirs))
            if fact.scale.worse == "down" or (fact.scale.worse == "outside" and cut <= usual_low):
                steps.append(z3.Implies(theirs, mine))
        return z3.And(steps)

    def decode(self, model: Any) -> dict[str, Known]:
        """The patient that a solver found: of the numbers that fit, the one nearest to the usual ones."""
        found: dict[str, Known] = {}
        for (id, answer), variable in self._answers.items():
            if holds(model, variable):
                found[id] = answer
        for id, cuts in self.cuts.items():
            scale = self.facts[id].scale
            assert scale is not None
            reached = [cut for cut in cuts if holds(model, self._at_least[id, cut])]
            low = max(reached, default=scale.low)
            high = min((c - 1 for c in cuts if c > low), default=scale.high)
            found[id] = high if scale.usual is not None and high < scale.usual[0] else low
        return found

    def _inside(self, fact: str, low: int, high: int) -> Formula:
        scale = self.facts[fact].scale
        assert scale is not None
        above = [self._at_least[fact, low]] if low > scale.low else []
        below = [z3.Not(self._at_least[fact, high + 1])] if high < scale.high else []
        return z3.And([*above, *below])


def whether_known(facts: Iterable[str], name: str) -> dict[str, Formula]:
    """For each fact, a variable that it is known of a patient. The same name gives the same variables."""
    return {id: z3.Bool(f"{name}.{id} known") for id in facts}


class Informed:
    """Algebra: what is certain, or possible, of a patient of whom only part is known.

    `known` says of each fact when it is known; a comparison is certain when it is known and holds,
    and possible when it is not known or holds.
    """

    def __init__(self, patient: Patient, known: Mapping[str, Formula], *, possible: bool) -> None:
        self.patient, self.known, self.possible = patient, known, possible

    def is_(self, comparison: Is) -> Formula:
        is_so, known = self.patient.is_(comparison), self.known[comparison.fact]
        return z3.Or(z3.Not(known), is_so) if self.possible else z3.And(known, is_so)

    def all(self, parts: Sequence[Formula]) -> Formula:
        return self.patient.all(parts)

    def any(self, parts: Sequence[Formula]) -> Formula:
        return self.patient.any(parts)

    def at_least(self, count: int, parts: Sequence[Formula]) -> Formula:
        return self.patient.at_least(count, parts)

    def read(self, condition: Condition) -> Formula:
        """The formula that the condition is certain, or possible, of the patient."""
        return fold(condition, self)

    def decode(self, model: Any) -> dict[str, Known]:
        """What is known of the patient that a solver found."""
        whole = self.patient.decode(model)
        return {id: answer for id, answer in whole.items() if holds(model, self.known[id])}
