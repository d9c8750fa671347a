"""The house rules that tools hold: layers, lint, types, small files, light start."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

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
    """Only `fold` asks which group a condition is; without asking, mypy lets nobody read its `.parts`."""
    walkers = [path.name for path in SOURCES if asks_for_groups(path.read_text("utf-8"), path.stem)]
    assert walkers == ["logic.py"]


@pytest.mark.parametrize(
    "walker",
    [
        "from triage.book.logic import All\nisinstance(condition, All)",
        "from triage.book.logic import Any as AnyOf, Is\nisinstance(part, Is | AnyOf)",
        "from triage.book.logic import AtLeast\nisinstance(condition, (str, AtLeast))",
        "from triage.book import logic\nisinstance(condition, logic.Any)",
        "from triage.book.logic import All\ntype(condition) is All",
        "from triage.book.logic import All\nmatch condition:\n    case All(parts): ...",
    ],
)
def test_a_second_walker_would_be_found(walker: str) -> None:
    assert asks_for_groups(walker, "walker")
    assert not asks_for_groups(walker.replace("book.logic", "book.other").replace("import logic", "import x"))


def asks_for_groups(source: str, module: str = "") -> bool:
    """Whether a module tests something for being an All, Any or AtLeast of `triage.book.logic`."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    groups = {"All", "Any", "AtLeast"}
    named = {name for name in groups if module == "logic"}
    named |= {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if (node.module == "triage.book.logic" and alias.name in groups)
        or (node.module == "triage.book" and alias.name == "logic")
    }
    for node in ast.walk(tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            asked = node.args[1:] if node.func.id in ("isinstance", "issubclass") else []
        elif isinstance(node, ast.Compare):
            asked = node.comparators
        elif isinstance(node, ast.MatchClass):
            asked = [node.cls]
        names = {part.id for one in asked for part in ast.walk(one) if isinstance(part, ast.Name)}
        if names & named:
            return True
    return False


def test_help_and_decide_start_without_heavy_libraries(tmp_path: Path) -> None:
    """Start-up is a budget: pydantic is for loading a changed book, and the durable Host is for nobody."""
    patient = tmp_path / "patient.yaml"
    patient.write_text("leg_weakness: both_legs\n", encoding="utf-8")
    script = "import sys\nfrom triage.cli.main import triage\ntriage(sys.argv[1:], standalone_mode=False)\n"
    probe = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n"
    for arguments, unwanted in (
        (["--help"], {"pydantic", "yaml", "durable_rules_engine", "durable", "numpy", "pyarrow"}),
        (["decide", str(patient)], {"pydantic", "durable", "numpy", "pyarrow"}),
    ):
        command = [sys.executable, "-c", probe + script, *arguments]
        environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
        subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path)
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
        loaded = set(done.stderr.partition("LOADED")[2].split())
        assert "triage" in loaded, done.stderr
        assert not loaded & unwanted
