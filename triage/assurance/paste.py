"""A patient as a case to paste: only the answers that matter, with what is decided of them now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TypeVar

from triage.book.book import RuleBook
from triage.book.case import EVERYTHING_ELSE
from triage.book.facts import Answer, Known, known
from triage.book.rule import Level
from triage.decision.decide import without_contradictions
from triage.engines.reference import trace
from triage.engines.truth import Truth

A = TypeVar("A", bound=Answer)


def case_to_paste(
    book: RuleBook,
    name: str,
    answers: Mapping[str, Answer],
    *,
    denied: bool = True,
    keep: Collection[str] = (),
) -> Iterator[str]:
    """The lines of a case. With `denied`, what is denied is not listed, and what changes nothing is left out
    but for the facts to `keep`: those that the patient is an example of.

    The expectation is what the book says now: to be read by a person before it is kept.
    """
    said = shortest(book, answers, keep) if denied else answers
    yield from written_case(book, name, said, denied=denied)


def written_case(
    book: RuleBook,
    name: str,
    said: Mapping[str, Answer],
    *,
    denied: bool = True,
    with_possible: bool = False,
) -> Iterator[str]:
    """The lines of a case of just these answers; `with_possible` also expects what is still possible."""
    yield f"- name: {json.dumps(name, ensure_ascii=False)}"
    yield "  facts:" if said else "  facts: {}"
    for id, answer in said.items():
        yield f"    {id}: {book.facts[id].write(answer)}"
    if denied:
        yield f"  denied: {EVERYTHING_ELSE}"
    told = known({**denials(book), **said} if denied else said)
    level, rules = outcome(book, told)
    yield "  expect:"
    yield f"    urgency: {level.name}"
    if with_possible:
        yield f"    possible: {possible(book, told).name}"
    yield f"    rules: [{', '.join(rules)}]"


def shortest(
    book: RuleBook,
    answers: Mapping[str, A],
    keep: Collection[str] = (),
    told: Callable[[Mapping[str, Known]], object] | None = None,
) -> Mapping[str, A]:
    """The answers without which something else would be told, everything else denied.

    `told` says what is told of answers; without it, that is the level and the rules.
    """
    told = told or partial(outcome, book)
    denied = denials(book)
    kept = {id: answer for id, answer in answers.items() if denied.get(id) != answer}
    wanted = told(known({**denied, **kept}))
    for id in [id for id in kept if id not in keep]:
        fewer = {other: answer for other, answer in kept.items() if other != id}
        if told(known({**denied, **fewer})) == wanted:
            kept = fewer
    return kept


def outcome(book: RuleBook, answers: Mapping[str, Known]) -> tuple[Level, tuple[str, ...]]:
    """The certain level and the rules that are true, by the reference; contradicting answers are unknown."""
    answers, _ = without_contradictions(book, answers)
    rules = [rule for rule in book.rules.values() if trace(rule.when, answers).truth is Truth.TRUE]
    return max((rule.urgency for rule in rules), default=Level.none), tuple(rule.id for rule in rules)


def possible(book: RuleBook, answers: Mapping[str, Known]) -> Level:
    """The level that is still possible, by the reference; contradicting answers are unknown."""
    answers, _ = without_contradictions(book, answers)
    return max(
        (r.urgency for r in book.rules.values() if trace(r.when, answers).truth is not Truth.FALSE),
        default=Level.none,
    )


def denials(book: RuleBook) -> dict[str, Known]:
    """The answers of someone who denies everything that can be denied."""
    return {f.id: f.mildest for f in book.facts.values() if f.deniable and f.mildest is not None}
