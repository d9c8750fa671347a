"""Too little memory, told before libraries written in C end the process without a word."""

from __future__ import annotations

import errno
import os
import resource
from dataclasses import dataclass
from pathlib import Path

_PAGE = resource.getpagesize()
_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Room:
    """The megabytes that something needs: of addresses, most of which are only reserved, and of data."""

    addresses: int
    data: int


START = Room(32, 32)
"""What any command needs besides what Python itself has taken."""
TABLES = Room(700, 700)
SOLVERS = Room(300, 300)
"""What a solver needs for a small question."""
PICTURES = Room(68_000, 700)
"""The engine that draws pictures reserves 64 gigabytes of addresses, and ends the process without them."""
TOLD = (
    b"There is too little memory for this. Nothing that was kept or written before is lost.\n"
    b"Close other programs, raise the limit (`ulimit -v`), or use a machine with more memory.\n"
)
_OF_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread", "out of memory")


def need(room: Room) -> None:
    """Raises MemoryError where a limit on this process leaves less room than that.

    Beyond such a limit, the libraries of NumPy and Arrow, and durable-rules, end the process themselves.
    """
    limits = _limits()
    if not limits:
        return
    pages = Path("/proc/self/statm").read_text("ascii").split()
    wanted = {resource.RLIMIT_AS: (pages[0], room.addresses), resource.RLIMIT_DATA: (pages[5], room.data)}
    for kind, most in limits.items():
        taken, more = wanted[kind]
        if most < int(taken) * _PAGE + more * _MEGABYTE:
            raise MemoryError


def need_for_tables(room: Room = TABLES) -> None:
    """Raises MemoryError where there is no room for tables. Called before NumPy and Arrow are loaded.

    NumPy's library for matrices, which nothing here uses, then takes no memory for threads, and within a
    limit Arrow does not reserve a gigabyte at once, which would leave too little for all else.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if _limits():
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    need(room)


def _limits() -> dict[int, int]:
    """The limits on the memory of this process, in bytes, where there are any."""
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    limits = {kind: resource.getrlimit(kind)[0] for kind in kinds}
    return {kind: most for kind, most in limits.items() if most != resource.RLIM_INFINITY}


def is_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is too little memory, in whatever words its library has for it."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    foreign = isinstance(error, ImportError | RuntimeError) or type(error).__name__ == "Z3Exception"
    return foreign and any(words in str(error).lower() for words in _OF_MEMORY)
