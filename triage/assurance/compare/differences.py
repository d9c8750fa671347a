"""What else differs between two rule books: rules beyond their conditions, questions, words, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.quantity import Scale
from triage.book.sources import Document

Group = Literal["Advice", "Questions", "Wording", "Book"]
GROUPS: tuple[Group, ...] = ("Advice", "Questions", "Wording", "Book")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `Book` is what nobody who is asked or advised will notice."""

    group: Group
    says: str


_RULE: dict[str, Group] = {
    "urgency": "Advice",
    "suspects": "Advice",
    "exams": "Advice",
    "safety_net": "Advice",
    "title": "Wording",
    "because": "Wording",
    "status": "Book",
    "sources": "Book",
}
_FACT: dict[str, Group] = {
    "ask": "Wording",
    "short": "Wording",
    "nurse": "Wording",
    "denied": "Wording",
    "usual": "Wording",
    "ordered": "Questions",
    "kind": "Questions",
    "asked_of": "Questions",
    "lasts": "Questions",
    "screen": "Questions",
    "sources": "Book",
}
_NAMED: dict[str, Group] = {"name": "Wording", "plain": "Wording", "sources": "Book"}
_LEVEL: dict[str, Group] = {
    "name": "Wording",
    "patient": "Advice",
    "nurse": "Advice",
    "safety_net": "Advice",
    "sources": "Book",
}
_SCREEN: dict[str, Group] = {"ask": "Wording", "nurse": "Wording"}


def differences(
    old: RuleBook, new: RuleBook, renamed: Iterable[tuple[str, str]] = ()
) -> Iterator[Difference]:
    """Every difference besides the conditions of rules and who is raised or lowered by them.

    `renamed` are rules that have another name in the new book.
    """
    for part in ("title", "version", "status"):
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            yield Difference("Book", f"{part}: {_was(before, after)}")
    names = dict(renamed)
    yield from _common("rule", {names.get(id, id): rule for id, rule in old.rules.items()}, new.rules, _RULE)
    for id, fact in new.facts.items():
        if id in old.facts:
            yield from _fact(old.facts[id], fact)
    yield from _came_and_went("question", "Questions", old.facts, new.facts)
    yield from _common("question", old.facts, new.facts, _FACT)
    old_levels, new_levels = (
        {level.name: words for level, words in book.levels.items()} for book in (old, new)
    )
    yield from _common("level", old_levels, new_levels, _LEVEL)
    kinds: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        ("examination", old.exams, new.exams),
        ("suspicion", old.suspicions, new.suspicions),
    )
    for kind, before, after in kinds:
        yield from _came_and_went(kind, "Advice", before, after)
        yield from _common(kind, before, after, _NAMED)
    yield from _came_and_went("screen", "Questions", old.screens, new.screens)
    yield from _common("screen", old.screens, new.screens, _SCREEN)
    shared = [id for id in old.screens if id in new.screens]
    if shared != [id for id in new.screens if id in old.screens]:
        yield Difference("Questions", "the screens are asked in another order")
    advice = ({a.text: (a.when, a.shown_to) for a in book.advice} for book in (old, new))
    yield from _equal_or_changed("sentence of advice", "Advice", *advice)
    nevers = ({c.because.strip(): c.never for c in book.constraints} for book in (old, new))
    yield from _equal_or_changed("constraint", "Advice", *nevers)
    if old.scope != new.scope:
        yield Difference("Advice", "who the book is for: the scope is another")
    if old.outside_scope != new.outside_scope:
        yield Difference("Wording", f"outside the scope: {_was(old.outside_scope, new.outside_scope)}")
    guarantees = ({g.name: g for g in book.guarantees} for book in (old, new))
    yield from _equal_or_changed("guarantee", "Book", *guarantees)
    exceptions = ({e.name: e for e in book.exceptions} for book in (old, new))
    yield from _equal_or_changed("exception", "Book", *exceptions)
    yield from _equal_or_changed("finding", "Book", old.findings, new.findings)
    documents = ({id: _placeless(d) for id, d in book.documents.items()} for book in (old, new))
    yield from _equal_or_changed("document", "Book", *documents)


def _placeless(document: Document) -> Document:
    """The document without where in its file it says so."""
    statements = {id: replace(s, place=(1, 1)) for id, s in document.statements.items()}
    return replace(document, statements=statements, page="", place=(1, 1))


def _fact(old: Fact, new: Fact) -> Iterator[Difference]:
    for kind, before, after in (
        ("answer", old.answers, new.answers),
        ("way of not knowing", old.not_known, new.not_known),
    ):
        yield from _came_and_went(f"{new.id}: {kind}", "Questions", before, after)
        for id in after:
            if id in before and before[id] != after[id]:
                yield Difference("Wording", f"{new.id}: {kind} {id}: {_was(before[id], after[id])}")
    common = [id for id in old.answers if id in new.answers]
    if common != [id for id in new.answers if id in old.answers]:
        yield Difference("Questions", f"{new.id}: the answers stand in another order")
    if old.scale != new.scale:
        yield Difference("Questions", f"{new.id}: {_was(_scale(old.scale), _scale(new.scale))}")


def _scale(scale: Scale | None) -> str:
    if scale is None:
        return "a choice"
    usual = f", usual {scale.digits(scale.usual[0])} to {scale.write(scale.usual[1])}" if scale.usual else ""
    ends = f"{scale.digits(scale.low)} to {scale.write(scale.high)}"
    return f"{ends} in steps of {scale.digits(1)}, worse: {scale.worse}{usual}"


def _came_and_went(
    kind: str, group: Group, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[Difference]:
    yield from (Difference(group, f"{kind} {id} removed") for id in old if id not in new)
    yield from (Difference(group, f"{kind} {id} added") for id in new if id not in old)


def _equal_or_changed(
    kind: str, group: Group, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[Difference]:
    yield from _came_and_went(kind, group, old, new)
    yield from (Difference(group, f"{kind} {id} changed") for id in new if id in old and old[id] != new[id])


def _common(
    kind: str, old: Mapping[str, object], new: Mapping[str, object], parts: Mapping[str, Group]
) -> Iterator[Difference]:
    """The parts that differ of what both books have."""
    for id, thing in new.items():
        for part, group in parts.items():
            if id in old and hasattr(thing, part):
                before, after = getattr(old[id], part), getattr(thing, part)
                if before != after:
                    said = "other sources" if part == "sources" else f"{part}: {_was(before, after)}"
                    yield Difference(group, f"{kind} {id}: {said}")


def _was(old: object, new: object) -> str:
    return f"{_written(old)} → {_written(new)}"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(getattr(value, "name", value)).strip()
