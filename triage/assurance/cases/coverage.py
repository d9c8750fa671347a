"""What a set of cases never tried, read off the traces that their decisions already hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.book.book import RuleBook
from triage.book.facts import known
from triage.book.logic import Is, comparisons
from triage.book.rule import Level
from triage.decision.decide import Decision
from triage.decision.sentences import Sentences
from triage.engines.reference import Trace
from triage.engines.truth import Truth

Clause = tuple[str, int]
"""A comparison: the rule, and which of its comparisons in the order written."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What came about in at least one case.

    A rule decides the level where the level would be lower without it. A comparison is decisive, true
    or false, where all the other parts leave the verdict on the rule to it.
    """

    book: RuleBook
    true: frozenset[str]
    deciding: frozenset[str]
    decisively: frozenset[tuple[Clause, Truth]]
    told: frozenset[str]

    def never(self, truth: Truth) -> tuple[Clause, ...]:
        """The comparisons that are never decisively of this truth."""
        return tuple(clause for clause in self.clauses if (clause, truth) not in self.decisively)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every comparison of every rule."""
        return tuple(
            (rule.id, place)
            for rule in self.book.rules.values()
            for place in range(len(comparisons(rule.when)))
        )


def coverage(book: RuleBook, decisions: Iterable[Decision]) -> Coverage:
    """What these decisions try of the book."""
    true: set[str] = set()
    deciding: set[str] = set()
    decisively: set[tuple[Clause, Truth]] = set()
    told: set[str] = set()
    for decision in decisions:
        told |= set(known(decision.answers))
        fired = [judged.rule for judged in decision.judged if judged.fires]
        true |= {rule.id for rule in fired}
        level = max((rule.urgency for rule in fired), default=Level.none)
        highest = [rule.id for rule in fired if rule.urgency == level]
        if len(highest) == 1:
            deciding |= set(highest)
        for judged in decision.judged:
            for place, (leaf, decisive) in enumerate(decisive_leaves(judged.trace)):
                if decisive:
                    decisively.add(((judged.rule.id, place), leaf.truth))
    return Coverage(book, frozenset(true), frozenset(deciding), frozenset(decisively), frozenset(told))


def decisive_leaves(found: Trace, *, decisive: bool = True) -> Iterator[tuple[Trace, bool]]:
    """Every comparison of a trace in the order written, and whether the verdict follows it.

    It does where it is known, and on the way up the other parts are all true under `all`, all false
    under `any`, and under `at least n` just n - 1 of them true and the rest false.
    """
    if found.comparison is not None:
        yield found, decisive and found.truth is not Truth.UNKNOWN
    for place, part in enumerate(found.parts):
        others = [other.truth for at, other in enumerate(found.parts) if at != place]
        yield from decisive_leaves(part, decisive=decisive and _leave_it(found, others))


def _leave_it(group: Trace, others: list[Truth]) -> bool:
    """Whether these parts of a group leave its verdict to the one that is left."""
    if Truth.UNKNOWN in others:
        return False
    wanted = {"all": len(others), "any": 0, "at least": group.count - 1}[group.kind]
    return others.count(Truth.TRUE) == wanted


def coverage_lines(covered: Coverage) -> Iterator[str]:
    """What is never tried, one line for each, and a summary at the end."""
    book = covered.book
    never_true = [id for id in book.rules if id not in covered.true]
    never_deciding = [id for id in book.rules if id in covered.true and id not in covered.deciding]
    unasked = [id for id in book.facts if id not in covered.told]
    yield from (f"rule never true: {id}" for id in never_true)
    yield from (f"rule never decides the level: {id}" for id in never_deciding)
    for truth, word in ((Truth.TRUE, "true"), (Truth.FALSE, "false")):
        yield from (f"never decisively {word}: {_words(book, clause)}" for clause in covered.never(truth))
    yield from (f"fact that no case tells: {id}" for id in unasked)
    rules, clauses, facts = len(book.rules), len(covered.clauses), len(book.facts)
    yield (
        f"coverage: of {rules} rules {len(covered.true)} true, {len(covered.deciding)} deciding the level; "
        f"of {clauses} comparisons {clauses - len(covered.never(Truth.TRUE))} decisively true, "
        f"{clauses - len(covered.never(Truth.FALSE))} decisively false; "
        f"of {facts} facts {facts - len(unasked)} told"
    )


def _words(book: RuleBook, clause: Clause) -> str:
    rule, place = clause
    comparison: Is = comparisons(book.rules[rule].when)[place]
    return f"{rule}, {comparison.fact} ({Sentences(book.facts).answers(comparison)})"
