"""Tests in a process of their own, that ends with all that they started."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from planting.place import Place

BEFORE = (
    "click",
    "hypothesis",
    "numpy",
    "pyarrow.csv",
    "pyarrow.parquet",
    "pydantic",
    "yaml",
    "z3",
    "pysat.solvers",
)
OPTIONS = ("-q", "--tb=short", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
MEMORY = 12 * 2**30


def in_child(place: Place, work: Callable[[], int], seconds: float) -> int | None:
    """Runs it in a process that has the libraries loaded and nothing of ours; None when time ran out."""
    for name in BEFORE:
        with suppress(ImportError):
            __import__(name)
    child = os.fork()
    if child == 0:
        _become(place, work)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            _end_group(child)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    _end_group(child)
    os.waitpid(child, 0)
    return None


def _end_group(child: int) -> None:
    """The child's own session: also what its tests have left behind."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def _become(place: Place, work: Callable[[], int]) -> None:
    """The child: never returns."""
    import resource

    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.chdir(place.checkout)
    log = os.open(place.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for opened, standard in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(opened, standard)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.argv = ["pytest"]
    sys.path[0] = str(place.checkout)
    os.environ["TRIAGE_SEED"] = "1"
    import hypothesis

    everything = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("planting", deadline=None, derandomize=True, phases=everything)
    hypothesis.settings.load_profile("planting")
    code = 70
    try:
        code = int(work())
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
