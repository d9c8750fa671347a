"""What a decision says in words: what comes first, what is certain, and what may not stand together."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from triage.book.book import RuleBook
from triage.book.facts import Answer, NotKnown
from triage.book.rule import Level, Told
from triage.decision.decide import Decider, Decision
from triage.decision.settings import Settings
from triage.decision.telling import Passage, capped, tell_nurse, tell_patient

LUMP: dict[str, Answer] = {"age": 60, "cancer": "lung", "skin_lump": "new", "lump_size": 12}


@pytest.fixture(scope="module")
def with_nets(small_book: RuleBook) -> RuleBook:
    """The small book, in which every rule has a safety net with its name."""
    rules = {id: replace(rule, safety_net=f"net of {id}") for id, rule in small_book.rules.items()}
    return replace(small_book, rules=rules)


def decided(book: RuleBook, answers: dict[str, Answer]) -> Decision:
    return Decider(book).decide(answers)


def patient(decision: Decision) -> dict[str, Passage]:
    return {passage.heading: passage for passage in tell_patient(decision, Settings())}


def test_a_rule_that_is_only_counted_is_not_told_as_a_fact(small_book: RuleBook) -> None:
    decision = decided(small_book, {**LUMP, "blood_flow": NotKnown("not_reported")})
    assert [rule.id for rule in decision.counted] == ["lung/new-lump"]
    title = small_book.rules["lung/new-lump"].title
    assert f"Cannot be ruled out: {title}" in patient(decision)["Why"].lines
    assert title not in patient(decision)["Why"].lines
    certain = decided(small_book, {**LUMP, "blood_flow": "present"})
    assert title in patient(certain)["Why"].lines


def test_beside_an_ambulance_stands_no_safety_net_of_a_milder_rule(with_nets: RuleBook) -> None:
    decision = decided(with_nets, {**LUMP, "leg_numbness": "yes"})
    assert {rule.id for rule in decision.fired} == {"any/cord-sign", "lung/small-lump"}
    for told in (tell_patient, tell_nurse):
        lines = [line for passage in told(decision, Settings()) for line in passage.lines]
        assert "net of any/cord-sign" in lines
        assert "net of lung/small-lump" not in lines


def test_below_today_every_rule_that_fired_has_its_safety_net_told(with_nets: RuleBook) -> None:
    mild = {**with_nets.rules, "any/cord-sign": replace(with_nets.rules["any/cord-sign"], urgency=Level(2))}
    decision = decided(replace(with_nets, rules=mild), {**LUMP, "leg_numbness": "yes"})
    assert decision.advice is Told.this_week
    lines = patient(decision)["Watch for"].lines
    assert {"net of any/cord-sign", "net of lung/small-lump"} <= set(lines)


def test_the_level_comes_before_reasons_and_the_safety_net_before_what_is_good_to_know(
    small_book: RuleBook,
) -> None:
    headings = list(patient(decided(small_book, LUMP)))
    order = ["Why", "Still open", "Watch for", "Good to know", "About this result"]
    assert [heading for heading in headings if heading in order] == [h for h in order if h in headings]
    assert headings[0].startswith(("At least: ", "Not finished"))


def test_no_level_is_given_as_final_while_a_question_that_could_matter_is_open(small_book: RuleBook) -> None:
    headings = list(patient(decided(small_book, {"age": 60})))
    assert headings[0] == "Not finished: no level can be given yet"
    assert not any("No red flag" in heading for heading in headings)


def test_what_a_clinic_wrote_is_said_as_it_is_and_only_placeholders_are_filled() -> None:
    """What stands for a group of a pattern elsewhere is none, and `reviewer` is for nobody to read."""
    settings = Settings(emergency=r"144 (ask for \1)", team=r"the ward\g0")
    said = settings.fill("Call {emergency} or {team}, {reviewer} or {out_of_hours}.")
    assert said == (r"Call 144 (ask for \1) or the ward\g0, {reviewer} or the hospital's out-of-hours line.")


def doubtful(book: RuleBook) -> Decision:
    """Someone with a small lump of whom it is not known whether the legs are weak."""
    denied: dict[str, Answer] = {f.id: f.mildest for f in book.facts.values() if f.mildest is not None}
    return decided(
        book,
        {**denied, **LUMP, "cancer": "lung", "blood_flow": "absent", "leg_weakness": NotKnown("unknown")},
    )


def test_a_person_who_must_be_looked_at_is_told_whom_to_call_and_nothing_that_waits(
    with_nets: RuleBook,
) -> None:
    decision = doubtful(with_nets)
    assert (decision.urgency, decision.advice) == (Level.next_visit, Told.review_today)
    assert [rule.id for rule in decision.review] == ["any/cord-sign"]
    told = patient(decision)
    assert told["Watch for"].lines == (Settings().fill(with_nets.levels[Level.today].safety_net),)
    assert "Good to know" not in told


def test_of_many_rules_for_a_person_to_look_at_six_are_named(small_book: RuleBook) -> None:
    rule = small_book.rules["any/cord-sign"]
    many = {f"any/{n}": replace(rule, id=f"any/{n}", title=f"Sign {n}") for n in range(9)}
    decision = doubtful(replace(small_book, rules={**small_book.rules, **many}))
    for tell in (tell_patient, tell_nurse):
        [warning] = [p for p in tell(decision, Settings()) if p.tone == "warning"]
        assert len(warning.lines) == 7
        assert warning.lines[-1] == "and 4 more"


def test_out_of_scope_there_is_the_warning_no_level_and_whom_to_call_and_nothing_to_work_through(
    small_book: RuleBook,
) -> None:
    decision = decided(small_book, {"age": 12})
    assert len(decision.open) > 6
    for tell, who in ((tell_patient, "you are"), (tell_nurse, "the person is")):
        passages = list(tell(decision, Settings(emergency="144")))
        assert [p.heading for p in passages[:2]] == ["Not for this person", "No level can be given"]
        assert passages[1].lines[-1] == f"If {who} in danger now, call 144."
        assert [p.heading for p in passages[2:]] in (["About this result"], ["Rule book"])


def test_out_of_scope_an_emergency_is_still_told_with_its_safety_net(small_book: RuleBook) -> None:
    decision = decided(small_book, {"age": 12, "leg_numbness": "yes"})
    for tell, net in ((tell_patient, "Watch for"), (tell_nurse, "Safety net")):
        told = {passage.heading: passage for passage in tell(decision, Settings())}
        assert small_book.levels[Level.now].name in told
        assert net in told
        assert not {"Still open", "Not yet ruled out", "Good to know", "Background"} & told.keys()


def test_what_is_there_leads_what_is_not_ruled_out(small_book: RuleBook) -> None:
    decision = Decider(small_book).decide({"age": 60}, ["back_pain"])
    assert patient(decision)["Still open"].lines[0] == "Pain in the back (details not asked)"


def test_no_empty_brackets_stand_behind_a_document_whose_publisher_nobody_wrote_down(
    small_book: RuleBook,
) -> None:
    document = small_book.documents["G1"]
    said: dict[tuple[str, str, Literal["directly", "secondary"]], str] = {
        ("A society", "2020", "directly"): " (A society, 2020)",
        ("A society", "", "directly"): " (A society)",
        ("", "2020", "directly"): " (2020)",
        ("", "", "secondary"): " (read in a third party's transcription)",
        ("", "", "directly"): "",
    }
    for (publisher, year, read), behind in said.items():
        one = replace(document, publisher=publisher, year=year, read=read)
        assert one.name == document.title + behind


@pytest.mark.parametrize(
    ("count", "last"),
    [(6, "5"), (7, "and 1 more question"), (8, "and 2 more questions"), (9, "and 3 more questions")],
)
def test_how_many_are_not_named_is_said_right(count: int, last: str) -> None:
    lines = list(capped([str(n) for n in range(count)], "question"))
    assert lines[:6] == [str(n) for n in range(6)]
    assert lines[-1] == last
    assert list(capped([str(n) for n in range(count)]))[-1] == last.removesuffix("s").removesuffix(
        " question"
    )
