"""A hand-over note of a call in which everything was denied: no denial says its opposite."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.test_note import MONDAY
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


def note_of(book: RuleBook, answers: dict[str, Answer]) -> str:
    return handover_note(Decider(book).decide(answers), Settings(), MONDAY)


@pytest.fixture(scope="module")
def denied(book: RuleBook) -> str:
    """The note, each paragraph in one line."""
    answers: dict[str, Answer] = {f.id: f.mildest for f in book.facts.values() if f.mildest is not None}
    usual = {f.id: f.scale.usual[0] for f in book.facts.values() if f.scale and f.scale.usual}
    answers.update(usual)
    note = note_of(book, answers)
    return re.sub(r"\n {3,}(?=\S)", " ", note)


def under(note: str, heading: str) -> str:
    return note.partition(f"\n{heading}\n")[2].partition("\n\n")[0]


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


def test_a_time_without_a_zone_leaves_no_gap_behind_it(book: RuleBook) -> None:
    call = replace(MONDAY, asked_on=MONDAY.asked_on.replace(tzinfo=None))
    first = handover_note(Decider(book).decide({}), Settings(), call).splitlines()[0]
    assert first == "HAND-OVER NOTE  call of Monday  2026-11-23 09:00"
