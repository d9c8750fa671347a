"""On Spark: the same bytes as on one machine, refused rows kept, on two workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import TRIAGE, environment
from tests.people_told import ADVICE, TODAY, write_tables
from tests.results import rows_of
from tests.test_readme import at_home, blocks
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder

pytest.importorskip("pyspark", reason="PySpark is not installed")
if shutil.which("java") is None:
    pytest.skip("there is no Java", allow_module_level=True)

TWO_WORKERS = "--master local[2] --conf spark.ui.enabled=false pyspark-shell"
PYTHON = str(Path(TRIAGE).parent / "python")
QUERY = """
import os
from pathlib import Path
from pyspark.sql import SparkSession
from triage.book.reading.load import load_book
from triage.cohort.anywhere import DecideBatches

spark = SparkSession.builder.getOrCreate()
patients = spark.read.option("header", True).csv("in.csv")
decide = DecideBatches(load_book(Path(os.environ["TRIAGE_RULES"])))
results = patients.mapInArrow(decide, decide.spark_schema)
for which in ("advice = 'none'", "advice in ('review_today', 'today', 'now')"):
    print(",".join(row.id for row in results.where(which).collect()))
"""
HEADER = "id,age (years),cancer,leg_weakness,temperature\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    named = environment(folder, PYSPARK_SUBMIT_ARGS=TWO_WORKERS, TRIAGE_RULES="")
    return subprocess.run(
        [TRIAGE, *arguments], cwd=folder, env=named, capture_output=True, text=True, timeout=300
    )


def test_spark_ends_with_the_same_bytes_as_one_machine(tmp_path: Path) -> None:
    """The table is longer than a block, so that there is more than one chunk to put in order."""
    rows = ["%d,60,liver,none,36.8 °C\n", "%d,61,lung,both_legs,\n", "%d,sixty,lung,unknown,\n", "%d,70,,,\n"]
    with (tmp_path / "in.csv").open("w", encoding="utf-8") as table:
        table.write(HEADER)
        table.writelines(rows[n % 4] % n for n in range(800_000))
    local = run(tmp_path, "batch", "in.csv", "-o", "local.parquet", "--packed")
    spark = run(tmp_path, "batch", "in.csv", "-o", "spark.parquet", "--packed", "--spark")
    assert (local.returncode, spark.returncode) == (1, 1), spark.stderr
    assert "800000 rows in = 600000 rows out + 200000 refused" in spark.stderr
    for name in ("%s.parquet", "%s.parquet.problems.csv"):
        assert (tmp_path / (name % "local")).read_bytes() == (tmp_path / (name % "spark")).read_bytes()


def test_what_goes_wrong_on_a_worker_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text("- name: a\n  facts: {age: 60 years}\n")
    done = run(tmp_path, "batch", "cases.yaml", "-o", "out.csv", "--spark")
    assert done.returncode == 2
    assert "case files are read by one machine" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_the_lines_of_the_readme_run_in_a_session_of_ones_own(tmp_path: Path) -> None:
    [code] = [block for block in blocks("python") if "mapInArrow" in block]
    text = "id,cancer,leg_weakness,temperature (°C)\nben,prostate,both_legs,\ntom,lung,yes,361\n"
    (tmp_path / "patients.csv").write_text(text, encoding="utf-8")
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    named = {**at_home(tmp_path), "PYSPARK_SUBMIT_ARGS": TWO_WORKERS, "PYSPARK_PYTHON": PYTHON}
    done = subprocess.run(
        [PYTHON, "readme.py"], cwd=tmp_path, env=named, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    shown = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if "|" in line
    ]
    assert shown[1][:2] == ["ben", "now"]
    assert shown[2][:2] == ["tom", "NULL"]


def test_on_spark_who_was_asked_nothing_or_must_be_looked_at_does_not_count_as_none(tmp_path: Path) -> None:
    """By the command, and in a session of one's own where a query filters by the column."""
    write_tables(tmp_path)
    named = environment(tmp_path, PYSPARK_SUBMIT_ARGS=TWO_WORKERS, PYSPARK_PYTHON=PYTHON)
    command = [TRIAGE, "batch", "in.csv", "-o", "out.csv", "--spark"]
    done = subprocess.run(command, cwd=tmp_path, env=named, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert {row["id"]: row["advice"] for row in rows_of(tmp_path / "out.csv")} == ADVICE
    (tmp_path / "query.py").write_text(QUERY, encoding="utf-8")
    done = subprocess.run(
        [PYTHON, "query.py"], cwd=tmp_path, env=named, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    none, today = done.stdout.splitlines()[-2:]
    assert (none, set(today.split(","))) == ("well", TODAY)


def test_without_java_or_pyspark_a_person_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(HEADER)
    named = environment(tmp_path, TRIAGE_RULES="", PATH="/nowhere", JAVA_HOME="")
    command = [TRIAGE, "batch", "in.csv", "-o", "out.csv", "--spark"]
    done = subprocess.run(command, cwd=tmp_path, env=named, capture_output=True, text=True)
    assert (done.returncode, "Java 17" in done.stderr) == (2, True), done.stderr
    (tmp_path / "pyspark.py").write_text("raise ModuleNotFoundError('no', name='pyspark')\n")
    named["PYTHONPATH"] = str(tmp_path)
    done = subprocess.run(command, cwd=tmp_path, env=named, capture_output=True, text=True)
    assert (done.returncode, "pip install" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_bytes_that_are_not_those_that_were_sent_are_refused() -> None:
    from triage.cohort.spark import OnSpark, _run
    from triage.decision.decide import Decider

    decider = Decider(load_book(shipped_folder("rules")))
    sent = OnSpark(None, decider, Path("in.csv"), None, 0.5)._decide  # type: ignore[arg-type]
    assert _run(sent.order, sent.digest, sent.book_hash)[1].book == decider.book
    with pytest.raises(ValueError, match="not arrive as it was sent"):
        _run(sent.order + b" ", sent.digest, sent.book_hash)
    with pytest.raises(ValueError, match="was sent"):
        _run(sent.order, sent.digest, "0" * 64)


def test_a_worker_compares_with_the_other_rule_book_that_was_asked_for() -> None:
    from triage.cohort.spark import OnSpark, _run
    from triage.decision.decide import Decider

    decider = Decider(load_book(shipped_folder("rules")))
    for other in (decider.book, None):
        sent = OnSpark(None, decider, Path("in.csv"), None, 0.5, other)._decide  # type: ignore[arg-type]
        at_work, _ = _run(sent.order, sent.digest, sent.book_hash)
        assert ("told" in at_work.schema.names) is (other is not None)
        assert at_work.other_hash == (decider.book.hash if other else "")


def test_java_that_is_only_named_is_used_and_workers_run_the_python_that_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pyspark.sql import SparkSession

    from triage.cohort.spark import SparkUnavailable, spark_session

    class Builder:
        def appName(self, name: str) -> Builder:  # noqa: N802 - Spark's own word
            return self

        def config(self, name: str, value: str) -> Builder:
            return self

        def getOrCreate(self) -> str:  # noqa: N802
            return "the session"

    monkeypatch.setattr(SparkSession, "builder", Builder())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("JAVA_HOME", "/opt/java")
    monkeypatch.setenv("PYSPARK_PYTHON", "")
    monkeypatch.delenv("PYSPARK_PYTHON")
    assert spark_session() == "the session"  # type: ignore[comparison-overlap]
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    monkeypatch.delenv("JAVA_HOME")
    with pytest.raises(SparkUnavailable, match="Java 17"):
        spark_session()
