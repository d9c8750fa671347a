"""The wheel by itself: installed in an environment of its own, run outside the source folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import environment

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a wheel, which brings rules and cases; the libraries are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv" / "bin" / "triage"


def run(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    named = environment(home, TRIAGE_RULES="")
    return subprocess.run(
        [installed, *arguments], cwd=home, env=named, capture_output=True, text=True, timeout=120
    )


def test_a_wheel_decides_with_the_rules_it_brings(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("cancer: liver\nleg_numbness: both_legs\n", encoding="utf-8")
    done = run(installed, tmp_path, "decide", "patient.yaml", "--nurse")
    assert done.returncode == 0, done.stderr
    assert "liver/numb-or-weak-legs" in done.stdout
    assert "S1.45" in done.stdout


def test_a_wheel_passes_the_cases_it_brings(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failed" in done.stdout
    assert str(installed.parent.parent) in run(installed, tmp_path, "show", "any/cord-sign").stdout


def test_without_durable_rules_a_person_is_told_what_to_do(installed: Path, tmp_path: Path) -> None:
    """On Python 3.13 its extension builds but does not load; here it is kept from loading."""
    (tmp_path / "durable_rules_engine.py").write_text("raise ImportError('undefined symbol')\n")
    (tmp_path / "patient.yaml").write_text("leg_numbness: both_legs\n", encoding="utf-8")
    named = environment(tmp_path, TRIAGE_RULES="", PYTHONPATH=str(tmp_path))
    done = subprocess.run(
        [installed, "decide", "patient.yaml"], cwd=tmp_path, env=named, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "CPPFLAGS" in done.stderr
    assert "Traceback" not in done.stderr


EXTRAS = ("altair", "duckdb", "pandas", "polars", "pysat", "pyspark", "vl_convert", "z3")


def test_without_any_extra_tables_of_every_form_are_decided(installed: Path, tmp_path: Path) -> None:
    for name in EXTRAS:
        stub = f"raise ModuleNotFoundError('No module named {name}', name={name!r})\n"
        (tmp_path / f"{name}.py").write_text(stub)
    (tmp_path / "t.csv").write_text(
        "id,cancer,temperature (°C),date\nana,liver,38.5,2026-11-25\nben,livr,,\n"
    )
    table = pa.table({"id": ["ana"], "cancer": ["liver"], "temperature (°C)": [38.5]})
    pq.write_table(table, tmp_path / "t.parquet")
    with pa.ipc.new_file(tmp_path / "t.arrow", table.schema) as file:
        file.write_table(table)
    (tmp_path / "t.jsonl").write_text('{"id": "ana", "cancer": "liver", "temperature (°C)": 38.5}\n')
    (tmp_path / "t.yaml").write_text("- {name: ana, facts: {cancer: liver, temperature: 38.5 °C}}\n")
    named = environment(tmp_path, TRIAGE_RULES="", PYTHONPATH=str(tmp_path))
    told = []
    for table_name in ("t.csv", "t.parquet", "t.arrow", "t.jsonl", "t.yaml"):
        for out in ("out.parquet", "out.csv", "out.jsonl"):
            command: list[str | Path] = [
                installed,
                "batch",
                table_name,
                "-o",
                out,
                "--compare",
                ROOT / "rules",
                "--explain",
                "ana",
            ]
            done = subprocess.run(
                command, cwd=tmp_path, env=named, capture_output=True, text=True, timeout=60
            )
            assert "Traceback" not in done.stderr, done.stderr
            refused = table_name == "t.csv"
            assert done.returncode == (1 if refused else 0), done.stderr
            assert f"1 rows out + {int(refused)} refused" in done.stderr
            assert "same       1" in done.stderr
        told.append((tmp_path / "out.csv").read_text().splitlines()[1].split(",", 3)[3])
    assert len({line.removeprefix("2026-11-25") for line in told}) == 1
