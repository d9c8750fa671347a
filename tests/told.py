"""Everything that is told of some people, whole, so that no word and no number changes unseen.

`python -m tests.told` writes it anew into `told_whole/`; the difference is for somebody to read.
"""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.here import run_here
from triage.book.book import RuleBook
from triage.book.facts import Answer, Fact, Known, NotKnown
from triage.book.reading.load import load_book
from triage.calls.note import Call, handover_note
from triage.cohort.tables.columns import column_names
from triage.decision.decide import Decider, Decision
from triage.decision.document import decision_document
from triage.decision.explain import explain, full, why, why_not
from triage.decision.interview import next_question, why_asked
from triage.decision.settings import Settings
from triage.decision.telling import Passage, tell_nurse, tell_patient
from triage.engines.durable import EngineFailure
from triage.engines.truth import Firings

KEPT = Path(__file__).with_name("told_whole")
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
    "a child with two signs of an infection": ({"age": 12, "temperature": 352, "chills": "yes"}, ()),
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


def told_text(book: RuleBook) -> str:
    """What the patient and the nurse are told of each, why, and what is asked next."""
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


def told_of_a_table(folder: Path) -> Iterator[tuple[str, str]]:
    """The results of a table, and the pages drawn of them, by the names of the files."""
    book = load_book(SMALL)
    table = [column_names(book), *_rows(book)]
    (folder / "in.csv").write_text("\n".join(map(",".join, table)) + "\n", "utf-8")
    said = run_here(folder, "batch", "in.csv", "-o", "out.csv")
    yield "said.txt", _steady(book, said.out + said.err)
    results = _steady(book, (folder / "out.csv").read_text("utf-8"))
    yield "results.csv", results
    yield "problems.csv", (folder / "out.csv.problems.csv").read_text("utf-8")
    lines = results.splitlines()
    lines[9] = lines[9].replace("0.1.0 ", "0.2.0 ")
    (folder / "mixed.csv").write_text("\n".join(lines) + "\n", "utf-8")
    for name, results, options in (
        ("page.html", "out.csv", ()),
        ("masked.html", "out.csv", ("--mask", "5")),
        ("mixed.html", "mixed.csv", ()),
    ):
        os.utime(folder / results, (1_800_000_000, 1_800_000_000))
        run_here(folder, "report", results, "-o", name, *options)
        page = re.sub('(?<=base64,)[^"]*', "", (folder / name).read_text("utf-8"))
        page = re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)
        yield name, _steady(book, page.replace("><", ">\n<"))


CALL = Call("a call", datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC))


def told_in_notes(book: RuleBook) -> str:
    """The hand-over note of each."""
    decider = Decider(book)
    notes = [
        f"=== {name}\n{handover_note(decider.decide(*said), SETTINGS, CALL)}" for name, said in PEOPLE.items()
    ]
    return "\n".join(notes)


def told_as_json(book: RuleBook) -> str:
    """The JSON of some of the people."""
    decider = Decider(book)
    documents = {
        name: decision_document(decider.decide(*said)) for name, said in PEOPLE.items() if name in IN_FULL
    }
    return json.dumps(documents, indent=1, ensure_ascii=False) + "\n"


def _rows(book: RuleBook) -> Iterator[list[str]]:
    rng = random.Random(1)
    for number in range(80):
        answers = [_cell(rng, fact) for fact in book.facts.values()]
        yield [f"p{number}", f"2026-{1 + number // 16:02}-{1 + number % 28:02}", *answers]
    yield ["wrong", "yesterday", *("what" for _ in book.facts)]


def _cell(rng: random.Random, fact: Fact) -> str:
    """Mostly known, and mostly the mildest answer."""
    if (chance := rng.random()) < 0.25:
        return "" if chance < 0.15 else "unknown"
    if fact.scale is not None:
        low, high = fact.scale.usual or (fact.scale.low, min(fact.scale.high, fact.scale.low + 90))
        return fact.scale.digits(rng.randint(low, high) if rng.random() < 0.8 else rng.randint(low, high + 5))
    return rng.choice([*fact.answers, *[next(iter(fact.answers))] * 4])


def _steady(book: RuleBook, text: str) -> str:
    """Without what differs from one day, or one edit of the book, to the next."""
    return text.replace(book.hash, "0" * 64).replace(book.hash[:12], "0" * 12)


def told_whole(folder: Path) -> dict[str, str]:
    """The texts by the names of their files."""
    book = replace(load_book(SMALL), hash="0" * 64)
    return {
        "people.txt": told_text(book),
        "notes.txt": told_in_notes(book),
        "decisions.json": told_as_json(book),
        **dict(told_of_a_table(folder)),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for name, text in told_whole(Path(temporary)).items():
            (KEPT / name).write_text(text, "utf-8")
