"""What is said about every mistake: the complete lines, at the right place, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.made_messages import MADE
from tests.message_cases import HERE, Message, all_messages, lines_said
from triage.assurance.check import check
from triage.book.book import RuleBook
from triage.book.problems import MOST_LINES, Problem, Problems, nearest

MESSAGES = all_messages()


def test_without_a_mistake_nothing_is_said(small_book: RuleBook, documents_folder: Path) -> None:
    assert list(check(small_book, documents_folder)) == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_a_mistake_is_told_in_exactly_these_lines(message: Message, tmp_path: Path) -> None:
    assert lines_said(message, tmp_path) == message.expect


@pytest.mark.parametrize("name", MADE)
def test_a_mistake_that_no_file_can_hold_is_told_in_exactly_these_lines(name: str, tmp_path: Path) -> None:
    made = MADE[name]
    said = [line.replace(f"{tmp_path}/", "") for line in made.say(tmp_path)]
    assert said == made.expect


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_a_message_has_the_code_that_its_name_promises(message: Message) -> None:
    assert any(f": {message.name[:4]}: " in line for line in message.expect)


def test_every_code_in_the_program_has_a_message_that_says_it() -> None:
    program = HERE.parent / "triage"
    everything = [line for message in MESSAGES for line in message.expect]
    everything += [line for made in MADE.values() for line in made.expect]
    said = "\n".join(everything)
    written = {
        code
        for path in program.rglob("*.py")
        for code in re.findall(r'"([A-Z][0-9]{3})"', path.read_text(encoding="utf-8"))
    }
    assert written == set(re.findall(r":[0-9]+: ([A-Z][0-9]{3}): ", said))


def test_more_problems_than_anybody_reads_are_counted() -> None:
    problems = [Problem("x.yaml", line, 1, "X001", "wrong") for line in range(1, MOST_LINES + 3)]
    assert str(Problems(problems[:MOST_LINES])).endswith("x.yaml:100:1: X001: wrong")
    assert str(Problems(problems[:-1])).splitlines()[-1] == "and 1 more problem"
    assert str(Problems(problems)).splitlines()[-2:] == ["x.yaml:100:1: X001: wrong", "and 2 more problems"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("lung", 'did you mean "lung"?'),
        ("LUNG", 'did you mean "lung"?'),
        ("lnug", 'did you mean "lung"?'),
        ("S3.70", 'did you mean "S3.07"?'),
        ("kidney", "known: S3.07, S3.20, liver, lung"),
    ],
)
def test_a_hint_offers_the_word_that_was_most_likely_meant(word: str, hint: str) -> None:
    assert nearest(word, ["lung", "liver", "S3.07", "S3.20"]) == hint
