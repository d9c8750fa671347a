"""The lines that a person types, one at a time, and what was typed before its question was shown."""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass

from triage.book.legible import one_line
from triage.cli.replies import MAX_REPLY, typed
from triage.cli.terminal import echo
from triage.cli.waiting import take_waiting
from triage.cli.wrapping import fitted

_BLANK = "\u00a0"
"""The blank after a prompt, which needs a column too: it is shown as any other, and no line breaks at it."""


class Stopped(Exception):
    """The person stops here; what was answered is kept."""


class Interrupted(Stopped):
    """The person stops by Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was typed; `ahead`: before its question was shown."""

    text: str
    ahead: bool = False


def say(text: str) -> None:
    """Talk, to standard error: the result alone goes to standard output."""
    for line in fitted(one_line(text.rstrip()), sys.stderr):
        echo(line, err=True)


class Lines:
    """Replies from standard input. A nurse may type several at once, with `;` between them."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._ahead: deque[str] = deque()
        self._begun = False
        """Whether a line was begun on the terminal before what is asked now was shown."""
        self._ended = False
        """Whether a Ctrl-D was typed there after it."""

    def read(self, prompt: str, *, fresh: bool = False, whole: bool = False) -> Reply:
        """One legible reply. Raises Stopped on Ctrl-D, and Interrupted on Ctrl-C.

        `fresh`: nothing that was typed before this prompt; that is dropped. `whole`: the line as it
        is, with every `;` in it.
        """
        if fresh:
            self.drop_typed_ahead()
        while not self._ahead:
            line, early = self._line(prompt)
            if len(line) > MAX_REPLY:
                say(f"That is longer than {MAX_REPLY} letters. Type a short answer.")
                self.drop_typed_ahead()
            elif fresh and early:
                say("Not used, because its beginning was typed before this.")
            else:
                first, *rest = [typed(line)] if whole or not self._several else _pieces(typed(line))
                self._ahead.extend(rest)
                return Reply(first, ahead=early)
        return Reply(self._ahead.popleft(), ahead=True)

    def take_typed_ahead(self) -> None:
        """Takes the lines that wait on a terminal: they were typed before the question that comes now.

        A pipe keeps its lines. A program wrote them all before the first question, so there none was
        typed too early, and taking what happens to be in the pipe would make the result depend on how
        fast it was filled.
        """
        for line in self._waiting():
            self._ahead.extend(_pieces(line) if self._several else [line])

    def drop_typed_ahead(self) -> None:
        """Forgets what was typed for later questions, because something came up first, and says so.

        That is what stands after a `;`, and on a terminal the lines that wait there. Of a line that was
        only begun, the rest is still to come: it is dropped, or marked, when it is read as a whole.
        """
        self._drop_pieces()
        if self._waiting():
            say("Not used, because they were typed before this: the lines after your answer.")

    def _drop_pieces(self) -> None:
        if self._ahead:
            say(f"Not used, because it was typed before this: {'; '.join(self._ahead)}")
            self._ahead.clear()

    def _waiting(self) -> list[str]:
        waiting = take_waiting(sys.stdin)
        self._begun = self._begun or waiting.begun
        self._ended = self._ended or waiting.ended
        return [typed(line) if len(line) <= MAX_REPLY else "" for line in waiting.lines]

    def _line(self, prompt: str) -> tuple[str, bool]:
        """The next line, and whether its beginning was typed before this prompt's question."""
        *above, last = fitted(prompt.rstrip() + _BLANK, sys.stderr)
        for text in above:
            echo(text, err=True)
        echo(last, err=True, nl=False)
        try:
            line = "" if self._ended else sys.stdin.readline()
        except KeyboardInterrupt:
            say("")
            raise Interrupted from None
        if not line:
            say("")
            raise Stopped
        early, self._begun = self._begun, False
        return line, early


def _pieces(line: str) -> list[str]:
    """The replies of a line, at least one; a `;` at its end begins none."""
    return [piece.strip() for piece in line.rstrip("; ").split(";")]
