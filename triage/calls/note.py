"""The hand-over note of a call, to be sent as it is: what to do, then what was said, then the sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from triage.book.facts import Fact, NotKnown
from triage.book.logic import facts_of
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
from triage.engines.truth import Truth

_WIDTH = 96
_NOTHING = "(nothing)"
_DOUBTED = "(contradicts another answer, counted as not known)"
_POINTLESS = "Not needed, because the answers rule out every rule about it"
_SESSION = "Session:"
_TO_FILL_IN = "Patient: ________________  Caller: ________________  Taken by: ________________"


@dataclass(frozen=True, slots=True)
class Call:
    """Which call a note is of: its name, when it began, and when the first call of its session did.

    `carried` are the answers that were told before this call and confirmed in it, and when they were
    told; `other_books` are the hashes of other rule books that asked before, of which the first began the
    session unless it `began_with_this_book`.
    """

    name: str
    asked_on: datetime
    begun_on: datetime
    carried: Mapping[str, datetime] = field(default_factory=dict)
    other_books: tuple[str, ...] = ()
    began_with_this_book: bool = False


def handover_note(decision: Decision, settings: Settings, call: Call, *, width: int | None = None) -> str:
    """The note as plain text. It holds every answer given, those denied and those not known too.

    It is never wider than is good to read, and narrower for a screen of less `width`. Its last line
    says which session wrote it, so that `is_untouched` knows it again.
    """
    lines = list(_paragraphs(decision, settings, call))
    lines.append(_signed("".join(lines), call.name))
    return "\n".join(_filled(line, min(width or _WIDTH, _WIDTH)) for line in lines) + "\n"


def is_untouched(note: str, name: str) -> bool:
    """Whether a text is the note of the session with this name, and nobody has filled in a word."""
    told, _, signed = note.rpartition(f"\n{_SESSION}")
    return _letters(f"{_SESSION}{signed}") == _letters(_signed(told, name))


def _signed(told: str, name: str) -> str:
    return f"{_SESSION} {name}, check {sha256(_letters(told).encode()).hexdigest()[:8]}"


def _letters(text: str) -> str:
    """A text however its lines are broken."""
    return "".join(text.split())


def _paragraphs(decision: Decision, settings: Settings, call: Call) -> Iterator[str]:
    outside = decision.status == "out_of_scope"
    yield f"HAND-OVER NOTE  {call.name}  {_minute(call.asked_on)}"
    if call.begun_on.date() != call.asked_on.date():
        yield f"The first call of this session was on {_minute(call.begun_on)}."
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
    yield from _block("BACKGROUND", _background(decision, call) or [_NOTHING])
    yield from _block("ASKED AND DENIED, OR USUAL", list(_denied(decision)) or [_NOTHING])
    yield from _block("ASKED, NOT KNOWN", _not_known(decision) or [_NOTHING])
    if not outside:
        yield from _block("NOT ASKED", list(_not_asked(decision)) or [_NOTHING])
    if decision.acted_on:
        yield "SOURCES"
        for rule in decision.acted_on:
            yield from _block(f"  {_named(rule)}", source_lines(decision, rule), indent="    ")
    yield from _block("RULE BOOK", [stamp(decision), *_asked_before(call)])


def _asked_before(call: Call) -> Iterator[str]:
    for number, book in enumerate(call.other_books):
        did = "also asked" if number or call.began_with_this_book else "begun"
        yield f"The session was {did} by another rule book ({book[:12]})."


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M %z}".rstrip()


def _block(heading: str, lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    yield heading
    yield from (indent + line for line in lines)
    yield ""


def _filled(line: str, width: int) -> str:
    """A line in lines of this width, those after the first a little to the right."""
    text = line.lstrip()
    first = line[: len(line) - len(text)]
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=first + "  ", break_on_hyphens=False
    )


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
        yield "Not ruled out:"
        yield from _items(capped(still))
    yield f"Levels: {level_line(decision)}"


def _background(decision: Decision, call: Call) -> list[str]:
    return [
        f"{fact.nurse}: {answered(fact, decision.answers)}{_carried(call, fact.id)}"
        for fact in _answered_facts(decision)
        if fact.kind == "background"
    ]


def _carried(call: Call, name: str) -> str:
    """When an answer was told that this call only confirmed."""
    if name not in call.carried:
        return ""
    return f" (told {call.carried[name]:%Y-%m-%d}, confirmed {call.asked_on:%Y-%m-%d})"


def _not_known(decision: Decision) -> list[str]:
    return [
        f"{decision.book.facts[name].nurse}: {decision.book.facts[name].say(answer)}"
        for name, answer in decision.answers.items()
        if isinstance(answer, NotKnown)
    ]


def _denied(decision: Decision) -> Iterator[str]:
    """The screens of which something was denied or is usual, and below each screen one item an answer.

    Two answers never share a line: where a name holds a comma, what is denied would read as being there.
    """
    for screen in decision.book.screens.values():
        usual = [
            fact
            for fact in _answered_facts(decision)
            if fact.screen == screen.id
            and fact.kind != "background"
            and fact.is_usual(decision.answers[fact.id])
        ]
        if usual:
            yield screen.nurse
            yield from _items(_denial(fact, decision) for fact in usual)


def _denial(fact: Fact, decision: Decision) -> str:
    """What the book says of a mildest answer; a usual number is said with what it measures."""
    return fact.denied or fact.usual or f"{fact.nurse}: {answered(fact, decision.answers)}"


def _answered_facts(decision: Decision) -> Iterator[Fact]:
    """The facts whose answers count, known and contradicted by no other, in the order of the book."""
    for fact in decision.book.facts.values():
        answer = decision.answers.get(fact.id)
        if answer is not None and not isinstance(answer, NotKnown) and fact.id not in decision.doubted:
            yield fact


def _not_asked(decision: Decision) -> Iterator[str]:
    """Every fact that was not asked, in a line for each screen; those that cannot matter come last.

    A fact cannot matter where each rule about it is ruled out by what was answered, such as the
    length of a pain that is denied.
    """
    book = decision.book
    asked = {*decision.answers, *decision.ticked}
    pointless = _of_ruled_out_rules(decision)
    for screen in book.screens.values():
        names = [
            fact.nurse
            for fact in book.facts.values()
            if fact.screen == screen.id and fact.id not in asked and fact.id not in pointless
        ]
        if names:
            yield f"{screen.nurse}: {'; '.join(names)}"
    last = [fact.nurse for fact in book.facts.values() if fact.id in pointless - asked]
    if last:
        yield f"{_POINTLESS}: {'; '.join(last)}"


def _of_ruled_out_rules(decision: Decision) -> set[str]:
    """The facts of rules, where each rule that has the fact is certainly false."""
    facts: dict[bool, set[str]] = {True: set(), False: set()}
    for judged in decision.judged:
        facts[judged.truth is Truth.FALSE].update(facts_of(judged.rule.when))
    return facts[True] - facts[False]


def _items(lines: Iterable[str]) -> Iterator[str]:
    return (f"  - {line}" for line in lines)
