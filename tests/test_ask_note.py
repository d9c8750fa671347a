"""`triage ask --note`: no note of anybody is lost, and nobody else reads it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.commands import Said, run
from tests.terminals import terminal

NOT_OURS = "exists, and is not the note of this session as it was written. Name a new file for the note."


def ask(tmp_path: Path, *options: str, typed: str = "60\n2\n\n") -> Said:
    return run(tmp_path, "ask", "--nurse", "--note", "note.txt", *options, typed=typed)


@pytest.mark.parametrize(
    "content",
    [b"", b"Ann: call back at nine\n", b"\xff\xfe\x00", b"Session: a\nSession: b", b"x" * 2_000_000],
)
def test_a_file_of_somebody_is_refused_before_the_first_question(content: bytes, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_bytes(content)
    said = ask(tmp_path, "--session", "s.yaml")
    assert said.code == 2
    assert f"note.txt {NOT_OURS}" in said.err
    assert "Age" not in said.err
    assert note.read_bytes() == content
    assert not (tmp_path / "s.yaml").exists()


@pytest.mark.parametrize("option", ["--no-save", "--session=second.yaml"])
def test_the_note_of_another_patient_is_never_written_over(option: str, tmp_path: Path) -> None:
    assert ask(tmp_path, "--session", "first.yaml").code == 0
    before = (tmp_path / "note.txt").read_bytes()
    said = ask(tmp_path, option, typed="70\n0\n1\n36.5\n0\n\n")
    assert (said.code, NOT_OURS in said.err) == (2, True)
    assert (tmp_path / "note.txt").read_bytes() == before


def test_a_link_to_nowhere_is_a_file_of_somebody(tmp_path: Path) -> None:
    (tmp_path / "note.txt").symlink_to(tmp_path / "elsewhere.txt")
    assert NOT_OURS in ask(tmp_path, "--no-save").err
    assert not (tmp_path / "elsewhere.txt").exists()


def test_the_note_of_the_session_that_goes_on_is_written_anew(tmp_path: Path) -> None:
    ask(tmp_path, "--session", "s.yaml", typed="60\n0\nq\n")
    first = (tmp_path / "note.txt").read_text()
    said = ask(tmp_path, "--resume", "s.yaml", typed="1\n39\n0\n\n")
    assert said.code == 0
    assert "The note is in note.txt" in said.err
    second = (tmp_path / "note.txt").read_text()
    assert "39.0 °C" in second
    assert "39.0 °C" not in first
    assert first.splitlines()[-1].partition(", check")[0] == second.splitlines()[-1].partition(", check")[0]


def test_a_note_that_a_nurse_has_filled_in_is_not_written_over(tmp_path: Path) -> None:
    ask(tmp_path, "--session", "s.yaml", typed="60\n0\nq\n")
    note = tmp_path / "note.txt"
    filled_in = note.read_text().replace("Patient: ________________", "Patient: Ann Lee, 12 May", 1)
    note.write_text(filled_in)
    said = ask(tmp_path, "--resume", "s.yaml", typed="q\n")
    assert (said.code, NOT_OURS in said.err) == (2, True)
    assert note.read_text() == filled_in


def test_a_note_that_came_while_the_call_went_on_is_not_written_over(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save", "--note", "note.txt") as at:
        at.type("60", "2")
        (tmp_path / "note.txt").write_text("of the other nurse\n")
        told = at.type("")
        assert at.code == 2
    assert "NOT SAVED: the note is not in note.txt" in told
    assert "HAND-OVER NOTE" in told
    assert (tmp_path / "note.txt").read_text() == "of the other nurse\n"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_its_owner_reads_the_note(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        ask(tmp_path, "--session", "s.yaml", typed="60\n0\nq\n")
        (tmp_path / "note.txt").chmod(0o644)
        for _ in range(2):
            ask(tmp_path, "--resume", "s.yaml", typed="q\n")
            assert stat.S_IMODE((tmp_path / "note.txt").stat().st_mode) == 0o600
    finally:
        os.umask(before)
    (tmp_path / "note.txt").unlink()
    ask(tmp_path, "--no-save")
    assert stat.S_IMODE((tmp_path / "note.txt").stat().st_mode) == 0o600
