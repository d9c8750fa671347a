"""Rules, facts, examinations and statements in words, with their sources and what uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from triage.book.book import RuleBook
from triage.book.facts import DECLINED, UNKNOWN, Fact
from triage.book.logic import facts_of
from triage.book.reading.case import Case
from triage.book.rule import Exam, Finding, Level, LevelWords, Rule, Suspicion
from triage.book.sources import Document, Source, Statement
from triage.decision.sentences import condition_lines


def names(book: RuleBook) -> Mapping[str, tuple[str, ...]]:
    """Everything that can be described, by kind."""
    return {
        "rules": tuple(book.rules),
        "findings": tuple(book.findings),
        "facts": tuple(book.facts),
        "exams": tuple(book.exams),
        "suspicions": tuple(book.suspicions),
        "levels": tuple(level.name for level in book.levels),
        "documents": tuple(book.documents),
        "statements": tuple(id for document in book.documents.values() for id in document.statements),
    }


def describe(book: RuleBook, name: str, cases: Sequence[Case]) -> Iterator[str]:
    """What a name stands for, line by line; a name that stands for two things gives both."""
    kinds: list[tuple[Mapping[str, object], Callable[..., Iterator[str]]]] = [
        (book.rules, _rule),
        (book.findings, _finding),
        (book.facts, _fact),
        (book.exams, _exam),
        (book.suspicions, _suspicion),
        ({level.name: words for level, words in book.levels.items()}, _level),
        (book.documents, _document),
        (
            {id: s for document in book.documents.values() for id, s in document.statements.items()},
            _statement,
        ),
    ]
    for things, lines in kinds:
        if name in things:
            yield from lines(book, things[name], cases)
            yield ""


def _rule(book: RuleBook, rule: Rule, cases: Sequence[Case]) -> Iterator[str]:
    yield f"rule {rule.id} ({rule.status}): {rule.title}"
    yield f"  level: {rule.urgency.name} ({book.levels[rule.urgency].name})"
    yield "  when:"
    yield from ("    " + line for line in condition_lines(book, rule.when))
    if rule.findings:
        yield f"  findings in it: {', '.join(rule.findings)}"
    yield f"  because: {rule.because}"
    yield from _listed("to think of", (book.suspicions[id].name for id in rule.suspects))
    yield from _listed("examinations", (f"{book.exams[id].name} ({id})" for id in rule.exams))
    if rule.safety_net:
        yield f"  safety net: {rule.safety_net}"
    yield from _source_lines(book, rule.sources)
    yield from _cases(case for case in cases if case.expect and rule.id in case.expect.rules)


def _finding(book: RuleBook, finding: Finding, cases: Sequence[Case]) -> Iterator[str]:
    yield f"finding {finding.id}: {finding.title}"
    yield from ("    " + line for line in condition_lines(book, finding.when))
    yield from _listed("rules", (rule.id for rule in book.rules.values() if finding.id in rule.findings))
    yield from _source_lines(book, finding.sources)


def _fact(book: RuleBook, fact: Fact, cases: Sequence[Case]) -> Iterator[str]:
    yield f"fact {fact.id}: {fact.nurse}"
    yield f"  asked: {fact.ask}"
    if fact.scale is not None:
        scale = fact.scale
        low, high, step = scale.digits(scale.low), scale.write(scale.high), scale.digits(1)
        yield f"  a number from {low} to {high} in steps of {step}"
    for id, words in {**fact.answers, **fact.not_known}.items():
        yield f"  {id}: {words}{' (counts as not known)' if id in fact.not_known else ''}"
    yield f"  {UNKNOWN}, {DECLINED}: asked, and not known"
    if mildest := fact.denied or fact.usual:
        yield f"  in a note, of the mildest answer: {mildest}"
    order = "ordered, mildest first; " if fact.ordered else ""
    yield f"  {order}{fact.kind}, asked of the {fact.asked_of}, lasts: {fact.lasts}, screen: {fact.screen}"
    yield from _listed("rules", (r.id for r in book.rules.values() if fact.id in facts_of(r.when)))
    yield from _source_lines(book, fact.sources)
    yield from _cases(case for case in cases if fact.id in case.answers and _is_told(fact, case))


def _is_told(fact: Fact, case: Case) -> bool:
    """Whether a case says something of a fact beyond denying it."""
    return case.answers[fact.id] != fact.mildest


def _exam(book: RuleBook, exam: Exam, cases: Sequence[Case]) -> Iterator[str]:
    yield f"exam {exam.id}: {exam.name}"
    yield f"  to a patient: {exam.plain}"
    yield from _listed("rules", (rule.id for rule in book.rules.values() if exam.id in rule.exams))
    yield from _source_lines(book, exam.sources)
    yield from _cases(case for case in cases if case.expect and exam.id in (case.expect.exams or ()))


def _suspicion(book: RuleBook, suspicion: Suspicion, cases: Sequence[Case]) -> Iterator[str]:
    yield f"suspicion {suspicion.id}: {suspicion.name}"
    yield from _listed("rules", (r.id for r in book.rules.values() if suspicion.id in r.suspects))
    yield from _source_lines(book, suspicion.sources)


def _level(book: RuleBook, words: LevelWords, cases: Sequence[Case]) -> Iterator[str]:
    yield f"level {words.level.name}: {words.name}"
    yield f"  patient: {words.patient}"
    yield f"  nurse: {words.nurse}"
    yield f"  safety net: {words.safety_net}"
    yield from _listed("rules", (r.id for r in book.rules.values() if r.urgency is Level(words.level)))
    yield from _source_lines(book, words.sources)


def _document(book: RuleBook, document: Document, cases: Sequence[Case]) -> Iterator[str]:
    yield f"document {document.id}: {document.name}"
    yield f"  {document.kind} {document.address}".rstrip()
    for statement in document.statements.values():
        yield f"  {statement.id} {statement.text}"


def _statement(book: RuleBook, statement: Statement, cases: Sequence[Case]) -> Iterator[str]:
    yield f"statement {statement.id}: {statement.text}"
    yield f"  {book.documents[statement.document].name}"
    if statement.left_out:
        yield f"  left out: {statement.left_out}"
    users = [user for user, source in book.sources() if statement.id in source.statements]
    yield from _listed("used by", dict.fromkeys(users))


def _listed(heading: str, items: Iterable[str]) -> Iterator[str]:
    listed = list(items)
    if listed:
        yield f"  {heading}:"
        yield from (f"    {item}" for item in listed)


def _source_lines(book: RuleBook, sources: Iterable[Source]) -> Iterator[str]:
    yield "  sources:"
    for source in sources:
        part = f" (for {', '.join(source.supports)})" if source.supports else ""
        for id in source.statements:
            statement = book.statement(id)
            yield f"    {id} {statement.text} {book.documents[statement.document].name}{part}"
        if source.editorial:
            yield f"    editorial: {source.editorial}{part}"


def _cases(cases: Iterable[Case]) -> Iterator[str]:
    yield from _listed("cases", (f"{case.name} ({case.file}:{case.line})" for case in cases))
