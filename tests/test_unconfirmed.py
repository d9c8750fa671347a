"""What counts only once it is confirmed: nothing of it is lost, aged, renewed or taken for certain before."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.here import run_here
from tests.seed import SEED
from tests.sessions import Clock, as_if_written, made_older
from tests.terminals import Terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.problems import Problems
from triage.calls import session as session_module
from triage.calls.session import EditedOutside, Session

ANSWERS: dict[str, Answer] = {"age": 60, "cancer": "lung", "temperature": 400}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(session_module, "now", made)
    return made


@pytest.fixture
def path(small_book: RuleBook, tmp_path: Path, clock: Clock) -> Path:
    """The file of a session with ANSWERS and a tick."""
    session = Session(small_book, tmp_path / "s.yaml")
    session.give(ANSWERS, ["back_pain"])
    session.close()
    return tmp_path / "s.yaml"


def edited(path: Path) -> None:
    path.write_text(path.read_text().replace('name: "session', 'name: "Session'))


def decided(home: Path, typed: str, *options: str) -> Any:
    said = run_here(home, "ask", "--resume", "s.yaml", "--format", "json", *options, typed=typed)
    return json.loads(said.out)


def test_a_tick_that_somebody_wrote_into_the_file_is_no_sign_before_it_is_confirmed(
    path: Path, tmp_path: Path
) -> None:
    path.write_text(path.read_text().replace("[back_pain]", "[back_pain, chills, feeling_ill]"))
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", "--format", "json")
    assert "  5. Shivering: there, details not asked (told " in said.err
    assert (json.loads(said.out)["ticked"], json.loads(said.out)["rules"]) == ([], [])
    assert decided(tmp_path, "3 4 6\nq\n")["ticked"] == ["chills"]


def test_an_edited_file_of_ticks_alone_is_told_as_edited(small_book: RuleBook, tmp_path: Path) -> None:
    session = Session(small_book, tmp_path / "s.yaml")
    session.give({}, ["back_pain"])
    session.close()
    edited(tmp_path / "s.yaml")
    said = run_here(tmp_path, "ask", "--resume", "s.yaml")
    assert "The file is not as triage wrote it" in said.err


def test_no_flipped_bit_makes_a_tick_count_or_is_a_defect(small_book: RuleBook, path: Path) -> None:
    session = Session.resume(small_book, path)
    session.give({}, ["back_pain"])
    session.close()
    made_older(path, timedelta(days=2))
    session = Session.resume(small_book, path)
    session.give({"chills": "no"}, ["leg_weakness"])
    session.finish()
    session.close()
    raw = path.read_bytes()
    assert b"unconfirmed:" in raw
    for place in random.Random(SEED).sample(range(len(raw) * 8), 600):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            session = Session.resume(small_book, path)
        except Problems:
            continue
        session.close()
        assert (dict(session.answers), session.ticked, session.is_edited) == ({}, [], True)


def test_a_fever_of_yesterday_is_none_of_today_because_enter_came_after_midnight(
    small_book: RuleBook, path: Path, clock: Clock
) -> None:
    edited(path)
    session = Session.resume(small_book, path)
    shown = dict.fromkeys(session.unconfirmed, True)
    clock.at += timedelta(days=1)
    session.confirm(shown)
    session.close()
    assert session.answers == {"cancer": "lung"}
    assert set(session.asked_again) == {"age", "temperature", "back_pain"}


def test_to_confirm_an_edited_answer_makes_it_no_younger(
    small_book: RuleBook, path: Path, clock: Clock
) -> None:
    edited(path)
    clock.at += timedelta(hours=5)
    session = Session.resume(small_book, path, 6)
    session.confirm(dict.fromkeys(session.unconfirmed, True))
    assert session.answers.keys() == ANSWERS.keys()
    clock.at += timedelta(hours=2)
    assert session.renew()
    session.close()
    assert session.answers == {}


def test_what_was_not_on_the_screen_is_neither_confirmed_nor_lost(
    small_book: RuleBook, path: Path, clock: Clock
) -> None:
    made_older(path, timedelta(days=2))
    session = Session.resume(small_book, path)
    session.give({"blood_flow": "absent"})
    clock.at += timedelta(days=1)
    session.renew()
    session.confirm({"cancer": True})
    session.close()
    assert (session.answers, session.unconfirmed) == ({"cancer": "lung"}, {"blood_flow": "absent"})


def test_what_lasts_is_still_to_be_confirmed_after_a_kill_at_the_screen_that_asks(
    small_book: RuleBook, path: Path, clock: Clock, tmp_path: Path
) -> None:
    session = Session.resume(small_book, path)
    clock.at += timedelta(days=1)
    session.renew()
    session.give({"chills": "no"})
    session.close()  # and no confirmation
    again = Session.resume(small_book, path)
    again.close()
    assert (again.answers, again.unconfirmed) == ({"chills": "no"}, {"cancer": "lung"})
    assert again.contents.given["cancer"].on < again.contents.given["chills"].on
    (earlier,) = again.contents.earlier
    assert earlier.facts == {"age": "60 years", "cancer": "lung", "temperature": "40.0 °C"}
    said = run_here(tmp_path, "decide", "s.yaml", "--format", "json")
    assert json.loads(said.out)["facts"] == {"chills": "no"}
    assert ", 2 answers)" in run_here(tmp_path, "ask", "--resume", "s.yaml").err


@pytest.mark.parametrize(("old", "new"), [("cancer:", "cancre:"), ('"lung"', '"lungs"')])
def test_an_unconfirmed_answer_that_cannot_be_read_is_named_with_its_line(
    old: str, new: str, small_book: RuleBook, path: Path
) -> None:
    made_older(path, timedelta(days=2))
    session = Session.resume(small_book, path)
    session.give({"chills": "no"})
    session.close()
    head, _, rest = path.read_text().partition("    unconfirmed:")
    as_if_written(path, f"{head}    unconfirmed:{rest.replace(old, new, 1)}")
    line = path.read_text().splitlines().index("    unconfirmed:") + 3
    with pytest.raises(Problems, match=f"s.yaml:{line}:[0-9]+: K00[34]: "):
        Session.resume(small_book, path)


def test_another_book_asks_an_unconfirmed_answer_again(small_book: RuleBook, path: Path) -> None:
    made_older(path, timedelta(days=2))
    session = Session.resume(small_book, path)
    session.give({"chills": "no"})
    session.close()
    text = path.read_text().replace(f'rules_hash: "{small_book.hash}"', f'rules_hash: "{"0" * 64}"', 1)
    line = next(line for line in text.splitlines() if line.startswith('      cancer: "d'))
    as_if_written(path, text.replace(line, '      cancer: "other words"'))
    again = Session.resume(small_book, path)
    again.close()
    assert (again.unconfirmed, again.gone) == ({}, ("cancer",))


def test_a_nurse_who_types_numbers_with_a_semicolon_means_this_screen_and_not_the_next_question(
    small_book: RuleBook, tmp_path: Path
) -> None:
    session = Session(small_book, tmp_path / "s.yaml")
    session.give({"cancer": "lung", "blood_flow": "absent"})
    session.close()
    made_older(tmp_path / "s.yaml", timedelta(days=2))
    said = run_here(
        tmp_path, "ask", "--nurse", "--resume", "s.yaml", "--format", "json", typed="1;2\n60\nq\n"
    )
    assert json.loads(said.out)["facts"] == {"age": "60 years"}


def test_the_same_screen_says_why_it_asks_and_not_why_it_asked_before(
    small_book: RuleBook, path: Path, clock: Clock
) -> None:
    edited(path)
    session = Session.resume(small_book, path)
    session.confirm(dict.fromkeys(session.unconfirmed, True))
    clock.at += timedelta(days=1)
    session.renew()
    session.close()
    assert (session.is_edited, dict(session.unconfirmed)) == (False, {"cancer": "lung"})


def test_a_file_of_an_older_triage_is_not_told_as_changed_and_still_counts_only_once_confirmed(
    path: Path, tmp_path: Path
) -> None:
    path.write_text(path.read_text().partition("  session:")[0])
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", "--format", "json")
    assert "An older triage wrote this file, without a checksum" in said.err
    assert "fault of the disk" not in said.err
    assert (json.loads(said.out)["facts"], json.loads(said.out)["ticked"]) == ({}, [])
    said = run_here(tmp_path, "decide", "s.yaml")
    assert said.err == "s.yaml has no checksum: nobody can tell whether it was changed since.\n"
    assert decided(tmp_path, "\nq\n")["facts"].keys() == ANSWERS.keys()
    assert "older triage" not in run_here(tmp_path, "ask", "--resume", "s.yaml").err


def put_there(book: RuleBook, path: Path) -> None:
    """Another person's whole session in the place of this one."""
    session = Session(book, path.with_name("other.yaml"))
    session.give({"age": 71, "cancer": "liver", "temperature": 400, "chills": "yes"})
    session.close()
    path.with_name("other.yaml").replace(path)


def test_a_file_of_somebody_else_that_was_put_there_is_named_and_counts_only_once_confirmed(
    small_book: RuleBook, tmp_path: Path
) -> None:
    at = Terminal(tmp_path, "--session", "s.yaml")
    at.prompt()
    at.type("60")
    put_there(small_book, tmp_path / "s.yaml")
    at.child.sendline("0")
    at.child.expect("1 or 2: $")
    at.child.sendline("2")
    at.child.expect("none of it: $")
    assert "Going on with s.yaml (71 years, In the liver, begun " in at.child.before
    assert "Nothing of the changed file counts yet." in at.child.before
    assert "today" not in at.child.before
    at.child.sendeof()
    at.prompt()
    assert "infection" not in at.screen
    at.child.close(force=True)


def test_a_file_that_was_put_there_on_another_day_is_no_defect(
    small_book: RuleBook, path: Path, clock: Clock
) -> None:
    session = Session.resume(small_book, path)
    clock.at += timedelta(days=1)
    session.renew()
    put_there(small_book, path)
    with pytest.raises(EditedOutside):
        session.give({"chills": "no"})
    session.take_theirs()
    session.close()
    assert (session.asked_again, session.answers, session.is_replaced) == ((), {}, True)


def test_who_wants_nothing_kept_any_more_is_not_told_of_a_file_called_none(tmp_path: Path) -> None:
    at = Terminal(tmp_path, "--session", "s.yaml")
    at.prompt()
    at.type("60")
    (tmp_path / "s.yaml").unlink()
    at.child.sendline("0")
    at.child.expect("1 or 2: $")
    at.child.sendline("2")
    at.prompt()
    at.type("q")
    assert "NOT SAVED" not in at.screen
    assert at.code == 0


def test_the_date_of_a_call_is_that_of_the_oldest_answer_that_counts(
    small_book: RuleBook, tmp_path: Path, clock: Clock
) -> None:
    session = Session(small_book, tmp_path / "s.yaml", 6)
    begun = clock.at
    for name, hours in (("leg_weakness", 0), ("leg_numbness", 1)):
        clock.at = begun + timedelta(hours=hours)
        session.give({name: next(iter(small_book.facts[name].answers))})
    clock.at = begun + timedelta(hours=6, minutes=30)
    assert session.renew()
    session.close()
    assert (list(session.answers), session.asked_on) == (["leg_numbness"], begun + timedelta(hours=1))
