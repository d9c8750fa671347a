"""A hand-over note of a call in which everything was denied: no denial says its opposite."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.calls.note import handover_note
from triage.decision.decide import Decider
from triage.decision.settings import Settings


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_book(shipped_folder("rules"))


def note_of(book: RuleBook, answers: dict[str, Answer], name: str, asked_on: str) -> str:
    return handover_note(Decider(book).decide(answers), Settings(), name, asked_on)


@pytest.fixture(scope="module")
def denied(book: RuleBook) -> str:
    """The note, each paragraph in one line."""
    answers: dict[str, Answer] = {f.id: f.mildest for f in book.facts.values() if f.mildest is not None}
    usual = {f.id: f.scale.usual[0] for f in book.facts.values() if f.scale and f.scale.usual}
    answers.update(usual)
    note = note_of(book, answers, "a call", "2026-11-23T09:00:00+00:00")
    return re.sub(r"\n {3,}(?=\S)", " ", note)


def under(note: str, heading: str) -> str:
    return note.partition(f"\n{heading}\n")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("nurse", "wrong"),
    [("No wind", "no no wind"), ("AFP above the norm", "aFP"), ("PSA", "pSA"), ("Chills", "Chills:")],
)
def test_a_denial_keeps_the_name_of_what_is_denied_and_its_sense(
    nurse: str, wrong: str, small_book: RuleBook
) -> None:
    chills = replace(small_book.facts["chills"], nurse=nurse)
    book = replace(small_book, facts={**small_book.facts, "chills": chills})
    note = note_of(book, {"age": 60, "chills": "no"}, "a call", "2026-11-23T09:00:00+00:00")
    said = under(note, "ASKED AND DENIED, OR USUAL")
    assert wrong not in said
    assert nurse[1:] in said


def test_nothing_is_named_twice_in_front_of_its_own_answer(denied: str) -> None:
    assert re.findall(r"^ +(.+?): \1: ", denied, re.IGNORECASE | re.MULTILINE) == []


def test_what_somebody_has_had_done_is_background_and_no_denied_symptom(book: RuleBook, denied: str) -> None:
    background = [f for f in book.facts.values() if f.kind == "background" and f.mildest is not None]
    assert background
    for fact in background:
        assert f"{fact.nurse}: {fact.say(fact.mildest or '')}" in under(denied, "BACKGROUND")
        name = re.escape(fact.nurse)
        said = under(denied, "ASKED AND DENIED, OR USUAL")
        assert not re.search(rf"(: |; )(no )?{name}(;|:|$)", said, re.IGNORECASE | re.MULTILINE)


def test_a_time_without_a_zone_leaves_no_gap_in_the_name_of_a_call(book: RuleBook) -> None:
    when = "2026-11-23T09:00:00"
    first = note_of(book, {}, f"call of {when}, again", when).splitlines()[0]
    assert first == "HAND-OVER NOTE  call of 2026-11-23 09:00, again"
