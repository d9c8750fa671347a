"""The hand-over note of a call: situation, background, assessment, recommendation, and what was asked."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from triage.book.facts import Answer, Fact, NotKnown
from triage.decision.decide import Decision
from triage.decision.sentences import answered
from triage.decision.settings import Settings
from triage.decision.telling import Passage, level_heading, tell_nurse

_WIDTH = 96


def handover_note(decision: Decision, settings: Settings, name: str, asked_on: str) -> str:
    """The note as plain text. It holds every answer given, those denied and those not known too."""
    return "\n".join(_paragraphs(decision, settings, name, asked_on)) + "\n"


def _paragraphs(decision: Decision, settings: Settings, name: str, asked_on: str) -> Iterator[str]:
    told = list(tell_nurse(decision, settings))
    level = next(passage for passage in told if passage.tone == "level")
    warnings = [passage for passage in told if passage.tone == "warning"]
    after = told[told.index(level) + 1 :]
    yield f"HAND-OVER NOTE  {name}  {asked_on}"
    yield ""
    for passage in warnings:
        yield from _block(passage.heading.upper(), passage.lines)
    yield from _block("SITUATION", [level_heading(decision), *_present(decision)])
    yield from _block("BACKGROUND", _said(decision, lambda fact, _: fact.kind == "background"))
    yield from _block("ASSESSMENT", [])
    for passage in after:
        if passage.heading not in _LATER:
            yield from _block("  " + passage.heading, passage.lines, indent="    ")
    yield from _block("RECOMMENDATION", [*level.lines, *_lines_of(after, "Examinations to think of")])
    yield from _block("ASKED AND DENIED, OR USUAL", _said(decision, _denied))
    yield from _block("ASKED, NOT KNOWN", _said(decision, lambda _, answer: isinstance(answer, NotKnown)))
    yield from _block("SAFETY NET GIVEN", _lines_of(after, "Safety net"))
    yield from _block("RULE BOOK", _lines_of(after, "Rule book"))


_LATER = {"Examinations to think of", "Safety net", "Rule book"}


def _block(heading: str, lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    yield textwrap.fill(heading, _WIDTH, subsequent_indent="    ")
    for line in lines:
        yield textwrap.fill(line, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
    yield ""


def _lines_of(passages: list[Passage], heading: str) -> list[str]:
    return [line for passage in passages if passage.heading == heading for line in passage.lines]


def _denied(fact: Fact, answer: Answer) -> bool:
    return fact.kind != "background" and fact.is_usual(answer)


def _present(decision: Decision) -> list[str]:
    return _said(decision, lambda fact, answer: fact.shows_presence(answer))


def _said(decision: Decision, keep: Callable[[Fact, Answer], bool]) -> list[str]:
    facts = decision.book.facts
    lines = [
        f"{facts[name].nurse}: {answered(facts[name], decision.answers)}"
        for name, answer in decision.answers.items()
        if keep(facts[name], answer)
    ]
    return lines or ["(nothing)"]
