"""Text fit to be shown: what is invisible, or would steer a terminal, is spelled out.

Names of files, columns and rows come from other people. Shown as they are, one could clear the screen,
recolour a level, or forge a line of the result.
"""

from __future__ import annotations


def legible(text: str) -> str:
    """The same text with every other blank as a space, and what cannot be seen as `\\x1b`.

    Line breaks and tabs stay.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def one_line(text: str) -> str:
    """The same, and also in one line: a line break is spelled out."""
    return legible(text).replace("\n", "\\x0a").replace("\t", " ")


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in "\n\t":
        return letter
    blank = letter.isspace() and letter not in _LINE_BREAKS
    return " " if blank else f"\\x{ord(letter):02x}"


_LINE_BREAKS = "\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
