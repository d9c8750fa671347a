"""What stands in braces is filled in from the settings of a clinic, in some texts; elsewhere it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from triage.book.problems import Problem, nearest
from triage.book.reading.homes import FOLDERS
from triage.book.reading.text import Page, Place, texts_of
from triage.book.rule import PLACEHOLDERS

_BRACES = re.compile(r"(\$?\{[^{}]*\})|[{}]")
_HINT = "one pair around one of " + ", ".join(PLACEHOLDERS)


def wrong_braces(pages: Mapping[str, Page]) -> Iterator[Problem]:
    """Every text that would be shown with braces in it: one problem for each."""
    for path, page in pages.items():
        if path.startswith("documents/"):
            continue
        for place, text in texts_of(page.data):
            if "{" not in text and "}" not in text:
                continue
            said = [(match[0], bool(match[1])) for match in _BRACES.finditer(text)]
            if said and not _is_filled(path, place):
                yield page.problem(
                    place, "R008", f"nothing fills in {said[0][0]} here", "say it without braces"
                )
            elif any(not is_pair for _, is_pair in said):
                yield page.problem(place, "R008", "a brace in this text has no other", _HINT)
            for word in (word for word, is_pair in said if is_pair and _is_filled(path, place)):
                if word not in _FILLED:
                    hint = nearest(word.strip("${ }"), PLACEHOLDERS)
                    yield page.problem(place, "R008", f"unknown placeholder {word}", hint)


_FILLED = [f"{{{name}}}" for name in PLACEHOLDERS]


def _is_filled(path: str, place: Place) -> bool:
    """Whether `Settings.fill` is asked for this text: as `decision.telling` does it."""
    last = place[-1] if place else ""
    if path == "levels.yaml":
        return last in ("patient", "nurse", "safety_net")
    if path == "advice.yaml":
        return last == "text"
    if path == "book.yaml":
        return place == ("outside_scope",)
    return place == ("safety_net",) and "/" in path and path.partition("/")[0] not in FOLDERS
