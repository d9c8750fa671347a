"""The hand-over note: every answer is in it, under its heading, with the rules and the quotes."""

from __future__ import annotations

import re

from hypothesis import given, settings

from tests.commands import SMALL
from tests.strategies import patients
from triage.book.facts import Answer, NotKnown
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.calls.note import handover_note
from triage.decision.decide import Decider
from triage.decision.settings import Settings

DECIDER = Decider(load_book(SMALL))
BOOK = DECIDER.book
CLINIC = Settings(emergency="144", team="ward 3")


def note_of(answers: dict[str, Answer], *ticked: str) -> str:
    """The note of a call with these answers."""
    decision = DECIDER.decide(answers, ticked)
    return handover_note(decision, CLINIC, "call of Monday", "2026-11-23T09:00:12.345+00:00")


def part(note: str, heading: str) -> str:
    """The lines under a heading, up to the next one."""
    lines = note.splitlines()
    start = lines.index(heading)
    end = next((i for i in range(start + 1, len(lines)) if lines[i] and not lines[i].startswith(" ")), None)
    return "\n".join(lines[start + 1 : end])


def joined(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


NUMB: dict[str, Answer] = {
    "age": 60,
    "cancer": "lung",
    "leg_numbness": "yes",
    "leg_weakness": "none",
    "temperature": NotKnown("declined"),
}


def test_the_note_has_its_parts_in_the_order_in_which_they_are_needed() -> None:
    headings = [line for line in note_of(NUMB).splitlines() if line.isupper() and not line.startswith(" ")]
    assert headings == [
        "SITUATION",
        "RECOMMENDATION",
        "ASSESSMENT",
        "EXAMINATIONS",
        "SAFETY NET TO GIVE",
        "BACKGROUND",
        "ASKED AND DENIED, OR USUAL",
        "ASKED, NOT KNOWN",
        "NOT ASKED",
        "SOURCES",
        "RULE BOOK",
    ]
    lines = note_of(NUMB).splitlines()
    assert lines[0] == "HAND-OVER NOTE  call of Monday  2026-11-23 09:00 +0000"
    assert re.fullmatch("Patient: _+  Caller: _+  Taken by: _+", lines[1])


def test_a_session_that_is_named_by_its_time_has_its_time_once() -> None:
    when = "2026-11-23T09:00:12.345+01:00"
    note = handover_note(DECIDER.decide(NUMB), CLINIC, f"session of {when}", when)
    assert note.splitlines()[0] == "HAND-OVER NOTE  session of 2026-11-23 09:00 +0100"
    undated = handover_note(DECIDER.decide(NUMB), CLINIC, "Ann", "on Monday")
    assert undated.splitlines()[0] == "HAND-OVER NOTE  Ann  on Monday"


def test_each_part_holds_what_it_is_for() -> None:
    note = note_of(NUMB)
    assert part(note, "SITUATION").splitlines()[:2] == ["  Level: NOW", "  New numbness in the legs: Yes"]
    assert "Age: 60 years" in part(note, "BACKGROUND")
    assert "First cancer: In a lung" in part(note, "BACKGROUND")
    assert "Send the person by emergency services." in joined(part(note, "RECOMMENDATION"))
    assessment = joined(part(note, "ASSESSMENT"))
    rule = BOOK.rules["any/cord-sign"]
    assert f"{rule.title} (now). {rule.because.strip()}" in assessment
    assert "To think of: Pressure on the spinal cord" in assessment
    assert "MRI of the whole spine" in part(note, "EXAMINATIONS")
    assert "Temperature: I would rather not say" in part(note, "ASKED, NOT KNOWN")
    assert "If strength gets worse before help comes, call 144 again." in joined(
        part(note, "SAFETY NET TO GIVE")
    )
    assert "no clinician has reviewed" in joined(part(note, "RULE BOOK"))
    assert BOOK.name in part(note, "RULE BOOK")


def test_quotes_stand_in_the_appendix_and_general_advice_nowhere() -> None:
    note = note_of({**NUMB, "skin_lump": "new", "lump_size": 4})
    quote = BOOK.statement("S1.1").text
    assert quote in joined(part(note, "SOURCES"))
    assert quote not in joined(note[: note.index("SOURCES")])
    assert "A small lump is best measured twice" not in joined(note)


def test_what_was_denied_is_one_paragraph_a_screen() -> None:
    note = note_of({**NUMB, "leg_numbness": "no", "back_pain": "none", "temperature": 368, "chills": "no"})
    assert part(note, "ASKED AND DENIED, OR USUAL").splitlines()[:2] == [
        "  Legs and back: no new weakness in the legs; no new numbness in the legs; no back pain",
        "  Fever: no chills; temperature: 36.8 °C",
    ]
    assert part(note, "NOT ASKED").splitlines()[0] == "  Lump"
    assert part(note_of({}), "NOT ASKED").splitlines()[0] == "  Person; Legs and back; Fever; Lump"


def test_an_answer_that_denies_without_a_no_is_said_with_its_words() -> None:
    """`Tenderness of the lump: Yes, it hurts` is the usual answer: `no tenderness` would be wrong."""
    book = load_book(shipped_folder("rules"))
    answers = {
        "lump_pain": "tender",
        "lump_growth": "unchanged",
        "vomiting": "none",
        "no_stool_or_wind": "no",
    }
    decision = Decider(book).decide(answers)
    note = handover_note(decision, CLINIC, "call", "2026-11-23T09:00+00:00")
    denied = part(note, "ASKED AND DENIED, OR USUAL")
    assert "Lump in detail: no growth of the lump; tenderness of the lump: Yes, it hurts" in denied
    assert "Belly, bowels and vomiting: no vomiting; no stool and no wind: No" in denied


def test_what_was_ticked_is_in_the_situation_with_the_level_it_gives() -> None:
    note = note_of({"age": 60}, "leg_weakness")
    assert part(note, "SITUATION").splitlines()[:2] == [
        "  Level: NOW",
        "  New weakness in the legs: there, details not asked",
    ]
    assert "weakness" not in part(note, "ASKED AND DENIED, OR USUAL")
    assert "Legs and back" not in part(note, "NOT ASKED")


def test_the_note_fits_a_narrower_screen() -> None:
    decision = DECIDER.decide(NUMB)
    narrow = handover_note(decision, CLINIC, "call", "2026-11-23T09:00+00:00", width=60)
    assert max(map(len, narrow.splitlines())) <= 60
    wide = handover_note(decision, CLINIC, "call", "2026-11-23T09:00+00:00", width=300)
    assert 80 < max(map(len, wide.splitlines())) <= 96
    assert joined(narrow) == joined(wide)


def test_out_of_scope_the_note_says_whom_to_call_and_lists_nothing_to_work_through() -> None:
    note = note_of({"age": 12, "chills": "yes"})
    assert "NOT FOR THIS PERSON" in note
    assert "No level can be given" in part(note, "SITUATION")
    assert "Chills: Yes" in part(note, "SITUATION")
    assert "If the person is in danger now, call 144." in part(note, "RECOMMENDATION")
    assert "Age: 12 years" in part(note, "BACKGROUND")
    for heading in ("ASSESSMENT", "NOT ASKED", "SAFETY NET TO GIVE", "SOURCES"):
        assert heading not in note.splitlines()
    assert "ASSESSMENT" in note_of({"age": 12, "leg_numbness": "yes"}).splitlines()


def test_what_is_not_ruled_out_and_what_contradicts_is_in_the_note() -> None:
    note = note_of({"age": 60, "cancer": "lung", "skin_lump": "none", "blood_flow": "present"})
    assert "TWO ANSWERS CONTRADICT EACH OTHER" in note
    assert "Without a lump no report can say that blood flows in it." in joined(note)
    assert "New weakness in the legs (up to now)" in joined(part(note, "ASSESSMENT"))
    marked = "(contradicts another answer, counted as not known)"
    situation = joined(part(note, "SITUATION"))
    assert f"Lump on or under the skin: No {marked}" in situation
    assert f"Blood flow in the lump on ultrasound: It says that there is {marked}" in situation
    assert "lump on or under the skin" not in part(note, "ASKED AND DENIED, OR USUAL")


def test_a_call_that_is_not_finished_is_not_summed_up_as_harmless() -> None:
    note = note_of({"age": 60})
    assert "Not finished" in part(note, "SITUATION")
    assert "Nothing to arrange" not in note
    assert "No red flag" not in note


@settings(max_examples=200)
@given(patients(BOOK))
def test_every_answer_stands_in_the_note_in_words(answers: dict[str, Answer]) -> None:
    note = note_of(answers)
    said = {
        heading: joined(part(note, heading)).lower()
        for heading in ("SITUATION", "BACKGROUND", "ASKED AND DENIED, OR USUAL", "ASKED, NOT KNOWN")
    }
    doubted = DECIDER.decide(answers).doubted
    for name, answer in answers.items():
        fact = BOOK.facts[name]
        words = f"{fact.nurse}: {fact.say(answer)}".lower()
        if isinstance(answer, NotKnown):
            heading = "ASKED, NOT KNOWN"
        elif fact.shows_presence(answer) or name in doubted:
            heading = "SITUATION"
        else:
            heading = "BACKGROUND" if fact.kind == "background" else "ASKED AND DENIED, OR USUAL"
        if fact.say(answer) == "No" and name not in doubted:
            words = fact.nurse.lower()
        assert [h for h, lines in said.items() if words in lines] == [heading], name
    assert all(len(line) <= 96 or " " not in line.strip() for line in note.splitlines())
    assert "{" not in note
