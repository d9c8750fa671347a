"""Why, why not, and everything: three filters over the one trace of a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from triage.book.rule import Rule
from triage.decision.decide import Decision, Judged
from triage.decision.sentences import trace_lines
from triage.engines.truth import Truth

Filter = Callable[[Decision, Judged], bool]


def why(decision: Decision, judged: Judged) -> bool:
    """The rules that fired, and the open ones that the advice counts."""
    return judged.fires or judged.counted


def why_not(decision: Decision, judged: Judged) -> bool:
    """The near misses: open rules, and rules that failed although one of their symptoms is there."""
    if judged.truth is not Truth.FALSE:
        return judged.open and not judged.counted
    return any(
        leaf.truth is Truth.TRUE and leaf.comparison is not None and decision.is_there(leaf.comparison.fact)
        for leaf in judged.trace.leaves()
    )


def full(decision: Decision, judged: Judged) -> bool:
    """Every rule."""
    return True


def explain(decision: Decision, keep: Filter) -> Iterator[str]:
    """The rules that a filter keeps, most urgent first: the verdict, the reason, the trace, the sources."""
    for judged in sorted(decision.judged, key=lambda judged: -judged.rule.urgency):
        if keep(decision, judged):
            rule = judged.rule
            yield f"{rule.id} ({rule.urgency.name}): {rule.title}: {_verdict(judged)}"
            yield f"  {rule.because}"
            said = trace_lines(decision.book, judged.trace, decision.answers, decision.ticked)
            yield from ("  " + line for line in said)
            yield from ("  " + line for line in source_lines(decision, rule))
            yield ""


def _verdict(judged: Judged) -> str:
    if not judged.agreed:
        return f"THE ENGINES DISAGREE ({verdicts(judged)})"
    if judged.fires:
        return "fires"
    if judged.truth is Truth.FALSE:
        return "does not fire"
    if judged.counted:
        return "open, and counted in full because one of its signs is there"
    if judged.review:
        return "open: a person must look at it"
    return "open" if judged.open else "not known, but it could not raise the level"


def verdicts(judged: Judged) -> str:
    """What each engine says of a rule."""
    durable = " and ".join(truth.name for truth in sorted(judged.durable))
    return f"reference {judged.trace.truth.name}, durable-rules {durable}"


def source_lines(decision: Decision, rule: Rule) -> Iterator[str]:
    """The sentences of the documents behind a rule, under each document, and what is editorial."""
    book = decision.book
    by_document: dict[str, list[str]] = {}
    for id in rule.statements:
        statement = book.statement(id)
        by_document.setdefault(statement.document, []).append(f"{id} {statement.text}")
    for document, statements in by_document.items():
        yield f"{book.documents[document].name}:"
        yield from ("  " + statement for statement in statements)
    for source in rule.sources:
        if source.editorial:
            yield f"Editorial: {source.editorial}"
