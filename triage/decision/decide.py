"""What a patient's answers mean: how soon to act for certain, what is still possible, and what to do.

Both engines read every patient. The reference gives the trace; durable-rules must name the same
rules. Where they differ the higher level is taken and the decision says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from triage.book.book import RuleBook
from triage.book.facts import Answers, Known, known
from triage.book.logic import Is, facts_of, fold
from triage.book.rule import Constraint, Level, Rule, Told
from triage.decision.level_told import Status, told
from triage.decision.settings import Settings
from triage.engines.durable import DurableEngine, EngineFailure
from triage.engines.reference import Reading, Trace, trace
from triage.engines.truth import Firings, Truth


class SecondEngine(Protocol):
    def decide(self, known: Mapping[str, Known]) -> Firings: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule for one patient: the reference's trace, and what durable-rules says of the rule.

    `durable` is one truth, or two where that engine contradicts itself: certain, and not possible.
    `open` rules could still raise the level. An open rule is `counted` in the advice when what is
    not known could make it true and one of its symptoms or findings is definitely there, or when
    durable-rules alone holds it possible; otherwise, from `today` up, it is for `review` by a person.
    """

    rule: Rule
    trace: Trace
    durable: frozenset[Truth]
    open: bool = False
    counted: bool = False
    review: bool = False

    @property
    def truth(self) -> Truth:
        """The higher of what the engines say."""
        return max(self.trace.truth, *self.durable)

    @property
    def fires(self) -> bool:
        return self.truth is Truth.TRUE

    @property
    def agreed(self) -> bool:
        return self.durable == {self.trace.truth}


@dataclass(frozen=True, slots=True)
class Decision:
    """The result for one patient. `urgency` <= `at_least` <= `possible`, always.

    Whoever acts on a decision acts on `advice`: `at_least` is the level behind it, certain or counted
    in full, and is `none` too where nobody may be told so. `ticked` are the symptoms that are there
    and whose details were not asked yet.
    """

    book: RuleBook
    answers: Answers
    ticked: tuple[str, ...]
    urgency: Level
    possible: Level
    at_least: Level
    status: Status
    judged: tuple[Judged, ...]
    open: tuple[str, ...]
    contradictions: tuple[Constraint, ...]
    engine_failure: str

    @property
    def disputed(self) -> tuple[Judged, ...]:
        """The rules on which the engines differ."""
        return tuple(judged for judged in self.judged if not judged.agreed)

    @property
    def engines_agree(self) -> bool:
        return not self.disputed and not self.engine_failure

    @property
    def advice(self) -> Told:
        """What to act on: a level, that a person must look first, or that there is no level."""
        return told(self.at_least, self.possible, self.status, review=bool(self.review))

    @property
    def doubted(self) -> frozenset[str]:
        """The facts whose answers contradict each other, and count as not known."""
        return frozenset(name for met in self.contradictions for name in facts_of(met.never))

    def is_there(self, fact: str) -> bool:
        """Whether this symptom or finding is definitely present, by its answer or by a tick."""
        return fact in self.ticked or self.book.facts[fact].shows_presence(self.answers.get(fact))

    @property
    def fired(self) -> tuple[Rule, ...]:
        """The rules that are true by either engine, most urgent first."""
        return _by_urgency(judged.rule for judged in self.judged if judged.fires)

    @property
    def counted(self) -> tuple[Rule, ...]:
        """The open rules that the advice counts in full, most urgent first."""
        return _by_urgency(judged.rule for judged in self.judged if judged.counted)

    @property
    def review(self) -> tuple[Rule, ...]:
        """The open rules that a person must look at, most urgent first."""
        return _by_urgency(judged.rule for judged in self.judged if judged.review)

    @property
    def acted_on(self) -> tuple[Rule, ...]:
        """The rules behind the advice, those that fired and those that count, most urgent first."""
        return _by_urgency([*self.fired, *self.counted])

    @property
    def exams(self) -> tuple[str, ...]:
        """The examinations of the rules that fired, most urgent first, once each."""
        return tuple(dict.fromkeys(exam for rule in self.fired for exam in rule.exams))

    @property
    def exams_in_doubt(self) -> tuple[str, ...]:
        """The examinations that only rules name which are not certain and count in full."""
        named = dict.fromkeys(exam for rule in self.counted for exam in rule.exams)
        return tuple(exam for exam in named if exam not in self.exams)

    @property
    def suspects(self) -> tuple[str, ...]:
        """What the rules that fired make one think of, once each."""
        return tuple(dict.fromkeys(name for rule in self.fired for name in rule.suspects))

    def of(self, rule: Rule) -> Judged:
        """What was made of a rule of this book."""
        return next(judged for judged in self.judged if judged.rule is rule)

    def raises(self, fact: str) -> tuple[Rule, ...]:
        """The open rules that an answer to this fact could still make true, most urgent first."""
        return _by_urgency(
            j.rule for j in self.judged if j.open and any(is_.fact == fact for is_ in j.trace.undecided())
        )


def _by_urgency(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: -rule.urgency))


def without_contradictions(
    constraints: Iterable[Constraint], given: Mapping[str, Known]
) -> tuple[dict[str, Known], tuple[Constraint, ...]]:
    """The answers that no constraint puts in doubt, and the constraints that others meet.

    Answers that contradict each other all become unknown, which widens the interval.
    """
    met = tuple(c for c in constraints if trace(c.never, given).truth is Truth.TRUE)
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

    def decide(self, answers: Answers, ticked: Iterable[str] = ()) -> Decision:
        """The decision for these answers, by both engines.

        `ticked` are facts of which it is known only that they are there: on a list, before the
        detail was asked. Each ordered choice among them that has no answer counts as its second
        answer, the mildest kind of *there*, for what is certain: a worse answer never lowers the
        level, which is proved for every book. What is possible, open and unfinished is read from
        the answers alone, since the detail may still raise the level; so is a rule that is true
        without the ticks and, because one of them contradicts an answer, would not be with them.
        """
        given = known(answers)
        sure, contradictions = without_contradictions(self.book.constraints, given)
        read, failure = self._read(sure)
        floor = self._mildest_kind_of_there(answers, ticked)
        if floor:
            at_least, _ = without_contradictions(self.book.constraints, {**given, **floor})
            raised, second_failure = self._read(at_least)
            read = [_certain_by_either(*pair) for pair in zip(read, raised, strict=True)]
            failure = failure or second_failure
        urgency = _highest(judged for judged in read if judged.fires)
        possible = _highest(judged for judged in read if judged.truth is not Truth.FALSE)
        judged = tuple(self._judge(one, urgency, answers, sure) for one in read)
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
            ticked=tuple(floor),
            urgency=urgency,
            possible=possible,
            at_least=max(urgency, _highest(result for result in judged if result.counted)),
            status=status,
            judged=judged,
            open=open_facts,
            contradictions=contradictions,
            engine_failure=failure,
        )

    def _mildest_kind_of_there(self, answers: Answers, ticked: Iterable[str]) -> dict[str, Known]:
        """The second answer to each ticked fact that is an ordered choice and has no answer."""
        facts = [self.book.facts[name] for name in dict.fromkeys(ticked) if name not in answers]
        return {fact.id: list(fact.answers)[1] for fact in facts if fact.ordered}

    def _read(self, sure: Mapping[str, Known]) -> tuple[list[Judged], str]:
        """Every rule as both engines read it, and why durable-rules failed, if it did."""
        traces = {rule.id: trace(rule.when, sure) for rule in self.book.rules.values()}
        try:
            firings = self._second.decide(sure)
        except EngineFailure as error:
            return [Judged(self.book.rules[id], t, frozenset({t.truth})) for id, t in traces.items()], str(
                error
            )
        read = []
        for id, found in traces.items():
            certain, possible = id in firings.certain, id in firings.possible
            durable = {Truth.TRUE} if certain else {Truth.UNKNOWN} if possible else {Truth.FALSE}
            if certain and not possible:
                durable.add(Truth.FALSE)
            read.append(Judged(self.book.rules[id], found, frozenset(durable)))
        return read, ""

    def _judge(self, read: Judged, urgency: Level, answers: Answers, sure: Mapping[str, Known]) -> Judged:
        """A rule once the level is known: whether it is open, and whether it counts in the advice."""
        rule, found = read.rule, read.trace
        if read.truth is not Truth.UNKNOWN or rule.urgency <= urgency:
            return read
        if found.truth is Truth.FALSE:
            return replace(read, open=True, counted=True)
        # Most open rules wait for questions only; the second reading is for those with a doubt.
        in_doubt = any(is_.fact in answers for is_ in found.undecided())
        if not in_doubt or fold(rule.when, _WithoutUnasked(sure, answers)).truth is Truth.FALSE:
            return replace(read, open=True)
        if self._something_is_there(found, sure):
            return replace(read, open=True, counted=True)
        severe = rule.urgency >= Level.today
        nobody = self.settings.reviewer == "no"
        return replace(read, open=True, counted=severe and nobody, review=severe and not nobody)

    def _something_is_there(self, found: Trace, sure: Mapping[str, Known]) -> bool:
        """Whether a symptom or finding that could be part of the rule's truth is definitely present."""
        if found.truth is Truth.FALSE:
            return False
        if found.comparison is not None:
            name = found.comparison.fact
            return found.truth is Truth.TRUE and self.book.facts[name].shows_presence(sure[name])
        return any(self._something_is_there(part, sure) for part in found.parts)


def _certain_by_either(read: Judged, raised: Judged) -> Judged:
    """A rule read without and with the ticks: it fires where either says so, and a difference stays told."""
    higher = raised if raised.fires and not read.fires else read
    if read.agreed and raised.agreed:
        return higher
    return replace(higher, durable=read.durable | raised.durable)


def _highest(judged: Iterable[Judged]) -> Level:
    """The level of the most urgent of these rules, `none` where there is no rule."""
    return max((one.rule.urgency for one in judged), default=Level.none)


@dataclass(frozen=True, slots=True)
class _WithoutUnasked(Reading):
    """Algebra: as Reading, but what was never asked is taken as false, so that only doubt counts."""

    answers: Answers

    def is_(self, comparison: Is) -> Trace:
        if comparison.fact not in self.answers:
            return Trace(Truth.FALSE, "is", comparison)
        return Reading.is_(self, comparison)
