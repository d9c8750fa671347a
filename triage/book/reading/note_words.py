"""Words in which a note says what was denied, and names that are listed with others in one line.

A book that lacks them loads, so that books written before can be used and compared; `check` tells.
"""

from __future__ import annotations

from collections.abc import Mapping

from triage.book.reading import shape
from triage.book.reading.folder import Folder
from triage.book.reading.text import Place


def ask_for_denials(folder: Folder, path: str, id: str, said: shape.FactShape) -> None:
    """Code F015: an ordered symptom or finding, and nothing else, has one of `denied` and `usual`."""
    page = folder.pages[path]
    written = [key for key, words in (("denied", said.denied), ("usual", said.usual)) if words]
    if said.answers and said.ordered == "yes" and said.kind != "background":
        mildest = next(iter(said.answers.values()))
        if not written:
            what = f'{id} does not say how a note puts its mildest answer, "{mildest}"'
            hint = "denied: no …; or usual: … where it denies nothing"
            folder.say(page, (id,), "F015", what, hint, key=True, loads=True)
        elif len(written) == 2:
            folder.say(
                page, (id, "usual"), "F015", f"{id} has both `denied` and `usual`", "one of the two", key=True
            )
    elif written and not (said.answers and said.kind == "symptom"):  # which must be ordered: F009
        what = f"{id} has no mildest answer that a note could say so"
        folder.say(page, (id, written[0]), "F015", what, "leave it out", key=True)


def ask_for_one_name(folder: Folder, path: str, names: Mapping[Place, str]) -> None:
    """Code B010: no name holds what stands between the names of a list, or it would read as two of them."""
    for place, name in names.items():
        if ";" in name:
            hint = "a comma or a word; `;` stands between the names of a list"
            folder.say(folder.pages[path], place, "B010", f'"{name}" reads as two', hint, loads=True)


def names_of_a_fact(id: str, said: shape.FactShape) -> dict[Place, str]:
    """What of a fact is listed, by its place."""
    words = {"short": said.short, "nurse": said.nurse, "denied": said.denied, "usual": said.usual}
    return {
        **{(id, key): name for key, name in words.items()},
        **{(id, "answers", answer): label for answer, label in said.answers.items()},
        **{(id, "not_known", word): label for word, label in said.not_known.items()},
    }
