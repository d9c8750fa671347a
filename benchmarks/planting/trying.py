"""Whether a test notices a mistake."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from planting.place import Place
from planting.processes import OPTIONS, in_child
from planting.reach import Test


def noticed(place: Place, tests: Sequence[Test]) -> tuple[str, str]:
    """`killed` and by which test, `time-out`, or `survived`."""
    said = place.folder / "said.json"
    said.unlink(missing_ok=True)
    seconds = 20 + 6 * sum(test.seconds for test in tests) + len({test.file for test in tests})
    code = in_child(place, lambda: _run(tests, said), seconds)
    if code is None:
        return "time-out", ""
    if code == 0:
        return "survived", ""
    return "killed", json.loads(said.read_text())["failed"] if said.exists() else f"ended with {code}"


class _Chosen:
    """Runs these tests in their order, and writes down the first that fails."""

    def __init__(self, tests: Sequence[Test], said: Path) -> None:
        self._order = {test.id: n for n, test in enumerate(tests)}
        self._said = said

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._said.exists():
            self._said.write_text(json.dumps({"failed": report.nodeid}))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self._said.exists():
            self._said.write_text(json.dumps({"failed": f"{report.nodeid} (not even collected)"}))


def _run(tests: Sequence[Test], said: Path) -> int:
    files = list(dict.fromkeys(test.file for test in tests))
    temporary = said.with_name("temporary")
    return int(
        pytest.main([*OPTIONS, "-x", f"--basetemp={temporary}", *files], plugins=[_Chosen(tests, said)])
    )
