"""The one way in which a command prints: what would steer the reader's terminal is spelled out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import click

from triage.book.legible import legible, one_line

_UNSEEN_IN_JSON = re.compile(r"[^\x20-\x7e]")


def echo(
    text: str = "", *, err: bool = False, nl: bool = True, style: Mapping[str, Any] | None = None
) -> None:
    """Prints one line, in which every letter can be seen: no name in it can begin a line of its own.

    `style` is how click colours it, where the stream is a terminal.
    """
    shown = legible(text).replace("\n", "\\x0a")
    click.echo(click.style(shown, **style) if style else shown, err=err, nl=nl)


def echo_over(text: str) -> None:
    """Prints to standard error over what stands on the last line of the terminal."""
    click.echo(f"\r{one_line(text)}", err=True, nl=False)


def as_json(document: Mapping[str, object], *, utf8: bool) -> str:
    """JSON of the same meaning in which every letter can be seen; in ASCII where not `utf8`."""

    def escaped(found: re.Match[str]) -> str:
        letter = found[0]
        if letter == "\n" or (utf8 and letter.isprintable()):
            return letter
        return json.dumps(letter)[1:-1]

    return _UNSEEN_IN_JSON.sub(escaped, json.dumps(document, ensure_ascii=False, indent=2))
