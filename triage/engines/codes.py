"""Answers as small whole numbers, which is how columns of many patients hold them.

A known answer is its place in the fact's list of answers, or how many steps a number lies above the
lowest; a way of not knowing is a negative number. A fact that was not asked has no code: null. Where
it is known only that a symptom is there, because it was ticked on a list, its code is TICKED.
"""

from __future__ import annotations

from triage.book.facts import DECLINED, UNKNOWN, Answer, Fact, NotKnown

TICKED = -128


def not_known_words(fact: Fact) -> list[str]:
    """The words for not knowing a fact; the first has the code -1, the second -2, and so on."""
    return [UNKNOWN, DECLINED, *fact.not_known]


def code_of(fact: Fact, answer: Answer) -> int:
    """The code of an answer. `answer_of(fact, code_of(fact, answer)) == answer`."""
    if isinstance(answer, NotKnown):
        return -1 - not_known_words(fact).index(answer.word)
    if fact.scale is not None:
        assert isinstance(answer, int)
        return answer - fact.scale.low
    return list(fact.answers).index(str(answer))


def answer_of(fact: Fact, code: int) -> Answer:
    """The answer that a code stands for."""
    if code < 0:
        return NotKnown(not_known_words(fact)[-1 - code])
    if fact.scale is not None:
        return fact.scale.low + code
    return list(fact.answers)[code]


def largest_code(fact: Fact) -> int:
    """The code of the last known answer."""
    return len(fact.answers) - 1 if fact.scale is None else fact.scale.high - fact.scale.low


def bits_of(fact: Fact) -> int:
    """How many bits a code of this fact takes in a column: 8, 16 or 32."""
    largest = largest_code(fact)
    return 8 if largest < 2**7 else 16 if largest < 2**15 else 32
