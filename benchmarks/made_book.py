"""A made rule book of any size, and made patients: the same work for every way of deciding a cohort.

The book always has 120 facts. With 200 rules it makes some 673 comparisons, half of them distinct.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans, fold
from triage.book.quantity import Scale
from triage.book.rule import Level, LevelWords, Rule, Screen
from triage.engines.durable import MAX_FIRINGS, MAX_GROUPS, MAX_WEIGHT
from triage.engines.patterns import Patterns

YES_OR_NO, CHOICES, NUMBERS = 60, 25, 35
CUTS = 12  # thresholds of a number that rules are made with: real rules share theirs too
WORSE = 0.38  # how often a known choice has one of its worse answers, which the rules ask for


def made_book(rules: int, *, seed: int) -> RuleBook:
    """A book of so many rules over 120 facts, the same for the same seed."""
    rng = random.Random(seed)
    facts = _facts(rng)
    scope = next(fact for fact in facts.values() if fact.scale is not None)
    assert scope.scale is not None
    return RuleBook(
        title="made",
        version="0.0.0",
        status="draft",
        hash="0" * 64,
        scope=Is(scope.id, Spans(((scope.scale.low, scope.scale.high),))),
        outside_scope="",
        facts=facts,
        findings={},
        rules={f"any/rule-{n}": _rule(rng, facts, f"any/rule-{n}", n * 37 % 100) for n in range(rules)},
        exams={},
        suspicions={},
        screens={"all": Screen("all", "all", "all")},
        levels={level: LevelWords(level, level.name, "", "", "", ()) for level in Level},
        documents={},
        constraints=(),
        advice=(),
    )


def _facts(rng: random.Random) -> dict[str, Fact]:
    facts = [_choice(f"sign_{n}", ["no", "yes"]) for n in range(YES_OR_NO)]
    for n in range(CHOICES):
        facts.append(_choice(f"kind_{n}", [f"answer_{place}" for place in range(rng.randint(3, 6))]))
    for n in range(NUMBERS):
        low = rng.choice([-50, 0, 1, 300])
        step = Fraction(1, rng.choice([1, 2, 10]))
        facts.append(_fact(f"number_{n}", {}, Scale("points", low, low + rng.randint(40, 400), step)))
    return {fact.id: fact for fact in facts}


def _choice(id: str, answers: list[str]) -> Fact:
    return _fact(id, {answer: answer for answer in answers}, None)


def _fact(id: str, answers: Mapping[str, str], scale: Scale | None) -> Fact:
    return Fact(
        id=id,
        ask=f"{id}?",
        short=id,
        nurse=id,
        answers=answers,
        scale=scale,
        ordered=bool(answers),
        denied=f"no {id}",
        usual="",
        not_known={},
        kind="symptom",
        asked_of="patient",
        lasts="call",
        screen="all",
        sources=(),
    )


def _rule(rng: random.Random, facts: Mapping[str, Fact], id: str, place: int) -> Rule:
    """A rule inside the limits of durable-rules."""
    while True:
        when = _condition(rng, facts, place)
        pattern = fold(when, Patterns(facts))
        if pattern.groups <= MAX_GROUPS and pattern.weight <= MAX_WEIGHT and pattern.ways <= MAX_FIRINGS:
            break
    return Rule(
        id=id,
        file=f"{id}.yaml",
        title=id,
        urgency=Level(rng.randint(1, 4)),
        suspects=(),
        when=when,
        findings=(),
        because="",
        exams=(),
        safety_net="",
        sources=(),
        examples=(),
        status="draft",
    )


def _condition(rng: random.Random, facts: Mapping[str, Fact], place: int) -> Condition:
    """Two in three ask for all of their comparisons; each fact is asked for once.

    `place` runs from 0 to 99 over any hundred rules in a row, so that every book has the same shares.
    """
    free = iter([_comparison(rng, facts[name]) for name in rng.sample(list(facts), 8)])

    def some(fewest: int, most: int) -> tuple[Is, ...]:
        return tuple(next(free) for _ in range(rng.randint(fewest, most)))

    if place < 66:
        size = rng.choice([2, 2, 3, 3, 4, 5])
        return All(some(size, size))
    if place < 69:
        return Any(some(2, 3))
    if place < 73:
        return All((*some(1, 1), AtLeast(2, some(3, 4))))
    return All((*some(1, 2), Any(some(2, 3))))


def _comparison(rng: random.Random, fact: Fact) -> Is:
    """Some worse answers of a choice, or a number from a threshold on, below one, or between two."""
    if fact.scale is None:
        worse = list(fact.answers)[1:]
        first = rng.randrange(len(worse))
        return Is(fact.id, frozenset(worse[first : rng.randint(first, len(worse)) + 1]))
    low, high = fact.scale.low, fact.scale.high
    cuts = [low + (high - low) * n // (CUTS + 1) for n in range(1, CUTS + 1)]
    first, second = sorted(rng.sample(cuts, 2))
    return Is(fact.id, Spans((rng.choice([(second, high), (low, first - 1), (first, second)]),)))


def made_patients(book: RuleBook, rows: int, *, known: float, seed: int) -> pa.Table:
    """Patients of whom this share of all answers is known; a null is not known, a number is in steps."""
    rng = np.random.default_rng(seed)
    return pa.table({fact.id: _column(rng, fact, rows, known) for fact in book.facts.values()})


def _column(rng: np.random.Generator, fact: Fact, rows: int, known: float) -> pa.Array:
    """One random number for each answer: its lower half picks the answer, all of it whether it is known."""
    drawn = rng.integers(2**32, size=rows, dtype=np.uint32)
    answers = _answers(fact)[drawn.astype(np.uint16)]
    valid = np.packbits(drawn < round(known * 2**32), bitorder="little")
    type_ = pa.int8() if fact.scale is None else pa.int16()
    column = pa.Array.from_buffers(type_, rows, [pa.py_buffer(valid), pa.py_buffer(answers)])
    return column if fact.scale is not None else pa.DictionaryArray.from_arrays(column, list(fact.answers))


def _answers(fact: Fact) -> npt.NDArray[np.int8 | np.int16]:
    """The answer for each lower half: numbers evenly, and of a choice the worse answers as `WORSE` says."""
    places = np.arange(2**16)
    if fact.scale is not None:
        size = fact.scale.high - fact.scale.low + 1
        return (fact.scale.low + places * size // 2**16).astype(np.int16)
    worse = len(fact.answers) - 1
    return np.ceil((places / 2**16 - (1 - WORSE)) / WORSE * worse).clip(0).astype(np.int8)
