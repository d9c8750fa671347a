"""Everything that can be wrong with a rule book beyond what keeps it from loading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import known
from triage.book.problems import Problem
from triage.book.rule import Example, Rule
from triage.book.sources import Document
from triage.decision.sentences import trace_lines
from triage.engines.durable import DurableEngine, EngineFailure
from triage.engines.reference import trace
from triage.engines.truth import Truth

_WANTED = {"yes": Truth.TRUE, "no": Truth.FALSE, "unknown": Truth.UNKNOWN}
_SAID = {truth: fires for fires, truth in _WANTED.items()}


def check(book: RuleBook, documents: Path | None = None) -> Iterator[Problem]:
    """The problems of a book that loads: in its files, its examples on both engines, and its quotes.

    With a folder of documents every quote must occur in its document word for word, and the
    document must be the one it was taken from. Raises Problems when durable-rules cannot hold it.
    """
    yield from book.to_mend
    engine = DurableEngine(book.facts, book.rules.values())
    for rule in book.rules.values():
        for example in rule.examples:
            yield from _example(book, engine, rule, example)
    if documents is not None:
        for document in book.documents.values():
            if document.file:
                yield from _quotes(document, documents)


def _example(book: RuleBook, engine: DurableEngine, rule: Rule, example: Example) -> Iterator[Problem]:
    answers = known(example.answers)
    found = trace(rule.when, answers)
    if found.truth is not _WANTED[example.fires]:
        reason = "; ".join(line.strip() for line in trace_lines(book, found, example.answers))
        what = f"this example says `fires: {example.fires}`, but it is `{_SAID[found.truth]}`"
        yield Problem(rule.file, example.line, 5, "E005", what, reason)
    try:
        firings = engine.decide(answers)
    except EngineFailure as error:
        yield Problem(rule.file, example.line, 5, "E006", f"durable-rules failed: {error}")
        return
    durable = (rule.id in firings.certain) + (rule.id in firings.possible)
    if durable != found.truth:
        what = f"durable-rules says `{_SAID[Truth(durable)]}`, the reference `{_SAID[found.truth]}`"
        yield Problem(rule.file, example.line, 5, "E006", what)


def _quotes(document: Document, folder: Path) -> Iterator[Problem]:
    path = folder / document.file
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the document {document.id} cannot be read: {error.strerror}"
        yield Problem(document.page, *document.place, "D011", what, f"looked for {path}")
        return
    if hashlib.sha256(raw).hexdigest() != document.sha256:
        what = f"{path} is not the text that {document.id} was quoted from (its sha256 differs)"
        hint = f"find that text, or check every quote and write sha256: {hashlib.sha256(raw).hexdigest()}"
        yield Problem(document.page, *document.place, "D012", what, hint)
    text = raw.decode("utf-8", errors="replace")
    for statement in document.statements.values():
        if statement.quote and statement.quote not in text:
            what = f"the quote {statement.id} is not in {path} word for word"
            yield Problem(document.page, *statement.place, "D013", what, "copy it exactly")
