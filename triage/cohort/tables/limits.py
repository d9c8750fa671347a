"""How large a cell may be, and how much of a table is in memory at a time: the same in every form.

A table of a few bytes can say of itself that it is huge, or be it, where the same text stands for every
row. So the size of each part is known before it is read, and a part that is too large is refused.
"""

from __future__ import annotations

from pathlib import Path

from triage.book.problems import Problem, Problems

MAX_CELL = 400
"""How many bytes an id, or any other cell, may have; of a longer one the row is refused."""
MOST_TEXT = 2**26
"""The bytes of text that are read for one chunk."""
MOST_IN_A_CHUNK = 2**28
"""The bytes that the rows of one chunk may take unpacked, and what their columns list."""
MOST_AT_ONCE = 2**30
"""The same for rows that can only be read together, although they make many chunks."""
MOST_METADATA = 2**24
"""The bytes in which a file may say what is in it."""

TOO_LONG = f"longer than {MAX_CELL} bytes"


def is_too_long(cell: str) -> bool:
    """Whether a cell has more bytes than a cell may have."""
    return 4 * len(cell) > MAX_CELL and len(cell.encode("utf-8", "surrogatepass")) > MAX_CELL


def trimmed(cell: str) -> str:
    """A cell without spaces around it. One that is too long stays as it is, to be refused."""
    return cell if is_too_long(cell) else cell.strip()


def too_large(path: Path, part: str, most: int, instead: str) -> Problems:
    """What is said of a part of a file that would take more memory than it may."""
    what = f"{part} would take more than {most >> 20:,} MiB of memory"
    return Problems([Problem(str(path), 1, 1, "Q011", what, instead)])
