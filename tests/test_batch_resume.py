"""A run that was stopped and is continued ends with the same bytes as one that was never stopped."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cohorts import chunk_of
from tests.commands import SMALL, TRIAGE, Said, environment
from tests.here import run_here
from tests.people_in_tables import people, write_table
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.cohort.run import Run, Tally
from triage.cohort.spool import Spool, SpoolRefused
from triage.cohort.tables import columnar, lines, rows
from triage.decision.decide import Decider

ROWS = 1_000
FORMS = ("in.csv", "in.jsonl", "in.parquet", "in.arrow")
OUTS = ("out.csv", "out.jsonl", "out.parquet", "packed.parquet")


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small table has several."""
    for module in (lines, rows):
        monkeypatch.setattr(module, "MAX_LINE", 1_000)
    monkeypatch.setattr(lines, "BLOCK", 8_000)
    monkeypatch.setattr(columnar, "ROWS", 250)


def batch(home: Path, table: str, out: str, *more: str) -> Said:
    packed = ["--packed"] if out.startswith("packed") else []
    return run_here(home, "batch", table, "-o", out, *packed, *more)


@contextmanager
def stopped_after(chunks: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody presses Ctrl-C when so many chunks have been written."""

    @contextmanager
    def progress(_: object) -> Iterator[Callable[[Tally, int], None]]:
        seen = []

        def moved(_: Tally, done: int) -> None:
            seen.append(done)
            if len(seen) == chunks:
                raise KeyboardInterrupt

        yield moved

    with monkeypatch.context() as patch:
        patch.setattr("triage.cli.tallied.progress", progress)
        yield


def contents(home: Path, out: str) -> dict[str, bytes]:
    """The files of a result, and nothing must be left beside them."""
    found = {path.name: path.read_bytes() for path in home.iterdir() if path.name.startswith(out)}
    assert set(found) == {out, f"{out}.problems.csv"}
    return found


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("table", FORMS)
@pytest.mark.parametrize("out", OUTS)
def test_stopped_after_any_chunk_it_goes_on_to_the_same_bytes(
    table: str, out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / table, people(ROWS))
    whole = batch(tmp_path, table, out)
    assert whole.code == 1, whole.err
    wanted = contents(tmp_path, out)
    for chunks in (1, 2, 3, 4):
        (tmp_path / out).write_bytes(b"the old results")
        with stopped_after(chunks, monkeypatch):
            stopped = batch(tmp_path, table, out)
        assert stopped.code == 130
        assert (tmp_path / out).read_bytes() == b"the old results"
        kept = f"What was decided is kept in {out}.unfinished; --resume goes on."
        assert (kept in stopped.err) == (tmp_path / f"{out}.unfinished").exists() == (chunks > 1)
        assert not list(tmp_path.glob("*.part"))
        assert not list(tmp_path.glob("*.new"))
        again = batch(tmp_path, table, out, "--resume")
        assert (again.code, again.err) == (1, whole.err)
        assert contents(tmp_path, out) == wanted, (chunks, SEED)


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("table", FORMS)
def test_stopped_again_and_again_it_still_comes_to_its_end(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while it writes what an earlier run had decided."""
    write_table(tmp_path / table, people(ROWS))
    whole = batch(tmp_path, table, "out.csv")
    wanted = contents(tmp_path, "out.csv")
    for chunks in (2, 1, 3, 2, 4):
        with stopped_after(chunks, monkeypatch):
            assert batch(tmp_path, table, "out.csv", "--resume").code == 130
    assert batch(tmp_path, table, "out.csv", "--resume").err == whole.err
    assert contents(tmp_path, "out.csv") == wanted, SEED


def test_without_anything_to_continue_it_just_runs(tmp_path: Path) -> None:
    write_table(tmp_path / "in.csv", people(30))
    whole = batch(tmp_path, "in.csv", "out.csv")
    wanted = contents(tmp_path, "out.csv")
    (tmp_path / "out.csv").unlink()
    assert batch(tmp_path, "in.csv", "out.csv", "--resume") == whole
    assert contents(tmp_path, "out.csv") == wanted


@pytest.fixture
def half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _small_chunks: None) -> Path:
    """A folder in which a run was stopped; its results are old ones."""
    write_table(tmp_path / "in.csv", people(ROWS))
    shutil.copytree(SMALL, tmp_path / "rules")
    with stopped_after(3, monkeypatch):
        assert batch(tmp_path, "in.csv", "out.csv", "--rules", "rules").code == 130
    (tmp_path / "out.csv").write_text("the old results")
    return tmp_path


def changed_table(home: Path) -> list[str]:
    text = (home / "in.csv").read_text()
    (home / "in.csv").write_text(text.replace(",liver,", ",lung,", 1))
    return []


def later_table(home: Path) -> list[str]:
    with (home / "in.csv").open("a") as file:
        file.write("one,2026-11-25,60,liver,none\n")
    return []


def changed_rules(home: Path) -> list[str]:
    [rule] = home.glob("rules/any/cord-sign.yaml")
    rule.write_text(rule.read_text() + "# read again\n")
    return []


def settings(home: Path) -> list[str]:
    (home / "settings.yaml").write_text("reviewer: no\n")
    return ["--settings", "settings.yaml"]


CHANGES: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "a cell of the table": (changed_table, "table"),
    "a row more": (later_table, "table"),
    "the rules": (changed_rules, "rule book"),
    "the reviewer": (settings, "reviewer"),
    "the share": (lambda home: ["--checked", "0.5"], "checked"),
    "another book to compare": (lambda home: ["--compare", str(SMALL)], "other rule book"),
    "the form": (lambda home: ["--from", "jsonl"], "form"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_asked_for_differently_is_not_continued(change: str, half_done: Path) -> None:
    make, named = CHANGES[change]
    more = make(half_done)
    before = {path.name: path.read_bytes() for path in half_done.iterdir() if path.is_file()}
    said = batch(half_done, "in.csv", "out.csv", "--rules", "rules", "--resume", *more)
    assert said.code == 2
    wanted = (
        f"out.csv.unfinished is of another run: it differs in {named}. Run without --resume to begin anew."
    )
    assert said.err.strip() == wanted
    assert {path.name: path.read_bytes() for path in half_done.iterdir() if path.is_file()} == before


def test_without_resume_it_begins_anew(half_done: Path) -> None:
    changed_table(half_done)
    assert batch(half_done, "in.csv", "out.csv", "--rules", "rules").code == 1
    found = contents(half_done, "out.csv")
    assert batch(half_done, "in.csv", "other.csv", "--rules", "rules").code == 1
    assert found == {
        name.replace("other", "out"): raw for name, raw in contents(half_done, "other.csv").items()
    }


def test_what_was_left_behind_and_is_damaged_is_begun_anew(half_done: Path) -> None:
    whole = batch(half_done, "in.csv", "whole.csv", "--rules", "rules")
    left = half_done / "out.csv.unfinished"
    raw = left.read_bytes()
    rng = random.Random(SEED)
    for end in (0, 1, 9, *(rng.randrange(len(raw)) for _ in range(5)), len(raw) - 1):
        left.write_bytes(raw[:end])
        assert batch(half_done, "in.csv", "out.csv", "--rules", "rules", "--resume").err == whole.err.replace(
            "whole.csv", "out.csv"
        )
        assert (half_done / "out.csv").read_bytes() == (half_done / "whole.csv").read_bytes(), (end, SEED)


def test_of_two_runs_into_one_file_neither_takes_what_the_other_decided(
    small_book: RuleBook, tmp_path: Path
) -> None:
    run = Run(Decider(small_book), 1.0)
    decided = [run.decide(chunk_of(small_book, [{}] * count)) for count in (1, 2, 3)]
    one, other = (Spool(tmp_path / "s", run.schema, {"table": name}) for name in ("one", "other"))
    one.keep(decided[0])
    other.keep(decided[1])
    one.keep(decided[2])
    one.replace_kept()
    other.replace_kept()
    with pytest.raises(SpoolRefused):
        list(one.kept())
    assert list(other.kept()) == [decided[1]]
    one.close()
    other.close()


@pytest.mark.parametrize("table", ["-", "cases"])
def test_what_cannot_be_read_again_cannot_be_continued(table: str, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("name: a\nfacts: {}\n")
    said = run_here(tmp_path, "batch", table, "-o", "out.csv", "--resume", typed="id\nx\n")
    assert said.code == 2
    assert f"--resume needs a table in a file, and {table} cannot be read again." in said.err


def many_rows(path: Path) -> None:
    """A table of many rows that is quickly made, in six chunks; those older than 120 are refused."""
    rng = np.random.default_rng(SEED)
    legs = pa.array(["none", "one_leg", "both_legs"])
    drawn = pa.array(rng.integers(0, 3, 700_000, np.int8))
    ages = pa.array(rng.integers(30, 125, 700_000, np.int16))
    columns = {"age (years)": ages, "leg_weakness": pa.DictionaryArray.from_arrays(drawn, legs)}
    pq.write_table(pa.table(columns), path)


@pytest.mark.parametrize("out", ["packed.parquet", pytest.param("out.csv", marks=pytest.mark.long)])
def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(out: str, tmp_path: Path) -> None:
    many_rows(tmp_path / "in.parquet")
    packed = ["--packed"] if out.startswith("packed") else []
    command = [TRIAGE, "batch", "in.parquet", "-o", out, *packed]
    named = environment(tmp_path)
    began = time.monotonic()
    whole = subprocess.run(command, cwd=tmp_path, env=named, capture_output=True, check=False)
    took = time.monotonic() - began
    assert b"700000 rows in = " in whole.stderr
    wanted = contents(tmp_path, out)
    rng = random.Random(SEED)
    kept = []
    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        child = subprocess.Popen([*command, "--resume"], cwd=tmp_path, env=named, stderr=subprocess.PIPE)
        time.sleep(took * rng.uniform(0.4, 0.9))
        child.send_signal(how)
        _, said = child.communicate(timeout=60)
        kept.append((tmp_path / f"{out}.unfinished").exists())
        assert (tmp_path / out).read_bytes() == wanted[out]
        if child.returncode == 130:
            assert (b"--resume goes on." in said) == kept[-1], said
            assert b"Traceback" not in said
    ended = subprocess.run([*command, "--resume"], cwd=tmp_path, env=named, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, whole.stderr), SEED
    assert contents(tmp_path, out) == wanted, (kept, SEED)
