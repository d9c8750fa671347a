"""`ask --resume`: nobody goes on unawares with somebody else's session, or with one that was over."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands import run
from tests.here import run_here
from tests.sessions import made_older
from tests.terminals import terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.calls import session as session_module
from triage.calls.given import now
from triage.calls.session import Session

STATE = Path(".local/state/triage")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder where `ask` keeps sessions."""
    made = tmp_path / STATE
    made.mkdir(parents=True)
    return made


def keep(
    book: RuleBook, path: Path, answers: dict[str, Answer], *, over: bool = False, hours: int = 0
) -> Path:
    """A session with these answers, held so many hours ago."""
    session = Session(book, path)
    session.give(answers)
    if over:
        session.finish()
    session.close()
    if hours:
        made_older(path, timedelta(hours=hours))
    return path


def test_of_two_people_on_one_computer_each_is_named_and_the_person_chooses(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    ann = keep(small_book, folder / "a.yaml", {"age": 60, "cancer": "lung", "chills": "yes"})
    ben = keep(small_book, folder / "b.yaml", {"age": 71, "cancer": "liver"})
    said = run_here(tmp_path, "ask", "--resume", typed="7\n2\nq\n")
    assert re.search(r"  1\. 71 years, In the liver, begun .*, last answer .*, 2 answers: b\.yaml", said.err)
    assert re.search(r"  2\. 60 years, In a lung, begun .*, last answer .*, 3 answers: a\.yaml", said.err)
    assert "Type a number from 1 to 2, or Enter." in said.err
    assert f"Going on with {ann} (60 years, In a lung, begun " in said.err
    assert str(ben) not in said.err


def test_the_last_used_stands_first_and_not_the_last_begun(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    keep(small_book, folder / "2026-01-01.yaml", {"age": 60})
    keep(small_book, folder / "2026-02-02.yaml", {"age": 71})
    session = Session.resume(small_book, folder / "2026-01-01.yaml")
    session.give({"chills": "no"})
    session.close()
    said = run_here(tmp_path, "ask", "--resume", typed="1\nq\n")
    assert "Going on with" in said.err
    assert "2026-01-01.yaml (60 years" in said.err


@pytest.mark.parametrize("typed", ["", "\n", "q\n", "9\n"])
def test_where_none_is_chosen_none_is_opened(
    typed: str, small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    for name in ("a.yaml", "b.yaml"):
        keep(small_book, folder / name, {"age": 60})
    said = run_here(tmp_path, "ask", "--resume", typed=typed)
    assert (said.code, said.out) == (2, "")
    assert "No session was chosen." in said.err
    assert "How old" not in said.err


def test_the_only_one_that_is_not_over_is_gone_on_with_and_named(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    keep(small_book, folder / "a.yaml", {"age": 60}, over=True)
    keep(small_book, folder / "b.yaml", {"age": 71, "cancer": "liver"})
    said = run_here(tmp_path, "ask", "--resume", typed="q\n")
    assert "b.yaml (71 years, In the liver, begun " in said.err


def test_a_session_that_was_over_is_not_opened_again_unless_it_is_named(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    path = keep(small_book, folder / "a.yaml", {"age": 60, "cancer": "lung"}, over=True)
    said = run_here(tmp_path, "ask", "--resume")
    assert (said.code, said.out) == (2, "")
    assert (
        f"These are over; to open one again, name it:\n  triage ask --resume {path}  (60 years, In a lung,"
        in said.err
    )
    said = run_here(tmp_path, "ask", "--resume", path, typed="q\n")
    assert ", finished " in said.err
    assert "That session was over. It is open again." in said.err


def test_a_session_is_over_once_everything_was_asked_and_the_result_was_told(tmp_path: Path) -> None:
    for typed, over in (("60\n2\n\n", True), ("60\n2\nq\n", True), ("60\n2\n", True), ("60\n", False)):
        shutil.rmtree(tmp_path / STATE, ignore_errors=True)
        run_here(tmp_path, "ask", typed=typed)
        (path,) = (tmp_path / STATE).iterdir()
        assert ("finished_on:" in path.read_text()) is over, typed


def test_a_session_that_is_changed_after_its_end_is_open_again(small_book: RuleBook, tmp_path: Path) -> None:
    path = keep(small_book, tmp_path / "s.yaml", {"age": 60}, over=True)
    session = Session.resume(small_book, path)
    session.give({"chills": "no"})
    session.close()
    assert "finished_on:" not in path.read_text()


def test_without_any_session_it_is_said_where_they_would_be(tmp_path: Path) -> None:
    said = run_here(tmp_path, "ask", "--resume")
    assert (said.code, said.out) == (2, "")
    assert f"There is no unfinished session in {tmp_path / STATE} to resume." in said.err


def test_a_file_in_the_folder_that_is_no_session_is_named_and_hides_none(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    (folder / "x.yaml").write_text("- name: half a sess")
    keep(small_book, folder / "a.yaml", {"age": 60})
    said = run_here(tmp_path, "ask", "--resume", typed="q\n")
    assert f"{folder / 'x.yaml'} cannot be read as a session." in said.err
    assert "a.yaml (60 years" in said.err


def test_a_new_session_mentions_what_was_not_finished_today_and_nothing_else(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    path = keep(small_book, folder / "open.yaml", {"age": 60, "cancer": "lung"})
    keep(small_book, folder / "over.yaml", {"age": 61}, over=True)
    keep(small_book, folder / "old.yaml", {"age": 62}, hours=60)
    said = run_here(tmp_path, "ask", typed="q\n")
    mentioned = [line for line in said.err.splitlines() if line.startswith("Not finished today: ")]
    assert len(mentioned) == 1
    assert mentioned[0].startswith("Not finished today: 60 years, In a lung, begun ")
    assert f"To go on with it:\n  triage ask --resume {path}\n" in said.err


def test_a_session_that_is_open_in_another_window_is_not_offered(folder: Path, tmp_path: Path) -> None:
    with terminal(tmp_path) as at:
        at.type("60")
        assert "Not finished today" not in run(tmp_path, "ask", typed="q\n").err
        said = run(tmp_path, "ask", "--resume")
        assert "There is no unfinished session" in said.err


def test_two_sessions_begun_in_one_instant_are_two(
    small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine whose clock stands still, or was set back to the very same time."""
    from triage.cli import resuming

    instant = now()
    monkeypatch.setattr(session_module, "now", lambda: instant)
    monkeypatch.setattr(resuming, "now", lambda: instant)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sessions = []
    for age in (60, 71):
        session = resuming.new_session(small_book, None, None)
        session.give({"age": age})
        session.close()
        sessions.append(session)
    one, other = sessions
    assert one.path != other.path
    assert one.name != other.name
    assert len(list((tmp_path / "triage").glob("*.yaml"))) == 2


def test_a_clock_that_was_set_back_is_said_and_mixes_nothing_up(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    keep(small_book, folder / "a.yaml", {"age": 60, "cancer": "lung", "chills": "no"}, hours=-24 * 3)
    keep(small_book, folder / "b.yaml", {"age": 71})
    said = run_here(tmp_path, "ask", "--resume", typed="1\nq\n")
    assert "a.yaml (60 years, In a lung" in said.err
    assert "Look whether the clock is right." in said.err
    assert "2 answers no longer count and are asked again" in said.err
    assert "  1. Where your cancer started: In a lung" in said.err
    assert "a.yaml" in run_here(tmp_path, "ask", typed="q\n").err, "it is mentioned: it may be of today"


def test_on_a_disk_that_became_read_only_a_session_goes_on_unsaved(
    small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import os

    path = keep(small_book, tmp_path / "s.yaml", {"age": 60})
    before, real = path.read_bytes(), os.open

    def read_only(name: str | Path, flags: int, *more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR) and str(name).startswith(str(tmp_path / "s.yaml")):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(name))
        return real(name, flags, *more)

    monkeypatch.setattr(os, "open", read_only)
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", typed="2\n\n")
    assert said.code == 0
    assert "NOT SAVED: " in said.err
    assert "Read-only file system. Go on, and do not stop half-way." in said.err
    assert "Get emergency help now" in said.out
    assert path.read_bytes() == before
