"""A session's answers on disk: whole, private, in order, and one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sessions import as_if_written
from tests.strategies import answers_to
from triage.book.book import RuleBook
from triage.book.facts import Answer, NotKnown
from triage.book.problems import Problems
from triage.calls.session import Session, sessions_folder


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_what_was_given_is_what_is_resumed_in_the_order_given(
    data: st.DataObject, small_book: RuleBook, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    path.unlink(missing_ok=True)
    session = Session(small_book, path)
    given_so_far: dict[str, Answer] = {}
    for fact in data.draw(st.permutations(list(small_book.facts.values()))):
        answer = data.draw(answers_to(fact))
        given_so_far[fact.id] = answer
        session.give({fact.id: answer})
    session.close()
    resumed = Session.resume(small_book, path)
    resumed.close()
    assert resumed.other_books == ()
    assert list(resumed.answers.items()) == list(given_so_far.items())
    assert (resumed.name, resumed.asked_on) == (session.name, session.asked_on)


def test_an_answer_given_again_counts_as_the_last_one_given(small_book: RuleBook, tmp_path: Path) -> None:
    session = Session(small_book, tmp_path / "s.yaml")
    session.give({"age": 60, "chills": "no"})
    session.give({"age": 61})
    assert list(session.answers.items()) == [("chills", "no"), ("age", 61)]
    session.close()


def test_an_answer_taken_back_was_never_asked(small_book: RuleBook, tmp_path: Path) -> None:
    session = Session(small_book, tmp_path / "s.yaml")
    session.give({"age": 60, "chills": NotKnown("unknown")})
    session.take_back(["chills"])
    session.close()
    resumed = Session.resume(small_book, tmp_path / "s.yaml")
    resumed.close()
    assert resumed.answers == {"age": 60}


def test_what_was_ticked_is_kept_until_its_detail_is_given(small_book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    session = Session(small_book, path)
    session.give({"leg_numbness": "no"}, ticked=["leg_weakness", "back_pain"])
    session.give({"back_pain": "lasting"})
    session.close()
    resumed = Session.resume(small_book, path)
    assert resumed.ticked == ["leg_weakness"]
    resumed.take_back(["leg_numbness", "leg_weakness", "back_pain"])
    resumed.close()
    again = Session.resume(small_book, path)
    again.close()
    assert (again.ticked, again.answers) == ([], {})


def test_the_file_and_its_folder_are_for_the_owner_whatever_the_umask(
    small_book: RuleBook, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        session = Session(small_book, tmp_path / "new" / "s.yaml")
        session.give({"age": 60})
        session.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "s.yaml").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["s.yaml"], "no lock and no part is left"


def test_only_one_session_at_a_time_has_a_file(small_book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    first = Session(small_book, path)
    first.give({"age": 60})
    for second in (Session, Session.resume):
        with pytest.raises(Problems, match="A002: another session is writing this file"):
            second(small_book, path)
    first.give({"age": 61})
    first.close()
    resumed = Session.resume(small_book, path)
    assert resumed.answers == {"age": 61}, "what the first gave last is not lost"
    resumed.close()


@pytest.mark.parametrize("begin", [Session, Session.resume])
def test_a_file_system_without_locks_is_no_other_session(
    begin: Callable[[RuleBook, Path], object],
    small_book: RuleBook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "s.yaml"
    session = Session(small_book, path)
    session.give({"age": 60})
    session.close()

    def no_locks(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(OSError, match="cannot be locked: No locks available") as refused:
        begin(small_book, path)
    assert refused.value.filename == str(path)


@pytest.mark.parametrize(
    "more",
    [
        "  facts: {age: 60 years}\n",
        "  facts: {}\n  asked_on: today\n",
        "  facts: {}\n  asked_on: today\n  rules_hash: abc\n  story: She came.\n",
        "  facts: {}\n  asked_on: today\n  rules_hash: abc\n  denied: [legs]\n",
        "  facts: {}\n  asked_on: today\n  rules_hash: abc\n  expect: {urgency: none, rules: []}\n",
    ],
)
def test_a_case_that_a_person_wrote_is_no_session(more: str, small_book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("- name: Ann\n" + more)
    with pytest.raises(Problems, match="A003: this is a case and no saved session"):
        Session.resume(small_book, path)
    assert [file.name for file in tmp_path.iterdir()] == ["case.yaml"]


def test_the_lock_of_a_session_that_was_killed_does_not_count(small_book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    child = os.fork()
    if child == 0:
        Session(small_book, path).give({"age": 60})
        os._exit(0)
    os.waitpid(child, 0)
    assert list(tmp_path.glob("*.lock")), "the killed session left its lock"
    resumed = Session.resume(small_book, path)
    assert resumed.answers == {"age": 60}
    resumed.close()


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_write_that_fails_raises_keeps_the_old_file_and_the_answer_still_counts(
    step: str, small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.yaml"
    session = Session(small_book, path)
    session.give({"age": 60})
    before = path.read_bytes()

    def full(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(OSError, match="No space left"):
            session.give({"chills": "yes"})
    assert session.answers == {"age": 60, "chills": "yes"}
    assert not session.kept
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))
    session.give({"feeling_ill": "no"})
    assert session.kept
    session.close()
    resumed = Session.resume(small_book, path)
    resumed.close()
    assert resumed.answers == {"age": 60, "chills": "yes", "feeling_ill": "no"}


def test_without_a_path_nothing_is_written(small_book: RuleBook, tmp_path: Path) -> None:
    session = Session(small_book, None)
    session.give({"age": 60})
    session.close()
    assert session.kept
    assert not list(tmp_path.iterdir())


def test_the_state_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert sessions_folder() == Path("/state/triage")
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "/home/ann")
    assert sessions_folder() == Path("/home/ann/.local/state/triage")


def test_two_names_of_one_file_are_one_session(small_book: RuleBook, tmp_path: Path) -> None:
    """A link beside the file must not let a second session write over the first."""
    first = Session(small_book, tmp_path / "s.yaml")
    first.give({"age": 60})
    (tmp_path / "link.yaml").symlink_to("s.yaml")
    with pytest.raises(Problems, match="A002"):
        Session.resume(small_book, tmp_path / "link.yaml")
    first.close()
    second = Session.resume(small_book, tmp_path / "link.yaml")
    second.give({"age": 61})
    second.close()
    assert (tmp_path / "link.yaml").is_symlink()
    assert "61 years" in (tmp_path / "s.yaml").read_text()


def test_what_only_another_rule_book_asked_is_left_out_by_name_and_the_rest_goes_on(
    small_book: RuleBook, tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    kept = Session(small_book, path)
    kept.give({"age": 60, "chills": "yes"})
    kept.close()
    text = path.read_text().replace(small_book.hash, "0" * 64)
    other = text.replace('chills: "yes"', 'chills: "often"\n    zeal: "much"\n  ticked: [gone_by]')
    as_if_written(path, other)
    session = Session.resume(small_book, path)
    assert session.other_books == ("0" * 64,)
    assert session.gone == ("chills", "zeal", "gone_by")
    assert (session.answers, session.ticked) == ({"age": 60}, [])
    session.close()
    as_if_written(path, text.replace("0" * 64, small_book.hash).replace('chills: "yes"', 'chills: "often"'))
    with pytest.raises(Problems, match="K004"):
        Session.resume(small_book, path)


def test_a_lock_that_somebody_planted_as_a_link_makes_no_file_elsewhere(
    small_book: RuleBook, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="is a link, which is not followed; remove it") as caught:
        Session(small_book, tmp_path / "s.yaml")
    assert caught.value.filename == str(tmp_path / "s.yaml.lock")
    assert [file.name for file in tmp_path.iterdir()] == ["s.yaml.lock"]
