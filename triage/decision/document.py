"""A decision as JSON: the contract with other programs, versioned by `schema`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typing_extensions import TypedDict

from triage.book.facts import known
from triage.book.logic import facts_of
from triage.book.rule import Rule
from triage.decision.decide import Decision
from triage.engines.reference import trace
from triage.engines.truth import Truth

SCHEMA = "triage-decision/1"


class BookStamp(TypedDict):
    version: str
    hash: str
    status: str


class RuleEntry(TypedDict):
    id: str
    title: str
    urgency: str
    because: str
    statements: list[str]
    status: str


class ExamEntry(TypedDict):
    id: str
    name: str
    rules: list[str]


class OpenQuestion(TypedDict):
    fact: str
    ask: str
    asked: bool
    could_raise_to: str
    rules: list[str]


class Contradiction(TypedDict):
    facts: list[str]
    because: str


class EngineDifference(TypedDict):
    rule: str
    reference: str
    durable: str


class Engines(TypedDict):
    agree: bool
    differences: list[EngineDifference]
    failure: str


class DecisionDocument(TypedDict):
    """`urgency` is certain, `possible` cannot be ruled out, `advice` is the level to act on.

    `rules` fired; `counted` are open but count in full; `review` must be looked at by a person.
    `open` are the facts that could still raise the level, with `questions` saying to what.
    """

    schema: str
    book: BookStamp
    urgency: str
    possible: str
    advice: str
    status: str
    scope: str
    suspects: list[str]
    rules: list[RuleEntry]
    exams: list[ExamEntry]
    open: list[str]
    questions: list[OpenQuestion]
    counted: list[RuleEntry]
    review: list[RuleEntry]
    contradictions: list[Contradiction]
    engines: Engines
    facts: dict[str, str]


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
                urgency=rule.urgency.name,
                because=rule.because,
                statements=list(rule.statements),
                status=rule.status,
            )
            for rule in rules
        ]

    return DecisionDocument(
        schema=SCHEMA,
        book=BookStamp(version=book.version, hash=book.hash, status=book.status),
        urgency=decision.urgency.name,
        possible=decision.possible.name,
        advice=decision.advice.name,
        status=decision.status,
        scope=_scope(decision),
        suspects=list(decision.suspects),
        rules=entries(decision.fired),
        exams=[
            ExamEntry(
                id=id,
                name=book.exams[id].name,
                rules=[rule.id for rule in decision.fired if id in rule.exams],
            )
            for id in decision.exams
        ],
        open=list(decision.open),
        questions=[
            OpenQuestion(
                fact=name,
                ask=book.facts[name].ask,
                asked=name in decision.answers,
                could_raise_to=decision.raises(name)[0].urgency.name,
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
                EngineDifference(rule=d.rule, reference=d.reference.name, durable=d.durable.name)
                for d in decision.differences
            ],
            failure=decision.engine_failure,
        ),
        facts={name: book.facts[name].write(answer) for name, answer in decision.answers.items()},
    )


def _scope(decision: Decision) -> str:
    truth = trace(decision.book.scope, known(decision.answers)).truth
    return {Truth.FALSE: "outside", Truth.UNKNOWN: "not known", Truth.TRUE: "inside"}[truth]
