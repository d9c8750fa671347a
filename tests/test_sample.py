"""The check on every run: a row that is decided differently in columns stops it."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.cohorts import chunk_of
from tests.random_books import random_book, random_patient
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.logic import Is
from triage.cohort.run import Run
from triage.cohort.sample import EnginesDiffer, Sample
from triage.decision.at_once import AtOnce
from triage.decision.decide import Decider


def test_every_row_of_random_patients_is_decided_alike() -> None:
    rng = random.Random(SEED)
    book = random_book(rng)
    chunk = chunk_of(book, [random_patient(rng, book) for _ in range(60)])
    decided = AtOnce(book).decide(chunk.codes)
    Sample(Decider(book), 1.0).check(chunk, decided, np.arange(60))


@pytest.mark.parametrize("column", ["urgency", "possible", "advice", "status"])
def test_a_word_that_differs_in_one_row_is_found(column: str, small_book: RuleBook) -> None:
    chunk = chunk_of(small_book, [{"cancer": "liver", "leg_weakness": "both_legs"}, {}])
    decided = AtOnce(small_book).decide(chunk.codes)
    before = decided.column(column)
    places = np.array(before.indices)
    places[1] = (places[1] + 1) % len(before.dictionary)
    field = decided.schema.get_field_index(column)
    wrong = decided.set_column(
        field,
        decided.schema.field(column),
        pa.DictionaryArray.from_arrays(places, before.dictionary, ordered=before.type.ordered),
    )
    with pytest.raises(EnginesDiffer, match=rf"row 2 \('p2'\): {column} is"):
        Sample(Decider(small_book), 1.0).check(chunk, wrong, np.arange(2))


@pytest.mark.parametrize("column", ["rules", "counted", "review", "open_rules", "exams", "suspects", "open"])
def test_a_set_that_differs_by_one_name_is_found(column: str, small_book: RuleBook) -> None:
    chunk = chunk_of(small_book, [{}, {"cancer": "liver", "leg_weakness": "both_legs"}])
    decided = AtOnce(small_book).decide(chunk.codes)
    sets = decided.column(column)
    raw = np.frombuffer(sets.buffers()[1], np.uint8).copy()
    raw[-sets.type.byte_width] ^= 1
    wrong = decided.set_column(
        decided.schema.get_field_index(column),
        decided.schema.field(column),
        pa.Array.from_buffers(sets.type, len(sets), [None, pa.py_buffer(raw)]),
    )
    with pytest.raises(EnginesDiffer) as caught:
        Sample(Decider(small_book), 1.0).check(chunk, wrong, np.arange(2))
    assert [difference.column for difference in caught.value.differences] == [column]


def test_at_least_one_row_of_a_chunk_is_checked_and_the_same_ones_when_it_is_done_again(
    small_book: RuleBook,
) -> None:
    few, many = (Sample(Decider(small_book), share, always=0) for share in (0.00001, 0.5))
    chunk = chunk_of(small_book, [{}] * 40, first=7)
    assert len(few.rows(chunk)) == 1
    assert len(many.rows(chunk)) == 20
    assert list(many.rows(chunk)) == list(many.rows(chunk))
    assert len(few.rows(chunk_of(small_book, []))) == 0
    assert len({tuple(many.rows(chunk_of(small_book, [{}] * 40, first=n))) for n in range(20)}) > 10


def test_the_first_rows_of_a_table_are_all_checked(small_book: RuleBook) -> None:
    sample = Sample(Decider(small_book), 0.00001, always=5)
    assert set(sample.rows(chunk_of(small_book, [{}] * 40, first=3))) >= {0, 1, 2}
    assert len(sample.rows(chunk_of(small_book, [{}] * 40, first=3))) <= 4


def test_a_rule_that_only_one_of_the_engines_knows_stops_a_run(small_book: RuleBook) -> None:
    name, rule = next(iter(small_book.rules.items()))
    fact = next(fact for fact in small_book.facts.values() if fact.answers)
    other = replace(rule, when=Is(fact.id, frozenset(fact.answers)))
    changed = replace(small_book, rules={**small_book.rules, name: other})
    run = Run(Decider(small_book), 1.0)
    run._at_once = AtOnce(changed)
    with pytest.raises(EnginesDiffer, match="rules is"):
        run.decide(chunk_of(small_book, [{fact.id: answer} for answer in fact.answers]))
