"""What is said about every mistake: the complete lines, at the right place, with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.made_messages import MADE
from tests.message_cases import HERE, Message, all_messages, lines_said
from triage.assurance.check import check
from triage.book.book import RuleBook

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
