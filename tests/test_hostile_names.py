"""Nobody's names steer the reader's terminal: what is printed of a file, column or row can all be seen."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import chdir
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.commands import SMALL, environment
from tests.made_messages import MADE
from tests.message_cases import Message, all_messages, lines_said
from triage.book.legible import legible, one_line
from triage.book.problems import Problem
from triage.cli.main import triage
from triage.cli.terminal import as_json

HOSTILE = "a\x1b[2J\x1b]0;x\x07\x9b31m\u202e\x7f\rb\nok"
"""Clears the screen, names the window, colours, turns the direction, and begins a line of its own."""


def unseen(text: str) -> list[str]:
    return [letter for letter in text if not letter.isprintable() and letter not in "\n\t"]


def everything_said(home: Path, *arguments: str | Path, typed: str = "") -> str:
    """What a command prints where colour is wanted, which keeps click from removing what steers."""
    with chdir(home):
        said = CliRunner().invoke(
            triage, list(map(str, arguments)), input=typed, env=environment(home), color=True
        )
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    return re.sub(r"\x1b\[(?:0|1|31)m", "", said.stdout + said.stderr)  # our own bold and red


@pytest.mark.parametrize("message", all_messages(), ids=lambda message: message.name)
def test_every_message_about_a_hostile_folder_is_one_line_that_can_be_seen(
    message: Message, tmp_path: Path
) -> None:
    lines = lines_said(message, tmp_path / HOSTILE)
    assert lines
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("name", MADE)
def test_so_is_every_message_that_no_file_can_hold(name: str, tmp_path: Path) -> None:
    (tmp_path / HOSTILE).mkdir()
    assert all(line.isprintable() for line in MADE[name].say(tmp_path / HOSTILE))


@pytest.mark.parametrize("part", ["file", "what", "write"])
def test_no_part_of_a_problem_can_begin_a_line_of_its_own(part: str) -> None:
    said = {"file": "f", "what": "w", "write": "i", part: HOSTILE}
    problem = Problem(said["file"], 1, 1, "X001", said["what"], said["write"])
    assert str(problem).isprintable()
    assert "\\x1b[2J" in str(problem)
    assert "b\\x0aok" in str(problem)


Made = Callable[[Path], Sequence[str | Path]]


def _csv(home: Path) -> Sequence[str | Path]:
    (home / f"{HOSTILE}.csv").write_bytes(f"id,{HOSTILE.splitlines()[0]}\n1,2\n".encode())
    return ["batch", f"{HOSTILE}.csv", "-o", "out.csv"]


def _column(home: Path) -> Sequence[str | Path]:
    pq.write_table(pa.table({"id": ["1"], HOSTILE: ["x"]}), home / "in.parquet")
    return ["batch", "in.parquet", "-o", "out.csv"]


def _rows(home: Path) -> Sequence[str | Path]:
    ids = pa.array([HOSTILE, HOSTILE])
    pq.write_table(pa.table({"id": ids, "chills": ["no", HOSTILE]}), home / f"{HOSTILE}.parquet")
    return [
        "batch",
        f"{HOSTILE}.parquet",
        "-o",
        f"{HOSTILE}.csv",
        "--explain",
        HOSTILE,
        "--explain",
        "x\x1b[m",
    ]


def _json_lines(home: Path) -> Sequence[str | Path]:
    row = json.dumps({"id": HOSTILE, "chills": HOSTILE, HOSTILE: HOSTILE})
    (home / "in.jsonl").write_text(row + "\n" + row + "\n")
    return ["batch", "in.jsonl", "-o", "out.csv", "--explain", HOSTILE]


def _foreign_book(home: Path) -> Sequence[str | Path]:
    book = shutil.copytree(SMALL, home / HOSTILE)
    (book / "any" / "x\x1b[2J.yaml").write_text("title: x\n")
    (book / "lu\x9bng").mkdir()
    (book / "lu\x9bng" / "y.yaml").write_text("title: x\n")
    return ["check", "--rules", HOSTILE]


def _cases(home: Path) -> Sequence[str | Path]:
    (home / HOSTILE).mkdir()
    (home / HOSTILE / "a.yaml").write_text(
        "- {name: a, facts: {chills: yes}, expect: {urgency: now, rules: []}}\n"
    )
    (home / HOSTILE / "b.yaml").write_text("- {name: b, facts: {chilsl: yes}}\n")
    return ["test", HOSTILE]


@pytest.mark.parametrize(
    "made",
    [
        _csv,
        _column,
        _rows,
        _json_lines,
        _foreign_book,
        _cases,
        lambda home: ["test", HOSTILE],
        lambda home: ["batch", HOSTILE, "-o", "x.csv"],
        lambda home: ["batch", "-o", HOSTILE, "x.csv"],
        lambda home: ["decide", HOSTILE],
        lambda home: ["decide", "--rules", HOSTILE, "x"],
        lambda home: ["decide", "--settings", HOSTILE, "x"],
        lambda home: ["ask", "--session", f"{HOSTILE}/x.yaml"],
        lambda home: ["ask", "--resume", HOSTILE],
        lambda home: ["ask", "--note", f"no/{HOSTILE}"],
        lambda home: ["compare", HOSTILE],
        lambda home: ["compare", str(SMALL), f"\x1b{HOSTILE}"],
        lambda home: ["show", HOSTILE],
        lambda home: ["prove", HOSTILE],
        lambda home: ["mutants", HOSTILE],
        lambda home: ["cases", "--pairs", HOSTILE],
        lambda home: ["report", HOSTILE, "-o", "x.html"],
        lambda home: ["check", f"--{HOSTILE}"],
        lambda home: [HOSTILE],
    ],
)
def test_no_command_prints_what_would_steer_a_terminal(made: Made, tmp_path: Path) -> None:
    said = everything_said(tmp_path, *made(tmp_path))
    assert said
    assert unseen(said) == []
    assert "\nok" not in said, "no name begins a line of its own"


def test_no_folder_of_sessions_steers_the_terminal_of_who_begins_or_resumes(tmp_path: Path) -> None:
    state = tmp_path / HOSTILE
    for typed in ("60\nq\n", "61\nq\n"):
        with chdir(tmp_path):
            CliRunner().invoke(
                triage, ["ask"], input=typed, env=environment(tmp_path, XDG_STATE_HOME=str(state))
            )
    saved = sorted((state / "triage").glob("*.yaml"))
    assert len(saved) == 2
    saved[0].with_name(f"{HOSTILE}.yaml").write_text(saved[0].read_text() + "# edited\n")
    for arguments in (["ask"], ["ask", "--resume"], ["ask", "--resume", str(saved[0])]):
        with chdir(tmp_path):
            said = CliRunner().invoke(
                triage,
                arguments,
                input="1\n\nq\n",
                env=environment(tmp_path, XDG_STATE_HOME=str(state)),
                color=True,
            )
        text = re.sub(r"\x1b\[(?:0|1|31)m", "", said.stdout + said.stderr)
        assert "x1b[2J" in text
        assert unseen(text) == []
        assert "\nok" not in text


def test_what_is_typed_is_repeated_as_it_can_be_seen(tmp_path: Path) -> None:
    said = everything_said(tmp_path, "ask", "--nurse", typed="60\n\x1b[2J\x9bx\n/sw\x1b]\x07oll\n")
    assert [letter for letter in unseen(said) if letter != "\x1b"] == []
    assert "\x1b[2J" not in said


def test_a_document_that_is_shown_means_what_it_meant() -> None:
    document = {"id": HOSTILE, "é": ["\u2028", "😀", "\x00"]}
    for utf8 in (True, False):
        shown = as_json(document, utf8=utf8)
        assert json.loads(shown) == document
        assert unseen(shown) == []
        assert ("é" in shown, shown.isascii()) == (utf8, not utf8)


def test_text_that_can_be_seen_stays_as_it_is() -> None:
    plain = "Übelkeit, 腹痛: 38.5 °C\n\tnone"
    assert legible(plain) == plain
    assert one_line("a b") == "a b"
    assert legible("a\u00a0b\u3000c") == "a b c"
