"""Who to call and whether somebody can look: what differs from clinic to clinic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from triage.book.problems import Problems, nearest
from triage.book.reading.text import read_page
from triage.book.rule import PLACEHOLDERS
from triage.decision.reachable import Wrong, wrong_number, wrong_words

_PLACEHOLDER = re.compile(rf"\{{({'|'.join(PLACEHOLDERS)})\}}")
_SAME_DAY = "the same day"
_HOURS = re.compile("([1-9]|[1-9][0-9]|1[0-5][0-9]|16[0-8]) hours?")


def _wrong_choice(name: str, text: str) -> Wrong | None:
    return None if text in ("yes", "no") else Wrong("G004", f'{name} is "{text}"', "yes or no")


def _wrong_time(name: str, text: str) -> Wrong | None:
    hint = f"{_SAME_DAY}, or hours, from 1 hour to 168 hours"
    return None if text == _SAME_DAY or _HOURS.fullmatch(text) else Wrong("G005", f'{name} is "{text}"', hint)


_WRONG: Mapping[str, Callable[[str, str], Wrong | None]] = {
    "emergency": wrong_number,
    "team": wrong_words,
    "out_of_hours": wrong_words,
    "reviewer": _wrong_choice,
    "answers_count_for": _wrong_time,
}
"""Every setting, and what says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The words for people and numbers in every text, and who can review an open red flag.

    `reviewer` is `yes` where a person can look at an answer that nobody knew, and `no` where there
    is nobody: then an open rule from `today` up counts in full. `answers_count_for` is how long an
    answer of a session counts. Raises ValueError with everything that is wrong: a patient would read it.
    """

    emergency: str = "your emergency number (112, 999 or 911)"
    team: str = "your cancer team"
    out_of_hours: str = "the hospital's out-of-hours line"
    reviewer: str = "yes"
    answers_count_for: str = "the same day"

    def __post_init__(self) -> None:
        if wrong := [f"{one.what} ({one.write})" for _, one in _wrong_settings(asdict(self))]:
            raise ValueError("; ".join(wrong))

    @property
    def hours(self) -> int | None:
        """For how many hours an answer of a session counts; None: on the day on which it was given."""
        found = _HOURS.fullmatch(self.answers_count_for)
        return int(found[1]) if found else None

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
    found = [
        page.problem((key,), "G002", f'unknown setting "{key}"', nearest(key, _WRONG), key=True)
        for key in page.data
        if key not in _WRONG
    ]
    found += [page.problem((key,), *wrong) for key, wrong in _wrong_settings(page.data)]
    if found:
        raise Problems(found)
    return Settings(**page.data)


def _wrong_settings(said: Mapping[str, object]) -> Iterator[tuple[str, Wrong]]:
    """What is wrong with each of these settings, those that are known."""
    for name, wrong_with in _WRONG.items():
        value = said.get(name)
        if name in said and not isinstance(value, str):
            yield name, Wrong("G003", f"{name} is not one text", "a text, or leave the key out")
        elif isinstance(value, str) and (wrong := wrong_with(name, value)):
            yield name, wrong
