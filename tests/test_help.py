"""Help: every command says for itself what it does, and what each of its options is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.commands import environment, run
from triage.cli.main import triage

CONTEXT = triage.make_context("triage", [], resilient_parsing=True)
NAMES = triage.list_commands(CONTEXT)


def command(name: str) -> click.Command:
    """A command of triage by its name."""
    found = triage.get_command(CONTEXT, name)
    assert found is not None
    return found


def test_the_commands_are_those_of_the_design() -> None:
    assert {"ask", "decide", "batch", "test", "check", "show"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_every_option_has_help(name: str) -> None:
    assert len((command(name).help or "").split()) >= 5
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert len((parameter.help or "").split()) >= 3, parameter.name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_shown_with_every_option_and_exits_0(name: str, option: str, tmp_path: Path) -> None:
    said = run(tmp_path, name, option, env={"TRIAGE_RULES": "/nonexistent"})
    assert (said.code, said.err) == (0, "")
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in said.out


def test_the_first_help_names_every_command_and_the_exit_codes(tmp_path: Path) -> None:
    said = run(tmp_path, "--help")
    assert said.code == 0
    for name in NAMES:
        assert f"\n  {name} " in said.out
    assert "0 done, 1 problems found" in " ".join(said.out.split())


def test_python_dash_m_triage_is_the_same_command(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "triage", "--help"],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout == run(tmp_path, "--help").out


@pytest.mark.parametrize(
    "arguments", [["decied", "x"], ["decide"], ["batch", "x"], ["ask", "--nurs"], ["test", "--junit"]]
)
def test_a_wrong_use_is_said_in_words_with_exit_2(arguments: list[str], tmp_path: Path) -> None:
    said = run(tmp_path, *arguments)
    assert said.code == 2
    assert said.out == ""
    assert "Error: " in said.err


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = (
        "pydantic",
        "yaml",
        "durable",
        "durable_rules_engine",
        "rich",
        "triage.book.book",
        "triage.engines",
    )
    look = (
        "import sys\nfrom triage.cli.main import triage\n"
        "try:\n    triage(['--version'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", look], env=environment(tmp_path), capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.splitlines()[-1] == "[]"
