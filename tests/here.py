"""A command of `triage` run inside the test's own process: as `tests.commands.run`, but in milliseconds."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from tests.commands import Said, environment
from triage.cli.main import triage


def run_here(home: Path, *arguments: str | Path, typed: str | bytes = b"", cwd: Path | None = None) -> Said:
    """Runs `triage` by the small book. No output may hold a traceback."""
    with chdir(cwd or home):
        ended = CliRunner().invoke(
            triage, list(map(str, arguments)), input=typed, env={**environment(home), "TRIAGE_SETTINGS": None}
        )
    for text in (ended.stdout, ended.stderr):
        assert "Traceback" not in text, text
        assert "triage has a defect" not in text, text
        assert "\\x0a" not in text, "a text of several lines was printed as one"
    return Said(ended.exit_code, ended.stdout, ended.stderr)
