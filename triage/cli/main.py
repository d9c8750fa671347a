"""The `triage` command: names its subcommands and loads each only when it is used."""

from __future__ import annotations

import importlib
from typing import Any

import click

from triage.cli.ending import SpeakingGroup

_COMMANDS = (
    "ask",
    "decide",
    "batch",
    "report",
    "test",
    "check",
    "prove",
    "compare",
    "mutants",
    "cases",
    "show",
)


class _LazyGroup(SpeakingGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: Any = getattr(importlib.import_module(f"triage.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="triage", prog_name="triage")
def triage() -> None:
    """Red flags after cancer treatment: how soon to act, and why.

    A patient answers `triage ask`; a nurse in a call uses `triage ask --nurse`; a clinic decides one
    patient with `triage decide` and a file of many with `triage batch`. Authors of rules use the rest.

    Answers go to standard output, talk to standard error. Exit codes: 0 done, 1 problems found,
    2 wrong usage or unreadable input, 3 the two engines disagree, 4 too little memory, 130 interrupted,
    141 the reader of the output went away.
    """
