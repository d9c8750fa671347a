"""How a session stands in its file: a case file of one case, with when and by which words each was asked.

The last line is a checksum of all before it, so that a damaged or edited file is noticed.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.book.book import RuleBook
from triage.book.facts import Answer, Fact
from triage.book.problems import Problem, Problems, nearest
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.case import read_cases
from triage.book.reading.text import Page, Place, parse_page, read_raw
from triage.calls.given import Given, read_time, write_time

if TYPE_CHECKING:
    from triage.book.reading import shape

_NOT_OURS, _OURS = ("story", "denied", "expect"), ("asked_on", "rules_hash")
_CHECKSUM = b"  checksum: "
FINISHED = b"\n    finished_on: "
"""What stands in the file of a session that is over."""
_TIME = "a time such as 2026-11-28T09:30:00+01:00"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was answered before and no longer counts, in the words of the book that asked it."""

    asked_on: str
    rules_hash: str
    facts: Mapping[str, str]
    ticked: tuple[str, ...] = ()


@dataclass(slots=True)
class Contents:
    """What a session's file holds. Answers and ticks are in the order given, each with its time.

    `unconfirmed` are answers that count only once they are confirmed; None is a tick. `asked_on` is when
    the call began whose answers these are, and `begun_on` when the first one did.
    """

    id: str
    name: str
    begun_on: datetime
    asked_on: datetime
    finished_on: datetime | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    ticked: list[str] = field(default_factory=list)
    unconfirmed: dict[str, Answer | None] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    earlier: list[Earlier] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A session's file as it was read.

    `raw` are its bytes, and `intact` says whether they are those that triage wrote. `gone` are the
    answers of another rule book that this one does not ask, or not by the same words.
    """

    contents: Contents
    raw: bytes
    intact: bool
    gone: tuple[str, ...] = ()


def written(book: RuleBook, contents: Contents) -> bytes:
    """The bytes of the file."""
    text = ("\n".join(_lines(book, contents)) + "\n").encode()
    return text + _CHECKSUM + _digest(text) + b"\n"


def is_intact(raw: bytes) -> bool:
    """Whether the checksum at the end is that of the bytes before it."""
    text, mark, checksum = raw.rpartition(_CHECKSUM)
    return bool(mark) and checksum == _digest(text) + b"\n"


def is_of_before(raw: bytes) -> bool:
    """Whether the file is of the triage that wrote neither when each answer was given nor a checksum."""
    return b"\n  session:" not in raw and _CHECKSUM not in raw


def read_saved(book: RuleBook, path: Path) -> SavedFile:
    """The session in a file. Raises Problems for a file that holds none."""
    from triage.book.reading import shape

    raw = read_raw(path)
    page = parse_page(raw, str(path))
    left_out = _left_out(book, page)
    cases, found = read_cases(page, book)
    if found:
        raise Problems(found)
    if len(cases) != 1:
        what = f"{len(cases)} cases where one session is wanted"
        raise Problems([Problem(str(path), 1, 1, "A001", what, "name a saved session")])
    place = _refuse_a_case(page)
    case, said = cases[0], shape.shape_page(page, shape.CaseShape, place)
    kept = said.session or shape.SessionShape(id="0", begun_on=case.asked_on)
    asked_on = _time(page, (*place, "asked_on"), case.asked_on)
    unconfirmed = _unconfirmed(book, page, (*place, "session", "unconfirmed"), kept.unconfirmed)
    given = {name: Given(asked_on, asked_on) for name in (*case.answers, *case.ticked, *unconfirmed)}
    for index, one in enumerate(kept.given):
        at: Place = (*place, "session", "given", index)
        on = _time(page, (*at, "on"), one.on)
        times = Given(on, _time(page, (*at, "first"), one.first) if one.first else on)
        given.update({name: times for name in one.facts if name in given})
    asked = {*case.answers, *case.ticked}
    earlier = [Earlier(e.asked_on, e.rules_hash, e.facts, tuple(e.ticked)) for e in kept.earlier]
    contents = Contents(
        id=kept.id,
        name=case.name,
        begun_on=_time(page, (*place, "session", "begun_on"), kept.begun_on),
        asked_on=asked_on,
        finished_on=_time(page, (*place, "session", "finished_on"), kept.finished_on)
        if kept.finished_on
        else None,
        answers=dict(case.answers),
        ticked=[name for name in case.ticked if name not in case.answers],
        unconfirmed={name: answer for name, answer in unconfirmed.items() if name not in asked},
        given=given,
        earlier=[*earlier, *left_out],
    )
    gone = tuple(name for block in left_out for name in (*block.facts, *block.ticked))
    return SavedFile(contents, raw, is_intact(raw), gone)


def _unconfirmed(
    book: RuleBook, page: Page, place: Place, said: shape.UnconfirmedShape | None
) -> dict[str, Answer | None]:
    answers: dict[str, Answer | None] = {}
    found = []
    for name, word in said.facts.items() if said else ():
        at: Place = (*place, "facts", name)
        try:
            answers[name] = book.facts[name].read(word)
        except KeyError:
            found.append(
                page.problem(at, "K003", f'unknown fact "{name}"', nearest(name, book.facts), key=True)
            )
        except UnreadableAnswer as error:
            found.append(page.problem(at, "K004", f"{name}: {error.what}", error.write))
    for index, name in enumerate(said.ticked if said else ()):
        if name not in book.facts:
            what, hint = f'unknown fact "{name}"', nearest(name, book.facts)
            found.append(page.problem((*place, "ticked", index), "K003", what, hint))
        answers.setdefault(name, None)
    if found:
        raise Problems(found)
    return answers


def wording(book: RuleBook, fact: Fact) -> str:
    """A name for the words by which a fact is asked: with other words, an answer may mean something else."""
    screen = book.screens[fact.screen]
    scale = (fact.scale.unit, str(fact.scale.step)) if fact.scale else ()
    words = [screen.ask, screen.nurse, fact.ask, fact.short, fact.nurse, fact.answers, fact.not_known, scale]
    return hashlib.sha256(json.dumps(words, default=dict).encode()).hexdigest()[:12]


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def _lines(book: RuleBook, contents: Contents) -> Iterator[str]:
    pending = {name: answer for name, answer in contents.unconfirmed.items() if answer is not None}
    given = {
        name: contents.given[name] for name in (*contents.answers, *contents.ticked, *contents.unconfirmed)
    }
    yield f"- name: {_quoted(contents.name)}"
    yield f"  asked_on: {_quoted(write_time(contents.asked_on))}"
    yield f"  rules_hash: {_quoted(book.hash)}"
    yield from _facts("  ", _words(book, contents.answers), contents.ticked)
    yield "  session:"
    yield f"    id: {_quoted(contents.id)}"
    yield f"    begun_on: {_quoted(write_time(contents.begun_on))}"
    if contents.finished_on:
        yield f"    finished_on: {_quoted(write_time(contents.finished_on))}"
    if contents.unconfirmed:
        yield "    unconfirmed:"
        ticked = [name for name in contents.unconfirmed if name not in pending]
        yield from _facts("      ", _words(book, pending), ticked)
    if given:
        yield "    given:"
    for times, names in _by_time(given).items():
        first = "" if times.first == times.on else f", first: {_quoted(write_time(times.first))}"
        yield f"      - {{on: {_quoted(write_time(times.on))}{first}, facts: [{', '.join(names)}]}}"
    if given:
        yield "    wording:"
    yield from (f"      {name}: {_quoted(wording(book, book.facts[name]))}" for name in given)
    if contents.earlier:
        yield "    earlier:"
    for block in contents.earlier:
        yield f"      - asked_on: {_quoted(block.asked_on)}"
        yield f"        rules_hash: {_quoted(block.rules_hash)}"
        yield from _facts("        ", block.facts, block.ticked)


def _words(book: RuleBook, answers: Mapping[str, Answer]) -> dict[str, str]:
    return {name: book.facts[name].write(answer) for name, answer in answers.items()}


def _facts(indent: str, answers: Mapping[str, str], ticked: Sequence[str]) -> Iterator[str]:
    yield f"{indent}facts:" if answers else f"{indent}facts: {{}}"
    yield from (f"{indent}  {_key(name)}: {_quoted(answer)}" for name, answer in answers.items())
    if ticked:
        yield f"{indent}ticked: [{', '.join(map(_key, ticked))}]"


def _key(name: str) -> str:
    """A name as a key; what another book or a person called a fact may be no plain word."""
    return name if name.isidentifier() and name.isascii() else _quoted(name)


def _by_time(given: Mapping[str, Given]) -> dict[Given, list[str]]:
    times: dict[Given, list[str]] = {}
    for name, one in given.items():
        times.setdefault(one, []).append(name)
    return times


def _quoted(text: str) -> str:
    """A JSON text, which is a YAML text too, of letters that a file may hold as they are."""
    return json.dumps(text, ensure_ascii=not unicodedata.is_normalized("NFC", text))


def _time(page: Page, place: Place, text: str) -> datetime:
    try:
        return read_time(text)
    except ValueError:
        raise Problems([page.problem(place, "A004", f'"{text}" is no time', _TIME)]) from None


def _place(page: Page) -> Place:
    return (0,) if isinstance(page.data, list) and page.data else ()


def _left_out(book: RuleBook, page: Page) -> list[Earlier]:
    """Takes out of a page what another rule book asked and this one does not, or not by the same words.

    It is given back as it stands there. There is a block also where nothing was taken out: it says that
    the session was begun with another book.
    """
    data: Any = page.part(_place(page))
    if not isinstance(data, dict) or data.get("rules_hash", book.hash) == book.hash:
        return []
    session: Any = data["session"] if isinstance(data.get("session"), dict) else {}
    worded = session["wording"] if isinstance(session.get("wording"), dict) else {}

    def is_gone(name: str, word: object) -> bool:
        same_words = name in book.facts and worded.get(name) == wording(book, book.facts[name])
        return not (same_words and (word is None or _can_read(book.facts[name], word)))

    gone: dict[str, str] = {}
    ticks_gone: list[str] = []
    for part in filter(lambda part: isinstance(part, dict), (data, session.get("unconfirmed"))):
        answers, ticked = part.get("facts"), part.get("ticked")
        if isinstance(answers, dict) and all(isinstance(word, str) for word in answers.values()):
            gone |= {name: word for name, word in answers.items() if is_gone(name, word)}
            part["facts"] = {name: word for name, word in answers.items() if name not in gone}
        if isinstance(ticked, list) and all(isinstance(name, str) for name in ticked):
            ticks_gone += [name for name in ticked if name not in gone and is_gone(name, None)]
            part["ticked"] = [name for name in ticked if name not in ticks_gone and name not in gone]
    return [Earlier(str(data.get("asked_on", "")), str(data["rules_hash"]), gone, tuple(ticks_gone))]


def _can_read(fact: Fact, word: object) -> bool:
    try:
        return isinstance(word, str) and fact.read(word) is not None
    except UnreadableAnswer:
        return False


def _refuse_a_case(page: Page) -> Place:
    """The place of the session. Raises Problems for a person's case: the next answer would replace it."""
    place = _place(page)
    data: Any = page.part(place)
    foreign = [key for key in _NOT_OURS if key in data]
    lacking = [key for key in _OURS if not data.get(key)]
    if foreign or lacking:
        why = f'it has "{foreign[0]}"' if foreign else f'it lacks "{lacking[0]}"'
        what = f"this is a case and no saved session: {why}"
        hint = "`triage decide` reads it; to answer questions, begin with --session and a new file"
        raise Problems([page.problem((*place, *foreign[:1]), "A003", what, hint, key=True)])
    return place
