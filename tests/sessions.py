"""Saved sessions as they would be after some time, or by another rule book."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from triage.calls.session_file import _CHECKSUM, _digest, is_intact

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}[+-][0-9:]{5}")


class Clock:
    """A clock that stands where a test sets it."""

    def __init__(self) -> None:
        self.at = datetime.now().astimezone()

    def __call__(self) -> datetime:
        return self.at


def as_if_written(path: Path, text: str) -> None:
    """Writes a session as triage would have written it."""
    told = text.encode().rpartition(_CHECKSUM)[0] or text.encode()
    path.write_bytes(told + _CHECKSUM + _digest(told) + b"\n")
    assert is_intact(path.read_bytes())


def made_older(path: Path, age: timedelta) -> None:
    """Moves every time in a session back, as if it had been held so long ago."""

    def earlier(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) - age).isoformat(timespec="milliseconds")

    as_if_written(path, _TIME.sub(earlier, path.read_text()))
