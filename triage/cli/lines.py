"""The lines that a person types, one at a time, with what a nurse types ahead of the questions."""

from __future__ import annotations

import select
import sys
import termios
from collections import deque

from triage.book.legible import one_line
from triage.cli.replies import MAX_REPLY, typed
from triage.cli.terminal import echo
from triage.cli.wrapping import fitted


class Stopped(Exception):
    """The person stops here; what was answered is kept."""


def say(text: str) -> None:
    """Talk, to standard error: the result alone goes to standard output."""
    for line in fitted(one_line(text.rstrip()), sys.stderr):
        echo(line, err=True)


class Lines:
    """Replies from standard input. A nurse may type several at once, with `;` between them."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._ahead: deque[str] = deque()

    def read(self, prompt: str) -> str:
        """One legible reply, or what was typed ahead. Raises Stopped on Ctrl-D and Ctrl-C."""
        while not self._ahead:
            *above, last = fitted(prompt.rstrip(), sys.stderr)
            for text in above:
                echo(text, err=True)
            echo(f"{last} ", err=True, nl=False)
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
                self.drop_typed_ahead()
                continue
            line = typed(line)
            self._ahead.extend(line.split(";") if self._several else [line])
        return self._ahead.popleft().strip()

    def drop_typed_ahead(self) -> None:
        """Forgets what was typed for later questions, because something came up first, and says so.

        That is what stands after a `;`, and on a terminal the lines that wait there, half a line
        too: whoever typed them had not seen what came up. A pipe keeps its lines. A program wrote
        them all before the first question, so there none was typed too early, and dropping what
        happens to be in the pipe would make the result depend on how fast it was filled.
        """
        if self._ahead:
            say(f"Not used, because it was typed before this: {'; '.join(self._ahead)}")
            self._ahead.clear()
        if sys.stdin.isatty():
            waiting = select.select([sys.stdin], [], [], 0)[0]
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
            if waiting:
                say("Not used, because they were typed before this: the lines after your answer.")
