"""A pytest plugin: every case of a `cases` folder is a test item with the case's name.

pytest -p triage.assurance.cases.plugin cases -k "blood and flow"

Only folders below pytest's root folder (`--rootdir`) count: a project may itself lie in some `cases`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage.book.reading.files import is_case_file, not_a_case_file, passed_over

_PYTHON = (".py", ".pyc", ".pyi")  # what pytest looks at itself


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.File | None:
    root = parent.config.rootpath
    if passed_over(file_path.name, is_folder=False) or not file_path.is_relative_to(root):
        return None
    if "cases" not in file_path.relative_to(root).parts[:-1] or file_path.suffix in _PYTHON:
        return None
    return (CaseFile if is_case_file(file_path) else OtherFile).from_parent(parent, path=file_path)


@cache
def _decider() -> Any:
    from triage.book.reading.load import load_book
    from triage.book.shipped import shipped_folder
    from triage.decision.decide import Decider

    return Decider(load_book(shipped_folder("rules")))


class CaseFile(pytest.File):
    """One file of cases; a case that cannot be read or tested fails as one item for the whole file."""

    def collect(self) -> Iterable[pytest.Item]:
        from triage.assurance.cases.tested import cases_to_test

        cases, found = cases_to_test([self.path], _decider().book)
        if found:
            yield UnreadableCases.from_parent(self, name="cases can be tested", found=found)
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case)


class OtherFile(pytest.File):
    """A file that is none of cases; it fails, since whatever it holds was not tried."""

    def collect(self) -> Iterable[pytest.Item]:
        yield UnreadableCases.from_parent(self, name="it is a case file", found=[not_a_case_file(self.path)])


class CaseItem(pytest.Item):
    """One case, decided by both engines."""

    def __init__(self, *, case: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        from triage.assurance.cases.outcome import run_case

        outcome = run_case(_decider(), self.case)
        if outcome.differences:
            pytest.fail("\n".join(outcome.differences), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.case.name


class UnreadableCases(pytest.Item):
    def __init__(self, *, found: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found = found

    def runtest(self) -> None:
        pytest.fail("\n".join(str(problem) for problem in self.found), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name
