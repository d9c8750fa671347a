"""Too little memory is told in words, with an exit code of its own, and never as a result or a defect."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.commands import TRIAGE, environment
from triage.cli import memory
from triage.cli.main import triage

WORDS = "There is too little memory for this."
TABLE = "id,chills\n" + "".join(f"{row},no\n" for row in range(1_000))


def within(home: Path, megabytes: int, *arguments: str, limit: int = resource.RLIMIT_AS) -> tuple[int, str]:
    """How a command ends that may have so much memory, and what it said."""
    ended = subprocess.run(
        [TRIAGE, *arguments],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(limit, (megabytes * 2**20, megabytes * 2**20)),
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", "patient.yaml"],
        ["ask"],
        ["check"],
        ["test", "cases.yaml"],
        ["show", "age"],
        ["batch", "table.csv", "-o", "out.csv"],
        ["report", "out.csv", "-o", "page.html"],
        ["prove"],
        ["compare", "small"],
        ["mutants"],
        ["cases", "--pairs", "any/cord-sign"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_command_ends_without_words_or_as_if_it_were_done(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("leg_weakness: both_legs\n")
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "out.csv").write_text("")
    (tmp_path / "cases.yaml").write_text(
        "- {name: a, facts: {leg_weakness: both_legs}, expect: {urgency: now, rules: [any/cord-sign]}}\n"
    )
    for megabytes in (40, 90):
        code, said = within(tmp_path, megabytes, *arguments)
        if code != memory_code():
            assert code in (0, 2), said  # it needs no more, or the input is what is wrong
            assert megabytes > 40, "that is too little for every command"
        else:
            assert said.startswith(WORDS)
            assert len(said.splitlines()) == 2


def memory_code() -> int:
    from triage.cli.ending import TOO_LITTLE_MEMORY

    return TOO_LITTLE_MEMORY


@pytest.mark.parametrize("limit", [resource.RLIMIT_AS, resource.RLIMIT_DATA], ids=["addresses", "data"])
def test_a_table_is_decided_or_too_little_memory_is_said_at_every_limit(limit: int, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    seen = set()
    for megabytes in (60, 200, 400, 700, 900, 1_400, 2_500):
        code, said = within(tmp_path, megabytes, "batch", "table.csv", "-o", "out.csv", limit=limit)
        assert code in (0, memory_code()), f"{megabytes} MB: {said}"
        assert (tmp_path / "out.csv").exists() is (code == 0)
        (tmp_path / "out.csv").unlink(missing_ok=True)
        seen.add(code)
    assert seen == {0, memory_code()}


def test_pictures_are_not_begun_without_room_for_them(tmp_path: Path) -> None:
    """The engine that draws them ends the process with a trap where it cannot reserve its addresses."""
    (tmp_path / "table.csv").write_text(TABLE)
    assert within(tmp_path, 100_000, "batch", "table.csv", "-o", "out.csv")[0] == 0
    for megabytes in (2_000, 20_000):
        code, said = within(tmp_path, megabytes, "report", "out.csv", "-o", "page.html")
        assert (code, said.startswith(WORDS)) == (memory_code(), True)
    assert within(tmp_path, 100_000, "report", "out.csv", "-o", "page.html")[0] == 0


class Z3Exception(Exception):
    """As the solver's own, which knows no kinds."""


def _nothing_left(error: BaseException) -> Callable[..., None]:
    def fail(*arguments: object, **named: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        pa.ArrowMemoryError("malloc of size 64 failed"),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        RuntimeError("can't start new thread"),
        ImportError("libarrow.so: failed to map segment from shared object"),
        Z3Exception(b"out of memory".decode()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_librarys_own_words_for_it_are_known(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("triage.cli.options.open_book", _nothing_left(error))
    said = CliRunner().invoke(triage, ["decide", "patient.yaml"], env=environment(tmp_path))
    assert said.exit_code == memory_code()
    assert WORDS in capfd.readouterr().err


@pytest.mark.parametrize("error", [pa.ArrowMemoryError("malloc failed"), OSError(errno.ENOMEM, "no room")])
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_good_table_is_not_called_damaged_for_want_of_memory(
    form: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pa.table({"id": ["x"], "chills": ["no"]})
    if form == "parquet":
        pq.write_table(table, tmp_path / "in.parquet")
    else:
        pa.feather.write_feather(table, str(tmp_path / "in.arrow"), compression="uncompressed")
    monkeypatch.setattr("triage.cohort.tables.columnar.check_sound", _nothing_left(error))
    with chdir(tmp_path):
        said = CliRunner().invoke(triage, ["batch", f"in.{form}", "-o", "out.csv"], env=environment(tmp_path))
    assert "damaged" not in said.stderr
    assert said.exit_code == memory_code()


def test_other_errors_are_no_lack_of_memory() -> None:
    for error in (
        OSError(errno.ENOSPC, "full"),
        RuntimeError("no"),
        ValueError("out of memory"),
        KeyError("x"),
    ):
        assert not memory.is_of_memory(error)
