"""What holds for every patient of every book, by name."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.random_books import random_answer
from tests.strategies import answers_to, deciders, patients
from triage.book.facts import Answer, Fact, Known, NotKnown, known
from triage.book.logic import Is, comparisons
from triage.book.rule import Level
from triage.decision.decide import Decider
from triage.decision.interview import next_question
from triage.decision.settings import Settings
from triage.engines.reference import trace
from triage.engines.truth import Truth


@given(st.data(), deciders)
def test_answering_more_never_lowers_what_is_certain_nor_raises_what_is_possible(
    data: st.DataObject, decider: Decider
) -> None:
    """Random books have no constraints; an answer that contradicts another takes both back instead."""
    before = data.draw(patients(decider.book))
    unknown = [f for f in decider.book.facts.values() if f.id not in known(before)]
    assume(unknown)
    fact = data.draw(st.sampled_from(unknown))
    after = {**before, fact.id: data.draw(answers_to(fact))}
    first, second = decider.decide(before), decider.decide(after)
    assert second.urgency >= first.urgency
    assert second.possible <= first.possible


@given(st.data(), deciders)
def test_the_order_of_answers_does_not_matter(data: st.DataObject, decider: Decider) -> None:
    answers = data.draw(patients(decider.book))
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    first, second = decider.decide(answers), decider.decide(shuffled)
    assert (first.urgency, first.possible, first.advice, first.status, first.open) == (
        second.urgency,
        second.possible,
        second.advice,
        second.status,
        second.open,
    )


@given(st.data(), deciders)
def test_the_order_of_rules_does_not_matter(data: st.DataObject, decider: Decider) -> None:
    answers = data.draw(patients(decider.book))
    order = data.draw(st.permutations(list(decider.book.rules)))
    book = replace(decider.book, rules={id: decider.book.rules[id] for id in order})
    first, second = decider.decide(answers), Decider(book).decide(answers)
    assert (first.urgency, first.possible, first.advice, first.status) == (
        second.urgency,
        second.possible,
        second.advice,
        second.status,
    )
    assert {rule.id for rule in first.fired} == {rule.id for rule in second.fired}
    assert set(first.open) == set(second.open)


@given(st.data(), deciders, st.sampled_from(["yes", "no"]))
def test_certain_is_at_most_advice_is_at_most_possible(
    data: st.DataObject, decider: Decider, reviewer: str
) -> None:
    decision = Decider(decider.book, Settings(reviewer=reviewer)).decide(data.draw(patients(decider.book)))
    assert decision.urgency <= decision.at_least <= decision.possible
    assert (decision.status == "decided") == (decision.urgency == decision.possible) or (
        decision.status == "out_of_scope"
    )


@given(st.data(), deciders, st.sampled_from(["yes", "no"]))
def test_dont_know_never_gives_a_lower_advice_than_no_for_an_ordered_fact(
    data: st.DataObject, decider: Decider, reviewer: str
) -> None:
    asking = Decider(decider.book, Settings(reviewer=reviewer))
    answers = data.draw(patients(decider.book))
    fact = data.draw(st.sampled_from([f for f in decider.book.facts.values() if f.ordered]))
    assert fact.mildest is not None
    denied = asking.decide({**answers, fact.id: fact.mildest})
    unsure = asking.decide({**answers, fact.id: NotKnown("unknown")})
    assert unsure.advice >= denied.advice


@given(st.data(), deciders, st.randoms(use_true_random=False))
def test_the_interval_holds_the_truth_of_every_completion(
    data: st.DataObject, decider: Decider, rng: random.Random
) -> None:
    answers = data.draw(patients(decider.book))
    decision = decider.decide(answers)
    for _ in range(5):
        completion = {name: random_answer(rng, fact) for name, fact in decider.book.facts.items()}
        truth = decider.decide({**completion, **known(answers)}).urgency
        assert decision.urgency <= truth <= decision.possible


@given(st.data(), deciders)
def test_a_tick_says_no_more_than_each_kind_of_there_and_no_less_than_no_tick(
    data: st.DataObject, decider: Decider
) -> None:
    """Random books are ordered: a rule that takes an answer takes every worse one."""
    answers = data.draw(patients(decider.book))
    free = [f for f in decider.book.facts.values() if f.ordered and f.id not in answers]
    assume(free)
    fact = data.draw(st.sampled_from(free))
    without, ticked = decider.decide(answers), decider.decide(answers, [fact.id])
    assert without.urgency <= ticked.urgency <= ticked.at_least <= ticked.possible == without.possible
    assert (ticked.status == "decided") == (ticked.urgency == ticked.possible) or (
        ticked.status == "out_of_scope"
    )
    assert set(ticked.open) <= set(without.open)
    for there in list(fact.answers)[1:]:
        detailed = decider.decide({**answers, fact.id: there})
        assert ticked.urgency <= detailed.urgency
        assert detailed.possible <= ticked.possible


def _is_known(answer: Answer) -> bool:
    return not isinstance(answer, NotKnown)


@given(deciders, st.integers())
def test_kleene_is_exact_for_rules_in_which_a_fact_occurs_once(decider: Decider, seed: int) -> None:
    """Unknown is said of a rule only if some completion makes it true and another makes it false."""
    rng = random.Random(seed)
    facts = decider.book.facts
    rule = rng.choice(list(decider.book.rules.values()))
    answers = {is_.fact: random_answer(rng, facts[is_.fact]) for is_ in comparisons(rule.when)}
    told = {name: answer for name, answer in answers.items() if rng.random() < 0.6}
    found = trace(rule.when, told)
    free = [is_ for is_ in comparisons(rule.when) if is_.fact not in told]
    assume(len(free) <= 7)
    truths = set()
    for choice in product(*(_one_inside_and_one_outside(facts[is_.fact], is_) for is_ in free)):
        completion = {**told, **{is_.fact: answer for is_, answer in zip(free, choice, strict=True)}}
        truths.add(trace(rule.when, completion).truth)
    assert truths == ({found.truth} if found.truth is not Truth.UNKNOWN else {Truth.TRUE, Truth.FALSE})


def _one_inside_and_one_outside(fact: Fact, comparison: Is) -> tuple[Known, Known]:
    """An answer that a comparison accepts, and one that it does not."""
    every: Iterable[Known] = (
        fact.answers if fact.scale is None else range(fact.scale.low, fact.scale.high + 1)
    )
    inside: list[Known] = []
    outside: list[Known] = []
    for answer in every:
        (inside if comparison.accepts(answer) else outside).append(answer)
    return inside[0], outside[0]


@given(st.data(), deciders)
def test_the_interview_ends_and_asks_nothing_that_could_not_matter(
    data: st.DataObject, decider: Decider
) -> None:
    answers: dict[str, Answer] = {}
    decision = decider.decide(answers)
    for _ in range(len(decider.book.facts) + 1):
        question = next_question(decision)
        if question is None:
            break
        for fact in question.facts:
            assert fact.id not in answers
            assert fact.id in decision.open or fact.id == "age"
            answers[fact.id] = data.draw(answers_to(fact))
        decision = decider.decide(answers)
    assert next_question(decision) is None
    assert decision.status != "unfinished"


@given(st.data(), deciders)
def test_what_the_interview_did_not_ask_could_not_have_changed_the_level(
    data: st.DataObject, decider: Decider
) -> None:
    answers: dict[str, Answer] = {}
    decision = decider.decide(answers)
    while (question := next_question(decision)) is not None:
        for fact in question.facts:
            answers[fact.id] = data.draw(answers_to(fact).filter(_is_known))
        decision = decider.decide(answers)
    rest = {
        fact.id: data.draw(answers_to(fact)) for fact in decider.book.facts.values() if fact.id not in answers
    }
    assert decider.decide({**answers, **rest}).urgency is decision.urgency
    assert decision.urgency in Level
