"""`triage batch` when it is killed or stopped: the old results stay whole."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import IO

import pytest

from tests.commands import TRIAGE, environment

HEADER = "id,age (years),cancer,leg_weakness,temperature\n"


def endless(pipe: Path) -> IO[str]:
    """A pipe to write to, opened for reading too: with a command that does not start, nothing hangs."""
    return os.fdopen(os.open(pipe, os.O_RDWR), "w")


def test_killed_in_the_middle_it_leaves_the_old_results(tmp_path: Path) -> None:
    """The table is a pipe that never ends, so that the kill comes while rows are being decided."""
    os.mkfifo(tmp_path / "in.csv")
    for name in ("out.csv", "out.csv.problems.csv"):
        (tmp_path / name).write_text("the old results\n")
    child = subprocess.Popen(
        [TRIAGE, "batch", "in.csv", "-o", "out.csv"],
        env=environment(tmp_path), cwd=tmp_path, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with endless(tmp_path / "in.csv") as table:
        table.write(HEADER + "x,60,liver,none,\n" * 2_000)
        table.flush()
        part = None
        while part is None or part.stat().st_size == 0:
            assert child.poll() is None
            part = next((p for p in tmp_path.glob("out.csv.*part") if "problems" not in p.name), None)
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=60) == -signal.SIGKILL
    for name in ("out.csv", "out.csv.problems.csv"):
        assert (tmp_path / name).read_text() == "the old results\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_it_leaves_the_old_results_and_no_part(how: signal.Signals, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.csv")
    (tmp_path / "out.csv").write_text("the old results\n")
    child = subprocess.Popen(
        [TRIAGE, "batch", "in.csv", "-o", "out.csv"],
        env=environment(tmp_path), cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with endless(tmp_path / "in.csv") as table:
        table.write(HEADER + "x,60,liver,none,\n")
        table.flush()
        while not list(tmp_path.glob("*.part")):
            assert child.poll() is None
        child.send_signal(how)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in said
    assert (tmp_path / "out.csv").read_text() == "the old results\n"
    assert not list(tmp_path.glob("*.part"))
