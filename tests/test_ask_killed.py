"""`triage ask` when it is killed, when a file is shared, and when it cannot be written: nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.commands import TRIAGE, environment, run
from tests.terminals import Terminal, answer_all, reply, terminal
from triage.book.book import RuleBook
from triage.book.facts import Answer, NotKnown
from triage.book.reading.case import load_cases
from triage.cli.main import triage

PATIENT: dict[str, Answer] = {
    "age": 60,
    "cancer": "lung",
    "leg_weakness": "none",
    "leg_numbness": "no",
    "back_pain": "passing",
    "temperature": 374,
    "chills": "yes",
    "feeling_ill": "no",
    "skin_lump": "new",
    "lump_size": 12,
    "blood_flow": NotKnown("not_reported"),
}


def document(shown: str) -> Any:
    """The JSON in what a terminal showed."""
    return json.loads(shown[shown.index("{") : shown.rindex("}") + 1])


def kill_at_prompt(at: Terminal, book: RuleBook, answers: dict[str, Answer], number: int) -> None:
    """Answers until this prompt is there, and then kill -9."""
    for _ in range(number - 1):
        at.type(reply(book, answers, at.screen))
    at.kill()


def test_killed_at_every_prompt_in_turn_a_session_goes_on_and_ends_with_the_same_result(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--no-save", "--format", "json") as at:
        prompts = answer_all(small_book, PATIENT, at)
        uninterrupted = document(at.screen)
    assert prompts >= 8
    assert uninterrupted["facts"].keys() == PATIENT.keys()
    for number in range(1, prompts + 1):
        name = f"killed-at-{number}.yaml"
        with terminal(tmp_path, "--session", name) as at:
            kill_at_prompt(at, small_book, PATIENT, number)
        again = "--resume" if (tmp_path / name).exists() else "--session"
        assert again == "--resume" or number == 1, "only the first answer can be missing"
        with terminal(tmp_path, again, name, "--format", "json") as at:
            answer_all(small_book, PATIENT, at)
            assert document(at.screen) == uninterrupted, f"killed at prompt {number}"


def test_killed_at_every_prompt_of_one_session_it_still_ends_with_the_same_result(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--no-save", "--format", "json") as at:
        answer_all(small_book, PATIENT, at)
        uninterrupted = document(at.screen)
    with terminal(tmp_path, "--session", "s.yaml") as at:
        kill_at_prompt(at, small_book, PATIENT, 2)
    for _ in range(20):
        with terminal(tmp_path, "--resume", "s.yaml", "--format", "json") as at:
            at.child.sendline(reply(small_book, PATIENT, at.screen))
            if not at.prompt():
                assert document(at.screen) == uninterrupted
                return
            at.kill()
    raise AssertionError("the session never ended")


def test_a_saved_session_is_a_case_file_that_decide_and_test_read(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--session", "s.yaml", "--format", "json") as at:
        answer_all(small_book, PATIENT, at)
        asked = document(at.screen)
    decided = run(tmp_path, "decide", "s.yaml", "--format", "json")
    assert json.loads(decided.out) == asked
    tested = run(tmp_path, "test", "s.yaml")
    assert (tested.code, tested.out) == (2, "0 passed, 0 failed, 1 problems in the files\n")
    assert "expects nothing, so it cannot fail" in tested.err
    (case,), found = load_cases([tmp_path / "s.yaml"], small_book)
    assert (case.expect, found) == (None, [])
    assert case.answers == PATIENT


def test_a_saved_session_is_for_its_owner_alone(tmp_path: Path) -> None:
    with terminal(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")) as at:
        at.type("60", "0")
    (kept,) = (tmp_path / "state" / "triage").glob("*.yaml")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_second_session_on_the_same_file_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        before = run(tmp_path, "ask", "--session", "s.yaml")
        at.type("60")
        for option in ("--session", "--resume"):
            second = run(tmp_path, "ask", option, "s.yaml")
            assert second.code == 2
            assert "s.yaml" in second.err
            assert second.out == ""
        assert "another session is writing this file" in before.err
        assert "another session is writing this file" in second.err
        at.type("0", "q")
    assert 'leg_weakness: "none"' in (tmp_path / "s.yaml").read_text()
    assert run(tmp_path, "ask", "--resume", "s.yaml").code == 0, "the file is free again"


def test_a_session_is_never_begun_over_a_file_that_exists(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("my shopping list\n")
    said = run(tmp_path, "ask", "--session", "s.yaml")
    assert said.code == 2
    assert "--resume s.yaml" in said.err
    assert (tmp_path / "s.yaml").read_text() == "my shopping list\n"


@pytest.mark.parametrize("kept", ["my shopping list\n", "", "- name: a\n  facts: {leg: none}\n", None])
def test_a_file_that_is_no_session_is_refused_with_its_place_and_left_alone(
    kept: str | None, tmp_path: Path
) -> None:
    if kept is not None:
        (tmp_path / "s.yaml").write_text(kept)
    before = sorted(path.name for path in tmp_path.iterdir())
    said = run(tmp_path, "ask", "--resume", "s.yaml", env={"XDG_CACHE_HOME": "/nonexistent"})
    assert said.code == 2
    assert said.err.startswith("s.yaml:")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert kept is None or (tmp_path / "s.yaml").read_text() == kept


def test_a_disk_that_fills_up_is_said_loudly_and_the_result_is_still_shown(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the kernel refuses the write all the same."""

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (640, 640))

    ended = subprocess.run(
        [TRIAGE, "ask", "--session", "s.yaml"],
        input="60\n0\n1\n36.5\n1 2\n",
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=little_room,
    )
    assert ended.returncode == 0
    assert "Speak to your cancer team today" in ended.stdout
    assert "NOT SAVED: cannot be written: File too large" in ended.stderr
    assert "NOT SAVED" in ended.stderr.splitlines()[-1], "said once more at the end"
    kept = (tmp_path / "s.yaml").read_text()
    assert 'age: "60 years"' in kept, "the last whole file stays"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("s.yaml")) == ["s.yaml"]


def test_a_home_that_cannot_be_written_sends_nobody_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run(tmp_path, "ask", typed="60\n2\n", env={"XDG_STATE_HOME": str(tmp_path / "file")})
    assert said.code == 0
    assert "NOT SAVED" in said.err
    assert "Get emergency help now" in said.out


def test_a_home_without_locks_sends_nobody_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    env = environment(tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
    said = CliRunner().invoke(triage, ["ask"], input="60\n2\n", env=env)
    assert said.exit_code == 0
    assert ".yaml: cannot be locked: No locks available. Go on, and do not stop half-way." in said.stderr
    assert "Get emergency help now" in said.stdout


def test_a_named_file_that_cannot_be_written_is_said_before_the_first_question(tmp_path: Path) -> None:
    said = run(tmp_path, "ask", "--session", "/proc/s.yaml", typed="60\n")
    assert said.code == 2
    assert "/proc/s.yaml" in said.err
    assert "How old are you?" not in said.err


def test_a_rule_book_that_changed_in_between_is_said(small_folder: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(small_folder, tmp_path / "changed")
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60", "q")
    same = run(tmp_path, "ask", "--resume", "s.yaml")
    assert "rule book has changed" not in same.err
    book = changed / "book.yaml"
    book.write_text(book.read_text().replace("0.1.0", "0.2.0"))
    said = run(tmp_path, "ask", "--resume", "s.yaml", "--rules", changed)
    assert said.code == 0
    assert "The rule book has changed since" in said.err


def test_a_fact_that_the_new_rule_book_no_longer_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("- name: a call\n  facts: {age: 60 years, leg_weaknes: none}\n")
    said = run(tmp_path, "ask", "--resume", "s.yaml")
    assert said.code == 2
    assert 's.yaml:2:26: K003: unknown fact "leg_weaknes" (did you mean "leg_weakness"?)' in said.err


def test_options_that_exclude_each_other_are_refused(tmp_path: Path) -> None:
    for options in (["--session", "a", "--no-save"], ["--resume", "a", "--no-save"]):
        said = run(tmp_path, "ask", *options)
        assert said.code == 2
        assert "one of --session, --resume and --no-save" in said.err
