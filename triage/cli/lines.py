"""The lines that a person types, one at a time, with what a nurse types ahead of the questions."""

from __future__ import annotations

import sys
from collections import deque

import click

from triage.cli.replies import MAX_REPLY


class Stopped(Exception):
    """The person stops here; what was answered is kept."""


def say(text: str) -> None:
    """Talk, to standard error: the result alone goes to standard output."""
    click.echo(text.rstrip(), err=True)


class Lines:
    """Replies from standard input. A nurse may type several at once, with `;` between them."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._ahead: deque[str] = deque()

    def read(self, prompt: str) -> str:
        """One reply, or what was typed ahead. Raises Stopped on Ctrl-D and Ctrl-C."""
        while not self._ahead:
            click.echo(prompt, err=True, nl=False)
            try:
                line = sys.stdin.readline()
            except KeyboardInterrupt:
                say("")
                raise Stopped from None
            if not line:
                say("")
                raise Stopped
            if len(line) > MAX_REPLY:
                say(f"That is longer than {MAX_REPLY} letters. Type a short answer.")
                continue
            self._ahead.extend(line.strip().split(";") if self._several else [line])
        return self._ahead.popleft().strip()

    def drop_typed_ahead(self) -> None:
        """Forgets what was typed for later questions, because something came up first, and says so."""
        if self._ahead:
            say(f"Not used, because it was typed before this: {'; '.join(self._ahead)}")
            self._ahead.clear()
