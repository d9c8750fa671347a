"""The installed `triage` command, run as a user runs it, and what it said."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SMALL = Path(__file__).parent / "books" / "small"
TRIAGE = str(Path(sys.executable).with_name("triage"))


_cache = tempfile.TemporaryDirectory(prefix="triage-tests-")  # shared, because every start would fill it


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment of its own, so that no test sees the sessions or settings of the person at work."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    named = {
        "HOME": str(home),
        "XDG_CACHE_HOME": _cache.name,
        "LC_ALL": "C.UTF-8",
        "TRIAGE_RULES": str(SMALL),
    }
    return {**inherited, **named, **more}


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said on each stream."""

    code: int
    out: str
    err: str


def run(
    home: Path,
    *arguments: str | Path,
    typed: str | bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    closed: int | None = None,
) -> Said:
    """Runs `triage` by the small book; `closed`: without this stream. No output may hold a traceback."""
    command = [TRIAGE, *map(str, arguments)]
    ended = subprocess.run(
        command if closed is None else ["sh", "-c", f'exec "$@" {closed}<&-', "sh", *command],
        input=typed.encode() if isinstance(typed, str) else typed,
        env=environment(home, **(env or {})),
        cwd=cwd or home,
        capture_output=True,
        timeout=60,
    )
    said = Said(
        ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode("utf-8", "replace")
    )
    for text in (said.out, said.err):
        assert "Traceback" not in text, text
        assert "triage has a defect" not in text, text
        assert "\\x0a" not in text, "a text of several lines was printed as one"
    return said
