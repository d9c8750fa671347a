"""A session's file that somebody changed, or a disk damaged: it is seen, and nothing counts unconfirmed."""

from __future__ import annotations

import errno
import json
import os
import random
import re
from pathlib import Path

import pytest

from tests.commands import environment, run
from tests.here import run_here
from tests.seed import SEED
from tests.terminals import Terminal, terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.problems import Problems
from triage.book.whole_file import write_whole
from triage.calls import session as session_module
from triage.calls.session import EditedOutside, Session

ANSWERS: dict[str, Answer] = {"age": 60, "cancer": "lung", "leg_weakness": "none", "temperature": 366}


@pytest.fixture
def path(small_book: RuleBook, tmp_path: Path) -> Path:
    """The file of a session with ANSWERS."""
    session = Session(small_book, tmp_path / "s.yaml")
    session.give(ANSWERS, ["back_pain"])
    session.close()
    return tmp_path / "s.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_no_flipped_bit_changes_an_answer_unseen(small_book: RuleBook, path: Path) -> None:
    """Each bit by itself: the file is refused, or is known as changed and nothing of it counts yet."""
    raw, rng = path.read_bytes(), random.Random(SEED)
    places = rng.sample(range(len(raw) * 8), 600)
    resumed = 0
    for place in places:
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            session = Session.resume(small_book, path)
        except Problems:
            continue
        session.close()
        resumed += 1
        assert session.is_edited
        assert session.answers == {}
    assert resumed > 20, "some damage can be read, or this test shows nothing"
    path.write_bytes(raw)
    session = Session.resume(small_book, path)
    session.close()
    assert (session.is_edited, session.answers) == (False, ANSWERS)


def test_a_session_that_a_person_edited_says_so_and_is_confirmed(path: Path, tmp_path: Path) -> None:
    edit(path, 'age: "60 years"', 'age: "16 years"')
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", "--format", "json", typed="1 4\nq\n")
    assert "The file is not as triage wrote it: a person or a fault of the disk changed it" in said.err
    assert "  1. Your age: 16 years" in said.err
    decision = json.loads(said.out)
    assert decision["facts"] == {"cancer": "lung", "leg_weakness": "none"}
    assert decision["ticked"] == ["back_pain"]
    again = run_here(tmp_path, "ask", "--resume", "s.yaml", typed="q\n")
    assert "not as triage wrote it" not in again.err, "what was confirmed is whole again"


def test_until_it_is_confirmed_an_edited_answer_tells_nothing(path: Path, tmp_path: Path) -> None:
    edit(path, 'leg_weakness: "none"', 'leg_weakness: "both_legs"')
    before = path.read_bytes()
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", typed="")
    assert "emergency help now" not in said.out
    assert path.read_bytes() == before


def test_a_session_without_its_checksum_is_no_whole_one(path: Path, tmp_path: Path) -> None:
    path.write_text(path.read_text().partition("  checksum")[0])
    assert "The file is not as triage wrote it" in run_here(tmp_path, "ask", "--resume", "s.yaml").err


def test_deciding_an_edited_or_old_session_says_so(path: Path, tmp_path: Path) -> None:
    assert run_here(tmp_path, "decide", "s.yaml").err == ""
    edit(path, 'age: "60 years"', 'age: "61 years"')
    said = run_here(tmp_path, "decide", "s.yaml")
    assert "s.yaml was changed since triage wrote it." in said.err
    text = path.read_text()
    path.write_text(text.replace(text.split('asked_on: "')[1][:4], "2019"))
    said = run_here(tmp_path, "decide", "s.yaml")
    assert "These answers are of 2019-" in said.err
    assert "not of today" in said.err


def test_the_next_answer_does_not_overwrite_what_somebody_wrote(small_book: RuleBook, path: Path) -> None:
    session = Session.resume(small_book, path)
    edit(path, 'age: "60 years"', 'age: "61 years"')
    theirs = path.read_bytes()
    with pytest.raises(EditedOutside):
        session.give({"chills": "yes"})
    assert path.read_bytes() == theirs
    assert not session.kept
    assert session.answers["chills"] == "yes", "it still counts"
    session.close()


def at_a_question(tmp_path: Path, path: Path) -> Terminal:
    """A session of which one question was answered."""
    at = Terminal(tmp_path, "--session", path.name)
    at.prompt()
    at.type("60")
    return at


def choose(at: Terminal, typed: str, number: str) -> str:
    """Answers, is told that the file was changed, and chooses."""
    at.child.sendline(typed)
    at.child.expect("1 or 2: $")
    shown: str = at.child.before
    at.child.sendline(number)
    return shown


def test_who_edits_the_file_of_an_open_session_is_asked_about_and_theirs_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    at = at_a_question(tmp_path, path)
    edit(path, '"60 years"', '"61 years"')
    theirs = path.read_bytes()
    assert "Somebody changed s.yaml while this session was open." in choose(at, "0", "1")
    at.prompt()
    assert "The changed file is now " in at.screen
    assert (tmp_path / "s.yaml.edited-1").read_bytes() == theirs
    assert '"60 years"' in path.read_text()
    assert 'leg_weakness: "none"' in path.read_text()
    at.child.close(force=True)


def test_or_the_answers_of_the_changed_file_count_once_they_are_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    at = at_a_question(tmp_path, path)
    edit(path, '"60 years"', '"61 years"')
    choose(at, "0", "2")
    at.child.expect("none of it: $")
    assert "1. Your age: 61 years" in at.child.before
    at.child.sendline("")
    at.prompt()
    assert "All that apply" in at.screen, "what was answered here is asked again"
    assert '"61 years"' in path.read_text()
    assert "leg_weakness" not in path.read_text()
    at.child.close(force=True)


@pytest.mark.parametrize(("number", "stands"), [("1", True), ("2", False)])
def test_a_file_that_was_removed_is_asked_about_too(number: str, stands: bool, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    at = at_a_question(tmp_path, path)
    path.unlink()
    assert "Somebody removed s.yaml" in choose(at, "0", number)
    at.prompt()
    at.type("1", "36.6")
    assert path.exists() is stands
    at.child.close(force=True)


def test_where_nobody_answers_that_the_result_is_told_as_not_saved(tmp_path: Path) -> None:
    at = at_a_question(tmp_path, tmp_path / "s.yaml")
    edit(tmp_path / "s.yaml", '"60 years"', '"61 years"')
    at.child.sendline("2")
    at.child.expect("1 or 2: $")
    at.child.sendeof()
    at.prompt()
    assert "Get emergency help now" in at.screen
    assert "NOT SAVED" in at.screen
    assert '"61 years"' in (tmp_path / "s.yaml").read_text()
    at.child.close(force=True)


def test_a_file_that_became_unreadable_meanwhile_cannot_be_gone_on_from(tmp_path: Path) -> None:
    at = at_a_question(tmp_path, tmp_path / "s.yaml")
    (tmp_path / "s.yaml").write_text("shopping list")
    choose(at, "0", "2")
    at.child.expect("1 or 2: $")
    assert "It cannot be read:\r\n  s.yaml:1:1: " in at.child.before
    at.child.sendline("1")
    at.prompt()
    assert (tmp_path / "s.yaml.edited-1").read_text() == "shopping list"
    at.child.close(force=True)


def test_a_disk_that_fails_while_theirs_is_put_aside_leaves_a_file_at_the_name_of_the_session(
    small_book: RuleBook, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.resume(small_book, path)
    edit(path, '"60 years"', '"61 years"')
    theirs = path.read_bytes()
    with pytest.raises(EditedOutside):
        session.give({"chills": "yes"})

    def full(where: Path, content: bytes, mode: int) -> None:
        if where == path:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_whole(where, content, mode)

    with monkeypatch.context() as patch:
        patch.setattr(session_module, "write_whole", full)
        with pytest.raises(OSError, match="No space left"):
            session.take_ours()
    assert path.read_bytes() == theirs
    session.give({"feeling_ill": "no"})
    session.close()
    assert path.with_name("s.yaml.edited-1").read_bytes() == theirs
    assert path.with_name("s.yaml.edited-1").stat().st_mode & 0o777 == 0o600
    assert 'chills: "yes"' in path.read_text()


def test_a_pipe_in_the_place_of_the_file_hangs_nobody(tmp_path: Path) -> None:
    at = at_a_question(tmp_path, tmp_path / "s.yaml")
    (tmp_path / "s.yaml").unlink()
    os.mkfifo(tmp_path / "s.yaml")
    assert "NOT SAVED: Not a plain file any more." in at.type("0")
    at.child.close(force=True)


def test_a_name_that_no_file_may_hold_as_it_is_makes_no_session_unreadable(
    small_book: RuleBook, path: Path
) -> None:
    edit(path, 'name: "session', 'name: "Rene\\u0301')
    session = Session.resume(small_book, path)
    session.confirm(dict.fromkeys(session.unconfirmed, True))
    session.close()
    again = Session.resume(small_book, path)
    again.close()
    assert (again.is_edited, again.answers) == (False, ANSWERS)


@pytest.mark.parametrize("wording", ["[a]", "x", '""'])
def test_words_in_a_form_that_triage_does_not_write_are_no_defect(
    wording: str, small_book: RuleBook, path: Path
) -> None:
    text = path.read_text().replace(small_book.hash, "0" * 64).partition("    wording:")[0]
    path.write_text(f"{text}    wording: {wording}\n")
    with pytest.raises(Problems, match="S00"):
        Session.resume(small_book, path)


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_in_this_time_zone_is_no_defect(year: str, path: Path, tmp_path: Path) -> None:
    path.write_text(re.sub(r'asked_on: "[^"]*"', f'asked_on: "{year}"', path.read_text()))
    assert "is no time" in run_here(tmp_path, "ask", "--resume", "s.yaml").err
    assert f"These answers are of {year}" in run_here(tmp_path, "decide", "s.yaml").err


def test_a_session_file_that_appears_after_the_start_is_not_overwritten(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        (tmp_path / "s.yaml").write_text("mine\n")
        choose(at, "60", "1")
        at.prompt()
        assert (tmp_path / "s.yaml.edited-1").read_text() == "mine\n"
    assert run(tmp_path, "ask", "--resume", "s.yaml", env=environment(tmp_path)).code == 0
