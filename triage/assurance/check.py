"""Everything that can be wrong with a rule book: what keeps it from loading, and what shows only then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import known
from triage.book.problems import Problem, Problems
from triage.book.reading.files import book_files
from triage.book.reading.load import NOTHING_READ, Looked, look_at
from triage.book.rule import Example, Rule
from triage.book.sources import Document
from triage.decision.sentences import trace_lines
from triage.engines.durable import DurableEngine, EngineFailure
from triage.engines.reference import trace
from triage.engines.truth import Truth

_QUOTES = "the quotes"
_EXAMPLES = "the examples of rules in which something is wrong"
_WANTED = {"yes": Truth.TRUE, "no": Truth.FALSE, "unknown": Truth.UNKNOWN}
_SAID = {truth: fires for fires, truth in _WANTED.items()}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a rule book, what was `left` for later because of it, and what could be read."""

    problems: Sequence[Problem]
    left: Sequence[str]
    parts: RuleBook | None


def check_folder(folder: Path, documents: Path | None = None) -> Checked:
    """Everything that can be said of the rule book in a folder at once, whether or not it loads.

    Only that is left for later of which each further problem would be another look at the same one.
    """
    try:
        looked = look_at(folder, book_files(folder))
    except Problems as error:
        looked = Looked(error.problems, None, (NOTHING_READ,))
    found, left, parts = list(looked.problems), list(looked.left), looked.parts
    if parts is None:
        return Checked(found, [*left, _QUOTES] if documents else left, None)
    wrong = {problem.file for problem in found}
    doubtful = any(file.startswith(str(folder / "findings")) for file in wrong)
    held = {
        rule.id: rule
        for rule in parts.rules.values()
        if rule.file not in wrong and not (doubtful and rule.findings)
    }
    if len(held) < len(parts.rules):
        left.append(_EXAMPLES)
    found += check(replace(parts, rules=held), documents)
    return Checked(sorted(set(found)), left, parts)


def check(book: RuleBook, documents: Path | None = None) -> Iterator[Problem]:
    """The problems of a book: in its files, its limits, its examples on both engines, and its quotes.

    With a folder of documents every quote must occur in its document word for word, and the
    document must be the one it was taken from.
    """
    yield from book.to_mend
    engine = None
    try:
        engine = DurableEngine(book.facts, book.rules.values())
    except Problems as error:
        yield from error.problems
    for rule in book.rules.values():
        for example in rule.examples:
            yield from _example(book, engine, rule, example)
    if documents is not None:
        for document in book.documents.values():
            if document.file:
                yield from _quotes(document, documents)


def _example(book: RuleBook, engine: DurableEngine | None, rule: Rule, example: Example) -> Iterator[Problem]:
    answers = known(example.answers)
    found = trace(rule.when, answers)
    if found.truth is not _WANTED[example.fires]:
        reason = "; ".join(line.strip() for line in trace_lines(book, found, example.answers))
        what = f"this example says `fires: {example.fires}`, but it is `{_SAID[found.truth]}`"
        yield Problem(rule.file, example.line, 5, "E005", what, reason)
    if engine is None:
        return
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
