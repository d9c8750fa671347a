"""Where a user's own files are kept when no file is named, by the XDG base directory rules."""

from __future__ import annotations

import errno
import os
import pwd
from contextlib import suppress
from pathlib import Path


def state_folder() -> Path:
    """The folder for what must stay, such as sessions. Raises OSError where this user has no home."""
    return _folder("XDG_STATE_HOME", ".local/state")


def cache_folder() -> Path:
    """The folder for what can be made again. Raises OSError where this user has no home."""
    return _folder("XDG_CACHE_HOME", ".cache")


def _folder(variable: str, inside_home: str) -> Path:
    """A relative path counts as none: it would be another folder for each folder that one works in."""
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else _home() / inside_home) / "triage"


def _home() -> Path:
    home = Path(os.environ.get("HOME", ""))
    if not home.is_absolute():
        with suppress(KeyError):
            home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    if not home.is_absolute():
        raise OSError(errno.ENOENT, "this user has no home folder; set HOME", "~")
    return home
