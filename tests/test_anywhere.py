"""Deciding inside another engine: batches in, batches out, every row in its place."""

from __future__ import annotations

import pickle
import random

import pyarrow as pa
import pytest

from tests.random_books import random_book, random_patient
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.cohort.anywhere import DecideBatches
from triage.decision.decide import Decider


def test_each_row_says_what_decide_says_of_it() -> None:
    rng = random.Random(SEED)
    book = random_book(rng, facts=20, rules=30)
    patients = [random_patient(rng, book) for _ in range(50)]
    cells = {
        fact.id: [fact.write(answers[fact.id]) if fact.id in answers else None for answers in patients]
        for fact in book.facts.values()
    }
    table = pa.table({name: pa.array(texts, pa.string()) for name, texts in cells.items()})
    decide = pickle.loads(pickle.dumps(DecideBatches(book)))
    rows = [row for batch in decide(table.to_batches(max_chunksize=17)) for row in batch.to_pylist()]
    decider = Decider(book)
    for row, answers in zip(rows, patients, strict=True):
        decision = decider.decide(answers)
        assert (row["urgency"], row["possible"]) == (decision.urgency.name, decision.possible.name)
        assert (row["advice"], row["status"]) == (decision.advice.name, decision.status)
        assert set(row["rules"]) == {rule.id for rule in decision.fired}
        assert set(row["open"]) == set(decision.open)
        assert row["refused"] is None


def test_a_row_that_cannot_be_read_stays_in_its_place(small_book: RuleBook) -> None:
    legs = ["none", "non", None, "both_legs", "nine"]
    batch = pa.record_batch({"id": ["a", "b", "c", "d", "e"], "leg_weakness": legs})
    [out] = DecideBatches(small_book)([batch])
    assert out.schema == DecideBatches(small_book).schema
    rows = out.to_pylist()
    assert [row["id"] for row in rows] == ["a", "b", "c", "d", "e"]
    assert [row["advice"] is None for row in rows] == [False, True, False, False, True]
    assert 'did you mean "none"?' in rows[1]["refused"]


def test_no_rows_and_no_good_rows_are_batches_too(small_book: RuleBook) -> None:
    decide = DecideBatches(small_book)
    batch = pa.record_batch({"leg_weakness": pa.array(["non"], pa.string())})
    none, refused = decide([batch.slice(0, 0), batch])
    assert (none.num_rows, refused.num_rows) == (0, 1)
    assert none.schema == refused.schema == decide.schema


def test_an_unknown_column_is_an_error(small_book: RuleBook) -> None:
    with pytest.raises(Problems, match="leg_weakness"):
        list(DecideBatches(small_book)([pa.record_batch({"leg_weaknes": ["none"]})]))
