"""A decision as JSON: the contract with other programs, versioned by `schema`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

from typing_extensions import TypedDict

from triage.book.facts import known
from triage.book.logic import facts_of
from triage.book.rule import Level, LevelName, Rule, Told, ToldName
from triage.decision.decide import Decision
from triage.decision.level_told import Status
from triage.engines.reference import trace
from triage.engines.truth import Truth

SCHEMA = "triage-decision/2"
Scope = Literal["inside", "outside", "not known"]
TruthName = Literal["TRUE", "UNKNOWN", "FALSE"]
BookStatus = Literal["draft", "reviewed"]


class BookStamp(TypedDict):
    version: str
    hash: str
    status: BookStatus


class RuleEntry(TypedDict):
    id: str
    title: str
    urgency: LevelName
    because: str
    statements: list[str]
    status: BookStatus


class ExamEntry(TypedDict):
    id: str
    name: str
    rules: list[str]


class OpenQuestion(TypedDict):
    fact: str
    ask: str
    asked: bool
    could_raise_to: LevelName
    rules: list[str]


class Contradiction(TypedDict):
    facts: list[str]
    because: str


class EngineDifference(TypedDict):
    """`durable` has two truths where that engine contradicts itself."""

    rule: str
    reference: TruthName
    durable: list[TruthName]


class Engines(TypedDict):
    agree: bool
    differences: list[EngineDifference]
    failure: str


class DecisionDocument(TypedDict):
    """`advice` is what to act on, `urgency` is certain, `possible` cannot be ruled out.

    Mildest first, the advice is `none`, where nothing else is possible; `no_level`, for want of answers
    or where the rules are not made for the person; `next_visit`, `this_week`; `review_today`, where a
    person must look today, whatever lower level is certain; `today`, `now`. `urgency` is `none` too
    where only answers are missing: nobody may be told that as a level.

    `rules` fired, and `exams` are theirs; `counted` are open but count in full, and `exams_in_doubt`
    are of those alone; `review` must be looked at by a person. `ticked` are there
    with their details not asked: they count as the mildest kind of *there*. `open` are the facts that
    could still raise the level, with `questions` saying to what.
    """

    schema: str
    book: BookStamp
    advice: ToldName
    urgency: LevelName
    possible: LevelName
    status: Status
    scope: Scope
    suspects: list[str]
    rules: list[RuleEntry]
    exams: list[ExamEntry]
    exams_in_doubt: list[ExamEntry]
    open: list[str]
    questions: list[OpenQuestion]
    counted: list[RuleEntry]
    review: list[RuleEntry]
    contradictions: list[Contradiction]
    engines: Engines
    facts: dict[str, str]
    ticked: list[str]


def json_schema() -> dict[str, Any]:
    """The JSON schema of a DecisionDocument, for programs that read it."""
    from pydantic import TypeAdapter

    return {"$id": SCHEMA, **TypeAdapter(DecisionDocument).json_schema()}


def decision_document(decision: Decision) -> DecisionDocument:
    """The decision with everything another program needs to show or store it."""
    book = decision.book

    def entries(rules: Iterable[Rule]) -> list[RuleEntry]:
        return [
            RuleEntry(
                id=rule.id,
                title=rule.title,
                urgency=_level(rule.urgency),
                because=rule.because,
                statements=list(rule.statements),
                status=rule.status,
            )
            for rule in rules
        ]

    def exams(ids: Iterable[str], rules: Iterable[Rule]) -> list[ExamEntry]:
        return [
            ExamEntry(id=id, name=book.exams[id].name, rules=[r.id for r in rules if id in r.exams])
            for id in ids
        ]

    return DecisionDocument(
        schema=SCHEMA,
        book=BookStamp(version=book.version, hash=book.hash, status=book.status),
        advice=_told(decision.advice),
        urgency=_level(decision.urgency),
        possible=_level(decision.possible),
        status=decision.status,
        scope=_scope(decision),
        suspects=list(decision.suspects),
        rules=entries(decision.fired),
        exams=exams(decision.exams, decision.fired),
        exams_in_doubt=exams(decision.exams_in_doubt, decision.counted),
        open=list(decision.open),
        questions=[
            OpenQuestion(
                fact=name,
                ask=book.facts[name].ask,
                asked=name in decision.answers,
                could_raise_to=_level(decision.raises(name)[0].urgency),
                rules=[rule.id for rule in decision.raises(name)],
            )
            for name in decision.open
        ],
        counted=entries(decision.counted),
        review=entries(decision.review),
        contradictions=[
            Contradiction(facts=list(facts_of(constraint.never)), because=constraint.because)
            for constraint in decision.contradictions
        ],
        engines=Engines(
            agree=decision.engines_agree,
            differences=[
                EngineDifference(
                    rule=judged.rule.id,
                    reference=_truth(judged.trace.truth),
                    durable=[_truth(truth) for truth in sorted(judged.durable)],
                )
                for judged in decision.disputed
            ],
            failure=decision.engine_failure,
        ),
        facts={name: book.facts[name].write(answer) for name, answer in decision.answers.items()},
        ticked=list(decision.ticked),
    )


def _scope(decision: Decision) -> Scope:
    truth = trace(decision.book.scope, known(decision.answers)).truth
    names: dict[Truth, Scope] = {Truth.FALSE: "outside", Truth.UNKNOWN: "not known", Truth.TRUE: "inside"}
    return names[truth]


def _level(level: Level) -> LevelName:
    return cast(LevelName, level.name)


def _told(told: Told) -> ToldName:
    return cast(ToldName, told.name)


def _truth(truth: Truth) -> TruthName:
    return cast(TruthName, truth.name)
