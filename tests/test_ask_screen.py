"""`triage ask` on a screen: lines broken between words, nothing said twice in a row, commands to copy."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pexpect
import pytest

from tests.commands import TRIAGE, environment, run
from tests.terminals import terminal
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.cli.wrapping import fitted


def test_talk_is_as_wide_as_the_terminal_and_breaks_no_word(tmp_path: Path) -> None:
    book = load_book(shipped_folder("rules"))
    words = {word for f in book.facts.values() for text in (f.ask, f.short, f.nurse) for word in text.split()}
    for options in ([], ["--nurse"]):
        with terminal(tmp_path, "--no-save", *options, width=44, TRIAGE_RULES="") as at:
            at.type("60", "?", "x", "0", "0")
            shown = [line for screen in at.screens for line in screen.splitlines()]
    assert max(map(len, shown)) <= 44
    assert len([line for line in shown if line.split() and line.split()[-1] in words]) > 10


def test_a_pipe_is_never_wrapped(tmp_path: Path) -> None:
    said = run(tmp_path, "ask", "--no-save", typed="60\n")
    assert max(map(len, said.err.splitlines())) > 100


class _Screen:
    """As much of a terminal as wrapping asks for, of a width that nobody knows."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def test_the_lines_after_the_first_stand_under_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    text = "  1. Weak legs that come on slowly\n> not ruled out: pain\n\n  unbreakable-and-longer-than-that"
    assert fitted(text, _Screen()) == [  # type: ignore[arg-type]
        "  1. Weak legs that come",
        "     on slowly",
        "> not ruled out: pain",
        "",
        "  unbreakable-and-longer-than-that",
    ]
    item = fitted("  No weak legs, said the answer", _Screen(), hanging=2)  # type: ignore[arg-type]
    assert item == ["  No weak legs, said the", "    answer"]


def test_what_to_do_is_told_again_where_the_result_goes_elsewhere(tmp_path: Path) -> None:
    """The talk is on the screen and the result in a file: it needs the emergency in it."""
    command = f"{TRIAGE} ask --no-save --format plain > result.txt"
    child = pexpect.spawn("sh", ["-c", command], env=environment(tmp_path), cwd=str(tmp_path), timeout=30)
    for line in ("60", "2", ""):
        child.expect(": $")
        child.sendline(line)
    child.expect(pexpect.EOF)
    assert (tmp_path / "result.txt").read_text().startswith("Get emergency help now\n")


def test_a_corrected_emergency_is_told_in_full_at_the_end(tmp_path: Path) -> None:
    with terminal(tmp_path, "--no-save", "--format", "plain") as at:
        at.type("60", "2")
        assert "Get emergency help now" in at.screen
        at.type("b", "0", "1", "36.5", "1 2")
        told = at.type("")
    assert told.splitlines()[2] == "Speak to your cancer team today"


def test_the_command_to_go_on_can_be_copied(small_book: RuleBook, tmp_path: Path) -> None:
    name = "my answers; $(date).yaml"
    said = run(tmp_path, "ask", "--session", name, typed="60\n")
    command = said.err.splitlines()[-1].partition("Go on with: ")[2]
    assert shlex.split(command) == ["triage", "ask", "--resume", name]
    ended = subprocess.run(
        ["sh", "-c", f"{Path(TRIAGE).parent}/{command}"],
        env=environment(tmp_path),
        cwd=tmp_path,
        input="q\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0
    assert f"Going on with {name} (60 years, begun " in ended.stderr
    assert shlex.quote(name) in run(tmp_path, "ask", "--session", name).err


def test_s_is_named_where_the_keys_are(tmp_path: Path) -> None:
    for option in ([], ["--nurse"]):
        assert "s: rather not say" in run(tmp_path, "ask", "--no-save", *option).err
