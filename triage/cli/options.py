"""The options that several commands share, and what they open."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triage.cli.terminal import as_json, echo

if TYPE_CHECKING:
    from triage.book.book import RuleBook
    from triage.decision.decide import Decider
    from triage.decision.telling import Passage

rules_option = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    envvar="TRIAGE_RULES",
    help="Folder of another rule book (default: the one that came with triage).",
)
settings_option = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    envvar="TRIAGE_SETTINGS",
    help="YAML file of your clinic: `team`, `emergency`, `out_of_hours`, `reviewer`, `answers_count_for`.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["human", "plain", "json"]),
    default="human",
    show_default=True,
    help="`plain` has no colour and no symbols and reads well aloud; `json` follows a versioned schema.",
)


def refuse_unknown(names: Iterable[str], known: Collection[str], kind: str = "nothing") -> None:
    """Raises click.UsageError with each name that is not known, and the nearest that is."""
    from triage.book.problems import nearest

    unknown = [
        f'{kind} is called "{name}" ({nearest(name, known) or "`triage show` lists all names"})'
        for name in names
        if name not in known
    ]
    if unknown:
        from triage.cli.ending import WrongUsage

        raise WrongUsage(*unknown)


def open_book(rules: Path | None) -> RuleBook:
    """The rule book of `--rules`, or the shipped one. Raises Problems, also when no engine could run it."""
    from triage.book.reading.cache import open_book as open_cached
    from triage.book.shipped import shipped_folder

    return open_cached(rules or shipped_folder("rules"), _fits_the_engines)


def _fits_the_engines(book: RuleBook) -> None:
    from triage.engines.durable import compiled

    compiled(book.facts, list(book.rules.values()))


def open_decider(rules: Path | None, settings: Path | None = None) -> Decider:
    """Both engines over the rule book, with the settings. Raises Problems of both, or EngineUnavailable."""
    from triage.book.problems import Problems
    from triage.decision.decide import Decider
    from triage.decision.settings import load_settings

    try:
        book = open_book(rules)
    except Problems as error:
        try:
            load_settings(settings)
        except Problems as of_settings:
            raise Problems([*error.problems, *of_settings.problems]) from None
        raise
    return Decider(book, load_settings(settings))


def show_json(document: Mapping[str, object]) -> None:
    """Prints a JSON document; only ASCII where standard output cannot carry every letter."""
    utf8 = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    for line in as_json(document, utf8=utf8).split("\n"):
        echo(line)


def show_passages(passages: Iterable[Passage], form: str, *, err: bool = False) -> None:
    """Prints a decision in words; colour only for `human`, and only on a terminal."""
    from triage.cli.wrapping import fitted

    stream = sys.stderr if err else sys.stdout
    tones: dict[str, dict[str, Any]] = {
        "level": {"bold": True},
        "warning": {"bold": True, "fg": "red"},
        "plain": {"bold": True},
    }
    for passage in passages:
        style = tones[passage.tone] if form == "human" else None
        for line in fitted(passage.heading, stream):
            echo(line, err=err, style=style)
        for text in passage.lines:
            for line in fitted(f"  {text.rstrip()}", stream, hanging=2):
                echo(line, err=err)
        echo(err=err)
