"""`triage ask` and what is typed before its question is shown: it may never say a no to what nobody saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run
from tests.terminals import Terminal, terminal
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.book.rule import Level
from triage.book.shipped import shipped_folder
from triage.cli.replies import may_be_typed_ahead, read_answer

AT_CHEST = ("60", "0", "0")
"""What a nurse types by the shipped book to come to the list of the chest."""


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rule book that comes with triage."""
    return load_book(shipped_folder("rules"))


def kept(tmp_path: Path) -> str:
    file = tmp_path / "s.yaml"
    return file.read_text() if file.exists() else ""


def at_chest(tmp_path: Path, *options: str) -> Terminal:
    at = Terminal(tmp_path, "--session", "s.yaml", *options, TRIAGE_RULES="")
    at.prompt()
    at.type(*AT_CHEST)
    assert "4. Coughed up blood" in at.screen or "4. Coughing up blood" in at.screen
    return at


@pytest.mark.parametrize("typed", ["3;4", "3; 4", "3 ;4", "4;3", "3,4", "3 4"])
@pytest.mark.parametrize("option", ["--nurse", "--format=plain"])
def test_numbers_parted_by_a_semicolon_at_a_list_deny_no_blood_that_was_coughed(
    typed: str, option: str, tmp_path: Path
) -> None:
    """`3;4` was read as wheeze alone, denied the coughed blood, and let the 4 answer the next list unseen."""
    at = at_chest(tmp_path, option)
    at.type(typed)
    text = kept(tmp_path)
    at.child.close(force=True)
    assert 'wheeze: "yes"' in text
    assert "ticked: [coughed_blood]" in text
    assert 'cough: "none"' in text
    assert "black_stool" not in text
    assert "Coughed up blood" in at.screen or "coughed up blood" in at.screen, "its details are asked next"


@pytest.mark.parametrize(
    "typed", ["3; cough", "cough; 3", "0;", "3;", ";3", ";", "0; chills", "3;99", "d;3", "0;3"]
)
def test_a_line_at_a_list_is_used_whole_or_not_at_all(typed: str, tmp_path: Path) -> None:
    at = at_chest(tmp_path, "--nurse")
    before = kept(tmp_path)
    said = at.type(typed)
    at.child.close(force=True)
    assert "Nothing of this line was used" in said
    assert "All that apply" in said.splitlines()[-1], "the same list is asked again"
    assert kept(tmp_path) == before


@pytest.mark.parametrize("ahead", ["0", "1", "n", "no", "none", "d", "s", "1 2", "", "q", "b", "chills"])
def test_what_is_typed_ahead_answers_no_list_that_was_not_shown(ahead: str, tmp_path: Path) -> None:
    """The first that meets a list is dropped aloud, with all that comes after it, and the list is asked."""
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        shown = at.type(f"60;{ahead};1;38.5").splitlines()
        said = next(
            number for number, line in enumerate(shown) if line.startswith("Not used, because it was")
        )
        assert shown[said].endswith(f": {ahead}; 1; 38.5")
        assert said < shown.index("  1. New weakness in the legs")
        assert "All that apply" in shown[-1]
        assert '  facts:\n    age: "60 years"\n  session:' in kept(tmp_path), "the age alone was kept"


def test_a_semicolon_at_the_end_answers_nothing(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        assert "Not used" not in at.type("60;")
        assert "1. New weakness in the legs" in at.screen


@pytest.mark.parametrize("option", [(), ("--nurse",)])
def test_lines_that_wait_on_the_terminal_answer_no_list_that_was_not_shown(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    with terminal(tmp_path, *option, "--session", "s.yaml") as at:
        at.child.send("60\n0\n1\n")
        at.prompt()
        shown = at.screen.splitlines()
        said = shown.index("Not used, because they were typed before this: the lines after your answer.")
        assert said < next(number for number, line in enumerate(shown) if line.startswith("  1. "))
        assert "All that apply" in shown[-1]
        assert "leg_weakness" not in kept(tmp_path)
        at.type("0")
        assert 'leg_weakness: "none"' in kept(tmp_path), "what is typed now is an answer"


def test_the_end_of_a_line_begun_before_a_list_is_no_answer_to_it(tmp_path: Path) -> None:
    """Of `1 3` only the 3 came after the list was shown, and would have denied the weak legs."""
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.child.send("60\n1 ")
        at.prompt()
        said = at.type("3")
        assert "Not used, because its beginning was typed before this." in said
        assert "All that apply" in said.splitlines()[-1]
        assert "back_pain" not in kept(tmp_path)
        at.type("1 3")
        assert "leg_weakness, back_pain" in kept(tmp_path)


def test_a_ctrl_d_that_waits_stops_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.child.send("60\n0\n\x04")
        assert not at.prompt()
        assert "Not finished" in at.screen
        assert at.code == 0
    assert "leg_weakness" not in kept(tmp_path)


def test_in_a_pipe_too_a_semicolon_answers_no_list(tmp_path: Path) -> None:
    said = run(tmp_path, "ask", "--nurse", "--session", "s.yaml", typed="60;0;1\n2;3\n")
    assert "Not used, because it was typed before this: 0; 1" in said.err
    assert 'leg_numbness: "yes"' in kept(tmp_path)
    assert "ticked: [back_pain]" in kept(tmp_path)


def test_answers_typed_ahead_are_used_at_single_questions_and_said(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0")
        shown = at.type("1;36.5;1").splitlines()
        assert "> Temperature: 36.5 °C (typed ahead)" in shown
        assert "Not used, because it was typed before this: 1" in shown, "the next is a list"
        text = kept(tmp_path)
        assert 'cancer: "liver"' in text
        assert 'temperature: "36.5 °C"' in text
        assert "chills" not in text


def test_what_is_typed_ahead_denies_nothing_at_a_single_question_either(tmp_path: Path) -> None:
    """The 1 was meant for another question; here it is “No” to a back that nobody asked about yet."""
    for no in ("1", "n", "No", "none", "d", "s"):
        with terminal(tmp_path, "--nurse", "--no-save") as at:
            at.type("60", "0")
            shown = at.type(f"back p;{no};36.5")
            assert f"Not used, because it was typed before this question: {no}\n" in shown
            assert "Not used, because it was typed before this: 36.5\n" in shown
            assert shown.splitlines()[-1] == "Your answer: "
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60", "0")
        assert "> Back pain: Yes, now and then (typed ahead)" in at.type("back p;2")


def test_only_a_usual_number_that_fits_no_other_question_is_typed_ahead(book: RuleBook) -> None:
    def may(fact: str, text: str) -> bool:
        asked = book.facts[fact]
        return may_be_typed_ahead(book.facts.values(), asked, text, read_answer(asked, text))

    assert may("temperature", "36.8")
    assert may("temperature", "37 °C")
    assert not may("temperature", "37"), "it may be an age, or months"
    assert may("temperature", "39")
    assert not may("months_since_treatment", "37")
    assert may("months_since_treatment", "3")
    assert may("cancer", "2")
    assert not may("drug_treatment", "1")
    assert may("drug_treatment", "3")


def test_what_is_typed_ahead_chooses_no_symptom_from_names_that_were_not_shown(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0")
        shown = at.type("lump;1;3")
        assert "Not used, because it was typed before this: 1; 3" in shown
        assert "Number, or Enter to go on: " in shown
        assert "skin_lump" not in kept(tmp_path)


def test_what_is_typed_ahead_does_not_end_the_call_at_the_last_prompt(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0", "3", "36.5", "0")
        shown = at.type("chill;2; ;b")
        assert "Enter to finish" in shown
        assert at.child.isalive()
        assert "Not used, because it was typed before this: ; b" in shown
    assert 'chills: "yes"' in kept(tmp_path)


def test_an_answer_that_is_not_understood_drops_what_was_typed_for_later_questions(tmp_path: Path) -> None:
    """Otherwise `2`, meant for the next question, would answer this one."""
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60", "0")
        said = at.type("9;2;38.5")
        assert "There is no answer 9" in said
        assert "Not used, because it was typed before this: 2; 38.5" in said
        assert "cancer" not in kept(tmp_path)


def test_type_ahead_never_skips_past_an_emergency(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml", "--format", "plain") as at:
        at.type("60", "0")
        at.child.sendline("numb;2;1;36.5;0")
        assert at.prompt()
        assert "Enter to finish" in at.screen, "the emergency ends the questions; a nurse may add to it"
        assert 'leg_numbness: "yes"' in kept(tmp_path)
        assert "cancer" not in kept(tmp_path)
        lines = at.screen.splitlines()
        heading = lines.index(small_book.levels[Level.now].name)
        assert lines[heading + 1] == f"  {small_book.levels[Level.now].nurse}", "it is a nurse who reads it"
        assert lines.index("Not used, because it was typed before this: 1; 36.5; 0") > heading


def test_lines_typed_ahead_never_skip_past_an_emergency(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--session", "s.yaml") as at:
        at.type("60")
        at.child.send("2\n1\n36.5\n0\n\n")
        while "Enter to finish" not in at.screen:
            assert at.prompt()
        assert small_book.levels[Level.now].name in at.screen
        assert "the lines after your answer" in at.screen
        assert "cancer" not in kept(tmp_path)


def test_a_pasted_page_that_waits_is_dropped_aloud(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.child.send("60\n" + "0" * 300 + "\n")
        at.prompt()
        assert "the lines after your answer" in at.screen
        assert "All that apply" in at.screen.splitlines()[-1]
        at.type("0")
        at.child.send("1\n" + "3" * 300 + "\n")
        at.prompt()
        assert "temperature" not in kept(tmp_path)
        assert "What is your temperature?" in at.screen
