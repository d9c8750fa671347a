"""`python -m triage` and the `triage` command."""

from __future__ import annotations

from triage.cli.main import triage


def main() -> None:
    triage(prog_name="triage")


if __name__ == "__main__":
    main()
