"""Words that look alike and say the opposite, such as `no_fever` and `fever`, or left and right.

A hint that offers the one for the other would be followed, for every row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_DENYING = frozenset(
    {"no", "not", "non", "never", "none", "nil", "without", "denies", "denied", "absent", "cannot"}
)
_DENIES_BEFORE = ("un", "non", "in", "im", "ir", "dis", "ab")
"""What makes the opposite of a word that it stands before."""
_PAIRS = (
    *(("left", "right"), ("more", "less"), ("above", "below")),
    *(("before", "after"), ("better", "worse"), ("high", "low"), ("higher", "lower"), ("upper", "lower")),
    *(("larger", "smaller"), ("new", "old"), ("positive", "negative"), ("with", "without")),
    *(("younger", "older"), ("fast", "slow"), ("gain", "loss"), ("first", "last"), ("one", "both")),
)
_BEGINNINGS = (("hyper", "hypo"), ("in", "de"), ("over", "under"), ("pre", "post"), ("intra", "extra"))


def say_the_opposite(word: str, other: str) -> bool:
    """Whether one of two similar words, turned round, is the other or more like it."""
    denials, others = _denials(word), _denials(other)
    if denials > others:
        bare = _without_denials(word)  # `not_known` may mean `unknown`, and `no_unwell` not `unwell`
        alike = _likeness(bare, other)
        return bool(others) or not any(_likeness(bare, turned) > alike for turned in _turned_round(other))
    if denials < others and _likeness(word, _without_denials(other)) > _likeness(word, other):
        return True
    alike = _likeness(word, other)
    return any(_likeness(turned, other) > alike for turned in _turned_round(word)) or any(
        _likeness(word, turned) > alike for turned in _turned_round(other)
    )


def _parts(word: str) -> list[str]:
    return re.split("[_ -]", word.lower())


def _denials(word: str) -> int:
    return sum(part in _DENYING for part in _parts(word))


def _without_denials(word: str) -> str:
    return "_".join(part for part in _parts(word) if part not in _DENYING)


def _turned_round(word: str) -> Iterator[str]:
    """A word with one of its parts changed so that it says the opposite."""
    parts = _parts(word)
    for place, part in enumerate(parts):
        for changed in _opposites(part):
            yield "_".join([*parts[:place], changed, *parts[place + 1 :]])


def _opposites(part: str) -> Iterator[str]:
    for beginning in _DENIES_BEFORE:
        if part.startswith(beginning):
            yield part.removeprefix(beginning)
    for pair in (*_PAIRS, *(pair[::-1] for pair in _PAIRS)):
        if part == pair[0]:
            yield pair[1]
    for begins, instead in (*_BEGINNINGS, *(pair[::-1] for pair in _BEGINNINGS)):
        if part.startswith(begins):
            yield instead + part.removeprefix(begins)


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, word.lower(), other.lower()).ratio()
