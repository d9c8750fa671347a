"""The hand-over note: every answer is in it, under its heading, with the rules and the quotes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings

from tests.commands import SMALL
from tests.strategies import patients
from triage.book.facts import Answer, NotKnown
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.calls.note import Call, handover_note
from triage.decision.decide import Decider
from triage.decision.settings import Settings

DECIDER = Decider(load_book(SMALL))
BOOK = DECIDER.book
SHIPPED = Decider(load_book(shipped_folder("rules")))
CLINIC = Settings(emergency="144", team="ward 3")
WHEN = datetime(2026, 11, 23, 9, 0, 12, tzinfo=UTC)
MONDAY = Call("call of Monday", WHEN, WHEN)


def note_of(answers: dict[str, Answer], *ticked: str) -> str:
    """The note of a call with these answers."""
    decision = DECIDER.decide(answers, ticked)
    return handover_note(decision, CLINIC, MONDAY)


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


def test_what_was_told_at_an_earlier_call_has_both_dates() -> None:
    call = replace(
        MONDAY, begun_on=WHEN - timedelta(days=365), carried={"cancer": WHEN - timedelta(days=364)}
    )
    lines = handover_note(DECIDER.decide(NUMB), CLINIC, call).splitlines()
    assert lines[:2] == [
        "HAND-OVER NOTE  call of Monday  2026-11-23 09:00 +0000",
        "The first call of this session was on 2025-11-23 09:00 +0000.",
    ]
    assert "  First cancer: In a lung (told 2025-11-24, confirmed 2026-11-23)" in lines
    assert "  Age: 60 years" in lines


def test_a_note_says_that_another_rule_book_asked_before() -> None:
    note = handover_note(DECIDER.decide(NUMB), CLINIC, replace(MONDAY, other_books=("0123456789abcdef",)))
    assert "The session was begun by another rule book (0123456789ab)." in joined(part(note, "RULE BOOK"))


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


def bullets(note: str, heading: str = "ASKED AND DENIED, OR USUAL") -> list[str]:
    """The items under a heading, each without its line breaks."""
    found = re.finditer(r"^( +)- .*\n?(?:\1 +.*\n?)*", part(note, heading), re.MULTILINE)
    return [joined(item.group()).removeprefix("- ") for item in found]


def shipped_note(answers: dict[str, Answer], *ticked: str) -> str:
    decision = SHIPPED.decide(answers, ticked)
    return handover_note(decision, CLINIC, MONDAY, width=80)


def test_each_denial_has_a_line_of_its_own_below_its_screen() -> None:
    note = note_of({**NUMB, "leg_numbness": "no", "back_pain": "none", "temperature": 368, "chills": "no"})
    assert part(note, "ASKED AND DENIED, OR USUAL").splitlines() == [
        "  Legs and back",
        "    - no new weakness in the legs",
        "    - no new numbness in the legs",
        "    - no back pain",
        "  Fever",
        "    - Temperature: 36.8 °C",
        "    - no chills",
    ]


def test_no_denial_of_the_note_reads_as_a_bleed_that_is_there() -> None:
    """One name listed bruises, nosebleeds and any other bleeding: *no* stood before its first part only."""
    book = SHIPPED.book
    on_screen = [fact for fact in book.facts.values() if fact.screen == "bleeding_and_fever"]
    note = shipped_note({fact.id: fact.mildest for fact in on_screen if fact.mildest})
    said = bullets(note)
    assert said == [fact.denied for fact in on_screen]
    assert "no new bruises, small red spots or nosebleeds, and no other bleeding that does not stop" in said
    assert "does not feel ill or generally unwell" in said
    assert part(note, "SITUATION").splitlines()[1:] == ["  (nothing)"]


def test_every_mildest_answer_is_denied_or_usual_in_words_of_the_book() -> None:
    """Never *no* and the name of the fact: "no generally unwell", "no no stool and no wind"."""
    answers: dict[str, Answer] = {f.id: f.mildest for f in SHIPPED.book.facts.values() if f.mildest}
    doubted = SHIPPED.decide(answers).doubted
    facts = [f for f in SHIPPED.book.facts.values() if f.mildest and f.kind != "background"]
    said = bullets(shipped_note(answers))
    assert not doubted
    assert sorted(said) == sorted(fact.denied or fact.usual for fact in facts)
    for fact in facts:
        assert bool(fact.denied) is not bool(fact.usual), fact.id
        assert not fact.denied or re.match(r"(no|not|does not) ", fact.denied), fact.id
        assert ";" not in fact.nurse + fact.short + fact.denied + fact.usual, fact.id


def test_a_usual_answer_that_denies_nothing_is_said_as_it_is() -> None:
    """`Tenderness of the lump: Yes, it hurts` is the usual answer: `no tenderness` would be wrong."""
    said = bullets(
        shipped_note({"lump_pain": "tender", "no_stool_or_wind": "no", "lump_blood_flow": "not_examined"})
    )
    assert said == [
        "stool or wind has passed within the last day",
        "the lump hurts when it is pressed",
        "no ultrasound of the lump was done",
    ]


def test_what_is_not_ruled_out_has_a_line_each() -> None:
    note = shipped_note({"age": 60, "cancer": "lung"})
    said = bullets(note, "ASSESSMENT")
    assert len(said) == 7
    assert all(item.endswith(" (up to now)") for item in said[:6])
    assert re.fullmatch("and [0-9]+ more", said[-1])


def test_what_was_never_asked_is_listed_whole() -> None:
    """Weight, appetite, nodes and tests stood nowhere once another question of their screen was asked."""
    answers: dict[str, Answer] = {"age": 60, "cancer": "lung", "tiredness": "usual", "skin_lump": "new"}
    note = shipped_note(answers, "cough")
    missing = joined(part(note, "NOT ASKED"))
    for fact in SHIPPED.book.facts.values():
        assert (fact.nurse in missing) is (fact.id not in {*answers, "cough"}), fact.id
    general = next(
        line for line in part(note, "NOT ASKED").splitlines() if line.startswith("  General state: ")
    )
    assert "Unintended weight loss of more than 5% in three months;" in general
    assert "Temperature: Temperature" in missing, (
        "a screen of which nothing was asked is named with its facts"
    )


def test_what_was_not_asked_because_it_cannot_matter_stands_apart_with_the_reason() -> None:
    note = shipped_note({"age": 60, "cancer": "lung", "back_pain": "none"})
    needed, _, pointless = joined(part(note, "NOT ASKED")).partition(
        "Not needed, because the answers rule out every rule about it: "
    )
    names = pointless.split("; ")
    for name in ("back_pain_at_night", "back_pain_lasting", "afp", "tumour_ruptured"):
        assert SHIPPED.book.facts[name].nurse in names, name
        assert SHIPPED.book.facts[name].nurse not in needed, name
    for name in ("bone_pain", "weight_loss", "swollen_nodes", "lump_growth", "who_answers"):
        assert SHIPPED.book.facts[name].nurse in needed, name


def test_an_answer_that_is_not_known_was_asked() -> None:
    note = note_of({**NUMB, "skin_lump": NotKnown("unknown")})
    assert "Lump on or under the skin: I don't know" in part(note, "ASKED, NOT KNOWN")
    assert "Lump on or under the skin" not in joined(part(note, "NOT ASKED"))


def test_the_note_of_a_whole_call_can_be_read_at_80_columns() -> None:
    answers: dict[str, Answer] = {f.id: f.mildest for f in SHIPPED.book.facts.values() if f.mildest}
    lines = shipped_note(answers).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].endswith("_"), "the line to fill in is not broken"


def test_what_was_ticked_is_in_the_situation_with_the_level_it_gives() -> None:
    note = note_of({"age": 60}, "leg_weakness")
    assert part(note, "SITUATION").splitlines()[:2] == [
        "  Level: NOW",
        "  New weakness in the legs: there, details not asked",
    ]
    assert "weakness" not in part(note, "ASKED AND DENIED, OR USUAL")
    assert "  Legs and back: New numbness in the legs; Back pain" in part(note, "NOT ASKED").splitlines()


def test_the_note_fits_a_narrower_screen() -> None:
    decision = DECIDER.decide(NUMB)
    narrow = handover_note(decision, CLINIC, MONDAY, width=60)
    assert max(map(len, narrow.splitlines())) <= 60
    wide = handover_note(decision, CLINIC, MONDAY, width=300)
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
        if heading == "ASKED AND DENIED, OR USUAL":
            words = f"- {fact.denied or words}"
        assert [h for h, lines in said.items() if words in lines] == [heading], name
    assert all(len(line) <= 96 or " " not in line.strip() for line in note.splitlines())
    assert "{" not in note
