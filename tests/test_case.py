"""Cases: one patient's answers in words. What is wrong with them is in tests/messages (codes K…)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import BOOKS
from triage.book.facts import DECLINED, UNKNOWN, NotKnown
from triage.book.problems import Problem
from triage.book.reading.case import Case, Expectation, load_cases, read_cases
from triage.book.reading.load import load_book
from triage.book.reading.text import parse_page
from triage.book.rule import Level, Told

BOOK = load_book(BOOKS / "small")
DENIED = {
    "skin_lump": "none",
    "leg_weakness": "none",
    "leg_numbness": "no",
    "back_pain": "none",
    "chills": "no",
    "feeling_ill": "no",
}
"""The mildest answer to each symptom of the small book."""


def cases_in(text: str) -> tuple[list[Case], list[Problem]]:
    return read_cases(parse_page(text.encode(), "case.yaml"), BOOK)


def case_in(text: str) -> Case:
    [case], found = cases_in(text)
    assert found == []
    return case


def test_the_words_of_a_case_become_answers_in_the_order_given() -> None:
    case = case_in(
        "- name: a lump\n  story: Three years after.\n  facts:\n    lump_size: 2 cm\n    cancer: lung\n"
        "    blood_flow: not_reported\n    age: declined\n    chills: unknown\n"
    )
    assert list(case.answers.items()) == [
        ("lump_size", 20),
        ("cancer", "lung"),
        ("blood_flow", NotKnown("not_reported")),
        ("age", NotKnown(DECLINED)),
        ("chills", NotKnown(UNKNOWN)),
    ]
    assert (case.file, case.line, case.name, case.story) == ("case.yaml", 1, "a lump", "Three years after.")


def test_one_case_needs_no_list() -> None:
    assert case_in("name: alone\nfacts: {cancer: lung}\n").answers == {"cancer": "lung"}


def test_bare_facts_are_a_case_named_after_its_file() -> None:
    case = case_in("cancer: lung\nlump_size: 20 mm\n")
    assert (case.name, case.answers) == ("case", {"cancer": "lung", "lump_size": 20})


def test_json_is_read_like_yaml() -> None:
    assert case_in('{"cancer": "lung", "lump_size": "20 mm"}').answers == {"cancer": "lung", "lump_size": 20}


def test_a_case_without_facts_has_asked_nothing() -> None:
    assert case_in("- name: nobody\n  facts: {}\n").answers == {}


def test_denying_everything_else_denies_each_symptom_that_is_not_answered() -> None:
    case = case_in(
        "- name: well but cold\n  facts: {chills: yes, back_pain: unknown}\n  denied: everything else\n"
    )
    assert case.answers == {**DENIED, "chills": "yes", "back_pain": NotKnown(UNKNOWN)}


@pytest.mark.parametrize(
    ("denied", "answers"),
    [
        ("[back_pain]", {"back_pain": "none"}),
        ("[legs]", {"leg_weakness": "none", "leg_numbness": "no", "back_pain": "none"}),
        ("[fever, skin_lump]", {"chills": "no", "feeling_ill": "no", "skin_lump": "none"}),
        ("[lump]", {"skin_lump": "none"}),
        ("[]", {}),
    ],
)
def test_a_fact_or_the_symptoms_of_a_screen_can_be_denied(denied: str, answers: dict[str, str]) -> None:
    assert case_in(f"- name: some\n  facts: {{}}\n  denied: {denied}\n").answers == answers


def test_what_was_answered_is_never_overwritten_by_a_denial() -> None:
    case = case_in("- name: weak\n  facts: {leg_weakness: both_legs}\n  denied: [leg_weakness, legs]\n")
    assert case.answers == {"leg_weakness": "both_legs", "leg_numbness": "no", "back_pain": "none"}


def test_everything_that_can_be_expected_is_kept() -> None:
    case = case_in(
        "- name: all\n  facts: {}\n  expect:\n    urgency: none\n    possible: now\n    advice: today\n"
        "    status: unfinished\n    rules: [lung/new-lump]\n    suspects: [infection]\n"
        "    exams: [ultrasound, mri_spine]\n    open: [age]\n"
    )
    assert case.expect == Expectation(
        urgency=Level.none,
        rules=frozenset({"lung/new-lump"}),
        possible=Level.now,
        advice=Told.today,
        status="unfinished",
        suspects=frozenset({"infection"}),
        exams=frozenset({"ultrasound", "mri_spine"}),
        open=frozenset({"age"}),
    )


def test_what_is_not_said_is_not_expected_and_an_empty_list_is() -> None:
    case = case_in("- name: a\n  facts: {}\n  expect: {urgency: none, rules: [], exams: []}\n")
    none = frozenset[str]()
    assert case.expect == Expectation(Level.none, none, None, None, None, None, none, None)
    assert case_in("- name: a\n  facts: {}\n").expect is None


def test_a_saved_session_keeps_when_and_with_which_rules_it_was_asked() -> None:
    case = case_in(
        '- name: s\n  asked_on: "2026-02-28T09:30"\n  rules_hash: "abc"\n  facts: {cancer: lung}\n'
    )
    assert (case.asked_on, case.rules_hash) == ("2026-02-28T09:30", "abc")


def test_a_case_that_cannot_be_read_hides_no_other() -> None:
    cases, found = cases_in(
        "- name: first\n  facts: {cancer: lung}\n- name: second\n  facts: {cancer: lnug, chils: no}\n"
        "- third\n- name: fourth\n  facts: {cancer: liver}\n"
    )
    assert [case.name for case in cases] == ["first", "fourth"]
    assert [case.line for case in cases] == [1, 6]
    assert [(problem.line, problem.code) for problem in found] == [(4, "K004"), (4, "K003"), (5, "S006")]


def write(path: Path, *names: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"- name: {name}\n  facts: {{}}\n" for name in names))


def test_files_and_folders_of_cases_are_read_in_one_order(tmp_path: Path) -> None:
    write(tmp_path / "all" / "b.yaml", "third", "fourth")
    write(tmp_path / "all" / "a" / "z.yaml", "second")
    write(tmp_path / "one.yaml", "first")
    (tmp_path / "all" / "notes.txt").write_text("not a case")
    cases, found = load_cases([tmp_path / "one.yaml", tmp_path / "all"], BOOK)
    assert [case.name for case in cases] == ["first", "second", "third", "fourth"]
    assert [(problem.code, Path(problem.file).name) for problem in found] == [("B002", "notes.txt")]


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "first")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe")
    write(tmp_path / "c.yaml", "second")
    cases, found = load_cases([tmp_path], BOOK)
    assert [case.name for case in cases] == ["first", "second"]
    assert [(problem.file, problem.code) for problem in found] == [(str(tmp_path / "b.yaml"), "T003")]


def test_a_name_that_stands_in_two_files_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "same", "other")
    write(tmp_path / "b.yaml", "other", "same")
    _, found = load_cases([tmp_path], BOOK)
    assert [(problem.file, problem.line, problem.code) for problem in found] == [
        (str(tmp_path / "b.yaml"), 1, "K002"),
        (str(tmp_path / "b.yaml"), 3, "K002"),
    ]
