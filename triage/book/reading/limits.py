"""How large a rule book may be: what another person made must not take all memory."""

from __future__ import annotations

from triage.book.problems import Problem
from triage.book.reading.text import TOO_LARGE

MOST_FILES, MOST_BYTES, MOST_VALUES = 5_000, 16_000_000, 150_000


def file_too_large(file: str) -> Problem:
    """What is said of a file of a rule book that is larger than any may be."""
    return Problem(file, 1, 1, *TOO_LARGE)


def book_too_large(folder: str) -> Problem:
    """What is said of a rule book whose files have more than MOST_BYTES bytes."""
    what = f"the files have more than {MOST_BYTES:,} bytes altogether"
    return Problem(folder, 1, 1, "B010", what, "keep only what belongs to the rule book")


def too_many_files(folder: str) -> Problem:
    """What is said of a rule book with more than MOST_FILES files."""
    return Problem(folder, 1, 1, "B010", f"more than {MOST_FILES:,} files", "name the folder of a rule book")


def too_many_values(folder: str) -> Problem:
    """What is said of a rule book with more than MOST_VALUES values."""
    what = f"more than {MOST_VALUES:,} values altogether"
    return Problem(folder, 1, 1, "B010", what, "keep only what belongs to the rule book")
