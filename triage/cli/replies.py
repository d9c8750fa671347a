"""What a person types, read: numbers of answers, *I don't know*, and the keys that move about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from triage.book.facts import DECLINED, UNKNOWN, Answer, Fact, NotKnown
from triage.book.legible import one_line
from triage.book.quantity import Scale, UnreadableAnswer

MAX_REPLY = 200
_WIDE_LETTERS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NOT_KNOWN = {
    **dict.fromkeys(("d", "don't know", "dont know", "do not know", "dunno"), UNKNOWN),
    **dict.fromkeys(("i don't know", "i dont know", "i do not know"), UNKNOWN),
    **dict.fromkeys(("s", "rather not say", "i would rather not say", "i'd rather not say"), DECLINED),
}
_NONE_OF_THESE = ("0", "n", "no", "none", "none of these")
_UNIT_SPELLINGS = {
    **dict.fromkeys(("yrs", "yr", "y"), "years"),
    **dict.fromkeys(("mths", "mth", "mos"), "months"),
    **dict.fromkeys(("wks", "wk"), "weeks"),
    **dict.fromkeys(("degrees c", "degrees celsius", "degree celsius", "degrees centigrade"), "°C"),
    **dict.fromkeys(("degrees f", "degrees fahrenheit", "degree fahrenheit"), "°F"),
}
_BARE_DEGREES = ("degrees", "degree", "deg", "°", "º")


@dataclass(frozen=True, slots=True)
class Move:
    """A key that is no answer: why this is asked, back, or stop and keep."""

    kind: Literal["why", "back", "stop"]


@dataclass(frozen=True, slots=True)
class Ticked:
    """The reply to "any of these?": what is there, and what is not known. The rest is denied."""

    there: tuple[Fact, ...]
    not_known: tuple[Fact, ...]
    word: str = UNKNOWN


class NotUnderstood(ValueError):
    """The reply is no answer to this question; the text says what would be."""


def typed(line: str) -> str:
    """A line as it was typed, fit to be repeated: wide letters narrow, blanks as spaces, controls escaped."""
    return one_line(line.strip().translate(_WIDE_LETTERS))


def read_move(text: str) -> Move | None:
    """The key that moves about, if it is one."""
    kinds: dict[str, Literal["why", "back", "stop"]] = {"?": "why", "b": "back", "q": "stop"}
    kind = kinds.get(text.lower())
    return Move(kind) if kind else None


def read_not_known(text: str) -> str | None:
    """The word for not knowing that was typed, by its key or in words; None where it is something else."""
    return _NOT_KNOWN.get(_words(text))


def read_number(text: str, most: int) -> int | None:
    """The number from 1 to `most` that was typed, written `2` or `2.`; None where it is something else."""
    word = _words(text)
    if re.fullmatch(r"[0-9]{1,3}", word, re.ASCII) and 1 <= int(word) <= most:
        return int(word)
    return None


def choices(fact: Fact) -> list[tuple[str, str]]:
    """The numbered answers of a choice: id and words, further ways of not knowing after the answers."""
    return [*fact.answers.items(), *fact.not_known.items()]


def list_item(fact: Fact, *, nurse: bool) -> str:
    """A fact as an item of "any of these?": for a nurse it asserts what a tick stores, where that is all."""
    if not nurse:
        return fact.short
    answers = list(fact.answers.values())
    if len(answers) == 2 and answers[1] != "Yes":
        return f"{fact.nurse}: {answers[1]}"
    return fact.nurse


def read_answer(fact: Fact, text: str) -> Answer:
    """The answer that was typed to one question: its number or its words on the screen, or a quantity.

    Raises NotUnderstood; a number is never clamped.
    """
    word = _words(text)
    not_known = read_not_known(word)
    if not_known is not None:
        return NotKnown(not_known)
    try:
        if fact.scale is not None:
            return fact.read(_with_its_unit(fact.scale, text), unit_needed=False, comma=True)
        numbered = [id for id, _ in choices(fact)]
        if re.fullmatch(r"[0-9]{1,3}", word, re.ASCII):
            number = read_number(word, len(numbered))
            if number is None:
                raise NotUnderstood(f"There is no answer {word}. Type a number from 1 to {len(numbered)}.")
            return fact.read(numbered[number - 1])
        word = {"y": "yes", "n": "no"}.get(word, word)
        shown = {_words(words): id for id, words in choices(fact)}
        return fact.read(shown.get(word, word))
    except UnreadableAnswer as error:
        if fact.scale is not None:
            what = error.what[:1].upper() + error.what[1:]
            raise NotUnderstood(f"{what}. Write {error.write}.") from None
        raise NotUnderstood("Type the number of an answer, or d for I don't know.") from None


def may_be_typed_ahead(facts: Iterable[Fact], fact: Fact, text: str, answer: Answer) -> bool:
    """Whether an answer may be given before its question is shown.

    Another question may come than the one it was meant for, so it must deny nothing: it is no way of
    not knowing, no mildest answer and no usual number. But a number that is an answer to this one fact
    of all `facts` can be meant for no other: `36.8` is a temperature.
    """
    if isinstance(answer, NotKnown):
        return False
    numbers = [other for other in facts if other.scale is not None and other.id != fact.id]
    return not fact.is_usual(answer) or (
        fact.scale is not None and not any(_answers(other, text) for other in numbers)
    )


def _answers(fact: Fact, text: str) -> bool:
    try:
        read_answer(fact, text)
    except NotUnderstood:
        return False
    return True


def tokens(text: str) -> list[str]:
    """What stands between blanks, commas, `;` and *and*: the numbers of a list, as people part them."""
    return re.split(r"\s+and\s+|[\s,;&+]+", text)


def read_ticks(facts: tuple[Fact, ...], text: str) -> Ticked:
    """What was ticked on a list: `0` is none of these; `2 d3` is yes to 2, not sure of 3, no to the rest.

    A list denies what is not named, so that a line is read whole or not at all: `3;4` ticks both, and of
    `3; cough`, `3;` or `0;` nothing is used.
    """
    word = _words(text)
    if word in _NONE_OF_THESE:
        return Ticked((), ())
    not_known = read_not_known(word)
    if not_known is not None:
        return Ticked((), facts, not_known)
    there: list[Fact] = []
    unsure: list[Fact] = []
    for token in tokens(word):
        match = re.fullmatch(r"(d?)([0-9]{1,3})[.)]?", token, re.ASCII)
        if match is None or not 1 <= int(match[2]) <= len(facts):
            whole = "Nothing of this line was used: a list takes its own numbers alone. "
            raise NotUnderstood(
                f"{whole if ';' in word else ''}Type numbers from 1 to {len(facts)}, such as 1 3; "
                "0 for none of these; d for I don't know."
            )
        (unsure if match[1] else there).append(facts[int(match[2]) - 1])
    if {fact.id for fact in there} & {fact.id for fact in unsure}:
        raise NotUnderstood("The same number stands there as yes and as not sure. Type it once.")
    return Ticked(_once(there), _once(unsure))


def _words(text: str) -> str:
    """What was typed without what makes no difference: case, the other apostrophe, a point at the end."""
    return text.lower().replace("’", "'").strip().rstrip(".)").rstrip()


def _with_its_unit(scale: Scale, text: str) -> str:
    """A quantity with its unit as rule books spell it: `70 yrs old` is `70 years`."""
    text = re.sub(r"\s+old$", "", text.strip().rstrip("."), flags=re.IGNORECASE)
    match = re.fullmatch(r"(.*[0-9])\s*([^0-9]+)", text, re.ASCII)
    if match is None:
        return text
    unit = match[2].lower().rstrip(".")
    if unit in _BARE_DEGREES and scale.unit == "°C":
        return f"{match[1]} °C"
    return f"{match[1]} {_UNIT_SPELLINGS[unit]}" if unit in _UNIT_SPELLINGS else text


def _once(facts: list[Fact]) -> tuple[Fact, ...]:
    return tuple({fact.id: fact for fact in facts}.values())
