"""The rule book that ships: it loads, it checks, its quotes are word for word, its cases cover it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands import run
from triage.assurance.cases.outcome import run_case
from triage.assurance.check import check
from triage.book.book import RuleBook
from triage.book.facts import Known, known
from triage.book.logic import Is, Spans, comparisons
from triage.book.reading.case import Case, load_cases
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.decision.decide import Decider
from triage.engines.reference import trace
from triage.engines.truth import Truth


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_book(shipped_folder("rules"))


@pytest.fixture(scope="module")
def decider(book: RuleBook) -> Decider:
    return Decider(book)


@pytest.fixture(scope="module")
def cases(book: RuleBook) -> list[Case]:
    cases, found = load_cases([shipped_folder("cases")], book)
    assert found == []
    return cases


def test_the_rule_book_has_no_problem(book: RuleBook) -> None:
    assert list(check(book)) == []


def test_every_quote_is_word_for_word_in_its_document(book: RuleBook) -> None:
    """Where the documents are at hand; elsewhere their hashes and the length of quotes are still held."""
    beside = Path(__file__).parent.parent.parent / "shared" / "documents"
    folder = Path(os.environ.get("TRIAGE_DOCUMENTS", beside))
    quoted = [document for document in book.documents.values() if document.file]
    assert len(quoted) == 5
    assert all(len(document.sha256) == 64 for document in quoted)
    if folder.is_dir():
        assert list(check(book, folder)) == []


def test_the_five_documents_have_their_142_statements(book: RuleBook) -> None:
    counts = {d.id: len(d.statements) for d in book.documents.values() if d.file}
    assert counts == {"S0": 33, "S1": 57, "S2": 15, "S3": 24, "S4": 13}


def test_every_rule_fires_in_a_case_and_misses_another_by_one_answer(
    decider: Decider, cases: list[Case]
) -> None:
    fires: set[str] = set()
    misses: set[str] = set()
    for case in cases:
        answers = known(case.answers)
        for judged in run_case(decider, case).decision.judged:
            if judged.fires:
                fires.add(judged.rule.id)
            elif judged.trace.truth is Truth.FALSE and judged.rule.id not in misses:
                wanted = {is_.fact: an_answer(decider.book, is_) for is_ in comparisons(judged.rule.when)}
                nearly = [{**answers, fact: answer} for fact, answer in wanted.items()]
                if any(trace(judged.rule.when, near).truth is Truth.TRUE for near in nearly):
                    misses.add(judged.rule.id)
    assert set(decider.book.rules) - fires == set()
    assert set(decider.book.rules) - misses == set()


def an_answer(book: RuleBook, comparison: Is) -> Known:
    """An answer that a comparison accepts."""
    if isinstance(comparison.answers, Spans):
        return comparison.answers.spans[0][0]
    return next(answer for answer in book.facts[comparison.fact].answers if answer in comparison.answers)


def test_no_rule_is_called_reviewed_while_nobody_has(book: RuleBook) -> None:
    assert {rule.status for rule in book.rules.values()} == {"draft"}
    assert book.status == "draft"


def test_no_small_mistake_in_a_rule_goes_unnoticed(tmp_path: Path) -> None:
    """Every mutant is noticed by an example or a case, or proved to change nothing for any patient."""
    told = run(tmp_path, "mutants", env={"TRIAGE_RULES": ""})
    assert told.code == 0, told.out


def test_a_second_solver_agrees_with_every_proof(tmp_path: Path) -> None:
    told = run(tmp_path, "prove", "--twice", env={"TRIAGE_RULES": ""})
    assert told.code == 0, told.out
