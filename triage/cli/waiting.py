"""What was typed on a terminal and not read yet, down to a line that was only begun."""

from __future__ import annotations

import os
import termios
from dataclasses import dataclass
from typing import TextIO

_LOCAL_MODES, _CONTROL_LETTERS = 3, 6  # places in what termios calls the attributes
_AT_ONCE = 4096
_END = "\0"  # how a terminal keeps a Ctrl-D until it is read


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whole lines, whether one more was begun, and whether a Ctrl-D stands after them."""

    lines: tuple[str, ...] = ()
    begun: bool = False
    ended: bool = False


def take_waiting(stream: TextIO) -> Waiting:
    """Takes everything that waits on a terminal. Anything but a terminal is left alone.

    The beginning of a line is taken too. Whoever reads its rest must know: `3` may be the end of
    `1 3`, and alone it would deny what `1` is.
    """
    if not stream.isatty():
        return Waiting()
    try:
        text = _raw(stream.fileno()).decode(stream.encoding, "replace")
    except (OSError, termios.error):
        return Waiting()  # the terminal is gone, as the next read will find
    text, end, _ = text.partition(_END)
    *lines, begun = text.split("\n")
    return Waiting(tuple(lines), bool(begun), bool(end))


def _raw(terminal: int) -> bytes:
    """Everything that waits. In its usual mode a terminal hands out whole lines and hides the rest."""
    usual = termios.tcgetattr(terminal)
    at_once = termios.tcgetattr(terminal)
    at_once[_LOCAL_MODES] &= ~termios.ICANON
    at_once[_CONTROL_LETTERS][termios.VMIN] = at_once[_CONTROL_LETTERS][termios.VTIME] = 0
    termios.tcsetattr(terminal, termios.TCSANOW, at_once)
    try:
        return b"".join(iter(lambda: os.read(terminal, _AT_ONCE), b""))
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, usual)
