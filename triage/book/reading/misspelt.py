"""A definition that is misspelt is told once, where it stands, and not again at every use of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from triage.book.facts import NOT_KNOWN_LABELS
from triage.book.problems import Problem, closest
from triage.book.reading.folder import Folder
from triage.book.reading.text import Page, Place
from triage.book.reading.uses import Uses, definitions

_ID = re.compile("[a-z][a-z0-9_]*")
"""How a name is written; of any other it is told what is wrong with it, which may not be seen."""


def correct_definitions(folder: Folder) -> list[Problem]:
    """Says which definitions are misspelt, and gives them, in the pages, the name that they are used by.

    That is one which nothing uses, while another name, nearest to it, is used twice or more and not
    defined. Of a name that is used only once nobody knows which of the two is right.
    """
    if folder.lacks_a_page:
        return []  # what seems to be unused may stand in what could not be read
    found = []
    for answers in (False, True):  # answers once their facts are called by their right names
        for kind, names in _defined(folder, answers=answers).items():
            for name, wanted in _misspelt(folder.uses, kind, set(names)):
                path, place = names[name]
                page = folder.pages[path]
                what = f'"{name}" is used by nothing, and "{wanted}" is not defined'
                found.append(page.problem(place, "B009", what, f'rename it to "{wanted}"', key=True))
                folder.pages[path] = _renamed(page, place, wanted)
    return found


def unsure_kinds(folder: Folder) -> frozenset[str]:
    """The kinds of names of which one is used several times and defined nowhere, while a file is unread.

    Whether the definition is misspelt nobody can say then, and each use of it would be a problem.
    """
    if not folder.lacks_a_page:
        return frozenset()
    defined = _defined(folder, answers=False) | _defined(folder, answers=True)
    return frozenset(
        kind
        for kind, names in defined.items()
        for word in folder.uses.of_kind(kind)
        if word not in names and word not in NOT_KNOWN_LABELS and folder.uses.times(kind, word) > 1
    )


def _defined(folder: Folder, *, answers: bool) -> dict[str, dict[str, tuple[str, Place]]]:
    """The file and place of each name, by kind."""
    defined: dict[str, dict[str, tuple[str, Place]]] = {}
    for kind, name, path, place in definitions(folder.pages):
        if kind.startswith("answer to ") == answers:
            defined.setdefault(kind, {})[name] = (path, place)
    return defined


def _misspelt(uses: Uses, kind: str, names: set[str]) -> list[tuple[str, str]]:
    """The names of a kind that are misspelt, each with the name that it is used by."""
    meant: dict[str, list[str]] = {}
    for word in uses.of_kind(kind):
        if word not in names and word not in NOT_KNOWN_LABELS:
            name = closest(word, names)
            if name is not None and not uses.times(kind, name):
                meant.setdefault(name, []).append(word)
    return [
        (name, words[0])
        for name, words in meant.items()
        if len(words) == 1 and _ID.fullmatch(name) and uses.times(kind, words[0]) > 1
    ]


def _renamed(page: Page, place: Place, name: str) -> Page:
    """A page in which the key at a place has another name, and stands where it stood."""
    to = (*place[:-1], name)
    places: list[dict[Place, tuple[int, int]]] = [
        {(*to, *at[len(place) :]) if at[: len(place)] == place else at: mark for at, mark in marks.items()}
        for marks in (page.values, page.keys)
    ]
    return replace(page, data=_with_key(page.data, place, name), values=places[0], keys=places[1])


def _with_key(data: Any, place: Place, name: str) -> dict[str, Any]:
    first, *rest = place
    if rest:
        return {**data, first: _with_key(data[first], tuple(rest), name)}
    return {name if key == first else key: value for key, value in data.items()}
