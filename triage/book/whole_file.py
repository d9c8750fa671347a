"""Files that are written whole or not at all: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import errno
import glob
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # writing that fails so names no file


@contextmanager
def whole_file(path: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """A file to write to that takes its place at `path` only when everything has been written.

    A link keeps leading to its file, and nobody may do more with the file than with the one before it.
    Raises OSError that names `path` when it cannot be written; then, as after any exception, `path` is
    untouched.
    """
    with _in_place_of(path.resolve(), path, mode) as file:
        yield file


@contextmanager
def _in_place_of(path: Path, named: Path, mode: int) -> Iterator[IO[bytes]]:
    """The same, at `path` itself, even where that is a link; an error speaks of what was `named`."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "Not a plain file", str(named))
    _clear_after_the_killed(path)
    # The name cannot be guessed, and nothing may stand there: a link would lead what is written away.
    beside = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(8).hex()}.part")
    try:
        with os.fdopen(new_descriptor(beside, narrowed(mode, path)), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):  # where a disk became read-only, that is what is to be told
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and (
            error.filename == str(beside) or (error.filename is None and error.errno in _FULL)
        ):
            raise OSError(error.errno, f"cannot be written: {error.strerror}", str(named)) from None
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def narrowed(mode: int, path: Path) -> int:
    """The part of a mode that the file at `path` has, where there is one."""
    try:
        return mode & path.stat().st_mode
    except OSError:
        return mode


def new_descriptor(path: Path, mode: int) -> int:
    """Opens a file that nothing stands in place of, to write to. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Writes a whole file at once. Raises OSError and leaves `path` as it was."""
    with whole_file(path, mode) as file:
        file.write(content)


def refuse_existing(path: Path) -> None:
    """Raises OSError where something stands at `path`: what a person wrote is never written over."""
    if os.path.lexists(path):
        raise _exists(path)


def _exists(path: Path) -> OSError:
    return FileExistsError(errno.EEXIST, "exists and is never written over; name a new file", str(path))


def write_new(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Writes a file that is not there yet, whole or not at all. Raises OSError, as `refuse_existing` does."""
    try:
        os.close(new_descriptor(path, mode))
    except FileExistsError:
        raise _exists(path) from None
    try:
        with _in_place_of(path, path, mode) as file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _clear_after_the_killed(path: Path) -> None:
    """Removes the unfinished parts that killed processes left beside a file: they hold what it holds.

    What else has such a name, or is somebody else's, is left to whoever put it there.
    """
    for part in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        process = re.fullmatch(r"\.([0-9]+)(\.[0-9a-f]+)?\.part", part.name[len(path.name) :])
        if process and not _is_running(int(process[1])):
            with suppress(FileNotFoundError):
                about = part.lstat()
                if stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid():
                    part.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return True
