"""Deciding inside Daft, as the README shows it. No extra brings Daft, which limits the version of pyarrow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import at_home, blocks

pytest.importorskip("daft", reason="Daft is not installed")


def test_the_lines_of_the_readme_decide_in_daft(tmp_path: Path) -> None:
    [code] = [block for block in blocks("python") if "daft.func.batch" in block]
    text = "id,cancer,leg_weakness,temperature (°C)\nben,prostate,both_legs,\ntom,lung,yes,361\n"
    (tmp_path / "patients.csv").write_text(text, encoding="utf-8")
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "readme.py"],
        cwd=tmp_path,
        env=at_home(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("┆") for line in done.stdout.splitlines() if "┆" in line]
    cells = [[cell.strip(" │") for cell in row] for row in rows]
    assert ["ben", "now"] in [row[:2] for row in cells]
    [refused] = [row for row in cells if row[0] == "tom"]
    assert refused[1] == "None"
    assert refused[3].startswith("leg_weakness")
