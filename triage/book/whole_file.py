"""Files that are written whole or not at all: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # writing that fails so names no file


@contextmanager
def whole_file(path: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """A file to write to that takes its place at `path` only when everything has been written.

    A link keeps leading to its file. Raises OSError that names `path` when it cannot be written; then,
    as after any exception, `path` is untouched.
    """
    named, path = path, path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "Not a plain file", str(named))
    _clear_after_the_killed(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
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
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except FileExistsError:
        raise _exists(path) from None
    try:
        write_whole(path, content, mode)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _clear_after_the_killed(path: Path) -> None:
    """Removes the unfinished parts that killed processes left beside a file: they hold what it holds."""
    for part in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        process = part.name.split(".")[-2]
        if process.isdigit() and not _is_running(int(process)):
            part.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
