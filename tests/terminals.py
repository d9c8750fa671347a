"""A person at a terminal who answers `triage ask`, by hand or by a list of facts."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests.commands import TRIAGE, environment
from triage.book.book import RuleBook
from triage.book.facts import Answer, Fact, NotKnown
from triage.cli.replies import list_item

_PROMPT = r"(?:Your answer|for I don't know|Enter to finish|Enter to go on|change the last answer): $"
_WRAPPED_PROMPT = _PROMPT.replace(" ", r"\s+").replace(r"\s+$", " $")
_FINISH = ("Enter to finish", "Enter for the result")


class Terminal:
    """A running `triage ask`. `screens` holds what was shown before each prompt, the last one last.

    It is so wide that lines are wrapped only where a test asks for it.
    """

    def __init__(self, home: Path, *arguments: str | Path, width: int = 500, **env: str) -> None:
        self.child = pexpect.spawn(
            TRIAGE,
            ["ask", *map(str, arguments)],
            env=environment(home, **{"TERM": "xterm", **env}),
            cwd=str(home),
            encoding="utf-8",
            timeout=30,
            dimensions=(50, width),
        )
        self.child.delaybeforesend = None
        self.screens: list[str] = []

    @property
    def screen(self) -> str:
        return self.screens[-1]

    def prompt(self) -> bool:
        """Waits for the next question. False when the command ended instead; `screen` is the rest."""
        asked = bool(self.child.expect([_WRAPPED_PROMPT, pexpect.EOF]) == 0)
        shown = (self.child.before or "") + (self.child.match.group() if asked else "")
        self.screens.append(shown.replace("\r\n", "\n"))
        return asked

    def type(self, *lines: str) -> str:
        """Types each line at its own prompt, and returns what is shown up to the next prompt."""
        for line in lines:
            self.child.sendline(line)
            self.prompt()
        return self.screen

    def kill(self) -> None:
        """kill -9, and waits until the process is gone."""
        self.child.kill(signal.SIGKILL)
        self.child.expect(pexpect.EOF)
        self.child.close()

    @property
    def code(self) -> int | None:
        """The exit code, once the command has ended."""
        self.child.close()
        code: int | None = self.child.exitstatus
        return code


@contextmanager
def terminal(home: Path, *arguments: str | Path, width: int = 500, **env: str) -> Iterator[Terminal]:
    """A `triage ask` at its first question, and gone at the end of the test."""
    opened = Terminal(home, *arguments, width=width, **env)
    try:
        opened.prompt()
        yield opened
    finally:
        opened.child.close(force=True)


def is_last(screen: str) -> bool:
    """Whether this is the prompt before the result, and no question."""
    return any(words in screen.splitlines()[-1] for words in _FINISH)


def reply(book: RuleBook, answers: Mapping[str, Answer], screen: str, *, nurse: bool = False) -> str:
    """What a patient with these answers types at this screen: *don't know* to the rest, Enter at the end."""
    lines = screen.splitlines()
    if is_last(screen):
        return ""
    if "All that apply" in lines[-1]:
        return _ticks(book, answers, lines, nurse)
    for fact in book.facts.values():
        if (fact.nurse if nurse else fact.ask).strip() in lines:
            return _answer(fact, answers.get(fact.id))
    raise AssertionError(f"no question on this screen:\n{screen}")


def _ticks(book: RuleBook, answers: Mapping[str, Answer], lines: list[str], nurse: bool) -> str:
    words = {list_item(fact, nurse=nurse): fact for fact in book.facts.values()}
    typed = []
    for line in lines:
        item = re.fullmatch(r"  ([1-9][0-9]*)\. (.*)", line)
        if item is None:
            continue
        fact = words[item[2]]
        answer = answers.get(fact.id)
        if answer is None or isinstance(answer, NotKnown):
            typed.append(f"d{item[1]}")
        elif answer != fact.mildest:
            typed.append(item[1])
    return " ".join(typed) or "0"


def _answer(fact: Fact, answer: Answer | None) -> str:
    if answer is None or (isinstance(answer, NotKnown) and answer.word not in fact.not_known):
        return "d"
    if fact.scale is not None and isinstance(answer, int):
        return fact.scale.write(answer)
    numbered = [*fact.answers, *fact.not_known]
    return str(numbered.index(answer.word if isinstance(answer, NotKnown) else str(answer)) + 1)


def answer_all(book: RuleBook, answers: Mapping[str, Answer], at: Terminal, *, nurse: bool = False) -> int:
    """Answers every question until the command ends, and returns how many it asked."""
    count = 0
    asked = bool(at.screens) and bool(re.search(_PROMPT, at.screen))
    while asked:
        count += not is_last(at.screen)
        at.child.sendline(reply(book, answers, at.screen, nurse=nurse))
        asked = at.prompt()
    return count
