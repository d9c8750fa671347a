"""Conditions and traces in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from triage.book.book import RuleBook
from triage.book.facts import Answers, Fact
from triage.book.logic import Condition, Is, Spans, fold
from triage.engines.reference import Trace
from triage.engines.truth import Truth

TICKED = "there, details not asked"
TRUTH_WORDS = {Truth.TRUE: "yes", Truth.UNKNOWN: "not known", Truth.FALSE: "no"}


class Sentences:
    """Algebra: a condition as lines of text, groups indented under their heading."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts

    def is_(self, comparison: Is) -> list[str]:
        return [f"{self.facts[comparison.fact].nurse}: {self.answers(comparison)}"]

    def answers(self, comparison: Is) -> str:
        """The answers that a comparison accepts, in words."""
        fact = self.facts[comparison.fact]
        if not isinstance(comparison.answers, Spans):
            return " or ".join(words for id, words in fact.answers.items() if id in comparison.answers)
        scale = fact.scale
        assert scale is not None
        phrases = []
        for low, high in comparison.answers.spans:
            if low == scale.low:
                phrases.append(f"at most {scale.write(high)}")
            elif high == scale.high:
                phrases.append(f"at least {scale.write(low)}")
            else:
                phrases.append(f"from {scale.digits(low)} to {scale.write(high)}")
        return " or ".join(phrases)

    def all(self, parts: Sequence[list[str]]) -> list[str]:
        return _under("all of", parts)

    def any(self, parts: Sequence[list[str]]) -> list[str]:
        return _under("any of", parts)

    def at_least(self, count: int, parts: Sequence[list[str]]) -> list[str]:
        return _under(f"at least {count} of", parts)


def _under(heading: str, parts: Sequence[list[str]]) -> list[str]:
    return [heading, *("  " + line for part in parts for line in part)]


def condition_lines(book: RuleBook, condition: Condition) -> list[str]:
    """A condition in words, one line for each comparison."""
    return fold(condition, Sentences(book.facts))


def trace_lines(
    book: RuleBook, found: Trace, answers: Answers, ticked: Collection[str] = ()
) -> Iterator[str]:
    """A trace in words: what each part wants, what was answered, and what that makes of it."""
    words = TRUTH_WORDS[found.truth]
    if found.comparison is not None:
        fact = book.facts[found.comparison.fact]
        wanted = Sentences(book.facts).answers(found.comparison)
        yield f"{fact.nurse}: {answered(fact, answers, ticked)}; wanted {wanted}: {words}"
        return
    heading = f"at least {found.count} of" if found.kind == "at least" else f"{found.kind} of"
    yield f"{heading}: {words}"
    for part in found.parts:
        yield from ("  " + line for line in trace_lines(book, part, answers, ticked))


def answered(fact: Fact, answers: Answers, ticked: Collection[str] = ()) -> str:
    """What was answered to a fact, in words; says so when it was only ticked, or not asked."""
    if fact.id in answers:
        return fact.say(answers[fact.id])
    return TICKED if fact.id in ticked else "not asked"


def deciding_facts(found: Trace) -> Iterator[str]:
    """The facts that made a true trace true, in the order written."""
    if found.truth is Truth.TRUE:
        if found.comparison is not None:
            yield found.comparison.fact
        for part in found.parts:
            yield from deciding_facts(part)
