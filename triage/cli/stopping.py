"""A command that another process ends, such as a terminal that closes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Ends like Ctrl-C where another process ends this one: what is half written does not stay.

    A signal that is passed over from the start, as under nohup, stays so.
    """

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    heeded = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    try:
        for number in heeded:
            signal.signal(number, interrupt)
        yield
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)
