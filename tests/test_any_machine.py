"""The tests say the same on a busy machine, under nohup, and in the background of a script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
STOPPED = (
    "tests/test_ask_terminal.py::test_a_terminal_that_closes_loses_no_answer",
    "tests/test_batch_stopped.py::test_stopped_it_leaves_the_old_results_and_no_part",
)


def test_no_property_fails_because_the_machine_is_busy() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


@pytest.mark.parametrize("ignored", ["HUP", "HUP INT QUIT PIPE TERM CHLD"])
def test_no_test_fails_because_a_signal_was_ignored_when_it_began(ignored: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *STOPPED]
    ended = subprocess.run(
        ["bash", "-c", f"trap '' {ignored}; exec \"$@\"", "bash", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout
