"""A folder becomes a RuleBook. Nothing loads unless everything loads; all problems at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.logic import All
from triage.book.problems import Problem, Problems
from triage.book.reading import shape
from triage.book.reading.braces import wrong_braces
from triage.book.reading.crosscheck import crosscheck
from triage.book.reading.each_rule import EachRule
from triage.book.reading.files import book_files, hash_files
from triage.book.reading.folder import Folder
from triage.book.reading.misspelt import correct_definitions
from triage.book.reading.rulefiles import RuleFiles
from triage.book.reading.vocabulary import Vocabulary

_CONDITIONS = "conditions, examples, and what supports a rule"
_STATEMENTS = "whether each statement that is cited exists"
_UNUSED = "what nothing uses"
NOTHING_READ = "everything else"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the files of a rule book: every problem, and the book when there is none.

    `parts` has what could be read of a book with problems, to look further and never to decide; it is
    None where next to nothing could. `left` names what was not looked at because of the problems: there
    each of them would be many.
    """

    problems: Sequence[Problem]
    parts: RuleBook | None
    left: tuple[str, ...] = ()


def load_book(path: Path) -> RuleBook:
    """Reads a folder once and returns its rule book. Raises Problems with everything wrong in it."""
    return load_files(path, book_files(path))


def load_files(path: Path, files: Mapping[str, bytes]) -> RuleBook:
    """The rule book in the files of a folder, as read by `book_files`. Raises Problems as `look_at` says."""
    looked = look_at(path, files)
    if looked.problems or looked.parts is None:
        raise Problems([*looked.problems, *(looked.parts.to_mend if looked.parts else ())])
    return looked.parts


def look_at(path: Path, files: Mapping[str, bytes]) -> Looked:
    """Everything that can be said of the files of a rule book at once.

    While a fact is wrong, conditions are not looked into: each use of it would be one more problem. While
    a part cannot be read, nobody knows what it uses.
    """
    folder = Folder(path, files)
    if not folder.is_whole:
        return Looked(folder.found, None, (NOTHING_READ,))
    misspelt = correct_definitions(folder)
    head = folder.shaped("book.yaml", shape.BookShape)
    words = Vocabulary(folder)
    rules = RuleFiles(folder, words)
    scope, each = None, list[Problem]()
    if words.facts_are_known:
        rules.read()
        scope = rules.condition(folder.pages["book.yaml"], head.scope, ("scope",)) if head else None
        spoilt = {problem.file for problem in folder.found if problem.code.startswith("E")}
        each = [*EachRule(folder.pages, words.facts, rules.findings, spoilt).problems(rules.rules.values())]
    problems = [*misspelt, *folder.found, *each, *wrong_braces(folder.pages)]
    parts = RuleBook(
        title=head.title if head else "",
        version=head.version if head else "",
        status=head.status if head else "draft",
        hash=hash_files(files),
        scope=scope or All(()),
        outside_scope=head.outside_scope if head else "",
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
    is_whole = not folder.found and scope is not None
    problems += crosscheck(parts, folder.pages, is_whole=is_whole)
    left = [
        *([_STATEMENTS] if not words.documents.are_whole else []),
        *([_CONDITIONS] if not words.facts_are_known else []),
        *([_UNUSED] if not is_whole else []),
    ]
    return Looked(problems, parts, tuple(left))
