"""Which names a rule book uses and which it defines, before anybody looks into what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from triage.book.reading.text import Page, Place, texts_of

_CONDITIONS = {"when", "never", "given", "scope"}
_GROUP = re.compile("all|any|at least .*")
_LISTS = {"suspects": "suspicion", "exams": "exam", "includes": "exam", "supports": "part"}
_FILES = {"screens.yaml": "screen", "exams.yaml": "exam", "suspicions.yaml": "suspicion"}
_FOLDERS = {"facts": "fact", "findings": "finding"}


@dataclass
class Uses:
    """How often each name of a kind stands where such a name is meant; `part` is any kind that has a source.

    An answer is of the kind `answer to` its fact.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, pages: Mapping[str, Page]) -> Uses:
        uses = cls()
        for path, page in pages.items():
            uses.counts.update(_uses(path, page))
        return uses

    def times(self, kind: str, name: str) -> int:
        """How often a name stands where one of this kind can be meant."""
        return self.counts[kind, name] + (self.counts["part", name] if kind in _WITH_SOURCES else 0)

    def of_kind(self, kind: str) -> Counter[str]:
        """The names that stand where only one of this kind is meant."""
        return Counter({name: count for (of, name), count in self.counts.items() if of == kind})


_WITH_SOURCES = {"fact", "finding", "exam"}


def _uses(path: str, page: Page) -> Iterator[tuple[str, str]]:
    if path.startswith("documents/"):
        return
    in_facts = path.startswith("facts/")
    for place, text in texts_of(page.data):
        steps = [step for step in place if isinstance(step, str)]
        last = steps[-1] if steps else ""
        if last == "statements":
            yield "document", text.partition(".")[0]
        elif in_facts:
            if len(place) == 2 and last == "screen":
                yield "screen", text
        elif last in _LISTS:
            yield _LISTS[last], text
        elif last == "finding":
            yield "finding", text
        elif (_CONDITIONS & set(steps[:-1]) and not _GROUP.fullmatch(last)) or (
            steps[:1] == ["examples"] and last != "fires"
        ):
            yield "fact", last
            yield f"answer to {last}", text


def definitions(pages: Mapping[str, Page]) -> Iterator[tuple[str, str, str, Place]]:
    """The kind, name, file and place of everything that is defined, whether or not it can be read."""
    for path, page in pages.items():
        folder = path.partition("/")[0]
        kind = _FILES.get(path) or _FOLDERS.get(folder)
        if kind is None or not isinstance(page.data, dict):
            continue
        for name, said in page.data.items():
            yield kind, name, path, (name,)
            for part in ("answers", "not_known") if kind == "fact" and isinstance(said, dict) else ():
                words = said.get(part)
                for word in words if isinstance(words, dict) else ():
                    yield f"answer to {name}", word, path, (name, part, word)


def page_defining(pages: Mapping[str, Page], folder: str, place: Place) -> Page:
    """The page of a folder that has a key at this place; there must be one."""
    return next(p for path, p in pages.items() if path.startswith(f"{folder}/") and place in p.keys)
