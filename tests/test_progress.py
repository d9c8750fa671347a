"""Lines that are written over, and prompts, on terminals of any width: never wider, or they pile up."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import east_asian_width

import pexpect
import pytest

from tests.commands import TRIAGE, environment
from tests.terminals import terminal
from triage.cli.progress_line import filled, progress_line

TABLE = "id,age\n" + "x,60\n" * 10_000
PARTS = ["45%", "12,345,678 rows", "480,000 a second", "00:01:02 left"]
LONG = "the-patients-of-the-whole-region-by-clinic-and-year-2026-second-quarter.csv"
NAMES = [LONG, "肝がんの患者" * 6 + ".csv", "in.csv"]


def columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def shown(tmp_path: Path, script: str, width: int, **more: str) -> list[str]:
    """What stood in one line of a terminal after the other, until it was written over or ended."""
    text = pexpect.run(
        f"sh -c '{script}'",
        env=environment(tmp_path, TERM="xterm", **more),
        cwd=str(tmp_path),
        encoding="utf-8",
        dimensions=(30, width),
        timeout=60,
    )
    told, _, _ = text.partition(" rows in = ")
    return [line for line in re.split(r"[\r\n]+", told.rpartition("\n")[0]) if line.strip()]


@pytest.mark.parametrize("width", [10, 20, 40, 80, 200])
@pytest.mark.parametrize("name", NAMES)
def test_progress_is_never_wider_than_the_terminal(name: str, width: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TABLE)
    lines = shown(tmp_path, f'{TRIAGE} batch "{name}" -o out.csv > stdout.txt', width)
    assert len(lines) > 1, "the beginning, and after each chunk"
    assert max(map(columns, lines)) == width - 1, (
        "to the last column but one, so that a longer line is wiped out"
    )
    assert "100%" in lines[-1]
    assert ("10,000 rows" in lines[-1]) is (width >= 20)


def test_a_shorter_line_wipes_out_the_longer_one_before_it(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,age\n" + "x,60\n" * 140_000)
    lines = shown(tmp_path, f"{TRIAGE} batch in.csv -o out.parquet", 60)
    assert len(lines) == 3, "at the beginning, and after each chunk"
    assert " left" in lines[1]
    assert " left" not in lines[2]
    assert set(map(columns, lines)) == {59}


@pytest.mark.parametrize("width", [10, 20, 80])
def test_progress_without_an_end_is_never_wider_than_the_terminal(width: int, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(TABLE)
    lines = shown(tmp_path, f"cat in.csv | {TRIAGE} batch - -o out.csv --from csv", width)
    assert max(map(columns, lines)) == width - 1
    assert "%" not in "".join(lines)


def test_letters_that_a_terminal_cannot_show_take_the_columns_of_their_escapes(tmp_path: Path) -> None:
    (tmp_path / NAMES[1]).write_text("id,age\nx,60\n")
    script = f'{TRIAGE} batch "{NAMES[1]}" -o out.csv'
    lines = shown(tmp_path, script, 60, PYTHONIOENCODING="ascii")
    assert max(map(len, lines)) == 59
    assert "\\u60a3" in lines[-1]


@pytest.mark.parametrize("width", range(80))
def test_what_matters_most_is_shown_first(width: int) -> None:
    line = progress_line(LONG, PARTS, width)
    assert columns(filled(line, width)) == width
    kept = [part for part in PARTS if part in line]
    assert kept == PARTS[: len(kept)]
    assert bool(kept) is (width >= 3)


def test_of_a_long_name_its_end_is_shown() -> None:
    assert progress_line(LONG, ["45%"], 30) == "...026-second-quarter.csv  45%"
    assert progress_line(LONG, ["45%"], 12) == "45%"
    assert progress_line("in.csv", PARTS, 80) == "  ".join(["in.csv", *PARTS])
    assert progress_line("a\x1b[2J\nb.csv", [], 80) == "a\\x1b[2J\\x0ab.csv"


@pytest.mark.parametrize("width", [20, 33, 44, 63, 64, 65, 78, 80, 98])
def test_no_prompt_is_wider_than_the_terminal(width: int, tmp_path: Path) -> None:
    """The blank after it takes a column too."""
    for option in ([], ["--nurse"]):
        with terminal(tmp_path, "--no-save", *option, width=width) as at:
            at.type("60", "0", "1", "36.5", "0")
            for screen in at.screens:
                prompt = screen.split("\n")[-1]
                assert prompt.endswith(": ")
                assert len(prompt) <= width
