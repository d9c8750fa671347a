"""`triage ask --nurse` at a terminal: jumps, type-ahead, what is not ruled out, and the note."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run
from tests.terminals import answer_all, terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.load import load_book
from triage.book.rule import Level
from triage.book.shipped import shipped_folder


def test_the_nurse_reads_the_nurses_wording(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        assert small_book.facts["age"].nurse in at.screen.splitlines()
        assert small_book.facts["age"].ask not in at.screen
        assert "1. New weakness in the legs" in at.type("60")


def test_part_of_a_name_jumps_to_the_symptom_and_then_goes_on_where_it_was(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60")
        assert at.type("chil").splitlines()[-4:-1] == ["  1. No", "  2. Yes", "  d. I don't know"]
        assert "1. New weakness in the legs" in at.type("2")
        assert 'chills: "yes"' in (tmp_path / "s.yaml").read_text()


def test_a_jump_reaches_every_fact_of_the_shipped_book_by_its_name(tmp_path: Path) -> None:
    book = load_book(shipped_folder("rules"))
    for_a_nurse = [fact for fact in book.facts.values() if fact.asked_of == "nurse"]
    assert for_a_nurse, "the book has facts that only a nurse has"
    with terminal(tmp_path, "--nurse", "--no-save", TRIAGE_RULES="") as at:
        at.type("60")
        for fact in for_a_nurse:
            asked = at.type(f"/{fact.nurse}")
            if "Number, or Enter" in asked:
                choice = next(line for line in asked.splitlines() if line.endswith(f". {fact.nurse}"))
                asked = at.type(choice.split(".")[0].strip())
            assert fact.nurse in asked.splitlines(), asked
            at.type("d")


def test_a_part_of_several_names_lists_them_and_enter_goes_on(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60")
        listed = at.type("lump")
        assert "is in 3 names" in listed
        assert "  1. Lump on or under the skin" in listed
        assert "1. New weakness in the legs" in at.type("")
        at.type("lump")
        assert "Size of the lump" in at.type("2").splitlines()
        at.type("12")
        assert 'lump_size: "12 mm"' in (tmp_path / "s.yaml").read_text()


def test_a_text_is_looked_for_at_the_start_of_words(tmp_path: Path) -> None:
    """`yes` is not in “eyes”, and `ain` is not in “pain”."""
    with terminal(tmp_path, "--nurse", "--no-save", TRIAGE_RULES="") as at:
        at.type("60")
        for text in ("yes", "ain", "umb"):
            assert f"No symptom has “{text}” in its name." in at.type(text)


def test_a_text_in_no_name_but_in_rule_titles_offers_what_those_rules_ask_for(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60")
        offered = at.type("Infection").splitlines()
        assert "No symptom has “infection” in its name. Rules about it ask for:" in offered
        names = [line.split(". ")[1] for line in offered if line.startswith("  ")]
        assert names == ["Temperature", "Chills", "Very unwell"]
        assert "Type a number from 1 to 3" in at.type("99")
        assert "Chills" in at.type("2").splitlines()


def test_text_that_is_no_name_is_said_and_changes_nothing(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60")
        before = (tmp_path / "s.yaml").read_text()
        said = at.type("zebra")
        assert "Type numbers from 1 to 3" in said
        assert "No symptom has “zebra” in its name." in said
        assert (tmp_path / "s.yaml").read_text() == before


def test_after_every_answer_the_level_and_what_is_not_ruled_out_are_shown(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        shown = at.type("60")
        assert "> Not finished" in shown
        assert "possible: now" in shown
        assert "> not ruled out: " in shown
        assert "any/cord-sign" in shown
        shown = at.type("0")
        assert "possible: today" in shown
        assert "any/cord-sign" not in shown
        at.type("1", "36.5", "1 2")
        assert f"> {small_book.levels[Level.today].name}" in at.screen


def test_a_nurse_can_add_a_symptom_after_the_last_question(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0", "3", "36.5", "0")
        assert "> taken back: Chills; Very unwell" in at.type("b")
        at.type("0")
        assert "Enter to finish" in at.screen
        assert "No symptom has “zebra” in its name." in at.type("zebra")
        at.type("chills")
        at.type("2")
        at.type("")
        assert at.code == 0
    assert 'chills: "yes"' in (tmp_path / "s.yaml").read_text()


def test_two_contradicting_answers_are_asked_about_by_name(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "flow", "2", "lump", "1")
        at.type("1")
        assert "do not fit together" in at.screen
        assert small_book.constraints[0].because in at.screen
        assert "(No)" in at.screen
        assert "Type a number from 1 to 2" in at.type("7")
        at.type("1", "3")
        assert "do not fit together" not in at.screen
        assert 'skin_lump: "new"' in (tmp_path / "s.yaml").read_text()


def test_the_note_is_on_screen_and_in_the_file_word_for_word(small_book: RuleBook, tmp_path: Path) -> None:
    answers: dict[str, Answer] = {
        "age": 60,
        "leg_weakness": "both_legs",
        "leg_numbness": "no",
        "back_pain": "none",
    }
    with terminal(tmp_path, "--nurse", "--no-save", "--note", "note.txt") as at:
        answer_all(small_book, answers, at, nurse=True)
        shown = at.screen
        assert at.code == 0
    note = (tmp_path / "note.txt").read_text()
    assert note in shown
    for heading in (
        "SITUATION",
        "RECOMMENDATION",
        "ASSESSMENT",
        "SAFETY NET TO GIVE",
        "BACKGROUND",
        "ASKED AND DENIED, OR USUAL",
        "ASKED, NOT KNOWN",
    ):
        assert heading in note.splitlines()


def test_a_note_that_can_no_longer_be_written_is_shown_and_said(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with terminal(tmp_path, "--no-save", "--note", "notes/note.txt") as at:
        at.type("60", "2")
        (tmp_path / "notes").rmdir()
        told = at.type("")
        assert at.code == 2
    assert "NOT SAVED: the note is not in notes/note.txt" in told
    assert "HAND-OVER NOTE" in told


@pytest.mark.parametrize("place", ["missing/note.txt", "/proc/note.txt", "/dev/null"])
def test_a_note_that_cannot_be_written_is_refused_before_the_first_question(
    place: str, tmp_path: Path
) -> None:
    said = run(tmp_path, "ask", "--session", "s.yaml", "--note", place, typed="60\n2\n2\n")
    assert said.code == 2
    assert f"The note cannot be written to {place}" in said.err
    assert "How old are you?" not in said.err
    assert list(tmp_path.glob("s.yaml*")) == []


@pytest.mark.parametrize("option", ["--session", "--resume"])
def test_a_note_over_the_answers_is_refused_and_the_answers_stay(option: str, tmp_path: Path) -> None:
    if option == "--resume":
        run(tmp_path, "ask", "--session", "s.yaml", typed="60\n")
    before = [path.read_text() for path in tmp_path.glob("s.yaml*")]
    said = run(tmp_path, "ask", option, "s.yaml", "--note", tmp_path / "." / "s.yaml", typed="2\n")
    assert said.code == 2
    assert "Name another file for the note." in said.err
    assert [path.read_text() for path in tmp_path.glob("s.yaml*")] == before
