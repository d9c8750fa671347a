"""The language of conditions: what it holds, and that one walk over it is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans, comparisons, facts_of, fold

A, B, C = (Is(name, frozenset({"yes"})) for name in ("a", "b", "c"))
TREE = All((A, Any((B, AtLeast(2, (C, A, B))))))


class Written:
    """Algebra: a condition as it could be written down."""

    def is_(self, comparison: Is) -> str:
        return comparison.fact

    def all(self, parts: Sequence[str]) -> str:
        return f"({' and '.join(parts)})"

    def any(self, parts: Sequence[str]) -> str:
        return f"({' or '.join(parts)})"

    def at_least(self, count: int, parts: Sequence[str]) -> str:
        return f"({count} of {' '.join(parts)})"


def test_a_fold_gives_every_group_the_meanings_of_its_parts_in_the_order_written() -> None:
    assert fold(TREE, Written()) == "(a and (b or (2 of c a b)))"


def test_the_fold_of_a_comparison_is_its_meaning() -> None:
    assert fold(A, Written()) == "a"


def test_comparisons_are_all_of_them_in_the_order_written() -> None:
    assert comparisons(TREE) == (A, B, C, A, B)


def test_facts_are_named_once_each_in_the_order_written() -> None:
    assert facts_of(TREE) == ("a", "b", "c")


@pytest.mark.parametrize(("answer", "accepted"), [("yes", True), ("no", False), (1, False), ("", False)])
def test_a_comparison_accepts_the_answers_that_it_lists(answer: str | int, accepted: bool) -> None:
    assert A.accepts(answer) is accepted


@pytest.mark.parametrize(
    ("steps", "inside"),
    [(4, False), (5, True), (7, True), (8, False), (9, False), (10, True), (10**9, False), (-5, False)],
)
def test_both_ends_of_a_span_are_inside(steps: int, inside: bool) -> None:
    assert Is("size", Spans(((5, 7), (10, 10)))).accepts(steps) is inside


@pytest.mark.parametrize("answer", ["5", "yes", ""])
def test_a_word_is_inside_no_span(answer: str) -> None:
    assert not Is("size", Spans(((5, 7),))).accepts(answer)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))), st.integers(0, 50))
def test_a_number_is_inside_spans_exactly_when_one_of_them_holds_it(
    ends: list[tuple[int, int]], number: int
) -> None:
    spans = Spans(tuple(ends))
    assert (number in spans) == any(number in range(low, high + 1) for low, high in ends)


@pytest.mark.parametrize("condition", [A, TREE, Any((A, B)), AtLeast(2, (A, B, C)), Spans(((1, 2),))])
def test_a_condition_cannot_be_changed_and_equals_one_that_is_written_the_same(
    condition: Condition | Spans,
) -> None:
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        condition.parts = ()  # type: ignore[union-attr, misc]
    assert hash(condition) == hash(condition)
    assert All((A, Any((B, AtLeast(2, (C, A, B)))))) == TREE
