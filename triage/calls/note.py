"""The hand-over note of a call, to be sent as it is: what to do, then what was said, then the sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

from triage.book.facts import Fact, NotKnown
from triage.book.rule import Exam, Level, Rule, Told
from triage.decision.decide import Decision
from triage.decision.explain import source_lines
from triage.decision.sentences import TICKED, answered
from triage.decision.settings import Settings
from triage.decision.telling import (
    ACT_ON,
    alarms,
    capped,
    exam_lines,
    gives_level,
    level_heading,
    level_line,
    safety_net,
    stamp,
    what_to_do,
)

_WIDTH = 96
_NOTHING = "(nothing)"
_DOUBTED = "(contradicts another answer, counted as not known)"
_TO_FILL_IN = "Patient: ____________________  Caller: ____________________  Taken by: ____________________"


def handover_note(
    decision: Decision, settings: Settings, name: str, asked_on: str, *, width: int | None = None
) -> str:
    """The note as plain text. It holds every answer given, those denied and those not known too.

    It is never wider than is good to read, and narrower for a screen of less `width`.
    """
    lines = _paragraphs(decision, settings, name, asked_on)
    return "\n".join(_filled(line, min(width or _WIDTH, _WIDTH)) for line in lines) + "\n"


def _paragraphs(decision: Decision, settings: Settings, name: str, asked_on: str) -> Iterator[str]:
    outside = decision.status == "out_of_scope"
    yield f"HAND-OVER NOTE  {_heading(name, asked_on)}"
    yield _TO_FILL_IN
    yield ""
    for passage in alarms(decision, settings):
        yield from _block(passage.heading.upper(), passage.lines)
    yield from _block("SITUATION", [_level(decision), *(_present(decision) or [_NOTHING])])
    yield from _block("RECOMMENDATION", what_to_do(decision, settings, "nurse"))
    if not outside or gives_level(decision):
        yield from _block("ASSESSMENT", _assessment(decision))
        yield from _block("EXAMINATIONS", list(exam_lines(decision, _name)) or [_NOTHING])
        yield from _block("SAFETY NET TO GIVE", safety_net(decision, settings))
    yield from _block("BACKGROUND", _background(decision) or [_NOTHING])
    yield from _block("ASKED AND DENIED, OR USUAL", list(_denied(decision)) or [_NOTHING])
    yield from _block("ASKED, NOT KNOWN", _not_known(decision) or [_NOTHING])
    if not outside:
        yield from _block("NOT ASKED", [_never_reached(decision)])
    if decision.acted_on:
        yield "SOURCES"
        for rule in decision.acted_on:
            yield from _block(f"  {_named(rule)}", source_lines(decision, rule), indent="    ")
    yield from _block("RULE BOOK", [stamp(decision)])


def _heading(name: str, asked_on: str) -> str:
    """The call's name and when it was, to the minute; a session is named by its time, which is said once."""
    try:
        when = datetime.fromisoformat(asked_on).strftime("%Y-%m-%d %H:%M %z").rstrip()
    except ValueError:
        when = asked_on
    return name.replace(asked_on, when) if asked_on in name else f"{name}  {when}"


def _block(heading: str, lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    yield heading
    yield from (indent + line for line in lines)
    yield ""


def _filled(line: str, width: int) -> str:
    """A line in lines of this width, those after the first a little to the right."""
    text = line.lstrip()
    first = line[: len(line) - len(text)]
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=first + "  ")


def _level(decision: Decision) -> str:
    """The level as a nurse says it: a time, and *at least* where it may still be higher."""
    heading = level_heading(decision)
    if decision.at_least is Level.none:
        return heading
    at_least = "at least " if heading.startswith("At least") else ""
    first = f"; {ACT_ON[decision.advice]}" if decision.advice is Told.review_today else ""
    return f"Level: {at_least}{_time(decision.at_least)}{first}"


def _time(level: Level) -> str:
    return level.name.replace("_", " ").upper()


def _named(rule: Rule) -> str:
    return f"{rule.title} ({rule.urgency.name}, {rule.id})"


def _name(exam: Exam) -> str:
    return exam.name


def _present(decision: Decision) -> list[str]:
    """What is there, what was ticked, and every answer that another one contradicts."""
    facts, answers, doubted = decision.book.facts, decision.answers, decision.doubted
    there = [name for name in answers if facts[name].shows_presence(answers[name]) and name not in doubted]
    contradicting = [name for name in answers if name in doubted]
    return [
        *(f"{facts[name].nurse}: {facts[name].say(answers[name])}" for name in there),
        *(f"{facts[name].nurse}: {TICKED}" for name in decision.ticked),
        *(f"{facts[name].nurse}: {facts[name].say(answers[name])} {_DOUBTED}" for name in contradicting),
    ]


def _assessment(decision: Decision) -> Iterator[str]:
    """One line a rule, then what the rules make one think of, and what they do not rule out yet."""
    for rule in decision.acted_on:
        doubt = " Not certain; counted in full." if rule in decision.counted else ""
        yield f"{rule.title} ({rule.urgency.name}).{doubt} {rule.because}"
    if suspects := dict.fromkeys(id for rule in decision.acted_on for id in rule.suspects):
        names = [decision.book.suspicions[id].name for id in suspects]
        yield f"To think of: {'; '.join(names)}"
    if decision.open and decision.status != "out_of_scope":
        still = [
            f"{decision.book.facts[name].nurse} (up to {decision.raises(name)[0].urgency.name})"
            for name in decision.open
        ]
        yield f"Not ruled out: {'; '.join(capped(still))}"
    yield f"Levels: {level_line(decision)}"


def _background(decision: Decision) -> list[str]:
    return [
        f"{fact.nurse}: {answered(fact, decision.answers)}"
        for fact in _answered_facts(decision)
        if fact.kind == "background"
    ]


def _not_known(decision: Decision) -> list[str]:
    return [
        f"{decision.book.facts[name].nurse}: {decision.book.facts[name].say(answer)}"
        for name, answer in decision.answers.items()
        if isinstance(answer, NotKnown)
    ]


def _denied(decision: Decision) -> Iterator[str]:
    """One paragraph a screen. What was denied in one word is named; else the answer is said with it.

    So it is where the name itself says no: after "no vomiting", "no stool and no wind" would be there.
    """
    for screen in decision.book.screens.values():
        usual = [
            fact
            for fact in _answered_facts(decision)
            if fact.screen == screen.id
            and fact.kind != "background"
            and fact.is_usual(decision.answers[fact.id])
        ]
        words = {fact.nurse: answered(fact, decision.answers) for fact in usual}
        simply = {name for name in words if words[name] == "No" and not name.lower().startswith("no ")}
        denied = [_in_a_sentence(name) for name in words if name in simply]
        said = [
            words[name] if name == screen.nurse else f"{_in_a_sentence(name)}: {words[name]}"
            for name in words
            if name not in simply
        ]
        if usual:
            yield f"{screen.nurse}: {'; '.join([*(f'no {name}' for name in denied), *said])}"


def _answered_facts(decision: Decision) -> Iterator[Fact]:
    """The facts whose answers count, known and contradicted by no other, in the order of the book."""
    for fact in decision.book.facts.values():
        answer = decision.answers.get(fact.id)
        if answer is not None and not isinstance(answer, NotKnown) and fact.id not in decision.doubted:
            yield fact


def _in_a_sentence(name: str) -> str:
    """A fact's name after another word: small, unless it is an abbreviation such as AFP."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _never_reached(decision: Decision) -> str:
    """The screens of which nothing was answered, in one line."""
    reached = {decision.book.facts[name].screen for name in (*decision.answers, *decision.ticked)}
    screens = {fact.screen for fact in decision.book.facts.values()} - reached
    names = [screen.nurse for id, screen in decision.book.screens.items() if id in screens]
    return "; ".join(names) or _NOTHING
