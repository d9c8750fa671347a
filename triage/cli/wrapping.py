"""Lines as wide as the terminal, broken between words: a screen breaks them anywhere."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import TextIO

_NARROWEST = 20  # columns; in fewer, text breaks at nearly every word
_START = re.compile(r"\s*(?:[0-9a-z]{1,3}\. |> )?")


def fitted(text: str, stream: TextIO | None, *, hanging: int = 0) -> list[str]:
    """The lines of a text for this stream: wrapped on a terminal, further lines under the first.

    `hanging` moves the further lines to the right by so much, so that one can see where an item starts.
    """
    width = width_of(stream)
    lines = text.split("\n")
    return lines if width is None else [part for line in lines for part in _wrapped(line, width, hanging)]


def _wrapped(line: str, width: int, hanging: int) -> list[str]:
    start = _START.match(line)
    first = start.group() if start else ""
    wrapped = textwrap.wrap(
        line[len(first) :],
        width,
        initial_indent=first,
        subsequent_indent=" " * (len(first) + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped or [""]


def width_of(stream: TextIO | None) -> int | None:
    """The width to which text for this stream is wrapped; None where it is a pipe or a file."""
    return None if stream is None or not stream.isatty() else max(columns_of(stream), _NARROWEST)


def columns_of(stream: TextIO) -> int:
    """The columns of this stream's own terminal, or where it does not say, of the command's."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = 0
    return columns or shutil.get_terminal_size().columns
