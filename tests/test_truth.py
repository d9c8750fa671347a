"""The truth tables of the language, written out."""

from __future__ import annotations

from itertools import product

import pytest

from triage.book.logic import All, AtLeast, Condition, Is
from triage.book.logic import Any as AnyOf
from triage.engines.reference import trace
from triage.engines.truth import Truth

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
ANSWER = {T: {"yes"}, U: set[str](), F: {"no"}}
A, B, C = (Is(name, frozenset({"yes"})) for name in "abc")


def truth(condition: Condition, *given: Truth) -> Truth:
    known = {name: word for name, part in zip("abc", given, strict=False) for word in ANSWER[part]}
    return trace(condition, known).truth


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, U, U, T),
        (T, F, F, T),
        (U, T, U, T),
        (U, U, U, U),
        (U, F, F, U),
        (F, T, F, T),
        (F, U, F, U),
        (F, F, F, F),
    ],
)
def test_all_and_any_are_strong_kleene(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    assert truth(All((A, B)), a, b) is both
    assert truth(AnyOf((A, B)), a, b) is either


@pytest.mark.parametrize(
    ("given", "two_of_three"),
    [
        ("TTT", T), ("TTU", T), ("TTF", T), ("TUU", U), ("TUF", U), ("TFF", F), ("UUU", U), ("UUF", U),
        ("UFF", F), ("FFF", F),
    ],
)  # fmt: skip
def test_at_least_two_of_three_counts_what_is_true_and_what_could_be(given: str, two_of_three: Truth) -> None:
    parts = [{"T": T, "U": U, "F": F}[letter] for letter in given]
    for order in {(0, 1, 2), (2, 0, 1), (1, 2, 0)}:
        assert truth(AtLeast(2, (A, B, C)), *(parts[n] for n in order)) is two_of_three


def test_a_comparison_is_true_false_or_unknown_by_its_answer() -> None:
    assert [truth(A, given) for given in (T, U, F)] == [T, U, F]


def test_only_unknown_parts_that_could_decide_are_open() -> None:
    """`no and (unknown or unknown)` is settled; `unknown or no` waits for one answer."""
    settled = All((A, AnyOf((B, C))))
    assert list(trace(settled, {"a": "no"}).undecided()) == []
    assert list(trace(settled, {"a": "yes", "b": "no"}).undecided()) == [C]


def test_at_least_is_the_or_of_every_choice_of_parts() -> None:
    pairs = AnyOf((All((A, B)), All((A, C)), All((B, C))))
    for given in product((T, U, F), repeat=3):
        assert truth(AtLeast(2, (A, B, C)), *given) is truth(pairs, *given)
