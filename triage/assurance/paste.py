"""A patient as a case to paste: only the answers that matter, with what is decided of them now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple, TypeVar

from triage.book.book import RuleBook
from triage.book.facts import Answer, Answers, Fact, Known, known
from triage.book.reading.case import EVERYTHING_ELSE
from triage.book.rule import Constraint, Level
from triage.decision.decide import without_contradictions
from triage.engines.reference import firings

A = TypeVar("A", bound=Answer)


class Read(NamedTuple):
    """What the reference says of a patient: certain level, rules that fire, level still possible, and the
    constraints that their answers meet.
    """

    urgency: Level
    rules: tuple[str, ...]
    possible: Level
    contradictions: tuple[Constraint, ...]


def by_reference(book: RuleBook, answers: Answers) -> Read:
    """What is said of these answers; those that contradict each other are unknown, as in a decision."""
    sure, contradictions = without_contradictions(book.constraints, known(answers))
    found = firings(book.conditions, sure)
    rules = tuple(id for id in book.rules if id in found.certain)
    return Read(book.level_of(rules), rules, book.level_of(found.possible), contradictions)


def denials(facts: Mapping[str, Fact]) -> dict[str, Known]:
    """The answers of someone who denies everything that can be denied."""
    return {f.id: f.mildest for f in facts.values() if f.deniable and f.mildest is not None}


def shortest(
    answers: Mapping[str, A],
    base: Answers,
    told: Callable[[Answers], object],
    keep: Collection[str] = (),
) -> dict[str, A]:
    """The answers without which something else would be told of a patient who otherwise answers `base`.

    Those to `keep` stay in any case. `told` is asked with the base and some of the answers.
    """
    kept = {id: answer for id, answer in answers.items() if base.get(id) != answer}
    wanted = told({**base, **kept})
    for id in [id for id in kept if id not in keep]:
        fewer = {other: answer for other, answer in kept.items() if other != id}
        if told({**base, **fewer}) == wanted:
            kept = fewer
    return kept


def matters(book: RuleBook, answers: Mapping[str, A], keep: Collection[str] = ()) -> dict[str, A]:
    """The answers that make the level, the rules and the contradictions, everything else denied."""

    def told(said: Answers) -> object:
        read = by_reference(book, said)
        return read.urgency, read.rules, read.contradictions

    return shortest(answers, denials(book.facts), told, keep)


def case_to_paste(
    book: RuleBook, name: str, answers: Answers, *, denied: bool = True, keep: Collection[str] = ()
) -> Iterator[str]:
    """The lines of a case. With `denied`, what is denied is not listed, and what changes nothing is left out
    but for the facts to `keep`: those that the patient is an example of.

    The expectation is what the book says now: to be read by a person before it is kept.
    """
    said = matters(book, answers, keep) if denied else answers
    yield from written_case(book, name, said, denied=denied)


def written_case(
    book: RuleBook, name: str, said: Answers, *, denied: bool = True, with_possible: bool = False
) -> Iterator[str]:
    """The lines of a case of just these answers; `with_possible` also expects what is still possible."""
    yield f"- name: {json.dumps(name, ensure_ascii=False)}"
    yield "  facts:" if said else "  facts: {}"
    for id, answer in said.items():
        yield f"    {id}: {book.facts[id].write(answer)}"
    if denied:
        yield f"  denied: {EVERYTHING_ELSE}"
    read = by_reference(book, {**denials(book.facts), **said} if denied else said)
    yield "  expect:"
    yield f"    urgency: {read.urgency.name}"
    if with_possible:
        yield f"    possible: {read.possible.name}"
    yield f"    rules: [{', '.join(read.rules)}]"
