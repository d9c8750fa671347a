"""A patient as a case to paste: short, readable, and it passes."""

from __future__ import annotations

from pathlib import Path

from tests.commands import SMALL, run
from triage.assurance.paste import by_reference, case_to_paste, matters
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.rule import Level

WHOLE: dict[str, Known] = {
    "age": 60,
    "cancer": "elsewhere",
    "leg_weakness": "one_leg",
    "leg_numbness": "no",
    "back_pain": "none",
    "temperature": 368,
    "chills": "no",
    "feeling_ill": "no",
    "skin_lump": "none",
    "lump_size": 1,
    "blood_flow": "absent",
}


def of_well_person(book: RuleBook, *, keep: tuple[str, ...] = ()) -> dict[str, Known]:
    return matters(book, WHOLE, keep)


def test_only_the_answers_that_make_the_level_and_the_rules_are_kept(small_book: RuleBook) -> None:
    assert of_well_person(small_book) == {"leg_weakness": "one_leg"}


def test_facts_to_keep_are_kept_although_they_change_nothing(small_book: RuleBook) -> None:
    assert of_well_person(small_book, keep=("cancer",)) == {
        "leg_weakness": "one_leg",
        "cancer": "elsewhere",
    }


def test_what_is_pasted_is_a_case_that_passes(small_book: RuleBook, tmp_path: Path) -> None:
    for number, answers in enumerate(
        (WHOLE, {**WHOLE, "leg_weakness": "none"}, {**WHOLE, "cancer": "liver"})
    ):
        lines = case_to_paste(small_book, f"patient {number}: “quoted”", answers)
        (tmp_path / f"{number}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = run(tmp_path, "test", ".", "--rules", SMALL)
    assert told.out == "3 passed, 0 failed\n"


def test_a_patient_known_in_part_is_pasted_as_known(small_book: RuleBook) -> None:
    text = "\n".join(case_to_paste(small_book, "part", {"leg_weakness": "one_leg"}, denied=False))
    assert "denied" not in text
    assert "urgency: now" in text


def test_what_is_read_of_answers_is_what_the_reference_says(small_book: RuleBook) -> None:
    assert by_reference(small_book, WHOLE) == (Level.now, ("any/cord-sign",), Level.now, ())
    assert by_reference(small_book, {}) == (Level.none, (), Level.now, ())
    contradicting: dict[str, Known] = {**WHOLE, "leg_weakness": "none", "blood_flow": "present"}
    read = by_reference(small_book, contradicting)
    assert (read.urgency, read.contradictions) == (Level.none, small_book.constraints)


def test_what_is_pasted_keeps_the_facts_it_is_an_example_of(small_book: RuleBook) -> None:
    text = "\n".join(case_to_paste(small_book, "kept", {**WHOLE, "leg_weakness": "none"}, keep=["cancer"]))
    assert "    cancer: elsewhere" in text


def test_shortening_never_makes_of_a_real_patient_one_who_contradicts_themselves(
    small_book: RuleBook,
) -> None:
    """With the lump left out it would be denied, while blood still flows in it."""
    answers = {**WHOLE, "leg_weakness": "none", "skin_lump": "long_known", "blood_flow": "present"}
    assert matters(small_book, answers, keep=["blood_flow"]) == {
        "skin_lump": "long_known",
        "blood_flow": "present",
    }
