"""How far a run is, in a line that is never wider than the terminal: a wider one cannot be written over."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from triage.book.legible import one_line

_GAP, _CUT = "  ", "..."
_SHORTEST_NAME = 8


def progress_line(name: str, parts: Sequence[str], columns: int, encoding: str = "utf-8") -> str:
    """The name and then the parts, the most important first, as far as they fit into so many columns.

    Parts that do not fit are left out, and of a long name its end is shown, which tells files apart. What
    the terminal's `encoding` does not have takes the columns of its escape.
    """
    name = one_line(name).encode(encoding, "backslashreplace").decode(encoding)
    shown = list(parts)
    while shown and _wide(_GAP.join(shown)) > columns:
        shown.pop()
    told = _GAP.join(shown)
    room = columns - (_wide(_GAP + told) if told else 0)
    if room < min(_SHORTEST_NAME, _wide(name)):
        return told
    return _GAP.join(filter(None, (_end(name, room), told)))


def filled(line: str, columns: int) -> str:
    """The line with blanks up to this column, which wipe out a longer one."""
    return line + " " * (columns - _wide(line))


def _end(name: str, room: int) -> str:
    """A name, or as much of its end as fits, behind a mark that it was cut."""
    if _wide(name) <= room:
        return name
    while _wide(_CUT + name) > room:
        name = name[1:]
    return _CUT + name


def _wide(text: str) -> int:
    """The columns that a text takes: Chinese, Japanese and Korean letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
