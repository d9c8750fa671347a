"""What tests share: the small rule book, and copies of it to edit."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.recordings import Recording
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.engines import durable

BOOKS = Path(__file__).parent / "books"

# No test sees the sessions or settings of whoever runs it, such as those of continuous integration.
for name in ("XDG_STATE_HOME", "TRIAGE_SETTINGS", "TRIAGE_RULES"):
    os.environ.pop(name, None)
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def pytest_configure() -> None:
    """Lets no command of a test inherit an ignored signal, as under nohup, or of a script's `&`.

    A handler is reset when a command starts, and what is ignored stays so. The tests themselves go on
    passing over it.
    """
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # Python's own, and reset
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda number, frame: None)


def pytest_report_header() -> str:
    return f"TRIAGE_SEED={SEED}"


@pytest.fixture(scope="session")
def small_folder() -> Path:
    """The folder of the small book, not to be written to."""
    return BOOKS / "small"


@pytest.fixture(scope="session")
def documents_folder() -> Path:
    """The folder of the texts that the small book quotes."""
    return BOOKS / "documents"


@pytest.fixture(scope="session")
def small_book(small_folder: Path) -> RuleBook:
    """Five rules over eleven facts: every kind of fact, group and file that a book can have."""
    return load_book(small_folder)


@pytest.fixture
def small_copy(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small book to edit."""
    return shutil.copytree(small_folder, tmp_path / "small")


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    """Writes down what the engines of a test say to durable-rules."""
    recorder = Recording(durable._import_engine())
    monkeypatch.setattr(durable, "_import_engine", lambda: recorder)
    return recorder
