"""Lines as wide as the terminal, broken between words: a screen breaks them anywhere."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import TextIO

_HANGING = re.compile(r"\s*(?:[0-9a-z]{1,3}\. |> )?")


def fitted(text: str, stream: TextIO | None) -> str:
    """A text for this stream: wrapped on a terminal, further lines under the first; else as it is."""
    if stream is None or not stream.isatty():
        return text
    width = max(_columns(stream), 20)
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    hanging = _HANGING.match(line)
    first = hanging.group() if hanging else ""
    return textwrap.fill(
        line[len(first) :],
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _columns(stream: TextIO) -> int:
    """The width of this stream's own terminal: standard output may be a pipe, which has none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or shutil.get_terminal_size().columns
    except OSError:
        return shutil.get_terminal_size().columns
