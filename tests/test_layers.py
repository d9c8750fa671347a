"""The house rules that tools hold: layers, lint, types, small files, light start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "triage").rglob("*.py"))


def run(*command: str) -> None:
    done = subprocess.run([*command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def test_imports_point_down() -> None:
    run(tool("lint-imports"))


def test_ruff_finds_nothing() -> None:
    run(tool("ruff"), "check", ".")


def test_every_file_is_formatted() -> None:
    run(tool("ruff"), "format", "--check", ".")


def test_the_strict_type_check_passes() -> None:
    run(tool("mypy"))


def test_files_can_be_read_in_one_sitting() -> None:
    long = {str(path): lines for path in SOURCES if (lines := path.read_text("utf-8").count("\n")) > 300}
    assert long == {}


def test_only_one_place_walks_a_condition() -> None:
    """`fold` is the only reader of `.parts` of a condition; traces have parts of their own."""
    walkers = [p.name for p in SOURCES if "condition.parts" in p.read_text("utf-8")]
    assert walkers == ["logic.py"]


def test_help_and_decide_start_without_heavy_libraries(tmp_path: Path) -> None:
    """Start-up is a budget: pydantic is for loading a changed book, and the durable Host is for nobody."""
    patient = tmp_path / "patient.yaml"
    patient.write_text("leg_weakness: both_legs\n", encoding="utf-8")
    script = "import sys\nfrom triage.cli.main import triage\ntriage(sys.argv[1:], standalone_mode=False)\n"
    probe = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n"
    for arguments, unwanted in (
        (["--help"], {"pydantic", "yaml", "durable_rules_engine", "durable"}),
        (["decide", str(patient)], {"pydantic", "durable"}),
    ):
        command = [sys.executable, "-c", probe + script, *arguments]
        environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
        subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path)
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
        loaded = set(done.stderr.partition("LOADED")[2].split())
        assert "triage" in loaded, done.stderr
        assert not loaded & unwanted
