"""Which folder of a rule book a file belongs to, by what is in it."""

from __future__ import annotations

from triage.book.reading.text import Data

FOLDERS = ("facts", "findings", "documents")
"""The folders of a rule book that hold no rules."""

_HOMES = {
    "rule": ("this is a rule", "move it to the folder of its cancer, or to any/"),
    "facts": ("these are facts", "move the file to facts/"),
    "findings": ("these are findings", "move the file to findings/"),
    "documents": ("this is a document", "move it to documents/"),
}


def out_of_place(path: str, data: Data) -> tuple[str, str] | None:
    """What a file holds and where it belongs, when it clearly belongs to another folder than its own."""
    folder = path.partition("/")[0]
    home = _home(data)
    if home is None or home == (folder if folder in FOLDERS else "rule"):
        return None
    return _HOMES[home]


def _home(data: Data) -> str | None:
    if not isinstance(data, dict) or not data:
        return None
    if len(data.keys() & {"urgency", "suspects", "when", "because", "exams", "sources", "examples"}) >= 4:
        return "rule"
    if "id" in data and isinstance(data.get("statements"), dict):
        return "documents"
    entries = [entry for entry in data.values() if isinstance(entry, dict)]
    if 2 * len(entries) <= len(data):
        return None
    if any("ask" in entry and "asked_of" in entry for entry in entries):
        return "facts"
    if any("when" in entry and "sources" in entry for entry in entries):
        return "findings"
    return None
