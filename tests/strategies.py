"""Hypothesis strategies: a random book, and any patient of it."""

from __future__ import annotations

import random
from functools import lru_cache

from hypothesis import strategies as st

from tests.random_books import random_book
from triage.book.book import RuleBook
from triage.book.facts import DECLINED, UNKNOWN, Answer, Fact, NotKnown
from triage.decision.decide import Decider


@lru_cache(maxsize=64)
def small_random_decider(seed: int) -> Decider:
    """Both engines over a random book of ten rules."""
    return Decider(random_book(random.Random(seed), facts=14, rules=10))


deciders = st.integers(0, 40).map(small_random_decider)


def answers_to(fact: Fact) -> st.SearchStrategy[Answer]:
    """Any answer to a fact, known or not."""
    known: st.SearchStrategy[Answer] = (
        st.sampled_from(list(fact.answers))
        if fact.scale is None
        else st.integers(fact.scale.low, fact.scale.high)
    )
    return known | st.sampled_from([NotKnown(UNKNOWN), NotKnown(DECLINED)])


def patients(book: RuleBook) -> st.SearchStrategy[dict[str, Answer]]:
    """Any answers to any of a book's facts."""
    return st.fixed_dictionaries({}, optional={fact.id: answers_to(fact) for fact in book.facts.values()})
