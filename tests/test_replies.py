"""What a person may type: the numbers and the words on the screen, however they are written."""

from __future__ import annotations

import pytest

from triage.book.book import RuleBook
from triage.book.facts import DECLINED, UNKNOWN, Fact, NotKnown
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.cli.replies import (
    NotUnderstood,
    list_item,
    read_answer,
    read_not_known,
    read_number,
    read_ticks,
    typed,
)


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load_book(shipped_folder("rules"))


@pytest.fixture
def legs(small_book: RuleBook) -> tuple[Fact, ...]:
    """The list of the small book: weakness, numbness and back pain."""
    return tuple(small_book.facts[name] for name in ("leg_weakness", "leg_numbness", "back_pain"))


@pytest.mark.parametrize(
    "typed", ["2", "2.", "2)", "Yes, one leg", "yes, ONE leg", "Yes, one leg.", "one_leg"]
)
def test_an_answer_is_its_number_or_its_words_on_the_screen(typed: str, small_book: RuleBook) -> None:
    assert read_answer(small_book.facts["leg_weakness"], typed) == "one_leg"


def test_a_way_of_not_knowing_is_read_by_its_words_too(small_book: RuleBook) -> None:
    assert read_answer(small_book.facts["blood_flow"], "it does not say") == NotKnown("not_reported")


@pytest.mark.parametrize("typed", ["n", "no", "No", "NO."])
def test_no_is_the_answer_whose_words_are_no_whatever_its_id(typed: str, small_book: RuleBook) -> None:
    assert read_answer(small_book.facts["leg_weakness"], typed) == "none"
    with pytest.raises(NotUnderstood):
        read_answer(small_book.facts["cancer"], typed)


@pytest.mark.parametrize(
    "typed", ["d", "D", "I don't know", "I don’t know", "don't know", "dont know.", "dunno"]
)
def test_not_knowing_is_understood_everywhere(
    typed: str, small_book: RuleBook, legs: tuple[Fact, ...]
) -> None:
    for name in ("leg_weakness", "temperature", "blood_flow"):
        assert read_answer(small_book.facts[name], typed) == NotKnown(UNKNOWN)
    assert read_ticks(legs, typed).not_known == legs
    assert read_not_known(typed) == UNKNOWN


@pytest.mark.parametrize("typed", ["s", "rather not say", "I would rather not say", "I'd rather not say"])
def test_declining_is_kept_apart_from_not_knowing(
    typed: str, small_book: RuleBook, legs: tuple[Fact, ...]
) -> None:
    assert read_answer(small_book.facts["age"], typed) == NotKnown(DECLINED)
    assert read_ticks(legs, typed).word == DECLINED


@pytest.mark.parametrize(
    ("fact", "typed", "written"),
    [
        ("age", "70 years old", "70 years"),
        ("age", "70 yrs", "70 years"),
        ("age", "70 Yrs. old", "70 years"),
        ("age", "70.", "70 years"),
        ("temperature", "38.5 degrees", "38.5 °C"),
        ("temperature", "38,5°", "38.5 °C"),
        ("temperature", "38.5 degrees Celsius", "38.5 °C"),
        ("temperature", "101.3 degrees F", "38.5 °C"),
    ],
)
def test_a_quantity_is_read_as_people_write_it(
    fact: str, typed: str, written: str, small_book: RuleBook
) -> None:
    asked = small_book.facts[fact]
    assert asked.write(read_answer(asked, typed)) == written


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("age", "70 degrees"),
        ("age", "old"),
        ("age", "7 0"),
        ("temperature", "101 degrees"),
        ("age", "60 or 70"),
    ],
)
def test_a_quantity_is_never_guessed(fact: str, typed: str, small_book: RuleBook) -> None:
    """Degrees are of Celsius only where the fact is: 101 degrees are out of range, and not converted."""
    with pytest.raises(NotUnderstood):
        read_answer(small_book.facts[fact], typed)


@pytest.mark.parametrize("typed", ["0", "0.", "n", "none", "None of these", "none of these."])
def test_none_of_these(typed: str, legs: tuple[Fact, ...]) -> None:
    assert read_ticks(legs, typed).there == ()


@pytest.mark.parametrize("typed", ["1 3", "1,3", "1, 3", "1 and 3", "3 & 1", "1. 3.", "1) and 3)", "1 1 3"])
def test_several_items_are_named_as_people_write_lists(typed: str, legs: tuple[Fact, ...]) -> None:
    assert {fact.id for fact in read_ticks(legs, typed).there} == {"leg_weakness", "back_pain"}
    assert read_ticks(legs, typed).not_known == ()


@pytest.mark.parametrize("typed", ["", "and", "1 and", "13", "1-3", "yes", "0 1", "1 x"])
def test_what_is_no_list_of_items_ticks_nothing(typed: str, legs: tuple[Fact, ...]) -> None:
    with pytest.raises(NotUnderstood):
        read_ticks(legs, typed)


def test_wide_digits_are_digits_and_controls_are_shown_and_never_sent_to_the_screen() -> None:
    assert typed("３８．５\u3000°C\n") == "38.5 °C"
    assert typed("１；２") == "1;2"
    assert typed("1\t3\r\n") == "1 3"
    assert typed("\x1b[2J\x07\u202e") == "\\x1b[2J\\x07\\x202e"
    assert typed("Übelkeit 腹痛") == "Übelkeit 腹痛"


def test_a_number_is_one_of_those_shown() -> None:
    assert [read_number(text, 3) for text in ("1", "3.", "0", "4", "", "1 2", "٣", "d")] == [1, 3] + [
        None
    ] * 6


def test_for_a_nurse_an_item_asserts_what_its_tick_stores(shipped: RuleBook) -> None:
    items = {fact.id: list_item(fact, nurse=True) for fact in shipped.facts.values()}
    assert items["lump_pain"] == "Tenderness of the lump: No, it does not hurt"
    assert items["back_pain_lasting"] == "Length of the back pain: Two weeks or more"
    assert items["back_pain_at_night"] == shipped.facts["back_pain_at_night"].nurse, "its tick is a plain yes"
    assert items["back_pain"] == shipped.facts["back_pain"].nurse, "its detail is asked next"
    for fact in shipped.facts.values():
        assert list_item(fact, nurse=False) == fact.short
