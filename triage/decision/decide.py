"""What a patient's answers mean: how soon to act for certain, what is still possible, and what to do.

Both engines read every patient. The reference gives the trace; durable-rules must name the same
rules. Where they differ the higher level is taken and the decision says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from triage.book.book import RuleBook
from triage.book.facts import Answers, Known, known
from triage.book.logic import Is, facts_of, fold
from triage.book.rule import Constraint, Level, Rule
from triage.decision.settings import Settings
from triage.engines.durable import DurableEngine, EngineFailure, Firings
from triage.engines.reference import Reading, Trace, trace
from triage.engines.truth import Truth

Status = Literal["decided", "unfinished", "unresolved", "out_of_scope"]


class SecondEngine(Protocol):
    def decide(self, known: Mapping[str, Known]) -> Firings: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule for one patient.

    `open` rules could still raise the level. An open rule is `counted` in the advice when what is
    not known could make it true and one of its symptoms or findings is definitely there; otherwise,
    from `today` up, it is for `review` by a person.
    """

    rule: Rule
    trace: Trace
    open: bool
    counted: bool
    review: bool

    @property
    def fires(self) -> bool:
        return self.trace.truth is Truth.TRUE


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule on which the engines differ, and what each says of it."""

    rule: str
    reference: Truth
    durable: Truth


@dataclass(frozen=True, slots=True)
class Decision:
    """The result for one patient. `urgency` <= `advice` <= `possible`, always."""

    book: RuleBook
    answers: Answers
    urgency: Level
    possible: Level
    advice: Level
    status: Status
    judged: tuple[Judged, ...]
    open: tuple[str, ...]
    contradictions: tuple[Constraint, ...]
    differences: tuple[Difference, ...]
    engine_failure: str

    @property
    def engines_agree(self) -> bool:
        return not self.differences and not self.engine_failure

    @property
    def fired(self) -> tuple[Rule, ...]:
        """The rules that are true by either engine, most urgent first."""
        by_durable = {d.rule for d in self.differences if d.durable is Truth.TRUE}
        rules = [j.rule for j in self.judged if j.fires or j.rule.id in by_durable]
        return tuple(sorted(rules, key=lambda rule: -rule.urgency))

    @property
    def counted(self) -> tuple[Rule, ...]:
        """The open rules that the advice counts in full, most urgent first."""
        return tuple(sorted((j.rule for j in self.judged if j.counted), key=lambda r: -r.urgency))

    @property
    def review(self) -> tuple[Rule, ...]:
        """The open rules that a person must look at, most urgent first."""
        return tuple(sorted((j.rule for j in self.judged if j.review), key=lambda r: -r.urgency))

    @property
    def exams(self) -> tuple[str, ...]:
        """The examinations of the rules that fired, most urgent first, once each."""
        return tuple(dict.fromkeys(exam for rule in self.fired for exam in rule.exams))

    @property
    def suspects(self) -> tuple[str, ...]:
        """What the rules that fired make one think of, once each."""
        return tuple(dict.fromkeys(name for rule in self.fired for name in rule.suspects))

    def raises(self, fact: str) -> tuple[Rule, ...]:
        """The open rules that an answer to this fact could still make true, most urgent first."""
        rules = [
            j.rule for j in self.judged if j.open and any(is_.fact == fact for is_ in j.trace.undecided())
        ]
        return tuple(sorted(rules, key=lambda rule: -rule.urgency))


def without_contradictions(
    book: RuleBook, given: Mapping[str, Known]
) -> tuple[dict[str, Known], tuple[Constraint, ...]]:
    """The answers that no constraint puts in doubt, and the constraints that others meet.

    Answers that contradict each other all become unknown, which widens the interval.
    """
    met = tuple(c for c in book.constraints if trace(c.never, given).truth is Truth.TRUE)
    doubted = {name for constraint in met for name in facts_of(constraint.never)}
    return {name: answer for name, answer in given.items() if name not in doubted}, met


class Decider:
    """Decides patients by one rule book. Raises what DurableEngine raises when it is made."""

    def __init__(
        self, book: RuleBook, settings: Settings | None = None, second: SecondEngine | None = None
    ) -> None:
        self.book = book
        self.settings = settings or Settings()
        self._second = second or DurableEngine(book.facts, book.rules.values())

    def decide(self, answers: Answers) -> Decision:
        """The decision for these answers, by both engines."""
        given = known(answers)
        sure, contradictions = without_contradictions(self.book, given)

        traces = {rule.id: trace(rule.when, sure) for rule in self.book.rules.values()}
        differences, failure = self._compare(traces, sure)
        truths = {id: {found.truth} for id, found in traces.items()}
        for difference in differences:
            truths[difference.rule].add(difference.durable)
        urgency = self._level(id for id, truth in truths.items() if Truth.TRUE in truth)
        possible = self._level(id for id, truth in truths.items() if truth != {Truth.FALSE})

        judged = tuple(
            self._judge(rule, traces[rule.id], urgency, answers, sure) for rule in self.book.rules.values()
        )
        open_facts = tuple(
            dict.fromkeys(
                is_.fact
                for result in sorted(judged, key=lambda result: -result.rule.urgency)
                if result.open
                for is_ in result.trace.undecided()
            )
        )
        status: Status = "unresolved"
        if trace(self.book.scope, given).truth is Truth.FALSE:
            status = "out_of_scope"
        elif urgency == possible:
            status = "decided"
        elif any(name not in answers for name in open_facts):
            status = "unfinished"
        return Decision(
            book=self.book,
            answers=dict(answers),
            urgency=urgency,
            possible=possible,
            advice=max([urgency, *(result.rule.urgency for result in judged if result.counted)]),
            status=status,
            judged=judged,
            open=open_facts,
            contradictions=contradictions,
            differences=differences,
            engine_failure=failure,
        )

    def _level(self, ids: Iterable[str]) -> Level:
        return max((self.book.rules[id].urgency for id in ids), default=Level.none)

    def _compare(
        self, traces: Mapping[str, Trace], sure: Mapping[str, Known]
    ) -> tuple[tuple[Difference, ...], str]:
        try:
            firings = self._second.decide(sure)
        except EngineFailure as error:
            return (), str(error)
        differences = []
        for id, found in traces.items():
            possible = Truth.UNKNOWN if id in firings.possible else Truth.FALSE
            durable = Truth.TRUE if id in firings.certain else possible
            if durable is not found.truth or (id in firings.certain) > (id in firings.possible):
                differences.append(Difference(id, found.truth, durable))
        return tuple(differences), ""

    def _judge(
        self, rule: Rule, found: Trace, urgency: Level, answers: Answers, sure: Mapping[str, Known]
    ) -> Judged:
        is_open = found.truth is Truth.UNKNOWN and rule.urgency > urgency
        # Most open rules wait for questions only; the second reading is for those with a doubt.
        in_doubt = is_open and any(is_.fact in answers for is_ in found.undecided())
        if not in_doubt or fold(rule.when, _WithoutUnasked(sure, answers)).truth is Truth.FALSE:
            return Judged(rule, found, is_open, counted=False, review=False)
        if self._something_is_there(found, sure):
            return Judged(rule, found, is_open, counted=True, review=False)
        severe = rule.urgency >= Level.today
        nobody = self.settings.reviewer == "no"
        return Judged(rule, found, is_open, counted=severe and nobody, review=severe and not nobody)

    def _something_is_there(self, found: Trace, sure: Mapping[str, Known]) -> bool:
        """Whether a symptom or finding that could be part of the rule's truth is definitely present."""
        if found.truth is Truth.FALSE:
            return False
        if found.comparison is not None:
            name = found.comparison.fact
            return found.truth is Truth.TRUE and self.book.facts[name].shows_presence(sure[name])
        return any(self._something_is_there(part, sure) for part in found.parts)


@dataclass(frozen=True, slots=True)
class _WithoutUnasked(Reading):
    """Algebra: as Reading, but what was never asked is taken as false, so that only doubt counts."""

    answers: Answers

    def is_(self, comparison: Is) -> Trace:
        if comparison.fact not in self.answers:
            return Trace(Truth.FALSE, "is", comparison)
        return Reading.is_(self, comparison)
