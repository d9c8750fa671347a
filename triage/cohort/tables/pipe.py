"""A pipe as a stream that can be left alone while another thread waits for more of it.

Python's own buffer is locked by the thread that waits in it, and a process that ends then would hang.
"""

from __future__ import annotations

import io
import select
import sys
from typing import IO, TypeAlias

_SIZE = 2**16


class Pipe(io.BufferedIOBase):
    """Reads an unbuffered stream; `read` gives as much as was asked for, up to the end.

    `last` is the end of what was read so far.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._ready = raw, b""
        self.last = b""

    def readable(self) -> bool:
        return True

    def peek(self, size: int = 0) -> bytes:
        """What can be read next without waiting; nothing at the end. It makes `readline` fast."""
        while not self._ready:
            some = self._raw.read(_SIZE)
            if some is not None:
                self._ready = some
                break
            select.select([self._raw], [], [])  # it does not wait by itself
        return self._ready

    def read(self, size: int | None = -1) -> bytes:
        missing = -1 if size is None or size < 0 else size
        parts = []
        while missing and (ready := self.peek()):
            part = ready if missing < 0 else ready[:missing]
            parts.append(part)
            self._ready = ready[len(part) :]
            missing -= len(part) if missing > 0 else 0
        text = b"".join(parts)
        self.last = (self.last + text)[-8:] if len(text) < 8 else text[-8:]
        return text


Stream: TypeAlias = IO[bytes] | Pipe


def standard_input() -> Pipe:
    """What is piped into this process."""
    return Pipe(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
