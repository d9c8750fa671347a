"""The interview: it asks only what can still change the level, and ends where all answers would."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.commands import SMALL
from tests.strategies import answers_to
from triage.assurance.cases.screens import screens_of, screens_report
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.case import Case, load_cases
from triage.book.reading.load import load_book
from triage.book.rule import Level
from triage.book.shipped import shipped_folder
from triage.decision.decide import Decider
from triage.decision.interview import next_question

DECIDER = Decider(load_book(SMALL))
BOOK = DECIDER.book


@cache
def shipped() -> tuple[Decider, tuple[Case, ...]]:
    """Both engines over the shipped book, and its cases."""
    decider = Decider(load_book(shipped_folder("rules")))
    cases, found = load_cases([shipped_folder("cases")], decider.book)
    assert not found
    return decider, tuple(cases)


def complete_patients(book: RuleBook) -> st.SearchStrategy[dict[str, Answer]]:
    """Someone who has an answer, known or not, to every fact."""
    return st.fixed_dictionaries({fact.id: answers_to(fact) for fact in book.facts.values()})


@settings(max_examples=300)
@given(complete_patients(BOOK))
def test_the_interview_ends_with_the_level_that_all_answers_would_give(everything: dict[str, Answer]) -> None:
    whole = DECIDER.decide(everything)
    assume(not whole.contradictions)
    asked: dict[str, Answer] = {}
    decision = DECIDER.decide(asked)
    while (question := next_question(decision)) is not None:
        for fact in question.facts:
            assert fact.id not in asked, "nothing is asked twice"
            asked[fact.id] = everything[fact.id]
        decision = DECIDER.decide(asked)
    assert (decision.urgency, decision.possible) == (whole.urgency, whole.possible)
    assert decision.status != "unfinished" or whole.status == "out_of_scope"


@settings(max_examples=200)
@given(complete_patients(BOOK))
def test_a_question_is_asked_only_while_it_can_change_something(
    everything: dict[str, Answer],
) -> None:
    asked: dict[str, Answer] = {}
    decision = DECIDER.decide(asked)
    while (question := next_question(decision)) is not None:
        scope = {"age"} - asked.keys()
        for fact in question.facts:
            assert fact.id in scope or decision.raises(fact.id), fact.id
        assert decision.urgency < decision.possible or scope
        for fact in question.facts:
            asked[fact.id] = everything[fact.id]
        decision = DECIDER.decide(asked)


def test_red_flags_come_first() -> None:
    asked: dict[str, Answer] = {"age": 60}
    levels = []
    decision = DECIDER.decide(asked)
    while (question := next_question(decision)) is not None:
        levels.append(max(decision.raises(fact.id)[0].urgency for fact in question.facts))
        asked.update({fact.id: fact.mildest or next(iter(fact.answers), 370) for fact in question.facts})
        asked.update({"temperature": 370} if "temperature" in asked else {})
        decision = DECIDER.decide(asked)
    assert levels[0] is Level.now
    assert levels == sorted(levels, reverse=True)


def test_every_emergency_of_the_shipped_cases_is_found_within_ten_screens_and_half_within_four() -> None:
    decider, cases = shipped()
    emergencies = [case for case in cases if decider.decide(case.answers).urgency is Level.now]
    assert len(emergencies) > 50
    counts = []
    for case in emergencies:
        _, screens = screens_of(decider, case)
        assert screens is not None, case.name
        assert screens <= 10, case.name
        counts.append(screens)
    assert sorted(counts)[len(counts) // 2] <= 4


def test_every_well_person_of_the_shipped_cases_is_done_within_13_screens() -> None:
    decider, cases = shipped()
    well = [case for case in cases if case.file.endswith("well-people.yaml")]
    assert well
    for case in well:
        ill = case.answers.get("unwell") in ("a_little", "very")  # asked for temperature and immunotherapy
        assert screens_of(decider, case)[0] <= 13 + 2 * ill, case.name


@pytest.mark.parametrize("name", ["leg_weakness", "leg_numbness"])
def test_heavy_or_numb_legs_alone_are_certain_at_the_first_list(name: str) -> None:
    decider, _ = shipped()
    case = Case("", 1, "legs", "", {"age": 60, "cancer": "other", name: "one_leg"}, None)
    count, emergency = screens_of(decider, case)
    assert count == emergency
    assert count <= 5


def test_the_report_has_a_line_for_each_case_and_the_medians() -> None:
    numb = Case("", 1, "numb", "", {"age": 60, "leg_numbness": "yes"}, None)
    child = Case("", 2, "a child", "", {"age": 12}, None)
    lines = list(screens_report(DECIDER, [numb, child]))
    assert lines[0] == "  2 screens, emergency certain after 2: numb"
    assert lines[1].endswith(": a child")
    assert lines[-1] == "screens until an emergency is certain: median 2, most 2"
    assert list(screens_report(DECIDER, [])) == []
