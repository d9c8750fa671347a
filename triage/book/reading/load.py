"""A folder becomes a RuleBook. Nothing loads unless everything loads; all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.book.reading import shape
from triage.book.reading.braces import wrong_braces
from triage.book.reading.crosscheck import crosscheck
from triage.book.reading.each_rule import EachRule
from triage.book.reading.files import book_files, hash_files
from triage.book.reading.folder import Folder
from triage.book.reading.misspelt import correct_definitions
from triage.book.reading.rulefiles import RuleFiles
from triage.book.reading.vocabulary import Vocabulary


def load_book(path: Path) -> RuleBook:
    """Reads a folder once and returns its rule book. Raises Problems with everything wrong in it."""
    return load_files(path, book_files(path))


def load_files(path: Path, files: Mapping[str, bytes]) -> RuleBook:
    """The rule book in the files of a folder, as read by `book_files`. Raises Problems.

    While a word of the vocabulary is wrong, conditions are not looked into: each use of that word
    would be one more problem.
    """
    folder = Folder(path, files)
    if not folder.is_whole:
        raise Problems(folder.found)
    misspelt = correct_definitions(folder)
    head = folder.shaped("book.yaml", shape.BookShape)
    words = Vocabulary(folder)
    vocabulary_is_whole = not folder.found
    rules = RuleFiles(folder, words)
    if not vocabulary_is_whole or head is None:
        raise Problems([*misspelt, *folder.found, *folder.to_mend])
    rules.read()
    scope = rules.condition(folder.pages["book.yaml"], head.scope, ("scope",))
    spoilt = {problem.file for problem in folder.found if problem.code.startswith("E")}
    each = EachRule(folder.pages, words.facts, rules.findings, spoilt)
    found = [*misspelt, *folder.found, *each.problems(rules.rules.values()), *wrong_braces(folder.pages)]
    if folder.found or scope is None:
        raise Problems([*found, *folder.to_mend])
    book = RuleBook(
        title=head.title,
        version=head.version,
        status=head.status,
        hash=hash_files(files),
        scope=scope,
        outside_scope=head.outside_scope,
        facts=words.facts,
        findings=rules.findings,
        rules=rules.rules,
        exams=words.exams,
        suspicions=words.suspicions,
        screens=words.screens,
        levels=words.levels,
        documents=words.documents.by_id,
        constraints=rules.constraints,
        advice=rules.advice,
        guarantees=rules.guarantees,
        exceptions=rules.exceptions,
        to_mend=tuple(folder.to_mend),
    )
    found.extend(crosscheck(book, folder.pages))
    if found:
        raise Problems([*found, *folder.to_mend])
    return book
