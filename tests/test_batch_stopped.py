"""`triage batch` when it is killed or stopped while it reads a pipe: the old results stay whole."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from tests.commands import TRIAGE, environment
from triage.cohort.tables.lines import BLOCK

HEADER = b"id,age (years),cancer,leg_weakness,temperature\n"
MANY_ROWS = b"x,60,liver,none,\n" * 50_000
OUT = ("out.csv", "out.csv.problems.csv")


@contextmanager
def running(home: Path, *arguments: str, endless: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A `triage batch` of a table that never ends: `endless` is the standard input, else a file is."""
    for name in OUT:
        (home / name).write_text("the old results\n")
    child = subprocess.Popen(
        [TRIAGE, "batch", *arguments, "-o", "out.csv"],
        env=environment(home), cwd=home, stdin=endless, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()
    for name in OUT:
        assert (home / name).read_text() == "the old results\n"


def test_killed_in_the_middle_it_leaves_the_old_results(tmp_path: Path) -> None:
    """The table is a pipe that never ends, so that the kill comes while rows are being decided."""
    os.mkfifo(tmp_path / "in.csv")
    with running(tmp_path, "in.csv") as child:
        pipe = os.open(tmp_path / "in.csv", os.O_RDWR | os.O_NONBLOCK)  # open for reading too: nothing hangs
        more = memoryview(HEADER + MANY_ROWS)
        while not any(part.stat().st_size > BLOCK for part in tmp_path.glob("out.csv.[0-9]*.part")):
            assert child.poll() is None
            try:
                more = more[os.write(pipe, more) :] or memoryview(MANY_ROWS)
            except BlockingIOError:
                continue
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=60) == -signal.SIGKILL
        os.close(pipe)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_it_leaves_the_old_results_and_no_part(how: signal.Signals, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.csv")
    with running(tmp_path, "in.csv") as child:
        pipe = os.open(tmp_path / "in.csv", os.O_RDWR)
        os.write(pipe, HEADER + b"x,60,liver,none,\n")
        stop(child, how, tmp_path)
        os.close(pipe)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_under_nohup_a_run_is_not_lost_with_the_terminal(how: signal.Signals, tmp_path: Path) -> None:
    here, there = os.pipe()
    os.write(there, HEADER + b"x,60,liver,none,\n")
    child = subprocess.Popen(
        [TRIAGE, "batch", "-", "-o", "out.csv"],
        env=environment(tmp_path), cwd=tmp_path, stdin=here, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(how, signal.SIG_IGN) and None,
    )  # fmt: skip
    os.close(here)
    while not list(tmp_path.glob("*.part")):
        assert child.poll() is None
    child.send_signal(how)
    os.write(there, b"y,60,liver,none,\n")
    os.close(there)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 0, said
    assert b"2 rows in = 2 rows out + 0 refused" in said


def arrow_stream() -> bytes:
    """The beginning of a stream of Arrow batches."""
    sink = io.BytesIO()
    writer = pa.ipc.new_stream(sink, pa.schema([("id", pa.string())]))
    writer.write_batch(pa.record_batch({"id": ["x"]}))
    return sink.getvalue()


@pytest.mark.parametrize(
    ("form", "begun"),
    [("csv", HEADER + b"x,60,liver,none,\n"), ("jsonl", b'{"id": "x"}\n'), ("arrow", arrow_stream())],
    ids=["csv", "jsonl", "arrow"],
)
def test_stopped_while_it_waits_for_standard_input_it_ends(form: str, begun: bytes, tmp_path: Path) -> None:
    here, there = os.pipe()
    os.write(there, begun)
    with running(tmp_path, "-", "--from", form, endless=here) as child:
        stop(child, signal.SIGINT, tmp_path)
    os.close(here)
    os.close(there)


def stop(child: subprocess.Popen[bytes], how: signal.Signals, home: Path) -> None:
    """Sends a signal to a run that has begun to write, and sees that it ends in words and with no part."""
    while not list(home.glob("*.part")):
        assert child.poll() is None
    child.send_signal(how)
    _, said = child.communicate(timeout=60)
    assert (child.returncode, said.decode().strip()) == (130, "Stopped.")
    assert not list(home.glob("*.part"))


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_full_disk_is_said_in_words_and_leaves_the_old_results(out: str, tmp_path: Path) -> None:
    """No file may grow beyond a limit, which fails as a full disk does."""
    with (tmp_path / "in.csv").open("w") as table:
        table.write("id,age (years)\n" + "".join(f"{'x' * 40}{number},60\n" for number in range(20_000)))
    (tmp_path / out).write_text("the old results")
    before = sorted(path.name for path in tmp_path.iterdir())
    ended = subprocess.run(
        [TRIAGE, "batch", "in.csv", "-o", out],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "File too large" in ended.stderr
    assert (tmp_path / out).read_text() == "the old results"
    assert sorted(path.name for path in tmp_path.iterdir()) == before
