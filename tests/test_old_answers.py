"""Answers of another day are no answers of today: asked again, or, where they last, shown and confirmed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.here import run_here
from tests.sessions import Clock, made_older
from triage.book.book import RuleBook
from triage.book.facts import Answer, NotKnown
from triage.calls import session as session_module
from triage.calls.given import read_time, still_counts
from triage.calls.session import Session

WELL: dict[str, Answer] = {
    "age": 60,
    "leg_weakness": "none",
    "leg_numbness": "no",
    "back_pain": "none",
    "chills": "no",
    "feeling_ill": "no",
    "skin_lump": "none",
    "temperature": 366,
    "cancer": "lung",
}
YEAR = timedelta(days=365)
NOON = datetime(2026, 11, 28, 12, 0).astimezone()


def kept(book: RuleBook, path: Path, answers: dict[str, Answer], *ticked: str, age: timedelta = YEAR) -> Path:
    """A session with these answers, so old."""
    session = Session(book, path)
    session.give(answers, ticked)
    session.close()
    made_older(path, age)
    return path


def asked_and_told(home: Path, typed: str, *options: str) -> tuple[str, Any]:
    """What was asked in a resumed session, and the decision at its end."""
    said = run_here(home, "ask", "--resume", "s.yaml", "--format", "json", *options, typed=typed)
    return said.err, json.loads(said.out)


def test_what_was_denied_a_year_ago_tells_nobody_today_to_keep_the_planned_follow_up(
    small_book: RuleBook, tmp_path: Path
) -> None:
    for typed in ("", "\n", "\n\n", "\nq\n"):
        (tmp_path / "s.yaml").unlink(missing_ok=True)
        kept(small_book, tmp_path / "s.yaml", WELL)
        asked, decision = asked_and_told(tmp_path, typed)
        assert decision["status"] == "unfinished"
        assert not {"leg_weakness", "temperature", "chills"} & decision["facts"].keys()
    assert "8 answers no longer count and are asked again; the call was begun " in asked


def test_a_fever_of_last_year_is_no_emergency_of_today(small_book: RuleBook, tmp_path: Path) -> None:
    kept(small_book, tmp_path / "s.yaml", {**WELL, "temperature": 400, "chills": "yes"})
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", typed="\n")
    assert "Get emergency help now" not in said.out + said.err
    assert "today" not in said.out.splitlines()[0]


def test_a_tick_of_another_day_is_no_sign_that_is_there_today(small_book: RuleBook, tmp_path: Path) -> None:
    kept(small_book, tmp_path / "s.yaml", {"age": 60}, "leg_weakness")
    _, decision = asked_and_told(tmp_path, "")
    assert (decision["ticked"], decision["urgency"]) == ([], "none")


def test_what_lasts_is_shown_on_one_screen_and_counts_only_once_it_is_confirmed(
    small_book: RuleBook, tmp_path: Path
) -> None:
    answers: dict[str, Answer] = {"age": 60, "cancer": "lung", "blood_flow": "absent", "chills": "no"}
    kept(small_book, tmp_path / "s.yaml", answers)
    asked, decision = asked_and_told(tmp_path, "")
    assert decision["facts"] == {}
    told = (datetime.now().astimezone() - YEAR).date().isoformat()
    assert f"  1. Where your cancer started: In a lung (told {told})" in asked
    _, decision = asked_and_told(tmp_path, "\nq\n")
    assert decision["facts"] == {"cancer": "lung", "blood_flow": "absent"}
    assert "cancer" in (tmp_path / "s.yaml").read_text()


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("1\nq\n", {"blood_flow"}),
        ("2.\nq\n", {"cancer"}),
        ("1 and 2\nq\n", set()),
        ("1;2\nq\n", set()),
        ("0\nq\n", set()),
        ("n\nq\n", set()),
        ("y\nq\n", {"cancer", "blood_flow"}),
        ("3\nhello\nb\n?\n1\nq\n", {"blood_flow"}),
        ("q\n", set()),
    ],
)
def test_what_is_said_to_be_wrong_does_not_count_and_nothing_else_is_taken_for_a_yes(
    typed: str, left: set[str], small_book: RuleBook, tmp_path: Path
) -> None:
    kept(small_book, tmp_path / "s.yaml", {"cancer": "lung", "blood_flow": "absent"})
    asked, decision = asked_and_told(tmp_path, typed)
    assert decision["facts"].keys() == left
    assert ("Press Enter, or type numbers" in asked) is ("hello" in typed), "it was understood at once"


def test_the_file_stays_as_it_was_until_something_is_confirmed(small_book: RuleBook, tmp_path: Path) -> None:
    path = kept(small_book, tmp_path / "s.yaml", WELL)
    before = path.read_bytes()
    asked_and_told(tmp_path, "")
    asked_and_told(tmp_path, "q\n")
    assert path.read_bytes() == before


def test_answers_of_the_earlier_call_stay_in_the_file_with_its_date(
    small_book: RuleBook, tmp_path: Path
) -> None:
    path = kept(small_book, tmp_path / "s.yaml", WELL)
    asked_and_told(tmp_path, "\n61\nq\n")
    session = Session.resume(small_book, path)
    session.close()
    (earlier,) = session.contents.earlier
    assert earlier.facts.items() >= {("leg_weakness", "none"), ("age", "60 years"), ("cancer", "lung")}
    assert earlier.asked_on.startswith(str((datetime.now().astimezone() - YEAR).date()))
    assert session.answers == {"cancer": "lung", "age": 61}
    assert session.contents.given["cancer"].on - session.contents.given["cancer"].first > YEAR / 2


def test_what_was_not_known_then_is_asked_again(small_book: RuleBook, tmp_path: Path) -> None:
    kept(small_book, tmp_path / "s.yaml", {"cancer": NotKnown("unknown"), "age": 60})
    _, decision = asked_and_told(tmp_path, "")
    assert decision["facts"] == {}


def test_within_the_day_a_session_goes_on_as_it_was(small_book: RuleBook, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    session = Session(small_book, path)
    session.give(WELL, ["lump_size"])
    session.close()
    again = Session.resume(small_book, path)
    again.close()
    assert (again.answers, again.ticked) == (WELL, ["lump_size"])
    assert (again.unconfirmed, again.asked_again) == ({}, ())


@pytest.mark.parametrize(
    ("on", "hours", "counts"),
    [
        (NOON - timedelta(hours=11), None, True),
        (NOON - timedelta(hours=13), None, False),
        (NOON + timedelta(hours=3), None, True),  # a clock that was wrong by hours: still this day
        (NOON + timedelta(days=1), None, False),  # answered on a day that has not come: nobody knows when
        (NOON - YEAR, None, False),
        (NOON + YEAR, None, False),
        (NOON - timedelta(hours=5, minutes=59), 6, True),
        (NOON - timedelta(hours=6, minutes=1), 6, False),
        (NOON + timedelta(hours=1), 6, False),
        (NOON - timedelta(hours=30), 48, True),
        (NOON.astimezone(timezone(timedelta(hours=14))) - timedelta(hours=11), None, True),
    ],
)
def test_an_answer_counts_for_the_day_or_for_the_hours_of_the_clinic(
    on: datetime, hours: int | None, counts: bool
) -> None:
    assert still_counts(on, NOON, hours) is counts


def test_a_call_over_midnight_is_one_call_and_the_next_evening_is_another() -> None:
    before, after = NOON + timedelta(hours=11, minutes=50), NOON + timedelta(hours=12, minutes=20)
    assert still_counts(before, after)
    assert not still_counts(before, after + timedelta(hours=1))


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The time zone of this process."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("given", "at", "counts"),
    [
        ("2026-03-28T23:30:00+01:00", "2026-03-29T12:00:00+02:00", False),  # summer time began that night
        ("2026-03-29T00:30:00+01:00", "2026-03-29T23:30:00+02:00", True),
        ("2026-10-25T00:30:00+02:00", "2026-10-25T23:30:00+01:00", True),  # summer time ended
        ("2026-10-24T22:30:00+02:00", "2026-10-25T23:30:00+01:00", False),
        ("2026-11-28T01:00:00+14:00", "2026-11-28T23:30:00+01:00", False),  # by the clock here, yesterday
    ],
)
def test_an_answer_of_yesterday_is_none_of_today_where_the_clock_was_changed_in_the_night(
    given: str, at: str, counts: bool, in_berlin: None
) -> None:
    assert still_counts(read_time(given), datetime.fromisoformat(at)) is counts


def test_the_hours_of_the_settings_are_heeded(small_book: RuleBook, tmp_path: Path) -> None:
    kept(small_book, tmp_path / "s.yaml", {"chills": "no"}, age=timedelta(hours=30))
    for hours, left in ((48, {"chills"}), (24, set[str]())):
        (tmp_path / "settings.yaml").write_text(f"answers_count_for: {hours} hours\n")
        _, decision = asked_and_told(tmp_path, "q\n", "--settings", "settings.yaml")
        assert decision["facts"].keys() == left


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(session_module, "now", made)
    return made


def overnight(clock: Clock, *lines: str) -> Iterator[str]:
    """Lines typed at once; at the line `…` a day passes before the next."""
    for line in lines:
        if line == "…":
            clock.at += timedelta(days=1)
        else:
            yield line


def held(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock, *lines: str
) -> tuple[Any, Session]:
    """A conversation in one process in which these lines are typed, and its decision."""
    from triage.cli.conversation import Conversation
    from triage.cli.lines import Lines, Reply, Stopped
    from triage.decision.decide import Decider

    typed = overnight(clock, *lines)

    def read(self: Lines, prompt: str, **how: bool) -> Reply:
        line = next(typed, None)
        if line is None:
            raise Stopped
        return Reply(line)

    monkeypatch.setattr(Lines, "read", read)
    session = Session(book, tmp_path / "s.yaml")
    decision = Conversation(Decider(book), session, nurse=False, form="plain").hold()
    session.close()
    return decision, session


DENIED = ("60", "0", "1", "36.6", "0", "1")


def test_a_screen_left_open_over_night_tells_no_result_of_yesterday(
    small_book: RuleBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock
) -> None:
    today, _ = held(small_book, monkeypatch, tmp_path / "today", clock, *DENIED, *("0",) * 9)
    assert today.status == "decided"
    for place in range(1, len(DENIED)):
        lines = (*DENIED[:place], "…", *DENIED[place:], "", "")
        decision, session = held(small_book, monkeypatch, tmp_path / str(place), clock, *lines)
        assert all(still_counts(session.contents.given[name].on, clock.at) for name in decision.answers)
        assert "leg_weakness" not in decision.answers or place == 1


def test_the_result_is_not_told_from_yesterday_when_enter_comes_a_day_later(
    small_book: RuleBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock
) -> None:
    lines = (*DENIED, *("0",) * 3)
    decision, _ = held(small_book, monkeypatch, tmp_path / "a", clock, *lines, "…")
    assert decision.status != "decided"
    decision, session = held(small_book, monkeypatch, tmp_path / "b", clock, *lines, "…", "", "", "")
    assert (decision.status, session.contents.finished_on) == ("unfinished", None)


def test_the_note_of_a_resumed_session_has_both_dates(small_book: RuleBook, tmp_path: Path) -> None:
    kept(small_book, tmp_path / "s.yaml", WELL)
    today, then = datetime.now().astimezone(), datetime.now().astimezone() - YEAR
    note = run_here(tmp_path, "ask", "--nurse", "--resume", "s.yaml", typed="\n60\nq\n").out
    assert f"{today:%Y-%m-%d}" in note.splitlines()[0]
    assert note.splitlines()[1].startswith(f"The first call of this session was on {then:%Y-%m-%d}")
    assert f"First cancer: In a lung (told {then:%Y-%m-%d}, confirmed {today:%Y-%m-%d})" in note
