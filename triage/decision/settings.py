"""Who to call and whether somebody can look: what differs from clinic to clinic."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

from triage.book.problems import Problems, nearest
from triage.book.reading.text import read_page
from triage.book.rule import PLACEHOLDERS

_PLACEHOLDER = re.compile(rf"\{{({'|'.join(PLACEHOLDERS)})\}}")

_HOURS = re.compile("[1-9]|[1-9][0-9]|1[0-5][0-9]|16[0-8]")


@dataclass(frozen=True, slots=True)
class Settings:
    """The words for people and numbers in every text, and who can review an open red flag.

    `reviewer` is `yes` where a person can look at an answer that nobody knew, and `no` where there
    is nobody: then an open rule from `today` up counts in full. `answers_hold_hours` is for how long
    an answer of a session counts; None: on the day on which it was given.
    """

    emergency: str = "your emergency number (112, 999 or 911)"
    team: str = "your cancer team"
    out_of_hours: str = "the hospital's out-of-hours line"
    reviewer: str = "yes"
    answers_hold_hours: int | None = None

    def fill(self, text: str) -> str:
        """A text of the rule book with the names of this clinic in it, each just as the clinic wrote it."""
        return _PLACEHOLDER.sub(lambda found: str(getattr(self, found[1])), text)


def load_settings(path: Path | None) -> Settings:
    """The settings of a YAML file, or the general ones without a file. Raises Problems."""
    if path is None:
        return Settings()
    page = read_page(path)
    if not isinstance(page.data, dict):
        raise Problems([page.problem((), "G001", "settings are keys with texts", "team: the ward on …")])
    names = [field.name for field in fields(Settings)]
    found = []
    for key, value in page.data.items():
        if key not in names:
            found.append(
                page.problem((key,), "G002", f'unknown setting "{key}"', nearest(key, names), key=True)
            )
        elif not isinstance(value, str) or not value:
            what = f"{key} is {'not one text' if value else 'empty'}"
            found.append(page.problem((key,), "G003", what, "a text, or leave the key out"))
        elif key == "reviewer" and value not in ("yes", "no"):
            found.append(page.problem((key,), "G004", f'reviewer is "{value}"', "yes or no"))
        elif key == "answers_hold_hours" and not _HOURS.fullmatch(value):
            hint = "a whole number of hours from 1 to 168"
            found.append(page.problem((key,), "G005", f'answers_hold_hours is "{value}"', hint))
    if found:
        raise Problems(found)
    hours = page.data.get("answers_hold_hours")
    return Settings(**{**page.data, "answers_hold_hours": int(str(hours)) if hours else None})
