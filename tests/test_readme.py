"""The README does what it says: its examples are run, and every command and option in it exists."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.commands import TRIAGE, environment
from triage.cli.main import triage

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in FENCE.findall(README) if name == language]


def steps(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, with the lines that it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.splitlines()


def at_home(folder: Path) -> dict[str, str]:
    """A shell in which `triage` is the installed one, with its own rule book."""
    named = environment(folder, TRIAGE_RULES="")
    return {**named, "PATH": f"{Path(TRIAGE).parent}:{named['PATH']}"}


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether lines were printed as shown, where `...` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.split("\n")[0])
def test_a_console_block_prints_what_the_readme_shows(block: str, tmp_path: Path) -> None:
    for command, shown in steps(block):
        if command.startswith("cat ") and not (tmp_path / command.split()[1]).exists():
            (tmp_path / command.split()[1]).write_text("\n".join(shown) + "\n", encoding="utf-8")
            continue
        run = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # in the order in which a terminal shows them
            text=True,
            env=at_home(tmp_path),
        )
        assert matches(shown, run.stdout.splitlines()), f"$ {command}\n{run.stdout}"


def test_the_rule_and_the_case_of_the_readme_are_as_the_files_are() -> None:
    """The rule is shortened in its sources only; the settings are real settings."""
    from triage.book.reading.load import load_book
    from triage.book.shipped import shipped_folder

    book = load_book(shipped_folder("rules"))
    shown = next(yaml.load(b, yaml.BaseLoader) for b in blocks("yaml") if "title: Numb" in b)
    file = shipped_folder("rules") / "liver" / "numb-or-weak-legs.yaml"
    real = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    for key in ("title", "urgency", "suspects", "when", "exams", "status"):
        assert shown[key] == real[key], key
    assert "liver/numb-or-weak-legs" in book.rules


def test_the_case_of_the_readme_passes(tmp_path: Path) -> None:
    case = next(block for block in blocks("yaml") if block.startswith("- name:"))
    (tmp_path / "case.yaml").write_text(case, encoding="utf-8")
    run = subprocess.run(
        ["triage", "test", "case.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=at_home(tmp_path),
    )
    assert run.returncode == 0, run.stdout


def test_the_settings_of_the_readme_are_settings(tmp_path: Path) -> None:
    from triage.decision.settings import load_settings

    block = next(block for block in blocks("yaml") if block.startswith("team:"))
    (tmp_path / "settings.yaml").write_text(block, encoding="utf-8")
    assert load_settings(tmp_path / "settings.yaml").emergency == "112"


def test_every_command_stands_in_the_readme() -> None:
    for name in triage.list_commands(None):  # type: ignore[arg-type]
        assert f"`triage {name}" in README, name
