"""The lock beside a session's file: one session at a time writes it."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from triage.book.problems import Problem, Problems


class Lock:
    """Holds the lock of a file until it is released, or the process ends.

    Raises Problems when another session holds it, and OSError where there can be no lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = _lock_path(path)
        self._descriptor = _locked(path, self._path)

    def release(self) -> None:
        """Lets another session have the file."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_locked(path: Path) -> bool:
    """Whether a session that is running now has this file."""
    try:
        descriptor = os.open(_lock_path(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _lock_path(path: Path) -> Path:
    """Beside the file itself, by whichever link it is named."""
    try:
        file = path.resolve()
    except RuntimeError:  # how Python before 3.13 says that links lead round in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    return file.with_name(file.name + ".lock")


def _locked(path: Path, lock_path: Path) -> int:
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        descriptor = _opened(lock_path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            what = "another session is writing this file"
            raise Problems([Problem(str(path), 1, 1, "A002", what, "end it, or name another file")]) from None
        except OSError as error:  # such as a network file system that keeps no locks
            os.close(descriptor)
            raise OSError(error.errno, f"cannot be locked: {error.strerror}", str(path)) from None
        # The session before us may have removed the file between our opening and locking it.
        try:
            if lock_path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _opened(lock_path: Path) -> int:
    """The lock file, made where it is missing. Raises OSError where a link would lead elsewhere."""
    try:
        return os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            what = "is a link, which is not followed; remove it"
            raise OSError(errno.ELOOP, what, str(lock_path)) from None
        raise
