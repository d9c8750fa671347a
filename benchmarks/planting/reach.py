"""Which tests reach a line of the code, and how long they take."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planting.mistakes import Mistake
from planting.place import Place
from planting.processes import OPTIONS, in_child

LEFT_OUT = {  # they look at the checkout and not at what the code does, or fail on a busy machine anyhow
    "tests/test_ask_killed.py",
    "tests/test_batch_memory.py",
    "tests/test_batch_stopped.py",
    "tests/test_daft.py",
    "tests/test_installed.py",
    "tests/test_layers.py",
    "tests/test_readme.py",
}
FIRST_FILES, FIRST_SECONDS = 4, 8.0


@dataclass(frozen=True, slots=True)
class Test:
    """A test, the file it is in, and how long it took."""

    id: str
    file: str
    seconds: float


class Reach:
    """The lines of the code that each test reaches, measured once for a test file and kept.

    Of a module that was edited since, only the tests that reach some of it are known.
    """

    def __init__(self, place: Place, kept: Path) -> None:
        self._place, self._kept = place, kept
        self._by_line: defaultdict[tuple[str, int], set[Test]] = defaultdict(set)
        self._by_module: defaultdict[str, set[Test]] = defaultdict(set)
        self._by_file: defaultdict[str, set[Test]] = defaultdict(set)
        self._at_import: set[tuple[str, int]] = set()
        self._edited: set[str] = set()
        self.dropped: list[str] = []

    def measure(self) -> None:
        """Reads what was measured, and measures what was not yet, or has changed since."""
        kept = self._kept
        kept.mkdir(parents=True, exist_ok=True)
        checkout = self._place.checkout
        files = [*sorted((checkout / "tests").glob("test_*.py")), checkout / "cases"]
        for path in files:
            name = str(path.relative_to(checkout))
            if name in LEFT_OUT:
                continue
            measured = kept / f"{path.stem}.{digest_of(path)}.json"
            if not measured.exists():
                print(f"measuring {name}", flush=True)
                for old in kept.glob(f"{path.stem}.*.json"):
                    old.unlink()
                in_child(self._place, lambda: _measure(self._place, name, measured), 1200)  # noqa: B023
            if not measured.exists():
                raise SystemExit(f"{name} could not be measured: see {self._place.folder / 'log'}")
            self._read(json.loads(measured.read_text()))

    def _read(self, measured: dict[str, Any]) -> None:
        tests = {
            id: Test(id, id.partition("::")[0], seconds)
            for id, seconds in measured["seconds"].items()
            if id not in measured["failed"]
        }
        self.dropped += measured["failed"]
        for test in tests.values():
            self._by_file[test.file].add(test)
        for file, lines in measured["reached"].items():
            edited = measured["digests"][file] != digest_of(self._place.checkout / file)
            for line, ids in lines.items():
                reaching = {tests[id] for id in ids if id in tests}
                self._by_module[file] |= reaching
                self._by_line[file, 0 if edited else int(line)] |= reaching
                if "" in ids:
                    self._at_import.add((file, int(line)))
            if edited:
                self._edited.add(file)

    def rounds(self, mistake: Mistake, seconds: float) -> Iterator[list[Test]]:
        """The tests that reach it, those that reach little else first; then those that may reach it."""
        first, last = mistake.lines
        lines = [(mistake.file, line) for line in range(first, last + 1)]
        module = self._by_module[mistake.file]
        direct = set().union(*(self._by_line.get(line, set()) for line in lines))
        if not direct or mistake.file in self._edited or self._at_import.intersection(lines):
            direct = module  # what runs at import is reached by all
        files = sorted({test.file for test in direct}, key=lambda file: -self._share(file, mistake.file))
        ranked = sorted(direct, key=lambda test: (files.index(test.file), test.seconds))
        near = {file: [test for test in ranked if test.file == file] for file in files[:FIRST_FILES]}
        now = [test for some in near.values() for test in _within(some, FIRST_SECONDS / len(near))]
        yield now
        # A fixture or a cache of a module reaches a line for the first of its tests only.
        beside = set().union(*(self._by_file[file] for file in files))
        later = [test for test in dict.fromkeys([*ranked, *beside]) if test not in set(now)]
        later = _within(sorted(later, key=lambda test: test.seconds), seconds)
        if later:
            yield sorted(later, key=lambda test: (files.index(test.file), test.seconds))

    def _share(self, file: str, module: str) -> float:
        """How much of what a test file reaches is in this module."""
        return self._weights()[file][module] / self._weights()[file].total()

    def _weights(self) -> dict[str, Counter[str]]:
        if not hasattr(self, "_counted"):
            self._counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
            for (module, _), tests in self._by_line.items():
                for file in {test.file for test in tests}:
                    self._counted[file][module] += 1
        return self._counted


def digest_of(path: Path) -> str:
    """Of what is in the file; empty for one that is gone, and for a folder."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _within(tests: Sequence[Test], seconds: float) -> list[Test]:
    """As many as fit in the time, and one at least."""
    chosen: list[Test] = []
    for test in tests:
        if chosen and sum(one.seconds for one in chosen) + test.seconds > seconds:
            break
        chosen.append(test)
    return chosen


class _Timed:
    """Tells the measuring which test is at work, here and in the processes it starts."""

    def __init__(self, place: Place, measured: Any) -> None:
        self._place, self._measured = place, measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._place.now.write_text(item.nodeid)
        self._measured.switch_context(item.nodeid)
        begun = time.monotonic()
        result = yield
        self.seconds[item.nodeid] = round(time.monotonic() - begun, 3)
        self._place.now.unlink()
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def _measure(place: Place, name: str, to: Path) -> int:
    """Runs a file of tests, and writes which lines of the code each of them has reached."""
    import coverage
    import coverage.exceptions

    for part in place.folder.glob("part*"):
        part.unlink()
    measured = coverage.Coverage(
        data_file=place.folder / "part.main", config_file=False, include=[f"{place.code}/*"], messages=False
    )
    measured.start()
    timed = _Timed(place, measured)
    code = pytest.main([*OPTIONS, f"--basetemp={place.folder / 'temporary'}", name], plugins=[timed])
    measured.stop()
    measured.save()
    reached: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for part in place.folder.glob("part.*"):
        data = coverage.CoverageData(basename=str(part))
        try:
            data.read()
        except coverage.exceptions.DataError:  # a test has killed the process as it wrote
            continue
        for file in data.measured_files():
            module = str(Path(file).relative_to(place.checkout))
            for line, contexts in data.contexts_by_lineno(file).items():
                reached[module][line] |= set(contexts)
    lines = {module: {line: sorted(ids) for line, ids in some.items()} for module, some in reached.items()}
    if code in (0, 1, 5):  # 5: each of its tests is left out by default
        digests = {module: digest_of(place.checkout / module) for module in lines}
        whole = {
            "seconds": timed.seconds,
            "failed": sorted(timed.failed),
            "reached": lines,
            "digests": digests,
        }
        to.with_suffix(".new").write_text(json.dumps(whole))
        to.with_suffix(".new").replace(to)
    return int(code)
