"""A user's own folders are the same from wherever a command is called, or there are none."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands import environment, run
from triage.book.own_folders import cache_folder, state_folder
from triage.cli.main import triage

FOLDERS = [("XDG_STATE_HOME", state_folder, ".local/state"), ("XDG_CACHE_HOME", cache_folder, ".cache")]


@pytest.mark.parametrize(("variable", "folder", "inside"), FOLDERS)
@pytest.mark.parametrize(
    "relative", ["", "state", "./state", "../state", "~/state", "$HOME/state", " /state"]
)
def test_a_relative_path_counts_as_none_so_that_no_session_is_lost_in_another_folder(
    variable: str,
    folder: Callable[[], Path],
    inside: str,
    relative: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv(variable, "/named")
    assert folder() == Path("/named/triage")
    monkeypatch.setenv(variable, relative)
    assert folder() == Path("/home/ann", inside, "triage")


def test_a_session_is_found_again_from_another_folder(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    env = {"XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
    run(tmp_path, "ask", typed="60\n0\n", env=env, cwd=tmp_path / "here")
    again = run(tmp_path, "ask", "--resume", typed="", env=env, cwd=tmp_path / "there")
    assert again.code == 0, again.err
    assert str(tmp_path / ".local/state/triage") in again.err
    assert (tmp_path / ".cache/triage").is_dir()
    assert not [*(tmp_path / "here").iterdir(), *(tmp_path / "there").iterdir()]


@pytest.mark.parametrize("home", [None, "", "ann"])
def test_a_user_without_a_home_is_answered_and_told_that_nothing_is_kept(
    home: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a container that is run with the number of some user."""

    def nobody(user: int) -> pwd.struct_passwd:
        raise KeyError(user)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    env = {**environment(tmp_path), "HOME": home, "XDG_CACHE_HOME": "", "XDG_STATE_HOME": None}
    with chdir(tmp_path):
        said = CliRunner().invoke(triage, ["ask"], input="60\n2\n", env=env)
        latest = CliRunner().invoke(triage, ["ask", "--resume"], env=env)
    assert said.exit_code == 0
    assert "NOT SAVED: ~: this user has no home folder; set HOME. Go on" in said.stderr
    assert "Get emergency help now" in said.stdout
    assert latest.stderr == "~: this user has no home folder; set HOME\n"
    assert latest.exit_code == 2
    assert not list(tmp_path.iterdir())
