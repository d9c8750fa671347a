"""Facts: what can be answered, how it is written in files and said to people."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import BOOKS
from tests.strategies import answers_to
from triage.book.facts import DECLINED, UNKNOWN, Answer, Fact, NotKnown, known
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.load import load_book

FACTS = load_book(BOOKS / "small").facts


@pytest.mark.parametrize(
    ("fact", "text", "answer"),
    [
        ("cancer", "lung", "lung"),
        ("lump_size", "20 mm", 20),
        ("lump_size", "2 cm", 20),
        ("temperature", "38.5 °C", 385),
        ("cancer", "unknown", NotKnown(UNKNOWN)),
        ("temperature", "declined", NotKnown(DECLINED)),
        ("blood_flow", "not_reported", NotKnown("not_reported")),
    ],
)
def test_a_word_of_a_file_is_this_answer(fact: str, text: str, answer: Answer) -> None:
    assert FACTS[fact].read(text) == answer


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("cancer", "Lung"),
        ("cancer", "lung "),
        ("cancer", ""),
        ("cancer", "In a lung"),
        ("cancer", "not_reported"),
        ("cancer", "Unknown"),
        ("leg_numbness", "true"),
        ("leg_numbness", "y"),
        ("lump_size", "lung"),
        ("lump_size", "not_reported"),
    ],
)
def test_any_other_word_is_refused(fact: str, text: str) -> None:
    with pytest.raises(UnreadableAnswer):
        FACTS[fact].read(text)


def test_a_misspelt_answer_names_the_nearest_one() -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        FACTS["blood_flow"].read("not_reportd")
    assert caught.value.what == '"not_reportd" is not an answer to blood_flow'
    assert caught.value.write == 'did you mean "not_reported"?'


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.id)
@given(data=st.data())
def test_an_answer_that_is_written_is_read_back_as_it_was(fact: Fact, data: st.DataObject) -> None:
    answer = data.draw(answers_to(fact))
    assert fact.read(fact.write(answer)) == answer
    assert fact.read(fact.write(answer), own_unit=True) == answer


@pytest.mark.parametrize(
    ("fact", "answer", "said"),
    [
        ("cancer", "lung", "In a lung"),
        ("lump_size", 20, "20 mm"),
        ("temperature", 385, "38.5 °C"),
        ("blood_flow", NotKnown("not_reported"), "It does not say"),
        ("cancer", NotKnown(UNKNOWN), "I don't know"),
        ("cancer", NotKnown(DECLINED), "I would rather not say"),
    ],
)
def test_an_answer_is_said_in_words(fact: str, answer: Answer, said: str) -> None:
    assert FACTS[fact].say(answer) == said


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.id)
def test_the_mildest_answer_is_the_first_one_of_ordered_answers_only(fact: Fact) -> None:
    assert fact.mildest == (next(iter(fact.answers)) if fact.ordered else None)


@pytest.mark.parametrize(
    ("fact", "answer", "shows"),
    [
        ("skin_lump", "none", False),
        ("skin_lump", "long_known", True),
        ("skin_lump", "new", True),
        ("skin_lump", None, False),
        ("skin_lump", NotKnown(UNKNOWN), False),
        ("skin_lump", NotKnown(DECLINED), False),
        ("blood_flow", "absent", True),
        ("blood_flow", NotKnown("not_reported"), False),
        ("lump_size", 1, True),
        ("cancer", "lung", False),
        ("age", 61, False),
    ],
)
def test_only_a_known_answer_that_is_no_denial_shows_that_something_is_there(
    fact: str, answer: Answer | None, shows: bool
) -> None:
    assert FACTS[fact].shows_presence(answer) is shows


@pytest.mark.parametrize("kind", ["symptom", "finding"])
def test_a_symptom_and_a_finding_can_show_presence_and_background_cannot(
    kind: Literal["symptom", "finding"],
) -> None:
    fact = FACTS["cancer"]
    assert replace(fact, kind=kind).shows_presence("lung")
    assert not replace(fact, kind="background").shows_presence("lung")


def test_known_leaves_out_whatever_decides_nothing() -> None:
    answers: dict[str, Answer] = {
        "cancer": "lung",
        "age": 0,
        "skin_lump": NotKnown(UNKNOWN),
        "lump_size": NotKnown(DECLINED),
        "blood_flow": NotKnown("not_reported"),
    }
    assert known(answers) == {"cancer": "lung", "age": 0}
