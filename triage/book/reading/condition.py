"""Reads a condition from a page: the words of `when:` become All, Any, AtLeast and Is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.book.facts import Fact
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans
from triage.book.problems import Problem, nearest, one_of
from triage.book.quantity import Scale, UnreadableAnswer
from triage.book.reading.text import Page, Place

_AT_LEAST = re.compile(r"at least ([0-9]+) of")
_PHRASE = re.compile(r"(at least|at most|above|below) (.+)|between (\S+) and (.+)")


@dataclass
class ConditionReader:
    """Reads the conditions of one page; what is wrong is added to `found` with its place.

    `findings` holds the conditions that may be named, each None where it could not be read; it is
    None itself where only a rule could name one.
    """

    page: Page
    facts: Mapping[str, Fact]
    findings: Mapping[str, Condition | None] | None
    found: list[Problem]
    named: list[str] = field(default_factory=list)

    def read(self, data: object, place: Place) -> Condition | None:
        """The condition at a place, or None when something in it, or in a finding of it, was wrong."""
        if not isinstance(data, dict) or not data:
            return self._wrong(place, "C001", "a condition is a fact with its answers, or a group", _FORM)
        if len(data) > 1:
            keys = ", ".join(data)
            return self._wrong(
                place, "C002", f"one condition with {len(data)} keys ({keys})", "put them under `all:`"
            )
        [(key, value)] = data.items()
        inner = (*place, key)
        if key in ("all", "any"):
            parts = self._parts(value, inner)
            if parts is None:
                return None
            return All(parts) if key == "all" else Any(parts)
        if match := _AT_LEAST.fullmatch(key):
            return self._at_least(int(match[1]), value, inner)
        if key == "finding":
            return self._finding(value, inner)
        return self._comparison(key, value, inner)

    def _wrong(
        self, place: Place, code: str, what: str, write: str = "", *, key: bool = False
    ) -> Condition | None:
        """Adds a problem, and gives None in place of the condition that could not be read."""
        self.found.append(self.page.problem(place, code, what, write, key=key))
        return None

    def _parts(self, value: object, place: Place) -> tuple[Condition, ...] | None:
        if not isinstance(value, list) or len(value) < 2:
            hint = "a list of conditions; one alone needs no group"
            self._wrong(place, "C003", f"`{place[-1]}` needs two or more conditions", hint)
            return None
        parts = [self.read(part, (*place, index)) for index, part in enumerate(value)]
        if any(part is None for part in parts):
            return None
        return tuple(part for part in parts if part is not None)

    def _at_least(self, count: int, value: object, place: Place) -> Condition | None:
        parts = self._parts(value, place)
        if parts is None:
            return None
        if not 1 < count < len(parts):
            hint = f"from 2 to {len(parts) - 1}; otherwise `any` or `all`"
            return self._wrong(place, "C004", f"at least {count} of {len(parts)}", hint, key=True)
        return AtLeast(count, parts)

    def _finding(self, value: object, place: Place) -> Condition | None:
        if not isinstance(value, str):
            return self._wrong(place, "C005", "a finding is one name", "finding: name")
        if self.findings is None:
            hint = "write out what it stands for"
            return self._wrong(place, "C005", "only a rule can name a finding", hint, key=True)
        if value not in self.findings:
            return self._wrong(place, "C005", f'unknown finding "{value}"', nearest(value, self.findings))
        self.named.append(value)
        return self.findings[value]

    def _comparison(self, name: str, value: object, place: Place) -> Condition | None:
        fact = self.facts.get(name)
        if fact is None:
            meant = nearest(name, [*self.facts, "all", "any", "finding", "at least 2 of"])
            hint = _INSTEAD.get(name.lower(), meant)
            return self._wrong(place, "C006", f'unknown fact "{name}"', hint, key=True)
        words = [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
        if not words or (isinstance(value, list) and len(words) < len(value)):
            hint = f"{name}: {one_of(list(fact.answers))}" if fact.scale is None else _phrases(fact.scale)
            return self._wrong(place, "C007", f"{name} needs an answer or a list of answers", hint)
        places = [(*place, i) if isinstance(value, list) else place for i in range(len(words))]
        if fact.scale is not None:
            return self._number(fact.scale, name, words, places)
        for index, (word, at) in enumerate(zip(words, places, strict=True)):
            if word not in fact.answers:
                hint = nearest(word, fact.answers)
                self._wrong(at, "C008", f'"{word}" is not an answer to {name}', hint)
            elif word in words[:index]:
                self._wrong(at, "C009", f'"{word}" stands here twice', "write it once")
        if not set(words) <= set(fact.answers):
            return None
        if set(words) == set(fact.answers):
            what = f"every answer to {name} is listed: always true"
            return self._wrong(place, "C010", what, "leave one out, or the fact")
        return Is(name, frozenset(words))

    def _number(self, scale: Scale, name: str, words: list[str], places: list[Place]) -> Condition | None:
        spans = []
        for word, at in zip(words, places, strict=True):
            try:
                spans.append(read_span(scale, word))
            except UnreadableAnswer as error:
                self._wrong(at, "C011", f"{name}: {error.what}", error.write)
        if len(spans) < len(words):
            return None
        joined = _joined(spans)
        if joined == ((scale.low, scale.high),):
            what = f"every number of {name} is inside: always true"
            return self._wrong(places[0], "C010", what, "a narrower range, or leave the fact out")
        return Is(name, Spans(joined))


_INSTEAD = {
    "not": "there is no `not`: list the other answers",
    "or": "`any:`",
    "and": "`all:`",
}
_SIGNS = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}
_FORM = "`fact: answer`, `all: [...]`, `any: [...]`, `at least 2 of: [...]` or `finding: name`"


def _phrases(scale: Scale) -> str:
    low, high = scale.digits(scale.low), scale.write(scale.high)
    return f"`at least {scale.example}`, `at most …`, `above …`, `below …` or `between {low} and {high}`"


def read_span(scale: Scale, phrase: str) -> tuple[int, int]:
    """The lowest and highest step that a phrase like `at least 20 mm` means. Raises UnreadableAnswer.

    A rule book writes every number in the unit of its fact.
    """
    match = _PHRASE.fullmatch(phrase)
    if match is None:
        sign = re.fullmatch("([<>]=?) *(.+)", phrase)
        hint = f"{_SIGNS[sign[1]]} {sign[2]}" if sign else _phrases(scale)
        raise UnreadableAnswer(f'"{phrase}" is not a comparison', hint)
    if match[3]:
        high = scale.read(match[4], own_unit=True)
        low = scale.read(f"{match[3]} {scale.unit}", own_unit=True)
    else:
        bound = scale.read(match[2], own_unit=True)
        low, high = {
            "at least": (bound, scale.high),
            "above": (bound + 1, scale.high),
            "at most": (scale.low, bound),
            "below": (scale.low, bound - 1),
        }[match[1]]
    if low > high:
        raise UnreadableAnswer(f'no number is "{phrase}"', "the smaller number first, inside the range")
    return low, high


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)
