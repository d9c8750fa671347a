"""Which cases can be tested: a case that expects nothing would pass whatever the rules say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.problems import Problem
from triage.book.reading.case import Case, load_cases


def cases_to_test(paths: Iterable[Path], book: RuleBook) -> tuple[list[Case], list[Problem]]:
    """The cases of files and folders that expect something, and what is wrong with the others.

    A saved session is a case that expects nothing (code K008).
    """
    cases, found = load_cases(paths, book)
    hint = "expect: with `urgency` and `rules`; a saved session is for `triage decide`"
    untested = [
        Problem(case.file, case.line, 1, "K008", f'"{case.name}" expects nothing, so it cannot fail', hint)
        for case in cases
        if case.expect is None
    ]
    return [case for case in cases if case.expect is not None], [*found, *untested]
