"""The interval, the status, the advice and what is open, row by row, on the small book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from triage.book.book import RuleBook
from triage.book.facts import Answer, Known
from triage.book.logic import All, Any, Is, Spans
from triage.book.rule import Constraint, Level, Told
from triage.decision.decide import Decider, Decision
from triage.decision.explain import explain, full, why, why_not
from triage.decision.interview import next_question
from triage.decision.settings import Settings
from triage.decision.telling import tell_patient
from triage.engines.durable import EngineFailure
from triage.engines.reference import firings
from triage.engines.truth import Firings

DENIED = {
    "leg_weakness": "none",
    "leg_numbness": "no",
    "back_pain": "none",
    "chills": "no",
    "feeling_ill": "no",
    "skin_lump": "none",
}
WELL = {"age": "60 years", "cancer": "lung", **DENIED}


def decide(book: RuleBook, said: dict[str, str], reviewer: str = "yes") -> Decision:
    answers: dict[str, Answer] = {name: book.facts[name].read(word) for name, word in said.items()}
    return Decider(book, Settings(reviewer=reviewer)).decide(answers)


LUMP = {**WELL, "skin_lump": "new", "lump_size": "4 mm"}
FEVER = {**WELL, "temperature": "38.2 °C"}
TABLE: list[tuple[str, dict[str, str], str, str, str, str, set[str]]] = [
    # what, answers, urgency, possible, advice, status, open
    ("nothing was asked", {}, "none", "now", "no_level", "unfinished", {"leg_weakness", "leg_numbness"}),
    ("everything denied", WELL, "none", "none", "none", "decided", set()),
    ("a sign is enough", {"leg_weakness": "one_leg"}, "now", "now", "now", "decided", set()),
    (
        "a sign not known, nothing else there: a person must look",
        {**WELL, "leg_weakness": "unknown"},
        "none", "now", "review_today", "unresolved", {"leg_weakness"},
    ),
    (
        "declined is as unknown",
        {**WELL, "leg_weakness": "declined"},
        "none", "now", "review_today", "unresolved", {"leg_weakness"},
    ),
    (
        "a lump that is there, blood flow not reported: counts in full",
        {**LUMP, "blood_flow": "not_reported"},
        "none", "today", "today", "unresolved", {"blood_flow"},
    ),
    (
        "a lump that is there, blood flow not asked: not finished, and not counted",
        LUMP,
        "none", "today", "no_level", "unfinished", {"blood_flow"},
    ),
    (
        "one of two signs there, another not known",
        {**FEVER, "chills": "unknown"},
        "none", "today", "today", "unresolved", {"chills"},
    ),
    (
        "two signs of two, whatever the third",
        {**FEVER, "chills": "yes", "feeling_ill": "unknown"},
        "today", "today", "today", "decided", set(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "urgency", "possible", "advice", "status", "open_facts"),
    [pytest.param(*row[1:], id=row[0]) for row in TABLE],
)
def test_the_interval_the_advice_and_the_status(
    small_book: RuleBook,
    said: dict[str, str],
    urgency: str,
    possible: str,
    advice: str,
    status: str,
    open_facts: set[str],
) -> None:
    decision = decide(small_book, said)
    assert (decision.urgency.name, decision.possible.name, decision.advice.name) == (
        urgency,
        possible,
        advice,
    )
    assert decision.status == status
    assert open_facts <= set(decision.open)
    assert decision.engines_agree


def test_an_open_rule_without_a_sign_is_for_a_person_and_counts_where_there_is_nobody(
    small_book: RuleBook,
) -> None:
    doubt = {**WELL, "leg_weakness": "unknown"}
    asked = decide(small_book, doubt)
    assert ([rule.id for rule in asked.review], asked.advice) == (["any/cord-sign"], Told.review_today)
    assert asked.at_least is Level.none
    alone = decide(small_book, doubt, reviewer="no")
    assert (alone.review, alone.advice) == ((), Told.now)
    assert [rule.id for rule in alone.counted] == ["any/cord-sign"]


def test_a_mild_open_rule_without_a_sign_is_listed_and_not_for_review(small_book: RuleBook) -> None:
    doubt = {**WELL, "cancer": "liver", "back_pain": "unknown"}
    decision = decide(small_book, doubt)
    assert decision.possible is Level.this_week
    assert decision.review == ()
    assert decision.advice is Told.no_level


def test_none_is_told_as_a_level_only_when_nothing_else_is_possible(small_book: RuleBook) -> None:
    """A missing answer never becomes a reassurance, however mild what it could still mean."""
    mild = decide(small_book, {**WELL, "cancer": "liver", "back_pain": "unknown"})
    contradicting = decide(small_book, {**WELL, "skin_lump": "none", "blood_flow": "present"})
    for decision, advice in ((mild, Told.no_level), (contradicting, Told.review_today)):
        assert (decision.at_least, decision.advice) == (Level.none, advice)
        assert decision.possible > Level.none
        told = "\n".join(p.heading + " ".join(p.lines) for p in tell_patient(decision, Settings()))
        assert small_book.levels[Level.none].name not in told
        assert small_book.levels[Level.none].patient not in told
        assert "no level can be given" in told.lower()
    assert f"“{small_book.levels[Level.this_week].name}”" in "".join(patient_lines(mild))
    assert decide(small_book, WELL).advice is Told.none
    assert decide(small_book, {**WELL, "age": "12 years"}).advice is Told.no_level


def patient_lines(decision: Decision) -> list[str]:
    return [line for passage in tell_patient(decision, Settings()) for line in passage.lines]


def test_only_a_doubt_counts_and_not_what_was_never_asked(small_book: RuleBook) -> None:
    """Of three signs two are wanted. One is denied, one not known, and the third is still to be asked."""
    doubt = {**WELL, "chills": "no", "temperature": "unknown"}
    del doubt["feeling_ill"]
    decision = decide(small_book, doubt)
    assert (decision.counted, decision.review, decision.status) == ((), (), "unfinished")
    asked = decide(small_book, {**doubt, "feeling_ill": "unknown"})
    assert [rule.id for rule in asked.review] == ["any/fever-signs"]
    there = decide(small_book, {**doubt, "feeling_ill": "yes"})
    assert [rule.id for rule in there.counted] == ["any/fever-signs"]


def test_a_sign_in_a_part_that_is_already_false_makes_no_rule_count(small_book: RuleBook) -> None:
    """The lump is there, but of a size that the rule does not mean: only the rest is not known."""
    parts = All((Is("skin_lump", frozenset({"new"})), Is("lump_size", Spans(((5, 19),)))))
    when = Any((parts, Is("blood_flow", frozenset({"present"}))))
    rule = replace(small_book.rules["lung/new-lump"], when=when)
    book = replace(small_book, rules={rule.id: rule})
    big = {**WELL, "skin_lump": "new", "lump_size": "30 mm", "blood_flow": "not_reported"}
    [judged] = decide(book, big).judged
    assert (judged.open, judged.counted, judged.review) == (True, False, True)
    fitting = decide(book, {**big, "lump_size": "unknown"})
    assert [rule.id for rule in fitting.counted] == [rule.id]


def test_who_is_in_scope_is_read_from_what_was_said_even_where_it_is_contradicted(
    small_book: RuleBook,
) -> None:
    """A child does not become an adult because two of the answers about them contradict each other."""
    never = All((Is("age", Spans(((0, 17),))), Is("skin_lump", frozenset({"new"}))))
    book = replace(small_book, constraints=(Constraint(never, "a child has no lump"),))
    assert decide(book, {**WELL, "age": "12 years", "skin_lump": "new"}).status == "out_of_scope"


def test_examinations_of_what_only_counts_are_named_apart(small_book: RuleBook) -> None:
    decision = decide(small_book, {**LUMP, "blood_flow": "not_reported"})
    assert [rule.id for rule in decision.counted] == ["lung/new-lump"]
    assert decision.exams == ()
    assert decision.exams_in_doubt == small_book.rules["lung/new-lump"].exams
    certain = decide(small_book, {**LUMP, "blood_flow": "present"})
    assert (certain.exams, certain.exams_in_doubt) == (small_book.rules["lung/new-lump"].exams, ())


def test_contradicting_answers_become_unknown_and_are_named(small_book: RuleBook) -> None:
    decision = decide(small_book, {**WELL, "skin_lump": "none", "blood_flow": "present"})
    [constraint] = decision.contradictions
    assert "no report can say" in constraint.because
    assert decision.possible is Level.today
    assert decision.status != "decided"


def test_under_18_a_person_must_decide_but_an_emergency_is_still_said(small_book: RuleBook) -> None:
    assert decide(small_book, {**WELL, "age": "12 years"}).status == "out_of_scope"
    child = decide(small_book, {"age": "12 years", "leg_weakness": "one_leg"})
    assert (child.status, child.urgency) == ("out_of_scope", Level.now)


def test_why_and_why_not_are_filters_over_the_same_trace(small_book: RuleBook) -> None:
    decision = decide(small_book, {**FEVER, "back_pain": "lasting"})
    told = {
        name: "\n".join(explain(decision, keep))
        for name, keep in (("why", why), ("not", why_not), ("full", full))
    }
    assert "any/fever-signs" in told["not"]
    assert "liver/back-pain" in told["not"], "a near miss: the pain is there, the cancer another"
    assert "any/cord-sign" not in told["not"]
    assert told["why"] == ""
    for rule in small_book.rules:
        assert rule in told["full"]


def test_a_ticked_symptom_counts_as_its_mildest_kind_before_its_detail_is_asked(small_book: RuleBook) -> None:
    decider = Decider(small_book)
    ticked = decider.decide({"age": 60}, ["leg_weakness"])
    assert (ticked.urgency, ticked.status, ticked.ticked) == (Level.now, "decided", ("leg_weakness",))
    assert [rule.id for rule in ticked.fired] == ["any/cord-sign"]
    assert ticked.engines_agree
    assert ticked.is_there("leg_weakness")
    told = "\n".join(explain(ticked, why))
    assert "New weakness in the legs: there, details not asked; wanted Yes, one leg or Yes, both legs" in told


def test_a_tick_leaves_possible_open_and_unfinished_to_the_answers(small_book: RuleBook) -> None:
    """Back pain that stays is for this week, and pain now and then for nothing: the detail decides."""
    answers: dict[str, Answer] = {**{k: v for k, v in WELL.items() if k not in ("age", "back_pain")}}
    answers |= {"age": 60, "cancer": "liver"}
    decider = Decider(small_book)
    ticked = decider.decide(answers, ["back_pain"])
    assert (ticked.urgency, ticked.possible) == (Level.none, Level.this_week)
    assert (ticked.status, ticked.open) == ("unfinished", ("back_pain",))
    assert ticked.possible is decider.decide(answers).possible
    answered = decider.decide({**answers, "back_pain": "passing"}, ["back_pain"])
    assert (answered.ticked, answered.status) == ((), "decided"), "an answer takes the place of its tick"


def test_a_tick_that_is_no_ordered_choice_or_that_contradicts_an_answer_lowers_nothing(
    small_book: RuleBook,
) -> None:
    decider = Decider(small_book)
    assert decider.decide({}, ["lump_size", "cancer", "blood_flow"]).ticked == ()
    never = All((Is("leg_numbness", frozenset({"yes"})), Is("back_pain", frozenset({"passing", "lasting"}))))
    book = replace(small_book, constraints=(Constraint(never, "planted"),))
    contradicted = Decider(book).decide({"leg_numbness": "yes"}, ["back_pain"])
    assert (contradicted.urgency, contradicted.contradictions) == (Level.now, ())


@pytest.mark.parametrize("when", ["with the ticks", "without the ticks"])
def test_an_engine_that_differs_with_or_without_the_ticks_is_told(when: str, small_book: RuleBook) -> None:
    class Silent:
        def decide(self, known: Mapping[str, Known]) -> Firings:
            truth = firings(small_book.conditions, known)
            wrong = ("leg_weakness" in known) is (when == "with the ticks")
            lost = {"any/cord-sign"} if wrong else set()
            return Firings(truth.certain - lost, truth.possible - lost)

    decision = Decider(small_book, second=Silent()).decide({"age": 60}, ["leg_weakness"])
    assert decision.urgency is Level.now
    assert [judged.rule.id for judged in decision.disputed] == ["any/cord-sign"]


def test_an_engine_that_fails_on_the_ticks_alone_is_told(small_book: RuleBook) -> None:
    class Failing:
        def decide(self, known: Mapping[str, Known]) -> Firings:
            if "leg_weakness" in known:
                raise EngineFailure("stopped")
            return firings(small_book.conditions, known)

    decision = Decider(small_book, second=Failing()).decide({"age": 60}, ["leg_weakness"])
    assert (decision.urgency, decision.engine_failure) == (Level.now, "stopped")


def test_the_interview_asks_red_flags_first_and_shares_a_screen(small_book: RuleBook) -> None:
    first = next_question(decide(small_book, {}))
    assert first is not None
    assert [fact.id for fact in first.facts] == ["age"]
    second = next_question(decide(small_book, {"age": "60 years"}))
    assert second is not None
    assert {"leg_weakness", "leg_numbness"} <= {fact.id for fact in second.facts}
    assert next_question(decide(small_book, {"age": "60 years", "leg_weakness": "one_leg"})) is None


def test_who_somebody_is_is_asked_first_and_under_its_own_heading(small_book: RuleBook) -> None:
    """A scope of facts on two screens: the question about the age does not stand among the legs."""
    scope = All((Is("age", Spans(((18, 120),))), Is("leg_numbness", frozenset({"no"}))))
    book = replace(small_book, scope=scope)
    asked = [next_question(decide(book, said)) for said in ({}, {"age": "60 years"})]
    assert [(q.screen.id, [fact.id for fact in q.facts]) for q in asked if q] == [
        ("you", ["age"]),
        ("legs", ["leg_numbness"]),
    ]


def test_the_detail_of_a_tick_is_asked_first_unless_an_emergency_is_certain(small_book: RuleBook) -> None:
    decider = Decider(small_book)
    detail = next_question(decider.decide({"age": 60}, ["back_pain"]))
    assert detail is not None
    assert [fact.id for fact in detail.facts] == ["back_pain"]
    assert next_question(decider.decide({"age": 60}, ["leg_weakness"])) is None


def test_what_is_not_known_is_not_asked_again(small_book: RuleBook) -> None:
    doubt = {**WELL, "leg_weakness": "unknown"}
    assert next_question(decide(small_book, doubt)) is None
