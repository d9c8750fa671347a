"""`triage ask` at a terminal: what a patient sees, types and is told."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.commands import run
from tests.terminals import answer_all, terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.load import load_book
from triage.book.rule import Level
from triage.book.shipped import shipped_folder

ADULT = ("60",)
TO_TEMPERATURE = ("60", "0", "1")


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rule book that comes with triage."""
    return load_book(shipped_folder("rules"))


def a_well_person(book: RuleBook) -> dict[str, Answer]:
    """A person of 60 after bowel cancer, treatment long over, who denies everything."""
    answers: dict[str, Answer] = {f.id: f.mildest for f in book.facts.values() if f.mildest is not None}
    answers |= {"age": 60, "cancer": "colorectal", "temperature": book.facts["temperature"].read("36.8 °C")}
    return answers


def test_a_numb_leg_is_an_emergency_within_six_screens_and_what_to_do_comes_first(
    book: RuleBook, tmp_path: Path
) -> None:
    answers = {**a_well_person(book), "cancer": "liver", "leg_numbness": "one_leg"}
    with terminal(tmp_path, "--no-save", "--format", "plain", TRIAGE_RULES="") as at:
        screens = answer_all(book, answers, at)
        told, rest = ([line for line in s.splitlines() if line.strip()] for s in at.screens[-2:])
        assert at.code == 0
    assert screens <= 6
    now = book.levels[Level.now]
    # The first line is what was typed, echoed by the terminal.
    assert told[1] == now.name
    assert "112" in told[2]
    assert not any("?" in line for line in told[1:3])
    assert told[3].startswith("Enter for the result"), "a slip is not final"
    assert rest[0] == "Why", "what was told a moment ago is not said again"


def test_a_new_lump_is_this_week_and_no_disease_is_named(book: RuleBook, tmp_path: Path) -> None:
    answers = {**a_well_person(book), "cancer": "breast", "skin_lump": "new"}
    with terminal(tmp_path, "--no-save", "--format", "plain", TRIAGE_RULES="") as at:
        answer_all(book, answers, at)
        told = at.screen
    assert book.levels[Level.this_week].name in told
    assert book.rules["any/new-skin-lump"].title in told
    for suspicion in book.suspicions.values():
        assert suspicion.name not in told


def test_a_well_person_is_done_in_at_most_13_screens_and_is_not_told_that_all_is_well(
    book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--no-save", "--format", "plain", TRIAGE_RULES="") as at:
        screens = answer_all(book, a_well_person(book), at)
        told = at.screen
        assert at.code == 0
    assert screens <= 13
    assert book.levels[Level.none].name in told
    assert "planned follow-up" in told
    assert not re.search(r"\ball clear\b|\bhealthy\b|✓|✔", told, re.IGNORECASE)


def test_the_result_alone_goes_to_standard_output(small_book: RuleBook, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with terminal(tmp_path, "--no-save", "--format", "json") as at:
        at.type(*ADULT)
        assert "{" not in "".join(at.screens)
    with terminal(tmp_path, "--no-save", "--format", "json") as at:
        answer_all(small_book, {"age": 60, "cancer": "liver", "leg_numbness": "yes"}, at)
        out.write_text(at.screen[at.screen.index("{") :])
    assert json.loads(out.read_text())["urgency"] == "now"


def test_a_temperature_can_be_typed_as_people_write_it(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type(*TO_TEMPERATURE)
        for typed in ("38,5", "101.3 F", "38.5", "38.5°C", "101,3 °f"):
            assert "What is your temperature?" in at.screen
            at.type(typed)
            assert 'temperature: "38.5 °C"' in (tmp_path / "s.yaml").read_text(), typed
            at.type("b")


def test_a_number_that_is_implausible_or_none_is_asked_again_and_never_clamped(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type(*TO_TEMPERATURE)
        question = at.screen.splitlines()[-1]
        nonsense = [
            "385",
            "3.85",
            "-5",
            "nan",
            "inf",
            "1e1",
            "38-39",
            "38.5 K",
            "38.55",
            "hot",
            "",
            "٣٨",
            "0x26",
        ]
        for typed in nonsense:
            said = at.type(typed).splitlines()
            assert said[-1] == question, typed
            assert len(said) == 3, f"{typed}: the echo, what is wrong, the question again"
        assert "temperature:" not in (tmp_path / "s.yaml").read_text()


def test_what_was_typed_is_repeated_as_it_was_typed(tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.type(*TO_TEMPERATURE)
        assert '"1010 F" is out of range' in at.type("1010 F")


def test_question_mark_says_why_and_asks_again(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.type(*ADULT)
        said = at.type("?")
        assert small_book.levels[Level.now].name in said
        assert "lost strength may not come back" in said
        assert "All that apply" in said.splitlines()[-1]


def test_b_goes_back_and_the_answer_given_then_counts(tmp_path: Path) -> None:
    kept = tmp_path / "s.yaml"
    with terminal(tmp_path, "--session", "s.yaml") as at:
        assert "This is the first question." in at.type("b")
        at.type("60")
        assert "How old are you?" in at.type("b")
        assert "age" not in kept.read_text()
        at.type("61", "0")
        assert 'age: "61 years"' in kept.read_text()


def test_b_at_a_detail_goes_back_to_its_list_and_asks_no_other_detail(tmp_path: Path) -> None:
    kept = tmp_path / "s.yaml"
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type(*ADULT)
        assert "1. Weak legs" in at.screen
        assert "Does your back hurt?" in at.type("3")
        assert "leg_numbness" in kept.read_text()
        assert "1. Weak legs" in at.type("b")
        assert "leg_numbness" not in kept.read_text()
        assert "Where did your cancer start?" in at.type("0")


def test_b_at_the_first_detail_of_a_list_ticked_whole_goes_back_to_that_list(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60")
        at.type("1 3")
        at.type("b")
        names = [line for line in at.screen.splitlines() if re.match(r"  [1-9]\.", line)]
        assert names == ["  1. Weak legs", "  2. Numb legs", "  3. Pain in the back"]


def test_q_stops_keeps_and_says_how_to_go_on(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        told = at.type("60", "q")
        assert "Not finished" in told
        assert "--resume s.yaml" in told
        assert at.code == 0
    assert 'age: "60 years"' in (tmp_path / "s.yaml").read_text()


def test_d_and_s_are_kept_apart_and_neither_counts_as_no(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml", "--format", "json") as at:
        at.type("60", "s", "d", "q")
        document = json.loads(at.screen[at.screen.index("{") : at.screen.rindex("}") + 1])
    assert document["facts"]["cancer"] == "unknown"
    assert document["facts"]["leg_weakness"] == document["facts"]["leg_numbness"] == "declined"
    assert document["possible"] == "now"


def test_a_list_takes_several_numbers_and_stores_a_no_for_each_other_item(tmp_path: Path) -> None:
    kept = tmp_path / "s.yaml"
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60")
        assert "Type numbers from 1 to 3" in at.type("4")
        assert "Type numbers from 1 to 3" in at.type("")
        assert "Type numbers from 1 to 3" in at.type("1 x")
        assert "same number" in at.type("1 d1")
        at.type("d3")
        text = kept.read_text()
    assert 'leg_weakness: "none"' in text
    assert 'leg_numbness: "no"' in text
    assert 'back_pain: "unknown"' in text


def test_under_18_it_says_that_the_rules_are_for_adults_and_gives_no_level(tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.type("17")
        told = at.type("")
        assert at.code == 0
    assert "for adults" in told
    assert "call your cancer team" in told
    assert "warning sign" not in told


def test_plain_has_no_escape_codes_and_no_symbols_even_on_a_terminal(book: RuleBook, tmp_path: Path) -> None:
    answers = {**a_well_person(book), "cancer": "liver", "leg_numbness": "one_leg"}
    with terminal(tmp_path, "--no-save", "--format", "plain", TRIAGE_RULES="") as at:
        answer_all(book, answers, at)
        shown = "".join(at.screens)
    assert "\x1b" not in shown
    assert not [
        letter for letter in shown if not letter.isascii() and not letter.isalpha() and letter not in "°“”’–"
    ]
    with terminal(tmp_path, "--no-save", TRIAGE_RULES="") as at:
        answer_all(book, answers, at)
        assert "\x1b[" in at.screen, "human output on a terminal has colour, so the test above can fail"


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)])
def test_ctrl_c_and_ctrl_d_keep_the_answers_and_show_the_result_so_far(
    key: str, code: int, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60")
        at.child.send(key)
        assert not at.prompt()
        assert "Not finished" in at.screen
        assert "--resume s.yaml" in at.screen
        assert "Aborted" not in at.screen
        assert at.code == code
    assert 'age: "60 years"' in (tmp_path / "s.yaml").read_text()


def test_a_terminal_that_closes_loses_no_answer(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60", "0")
        at.child.ptyproc.fileobj.close()  # the terminal is gone: the kernel sends SIGHUP
        _, status = os.waitpid(at.child.pid, 0)
        at.child.ptyproc.terminated = True
        at.child.closed = True
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGHUP
    assert 'leg_weakness: "none"' in (tmp_path / "s.yaml").read_text()
    with terminal(tmp_path, "--resume", "s.yaml") as at:
        assert "4 answers" in at.screen
        assert "Where did your cancer start?" in at.screen


def test_a_pasted_page_is_refused_in_a_few_words_and_the_question_stays(tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save") as at:
        at.child.sendline("60 " + "9" * 3_000)
        at.prompt()
        assert "longer than 200 letters" in at.screen
        assert "1. Weak legs" in at.type("60")


def test_a_pasted_megabyte_is_no_answer_in_one_line_or_in_many(tmp_path: Path) -> None:
    one_line = b"60 " + b"9" * 1_000_000 + b"\n60\n0\n"
    said = run(tmp_path, "ask", "--no-save", "--format", "json", typed=one_line)
    assert said.err.count("longer than 200 letters") == 1
    assert json.loads(said.out)["facts"] == {
        "age": "60 years",
        "leg_weakness": "none",
        "leg_numbness": "no",
        "back_pain": "none",
    }
    many_lines = run(tmp_path, "ask", "--no-save", "--format", "json", typed=b"pasted text\n" * 80_000)
    assert json.loads(many_lines.out)["facts"] == {}


def test_bytes_that_are_no_text_are_asked_again(tmp_path: Path) -> None:
    for wrong in (b"\xff\xfe", b"\x00", b"\xed\xa0\x80"):
        for locale in ({}, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "utf-8:strict"}):
            typed = b"60\n" + wrong + b"\n0\n"
            said = run(tmp_path, "ask", "--no-save", "--format", "json", typed=typed, env=locale)
            assert said.code == 0
            assert set(json.loads(said.out)["facts"]) == {"age", "leg_weakness", "leg_numbness", "back_pain"}


def test_input_that_is_closed_from_the_start_ends_as_unfinished(tmp_path: Path) -> None:
    said = run(tmp_path, "ask", "--no-save", closed=0)
    assert said.code == 0
    assert "Not finished" in said.out
