"""What a person types, read: numbers of answers, *I don't know*, and the keys that move about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from triage.book.facts import DECLINED, UNKNOWN, Answer, Fact, NotKnown
from triage.book.quantity import UnreadableAnswer

MAX_REPLY = 200


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


def read_move(text: str) -> Move | None:
    """The key that moves about, if it is one."""
    kinds: dict[str, Literal["why", "back", "stop"]] = {"?": "why", "b": "back", "q": "stop"}
    kind = kinds.get(text.lower())
    return Move(kind) if kind else None


def choices(fact: Fact) -> list[tuple[str, str]]:
    """The numbered answers of a choice: id and words, further ways of not knowing after the answers."""
    return [*fact.answers.items(), *fact.not_known.items()]


def read_answer(fact: Fact, text: str) -> Answer:
    """The answer that was typed to one question. Raises NotUnderstood; a number is never clamped."""
    word = text.lower()
    if word in ("d", "don't know", "dont know"):
        return NotKnown(UNKNOWN)
    if word == "s":
        return NotKnown(DECLINED)
    try:
        if fact.scale is not None:
            return fact.read(text, unit_needed=False, comma=True)
        numbered = [id for id, _ in choices(fact)]
        if re.fullmatch(r"[0-9]{1,3}", word, re.ASCII):
            if not 1 <= int(word) <= len(numbered):
                raise NotUnderstood(f"There is no answer {word}. Type a number from 1 to {len(numbered)}.")
            return fact.read(numbered[int(word) - 1])
        short = {"y": "yes", "n": "no"}.get(word, word)
        return fact.read(short)
    except UnreadableAnswer as error:
        if fact.scale is not None:
            what = error.what[:1].upper() + error.what[1:]
            raise NotUnderstood(f"{what}. Write {error.write}.") from None
        raise NotUnderstood("Type the number of an answer, or d for I don't know.") from None


def read_ticks(facts: tuple[Fact, ...], text: str) -> Ticked:
    """What was ticked on a list: `0` is none of these; `2 d3` is yes to 2, not sure of 3, no to the rest."""
    word = text.lower().strip()
    if word in ("0", "n", "none", "no"):
        return Ticked((), ())
    if word in ("d", "s"):
        return Ticked((), facts, UNKNOWN if word == "d" else DECLINED)
    there: list[Fact] = []
    unsure: list[Fact] = []
    for token in re.split(r"[\s,]+", word):
        match = re.fullmatch(r"(d?)([0-9]{1,3})", token, re.ASCII)
        if match is None or not 1 <= int(match[2]) <= len(facts):
            raise NotUnderstood(
                f"Type numbers from 1 to {len(facts)}, such as 1 3; 0 for none of these; d for I don't know."
            )
        (unsure if match[1] else there).append(facts[int(match[2]) - 1])
    if {fact.id for fact in there} & {fact.id for fact in unsure}:
        raise NotUnderstood("The same number stands there as yes and as not sure. Type it once.")
    return Ticked(_once(there), _once(unsure))


def _once(facts: list[Fact]) -> tuple[Fact, ...]:
    return tuple({fact.id: fact for fact in facts}.values())
