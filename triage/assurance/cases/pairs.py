"""Minimal pairs: for every comparison of a rule two patients who differ in that one answer and end otherwise.

They say what the rules do now, and where each answer tips them. Whether it should tip there is for a
person to say, who reads them before they become tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.assurance.paste import A, by_reference, denials, shortest, written_case
from triage.assurance.people import People, reached
from triage.book.book import RuleBook
from triage.book.facts import UNKNOWN, Answer, Answers, Fact, Known, NotKnown
from triage.book.logic import Is, Spans, comparisons
from triage.book.rule import Level, Rule
from triage.decision.sentences import Sentences
from triage.engines.solver import Formula, Undecided, every, no, some

Tips = Literal["the level", "only the rule", "nothing", "not decided"]


@dataclass(frozen=True, slots=True)
class Pair:
    """What one comparison tips, at one threshold or answer (`part`).

    `one` makes the rule true and `other` does not; they have the same answers but for one fact, and
    everything else is denied. Both are empty where `tips` is *nothing*, which is proved, or *not decided*.
    """

    rule: Rule
    comparison: Is
    part: str
    tips: Tips
    says: str = ""
    one: Mapping[str, Known] | None = None
    other: Mapping[str, Known] | None = None


class Pairs:
    """Finds the pairs of one book: smallest patients, who are real and in scope."""

    def __init__(self, book: RuleBook, *, twice: bool = False) -> None:
        self.book = book
        self.people = People.of(book, twice=twice)
        self._one, self._other = self.people.patient, self.people.another("other")
        self._solver = self.people.solver.with_axioms(
            [
                *self._other.well_formed(),
                *self.people.real(self._other),
                self._one.read(book.scope),
                self._other.read(book.scope),
            ]
        )
        self._fires, self._other_fires = self.people.fires, self.people.read(self._other)

    def of_rule(self, rule: Rule, *, every_answer: bool = False) -> Iterator[Pair]:
        """A pair for each comparison in the order written, and for each threshold of a number.

        With `every_answer`, also one for each answer that a comparison lists.
        """
        for comparison in comparisons(rule.when):
            for part, tries in _parts(self.book.facts[comparison.fact], comparison, every_answer):
                try:
                    yield self._pair(rule, comparison, part, tries)
                except Undecided as error:
                    yield Pair(rule, comparison, part, "not decided", str(error))

    def _pair(self, rule: Rule, comparison: Is, part: str, tries: Sequence[tuple[Known, Known]]) -> Pair:
        fact, one, other = comparison.fact, self._one, self._other
        same = [one.same(other, id) for id in self.book.facts if id != fact]
        differ = [self._fires[rule.id], no(self._other_fires[rule.id]), *same]
        sides = [every([one.answered(fact, a), other.answered(fact, b)]) for a, b in tries]
        unusual = [one.is_unusual(f) for f in self.book.facts.values() if f.id != fact]
        besides = [fires for id, fires in self._fires.items() if id != rule.id]
        for tips, end in self._ends(rule):
            if self._solver.model(*differ, *end, some(sides)) is None:
                continue
            for (a, b), side in zip(tries, sides, strict=True):
                model = self._solver.smallest([*unusual, *besides], *differ, *end, side)
                if model is not None:
                    everything = self.people.decoded(model, one)
                    patients = self._what_matters({**everything, fact: a}, {**everything, fact: b}, fact)
                    return Pair(rule, comparison, part, tips, one=patients[0], other=patients[1])
        return Pair(rule, comparison, part, "nothing")

    def _ends(self, rule: Rule) -> Iterator[tuple[Tips, list[Formula]]]:
        """How two patients may end differently, from the plainest: this rule alone decides the level."""
        others = {id: fires for id, fires in self._fires.items() if id != rule.id}
        alone = no(self._reached(others, rule.urgency))
        yield "the level", [alone, no(self._reached(self._other_fires, rule.urgency))]
        lower, higher = [], []
        for level in tuple(Level)[1:]:
            one, other = self._reached(self._fires, level), self._reached(self._other_fires, level)
            lower.append(every([one, no(other)]))
            higher.append(every([other, no(one)]))
        yield "the level", [some(lower)]
        yield "only the rule", [no(some(higher))]
        yield "only the rule", []  # another rule lifts everyone without this answer above it

    def _what_matters(
        self, one: Mapping[str, Known], other: Mapping[str, Known], fact: str
    ) -> tuple[dict[str, Known], dict[str, Known]]:
        """The answers without which the two, or the third of whom the fact is not known, end otherwise."""

        def ends(shared: Answers) -> list[object]:
            sides = ({**shared, fact: one[fact]}, {**shared, fact: other[fact]}, _without(shared, fact))
            return [by_reference(self.book, answers) for answers in sides]

        kept = shortest(_without(one, fact), denials(self.book.facts), ends)
        in_order = [id for id in self.book.facts if id in kept or id == fact]
        first, second = {**kept, fact: one[fact]}, {**kept, fact: other[fact]}
        return {id: first[id] for id in in_order}, {id: second[id] for id in in_order}

    def _reached(self, fires: Mapping[str, Formula], level: Level) -> Formula:
        return reached(self.book.rules, fires, level)


def _without(answers: Mapping[str, A], fact: str) -> dict[str, A]:
    return {id: answer for id, answer in answers.items() if id != fact}


def _parts(fact: Fact, comparison: Is, every_answer: bool) -> Iterator[tuple[str, list[tuple[Known, Known]]]]:
    """What to tip of a comparison: its name, and the answers to try, of which the first is accepted."""
    if isinstance(comparison.answers, Spans):
        assert fact.scale is not None
        for low, high in comparison.answers.spans:
            if low > fact.scale.low:
                yield fact.write(low), [(low, low - 1)]
            if high < fact.scale.high:
                yield fact.write(high), [(high, high + 1)]
        return
    listed = [answer for answer in fact.answers if answer in comparison.answers]
    others = [answer for answer in fact.answers if answer not in comparison.answers]
    if fact.ordered:
        others.reverse()  # the one nearest to the listed answers first: the two sides of the threshold
    tries: list[tuple[Known, Known]] = [(answer, other) for answer in listed for other in others]
    if not every_answer:
        yield "", tries
        return
    for answer in listed:
        yield answer, [pair for pair in tries if pair[0] == answer]


def pair_lines(book: RuleBook, pair: Pair) -> Iterator[str]:
    """A pair and the third of whom the answer is not known, as cases to paste under a comment."""
    fact = book.facts[pair.comparison.fact]
    at = f", at {pair.part}" if pair.part else ""
    clause = f"{pair.rule.id}, {fact.id} ({Sentences(book.facts).answers(pair.comparison)}){at}"
    if pair.one is None or pair.other is None:
        if pair.tips == "nothing":
            yield f"# {clause}: redundant: it makes no difference to any real patient (proved)"
        else:
            yield f"# {clause}: NOT DECIDED: {pair.says}"
        return
    levels = [
        by_reference(book, {**denials(book.facts), **who}).urgency.name for who in (pair.one, pair.other)
    ]
    ends = " or ".join(levels) if len(set(levels)) == 2 else f"{levels[0]} either way, by other rules"
    yield f"# {clause}: {ends}"
    third: dict[str, Answer] = {**pair.one, fact.id: NotKnown(UNKNOWN)}
    a, b = fact.write(pair.one[fact.id]), fact.write(pair.other[fact.id])
    for said, name in (
        (pair.one, f"{a} rather than {b}"),
        (pair.other, f"{b} rather than {a}"),
        (third, f"unknown rather than {a} or {b}"),
    ):
        yield from written_case(book, f"{pair.rule.id}, {fact.id}: {name}", said, with_possible=said is third)
        yield ""
