"""Every benchmark of cohorts and of one decision, one after the other.

    python benchmarks/everything.py

Takes some eight minutes on two cores. Needs `pip install ".[peers]"`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("cohorts", "growth", "end_to_end", "decision", "start_up")


def main() -> None:
    for name in BENCHMARKS:
        print(f"\n{name}", flush=True)
        subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py")], check=True)


if __name__ == "__main__":
    main()
