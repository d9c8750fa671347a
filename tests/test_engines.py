"""The two engines agree: on random books, on partial patients, at every boundary."""

from __future__ import annotations

import random

import pytest

from tests.random_books import random_book, random_patient
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.facts import known
from triage.engines.durable import DurableEngine
from triage.engines.reference import trace
from triage.engines.truth import Truth


def assert_engines_agree(book: RuleBook, rng: random.Random, patients: int, seed: int) -> None:
    engine = DurableEngine(book.facts, book.rules.values())
    for number in range(patients):
        answers = known(random_patient(rng, book))
        truths = {id: trace(rule.when, answers).truth for id, rule in book.rules.items()}
        firings = engine.decide(answers)
        certain = {id for id, truth in truths.items() if truth is Truth.TRUE}
        possible = {id for id, truth in truths.items() if truth is not Truth.FALSE}
        where = f"TRIAGE_SEED={seed}, patient {number}: {answers}"
        assert firings.certain == certain, where
        assert firings.possible == possible, where


def test_engines_agree_on_random_books_of_60_rules_and_more() -> None:
    """With three rules nothing shows: lost firings appeared only in books of this size."""
    rng = random.Random(SEED)
    for _ in range(4):
        book = random_book(rng, facts=rng.randint(30, 60), rules=rng.randint(60, 90))
        assert_engines_agree(book, rng, patients=5_000, seed=SEED)


@pytest.mark.long
@pytest.mark.parametrize("number", range(20))
def test_engines_agree_on_many_more_random_books(number: int) -> None:
    """One test for each book, of half a minute or so: a soak that is stopped has told what it saw."""
    rng = random.Random(f"{SEED} {number}")
    book = random_book(rng, facts=rng.randint(10, 120), rules=rng.randint(60, 250))
    assert_engines_agree(book, rng, patients=5_000, seed=SEED)


def test_engines_agree_when_everything_or_nothing_is_known() -> None:
    rng = random.Random(SEED)
    for _ in range(30):
        book = random_book(rng, facts=30, rules=20)
        engine = DurableEngine(book.facts, book.rules.values())
        everything = {fact.id: next(iter(fact.answers), None) for fact in book.facts.values()}
        for answers in (
            {},
            {n: a if a is not None else book.facts[n].scale.low for n, a in everything.items()},  # type: ignore[union-attr]
        ):
            firings = engine.decide(answers)
            truths = {id: trace(rule.when, answers).truth for id, rule in book.rules.items()}
            assert firings.certain == {id for id, t in truths.items() if t is Truth.TRUE}, SEED
            assert firings.possible == {id for id, t in truths.items() if t is not Truth.FALSE}, SEED
