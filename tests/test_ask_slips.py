"""`triage ask` when something was typed too early, too late or by mistake: no slip is final, none is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run
from tests.terminals import terminal
from triage.book.book import RuleBook
from triage.book.rule import Level

LAST = "Enter for the result, b to change the last answer:"


def test_lines_that_wait_on_the_terminal_answer_no_question_they_were_not_meant_for(tmp_path: Path) -> None:
    """`9` is no answer; the `1` after it was meant for the next question, and would be a weak leg here."""
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60")
        at.child.send("9\n1\n0\n")
        at.prompt()
        assert "Not used, because they were typed before this" in at.screen
        assert "Where did your cancer start?" in at.type("0")
    assert "ticked" not in (tmp_path / "s.yaml").read_text()


def test_lines_that_wait_are_dropped_when_an_emergency_is_told_to_a_patient(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60")
        at.child.send("2\n\n1\n36.5\n")
        while LAST not in at.screen:
            assert at.prompt()
        assert "Get emergency help now" in at.screen
        assert "1. Weak legs" in at.type("b"), "the waiting Enter did not end it"
    assert "cancer" not in (tmp_path / "s.yaml").read_text()


def test_lines_that_wait_are_dropped_when_a_contradiction_is_asked(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "flow", "2", "lump", "1")
        at.child.send("1\n1\n3\n")
        at.prompt()
        assert "do not fit together" in at.screen
        at.type("d")
    assert 'skin_lump: "none"' in (tmp_path / "s.yaml").read_text(), "no waiting line changed it"


def test_lines_in_a_pipe_are_each_an_answer_as_they_come(tmp_path: Path) -> None:
    said = run(tmp_path, "ask", "--session", "s.yaml", typed="60\n9\n0\n1\n")
    assert "Type numbers from 1 to 3" in said.err
    assert 'cancer: "liver"' in (tmp_path / "s.yaml").read_text()


@pytest.mark.parametrize("answers", [("60", "0", "3", "36.5", "0"), ("60", "2"), ("17",)])
def test_the_last_answer_can_be_taken_back_before_the_result(
    answers: tuple[str, ...], tmp_path: Path
) -> None:
    """After the last question, after an emergency, and where somebody is out of scope."""
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type(*answers)
        assert at.screen.endswith(LAST + " ")
        back = at.type("b")
        assert LAST not in back
        assert "about it is kept" not in back
        at.type(answers[-1])
        assert at.screen.endswith(LAST + " ")
        assert "Press Enter, or type b." in at.type("7")
        assert "There is no question here" in at.type("?")
        at.type("")
        assert at.code == 0
    with terminal(tmp_path, "--resume", "s.yaml") as at:
        assert at.screen.endswith(LAST + " "), "a finished session is no more final"
        assert LAST not in at.type("b")


def test_the_end_of_input_is_the_enter_of_the_last_prompt(tmp_path: Path) -> None:
    by_enter = run(tmp_path, "ask", "--no-save", "--format", "json", typed="60\n2\n\n")
    by_end = run(tmp_path, "ask", "--no-save", "--format", "json", typed="60\n2\n")
    assert (by_end.code, by_end.out) == (by_enter.code, by_enter.out)


def test_a_question_mark_is_no_wrong_answer_and_drops_nothing_typed_ahead(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0")
        shown = at.type("?;1;?;38.5")
        assert "Type the number" not in shown
        assert "Not used" not in shown
    kept = (tmp_path / "s.yaml").read_text()
    assert 'cancer: "liver"' in kept
    assert 'temperature: "38.5 °C"' in kept


def test_b_at_the_first_question_is_no_wrong_answer_and_drops_nothing_typed_ahead(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        shown = at.type("b;60")
        assert "This is the first question." in shown
        assert "not a number" not in shown
    assert 'age: "60 years"' in (tmp_path / "s.yaml").read_text()


def test_why_a_list_is_asked_names_its_items_under_each_rule_once(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.type("60")
        told = at.type("?")
    because = small_book.rules["any/cord-sign"].because.strip()
    assert f"  Weak legs; Numb legs: could mean “Get emergency help now”. {because}" in told.splitlines()
    assert told.count(because) == 1
    assert "  Pain in the back: could mean “Call your cancer team this week”." in told


def test_why_the_cancer_is_asked_is_no_alarm(tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.type("60", "0")
        assert "It decides which of the other questions fit you." in at.type("?")
        assert "could mean" not in at.screen


def test_the_nurses_last_prompt_knows_every_key(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0", "3", "36.5", "0")
        for key in ("?", "d", "s", "don't know"):
            said = at.type(key)
            assert "There is no question here" in said
            assert "No symptom" not in said
            assert at.child.isalive()
        assert "Fever" in at.type("b"), "the last list is asked again"


def test_the_level_is_final_only_where_nothing_else_is_possible(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60", "0", "3", "36.5", "0")
        assert "Nothing else can raise the level." in at.screen
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60", "d", "3", "36.5", "0")
        assert "No question is left." in at.screen
        assert "Nothing else" not in at.screen


def test_an_emergency_that_a_correction_takes_back_is_said_to_be_certain_no_more(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--nurse", "--no-save", "--format", "plain") as at:
        at.type("60")
        told = at.type("2")
        assert small_book.levels[Level.now].nurse in told
        assert small_book.levels[Level.now].patient.split("{")[0] not in told
        at.type("numb")
        corrected = at.type("1")
    assert "With this change “Get emergency help now” is no longer certain." in corrected


def test_b_in_a_jump_leaves_the_jump_and_takes_nothing_back(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0")
        before = (tmp_path / "s.yaml").read_text()
        at.type("chill")
        assert "First cancer" in at.type("b")
        assert "is in 3 names" in at.type("lump")
        assert "First cancer" in at.type("b")
        assert (tmp_path / "s.yaml").read_text() == before


def test_b_in_a_contradiction_leaves_it_and_takes_nothing_back(tmp_path: Path) -> None:
    for keys in (("b",), ("1", "b")):
        name = f"{len(keys)}.yaml"
        with terminal(tmp_path, "--nurse", "--session", name) as at:
            at.type("60", "flow", "2", "lump", "1", "1")
            assert "do not fit together" in at.screen
            at.type(*keys)
            assert "1. New weakness in the legs" in at.screen
            assert "do not fit together" not in at.type("0")
        kept = (tmp_path / name).read_text()
        assert 'skin_lump: "none"' in kept
        assert 'blood_flow: "present"' in kept


def test_i_dont_know_settles_a_contradiction_in_words_too(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60", "flow", "2", "lump", "1", "1")
        assert "1. New weakness in the legs" in at.type("I don't know")


def test_control_characters_are_never_sent_back_to_the_screen(tmp_path: Path) -> None:
    typed = "60\n\x1b[2J\x07zebra\n0\n\x9b31m\n1\n38\x1b[31m\n"
    for option in ([], ["--nurse"]):
        said = run(tmp_path, "ask", "--no-save", *option, typed=typed)
        assert "\\x1b[31m" in said.err
        assert not [c for c in said.err + said.out if c != "\n" and not c.isprintable()]
