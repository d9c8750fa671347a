"""What stands in the folder of the sessions, or keeps it from being read, sends nobody away unheard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import run
from tests.here import run_here
from triage.book.book import RuleBook
from triage.calls.session import Session

STATE = Path(".local/state/triage")


@pytest.fixture
def folder(small_book: RuleBook, tmp_path: Path) -> Path:
    """The folder where `ask` keeps sessions, with one that is not finished."""
    made = tmp_path / STATE
    made.mkdir(parents=True)
    keep(small_book, made / "a.yaml")
    return made


def keep(book: RuleBook, path: Path, *, over: bool = False) -> Path:
    session = Session(book, path)
    session.give({"age": 60, "cancer": "lung", "blood_flow": "absent"})
    if over:
        session.finish()
    session.close()
    return path


def _huge(path: Path) -> None:
    with path.open("w") as file:
        file.truncate(9 << 30)


@pytest.mark.parametrize(
    "made",
    [
        lambda path: path.symlink_to(path.name),
        lambda path: path.symlink_to("/dev/zero"),
        Path.mkdir,
        os.mkfifo,
        _huge,
    ],
    ids=["a link to itself", "a device", "a folder", "a pipe", "a huge file"],
)
def test_what_is_no_file_neither_hangs_a_new_session_nor_hides_one(
    made: Callable[[Path], None], folder: Path, tmp_path: Path
) -> None:
    made(folder / "x.yaml")
    said = run(tmp_path, "ask", typed="q\n")
    assert said.code == 0
    assert f"triage ask --resume {folder / 'a.yaml'}" in said.err
    for new in folder.glob("20*"):
        new.unlink()
    said = run(tmp_path, "ask", "--resume", typed="q\n")
    assert f"{folder / 'x.yaml'} cannot be read as a session." in said.err
    assert "a.yaml (60 years, In a lung, begun " in said.err


def test_a_lock_that_is_a_pipe_hangs_nobody(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "a.yaml.lock")
    assert run(tmp_path, "ask", typed="q\n").code == 0


def test_a_damaged_session_that_was_over_hides_no_other(
    small_book: RuleBook, folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    keep(small_book, folder / "a.yaml", over=True)
    damaged = keep(small_book, folder / "b.yaml", over=True)
    damaged.write_text(damaged.read_text().replace("age:", "agge:"))
    said = run_here(tmp_path, "ask", "--resume")
    assert said.code == 2
    assert f"{damaged} cannot be read as a session." in said.err
    assert f"triage ask --resume {folder / 'a.yaml'}" in said.err


@pytest.mark.parametrize("kind", ["a link to itself", "a file"])
def test_where_the_folder_cannot_be_there_an_answer_is_given_unsaved(
    kind: str, folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    if kind == "a file":
        folder.write_text("")
    else:
        folder.symlink_to(folder.name)
    said = run(tmp_path, "ask", typed="60\n2\n\n")
    assert said.code == 0
    assert "NOT SAVED: " in said.err
    assert "Get emergency help now" in said.out


def _refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.iterdir

    def iterdir(path: Path) -> object:
        if path == folder:
            raise PermissionError(13, "Permission denied", str(folder))
        return real(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)


def test_a_folder_that_may_not_be_read_is_not_told_as_one_without_sessions(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refused(folder, monkeypatch)
    said = run_here(tmp_path, "ask", "--resume")
    assert (said.code, said.err) == (2, f"{folder}: Permission denied\n")
    said = run_here(tmp_path, "ask", typed="60\n2\n\n")
    assert f"NOT SAVED: {folder}: Permission denied." in said.err
    assert "Get emergency help now" in said.out


def test_an_empty_name_does_not_open_the_last_session(folder: Path, tmp_path: Path) -> None:
    """As a variable leaves it that was never set."""
    for option in (["--resume", ""], ["--resume="]):
        said = run_here(tmp_path, "ask", *option)
        assert (said.code, said.out) == (2, "")
        assert "Going on with" not in said.err


def test_a_session_that_another_book_began_is_not_told_as_one_without_answers(
    folder: Path, tmp_path: Path
) -> None:
    path = folder / "a.yaml"
    text = path.read_text().partition("    wording:")[0]
    path.write_text(text.replace('rules_hash: "', 'rules_hash: "0'))
    said = run_here(tmp_path, "ask", "--resume", path)
    assert "no answer yet" not in said.err
    assert ", 3 answers)." in said.err


def test_of_what_a_report_says_the_answer_alone_names_nobody(folder: Path, tmp_path: Path) -> None:
    said = run_here(tmp_path, "ask", "--resume", typed="q\n")
    assert "a.yaml (60 years, In a lung, begun " in said.err


def test_the_command_to_go_on_can_be_copied_from_a_narrow_screen(folder: Path, tmp_path: Path) -> None:
    from tests.terminals import terminal

    with terminal(tmp_path, width=40) as at:
        assert f"\n  triage ask --resume {folder / 'a.yaml'}\n" in at.screen
