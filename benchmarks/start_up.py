"""How long a command takes to start, side by side with `import click`, as whole processes.

    python benchmarks/start_up.py [ROUNDS]

Prints the median of the rounds in milliseconds, and the difference to `import click`. The commands
take turns, so that a change of the machine's speed meets all of them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def milliseconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        patient = Path(folder, "patient.yaml")
        patient.write_text("cancer: liver\nleg_numbness: both_legs\n", encoding="utf-8")
        python = sys.executable
        commands = {
            "import click": [python, "-c", "import click"],
            "triage --help": [python, "-m", "triage", "--help"],
            "triage decide": [python, "-m", "triage", "decide", str(patient)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            milliseconds(command)  # fills the caches
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(milliseconds(command))
    bare = statistics.median(times["import click"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:<16} {median:6.0f} ms   {median - bare:+6.0f} ms against import click")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
