"""The words of `when:` become a condition; what is wrong in them is in tests/messages (codes C…)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import BOOKS
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans
from triage.book.problems import Problem
from triage.book.reading.condition import ConditionReader
from triage.book.reading.load import load_book
from triage.book.reading.text import parse_page

BOOK = load_book(BOOKS / "small")
SIZE, TEMPERATURE = (1, 200), (300, 450)


def read(text: str) -> tuple[Condition | None, list[Problem], list[str]]:
    """The condition in a text, what is wrong with it, and the findings that it names."""
    page = parse_page(text.encode(), "rule.yaml")
    findings = {id: finding.when for id, finding in BOOK.findings.items()}
    reader = ConditionReader(page, BOOK.facts, findings, [])
    return reader.read(page.data, ()), reader.found, reader.named


def read_well(text: str) -> Condition | None:
    condition, found, _ = read(text)
    assert found == []
    return condition


def is_(fact: str, *answers: str) -> Is:
    return Is(fact, frozenset(answers))


def test_one_answer_is_a_comparison() -> None:
    assert read_well("cancer: liver") == is_("cancer", "liver")


def test_a_list_of_answers_is_one_comparison_in_any_order() -> None:
    assert read_well("cancer: [liver, lung]") == is_("cancer", "lung", "liver")


def test_groups_keep_their_parts_in_the_order_written() -> None:
    text = """
    all:
      - cancer: lung
      - any: [{chills: yes}, {feeling_ill: yes}]
      - at least 2 of:
          - back_pain: lasting
          - leg_numbness: yes
          - skin_lump: new
    """
    assert read_well(text) == All(
        (
            is_("cancer", "lung"),
            Any((is_("chills", "yes"), is_("feeling_ill", "yes"))),
            AtLeast(2, (is_("back_pain", "lasting"), is_("leg_numbness", "yes"), is_("skin_lump", "new"))),
        )
    )


def test_a_finding_is_written_out_and_named() -> None:
    condition, found, named = read("all: [{finding: cord_sign}, {cancer: lung}]")
    cord_sign = Any((is_("leg_weakness", "one_leg", "both_legs"), is_("leg_numbness", "yes")))
    assert condition == All((cord_sign, is_("cancer", "lung")))
    assert (found, named) == ([], ["cord_sign"])


@pytest.mark.parametrize(
    ("phrase", "spans"),
    [
        ("at least 20 mm", [(20, 200)]),
        ("above 20 mm", [(21, 200)]),
        ("at most 20 mm", [(1, 20)]),
        ("below 20 mm", [(1, 19)]),
        ("between 5 and 20 mm", [(5, 20)]),
        ("between 5 and 5 mm", [(5, 5)]),
        ("at least 200 mm", [(200, 200)]),
        ("at most 1 mm", [(1, 1)]),
        ("[below 5 mm, above 20 mm]", [(1, 4), (21, 200)]),
        ("[above 20 mm, below 5 mm]", [(1, 4), (21, 200)]),
        ("[between 5 and 9 mm, between 10 and 12 mm]", [(5, 12)]),
        ("[between 5 and 9 mm, between 7 and 8 mm]", [(5, 9)]),
        ("[between 5 and 9 mm, between 8 and 12 mm]", [(5, 12)]),
        ("[between 5 and 8 mm, between 10 and 12 mm]", [(5, 8), (10, 12)]),
    ],
)
def test_a_phrase_about_a_number_is_these_steps(phrase: str, spans: list[tuple[int, int]]) -> None:
    assert read_well(f"lump_size: {phrase}") == Is("lump_size", Spans(tuple(spans)))


@given(st.integers(*TEMPERATURE), st.integers(*TEMPERATURE))
def test_each_phrase_means_what_it_says_at_and_beside_its_threshold(threshold: int, steps: int) -> None:
    digits = f"{threshold // 10}.{threshold % 10} °C"
    for phrase, meant in (
        ("at least", steps >= threshold),
        ("above", steps > threshold),
        ("at most", steps <= threshold),
        ("below", steps < threshold),
    ):
        condition, found, _ = read(f"temperature: {phrase} {digits}")
        if condition is None:
            # Nothing can be so, or everything is: both say so instead of becoming a comparison.
            assert [problem.code for problem in found] in (["C010"], ["C011"])
            assert threshold in TEMPERATURE
        else:
            assert isinstance(condition, Is)
            assert condition.accepts(steps) is meant


def test_every_mistake_in_a_condition_is_found_at_once() -> None:
    condition, found, _ = read(
        "all:\n  - cancr: lung\n  - chills: maybe\n  - any:\n      - lump_size: 20 mm\n      - finding: x\n"
    )
    assert condition is None
    assert [(problem.line, problem.code) for problem in found] == [
        *((2, "C006"), (3, "C008"), (5, "C011"), (6, "C005"))
    ]


@pytest.mark.parametrize(
    "text", ["[]", "{}", "word", "all: []", "any: {}", "at least 2 of: word", "cancer: []"]
)
def test_what_is_no_condition_becomes_none_and_a_problem(text: str) -> None:
    condition, found, _ = read(text)
    assert condition is None
    assert len(found) == 1
