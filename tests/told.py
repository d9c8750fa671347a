"""Everything that a patient and a nurse are told of some people, as one text, so that no word changes unseen.

`python -m tests.told` writes it anew; the difference is for somebody to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.facts import Answer, Known, NotKnown
from triage.book.reading.load import load_book
from triage.decision.decide import Decider, Decision
from triage.decision.explain import explain, full, why, why_not
from triage.decision.interview import next_question, why_asked
from triage.decision.settings import Settings
from triage.decision.telling import Passage, tell_nurse, tell_patient
from triage.engines.durable import EngineFailure
from triage.engines.truth import Firings

KEPT = Path(__file__).with_name("told.txt")
SMALL = Path(__file__).parent / "books" / "small"
SETTINGS = Settings(emergency="144", team="the ward on 01 234", out_of_hours="the night line")
WELL: dict[str, Answer] = {
    "age": 60,
    "cancer": "elsewhere",
    "skin_lump": "none",
    "leg_weakness": "none",
    "leg_numbness": "no",
    "back_pain": "none",
    "chills": "no",
    "feeling_ill": "no",
}
LUMP: dict[str, Answer] = {**WELL, "cancer": "lung", "skin_lump": "new"}
PEOPLE: dict[str, tuple[dict[str, Answer], tuple[str, ...]]] = {
    "nothing was asked": ({}, ()),
    "everything is denied": ({**WELL, "temperature": 366}, ()),
    "both legs are weak and numb": ({"leg_weakness": "both_legs", "leg_numbness": "yes"}, ()),
    "the pain stays, the rest was not asked": ({"age": 60, "cancer": "liver", "back_pain": "lasting"}, ()),
    "the pain stays": ({**WELL, "cancer": "liver", "back_pain": "lasting"}, ()),
    "a small lump and no report": ({**LUMP, "lump_size": 12, "blood_flow": NotKnown("not_reported")}, ()),
    "a small lump that is measured": ({**LUMP, "lump_size": 12, "blood_flow": "absent"}, ()),
    "a lump of 20 mm": ({**LUMP, "lump_size": 20}, ()),
    "two signs of an infection": ({**WELL, "temperature": 352, "chills": "yes"}, ()),
    "the temperature is not known": (
        {**WELL, "chills": "yes", "temperature": NotKnown("unknown"), "feeling_ill": NotKnown("declined")},
        (),
    ),
    "numb legs are not known": ({**WELL, "leg_numbness": NotKnown("unknown")}, ()),
    "a lump is ticked, and a pain": ({"age": 60, "cancer": "lung"}, ("skin_lump", "back_pain")),
    "no lump, in which blood flows": (
        {**WELL, "cancer": "lung", "blood_flow": "present", "lump_size": 12},
        (),
    ),
    "a child": ({"age": 12}, ()),
    "a child with numb legs": ({"age": 12, "leg_numbness": "yes"}, ()),
}
IN_FULL = {
    "nothing was asked",
    "a small lump and no report",
    "two signs of an infection",
    "numb legs are not known",
    "a lump is ticked, and a pain",
    "the second engine contradicts itself",
}


class _Wrong:
    """A second engine that finds nothing, or finds the emergency, or fails."""

    def __init__(self, how: str) -> None:
        self._how = how

    def decide(self, known: Mapping[str, Known]) -> Firings:
        if self._how == "fails":
            raise EngineFailure("durable-rules gave an action without a rule")
        cord = frozenset({"any/cord-sign"})
        return {
            "invents": Firings(cord, cord),
            "contradicts itself": Firings(cord, frozenset()),
            "doubts": Firings(frozenset(), cord),
        }[self._how]


def told_text() -> str:
    book = replace(load_book(SMALL), hash="0" * 64)
    return "\n".join(line.rstrip() for line in _lines(book)) + "\n"


def _lines(book: RuleBook) -> Iterator[str]:
    decider = Decider(book)
    for name, (answers, ticked) in PEOPLE.items():
        yield from _person(name, decider.decide(answers, ticked))
    nobody = Decider(book, replace(SETTINGS, reviewer="no"))
    name = "numb legs are not known"
    yield from _person(f"{name}, and nobody can look at it", nobody.decide(PEOPLE[name][0]))
    for how in ("invents", "contradicts itself", "doubts", "fails"):
        decision = Decider(book, second=_Wrong(how)).decide({**WELL, "temperature": 366})
        yield from _person(f"the second engine {how}", decision)


def _person(name: str, decision: Decision) -> Iterator[str]:
    yield f"=== {name}: {decision.status}, {decision.urgency.name} to {decision.possible.name}"
    yield "--- the patient"
    yield from _passages(tell_patient(decision, SETTINGS))
    yield "--- the nurse"
    yield from _passages(tell_nurse(decision, SETTINGS))
    for title, keep in (("why", why), ("why not", why_not)):
        ids = [judged.rule.id for judged in decision.judged if keep(decision, judged)]
        yield f"--- {title}: {', '.join(ids)}"
    if name in IN_FULL:
        yield "--- in full"
        yield from explain(decision, full)
    question = next_question(decision)
    yield f"--- asked next: {question.screen.id if question else 'nothing'}"
    for fact in question.facts if question else ():
        yield fact.ask
    if question:
        yield from why_asked(decision, question.facts, nurse=False)
        yield from why_asked(decision, question.facts, nurse=True)


def _passages(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        yield f"{passage.heading} [{passage.tone}]"
        yield from (f"  {line}" for line in passage.lines)


if __name__ == "__main__":
    KEPT.write_text(told_text(), "utf-8")
