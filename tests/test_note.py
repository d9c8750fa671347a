"""The hand-over note: every answer is in it, under its heading, with the rules and the quotes."""

from __future__ import annotations

from hypothesis import given, settings

from tests.commands import SMALL
from tests.strategies import patients
from triage.book.facts import Answer, NotKnown
from triage.book.reading.load import load_book
from triage.calls.note import handover_note
from triage.decision.decide import Decider
from triage.decision.settings import Settings

DECIDER = Decider(load_book(SMALL))
BOOK = DECIDER.book
CLINIC = Settings(emergency="144", team="ward 3")


def note_of(answers: dict[str, Answer], settings: Settings = CLINIC) -> str:
    """The note of a call with these answers."""
    return handover_note(DECIDER.decide(answers), settings, "call of Monday", "2026-11-23T09:00+00:00")


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


def test_the_note_has_its_parts_in_the_order_of_a_hand_over() -> None:
    headings = [line for line in note_of(NUMB).splitlines() if line.isupper() and not line.startswith(" ")]
    assert headings == [
        "SITUATION",
        "BACKGROUND",
        "ASSESSMENT",
        "RECOMMENDATION",
        "ASKED AND DENIED, OR USUAL",
        "ASKED, NOT KNOWN",
        "SAFETY NET GIVEN",
        "RULE BOOK",
    ]
    assert note_of(NUMB).startswith("HAND-OVER NOTE  call of Monday  2026-11-23T09:00+00:00\n")


def test_each_part_holds_what_it_is_for() -> None:
    note = note_of(NUMB)
    assert "Get emergency help now" in part(note, "SITUATION")
    assert "New numbness in the legs: Yes" in part(note, "SITUATION")
    assert "Age: 60 years" in part(note, "BACKGROUND")
    assert "First cancer: In a lung" in part(note, "BACKGROUND")
    assessment = joined(part(note, "ASSESSMENT"))
    assert "any/cord-sign (now): A sign of pressure on the spinal cord" in assessment
    assert "Numb or weak legs can come from the spine. Call for help at once" in assessment
    assert "Pressure on the spinal cord" in assessment
    recommendation = joined(part(note, "RECOMMENDATION"))
    assert "Send the person by emergency services." in recommendation
    assert "MRI of the whole spine" in recommendation
    assert "New weakness in the legs: No" in part(note, "ASKED AND DENIED, OR USUAL")
    assert "Temperature: I would rather not say" in part(note, "ASKED, NOT KNOWN")
    net = joined(part(note, "SAFETY NET GIVEN"))
    assert "If you cannot stand up any more, tell 144 so." in net
    assert BOOK.name in part(note, "RULE BOOK")
    assert "no clinician has reviewed" in joined(part(note, "RULE BOOK"))


def test_what_is_not_ruled_out_and_what_contradicts_is_in_the_note() -> None:
    note = note_of({"age": 60, "cancer": "lung", "skin_lump": "none", "blood_flow": "present"})
    assert "TWO ANSWERS CONTRADICT EACH OTHER" in note
    assert "Without a lump no report can say that blood flows in it." in joined(note)
    assert "New weakness in the legs: up to now (any/cord-sign)" in joined(part(note, "ASSESSMENT"))


def test_a_call_that_is_not_finished_is_not_summed_up_as_harmless() -> None:
    note = note_of({"age": 60})
    assert "Not finished" in part(note, "SITUATION")
    assert "Nothing to arrange" not in note
    assert "No red flag" not in note


@settings(max_examples=200, deadline=None)
@given(patients(BOOK))
def test_every_answer_stands_in_the_note_in_words(answers: dict[str, Answer]) -> None:
    note = note_of(answers)
    for name, answer in answers.items():
        fact = BOOK.facts[name]
        assert f"{fact.nurse}: {fact.say(answer)}" in joined(note), name
    denied, not_known = (
        joined(part(note, "ASKED AND DENIED, OR USUAL")),
        joined(part(note, "ASKED, NOT KNOWN")),
    )
    for name, answer in answers.items():
        words = f"{BOOK.facts[name].nurse}: "
        assert (words in not_known) is isinstance(answer, NotKnown)
        if BOOK.facts[name].kind == "symptom":
            assert (words in denied) is (answer == BOOK.facts[name].mildest)
    assert all(len(line) <= 96 or " " not in line.strip() for line in note.splitlines())
    assert "{" not in note
