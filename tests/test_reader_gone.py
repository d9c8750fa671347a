"""A reader that goes away (`| head`) is no interruption, and no result either: 141, and not a word more."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.commands import SMALL, TRIAGE, environment, run

COMMANDS = [
    ["show"],
    ["show", "chills"],
    ["decide", "patient.yaml"],
    ["decide", "patient.yaml", "--format", "json"],
    ["decide", "--schema"],
    ["batch", "--schema"],
    ["test", "patient.yaml"],
    ["check", "--rules", "broken"],
    ["prove", "numb"],
    ["cases", "--pairs", "any/cord-sign"],
    ["mutants", "lung/new-lump", "--cases", "patient.yaml"],
    ["compare", "broken", str(SMALL)],
    ["ask", "--no-save"],
    ["--help"],
    ["show", "--help"],
    ["--version"],
]
TALK = [
    ["ask", "--no-save"],
    ["batch", "people.csv", "-o", "out.csv"],
    ["decide", "missing.yaml"],
    ["decide"],
    ["nosuch"],
    ["check"],
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("- name: numb\n  facts: {age: 60 years, leg_numbness: yes}\n")
    (tmp_path / "people.csv").write_text("id,age\na,60\n")
    (tmp_path / "broken").mkdir()


def without_a_reader(tmp_path: Path, command: list[str], *gone: str) -> tuple[int, str]:
    """How a command ends when nobody reads these streams of it, and what it says on the others."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [TRIAGE, *command],
            env=environment(tmp_path),
            cwd=tmp_path,
            input=b"60\n2\n\n",
            stdout=writing if "stdout" in gone else subprocess.PIPE,
            stderr=writing if "stderr" in gone else subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(writing)
    return ended.returncode, ((ended.stdout or b"") + (ended.stderr or b"")).decode()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_went_away_is_no_interruption(command: list[str], tmp_path: Path) -> None:
    code, said = without_a_reader(tmp_path, command, "stdout")
    if command[0] != "compare":  # of a broken book it has nothing to say but to standard error
        assert code == 141
    for word in ("Traceback", "Exception ignored", "Broken pipe", "Stopped.", "defect"):
        assert word not in said
    assert without_a_reader(tmp_path, command, "stdout", "stderr") == (141, "")


@pytest.mark.parametrize("command", TALK, ids=" ".join)
def test_talk_that_nobody_reads_ends_a_command_in_the_same_way(command: list[str], tmp_path: Path) -> None:
    """A person who sees no question must not go on answering."""
    code, said = without_a_reader(tmp_path, command, "stderr")
    assert (code, said) == (141, "")


def test_the_first_lines_of_a_long_answer_are_all_that_is_read(tmp_path: Path) -> None:
    names = "any/cord-sign chills leg_weakness " * 2_000
    script = f'"$0" show --cases patient.yaml {names} | head -3; echo "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(
        ["bash", "-c", script, TRIAGE],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    *lines, code = ended.stdout.splitlines()
    assert (len(lines), code, ended.stderr) == (3, "141", "")


@pytest.mark.parametrize(("command", "code"), [(["show"], 0), (["nosuch"], 2), (["decide"], 2)])
def test_talk_that_cannot_be_written_changes_no_answer(command: list[str], code: int, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [TRIAGE, *command], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=full, timeout=60
        )
    assert ended.returncode == code
    assert run(tmp_path, *command, closed=2).code == code


def test_the_note_is_written_although_nobody_reads_the_result(tmp_path: Path) -> None:
    command = ["ask", "--nurse", "--no-save", "--note", "note.txt"]
    code, _ = without_a_reader(tmp_path, command, "stdout")
    assert code == 141
    assert "New numbness in the legs: Yes" in (tmp_path / "note.txt").read_text()


def test_an_error_of_a_file_still_shows_its_traceback_where_one_is_asked_for(tmp_path: Path) -> None:
    ended = subprocess.run(
        [TRIAGE, "ask", "--session", "patient.yaml/s.yaml"],
        env=environment(tmp_path, TRIAGE_TRACEBACK="1"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr.startswith("Traceback")
    assert "patient.yaml" in run(tmp_path, "ask", "--session", "patient.yaml/s.yaml").err
