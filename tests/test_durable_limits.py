"""The limits of durable-rules are checked when the book loads, and are neither too wide nor too narrow."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.random_books import random_book, random_facts, random_rule
from tests.recordings import Recording, rule_of, yes_no
from triage.book.facts import Known
from triage.book.logic import All, AtLeast, Condition, Is, Spans, fold
from triage.book.logic import Any as AnyOf
from triage.book.problems import Problems
from triage.book.quantity import Scale
from triage.engines.durable import MAX_WEIGHT, DurableEngine
from triage.engines.patterns import Patterns


def test_a_rule_fires_once_for_each_of_its_ways_where_everything_is_a_joker(recording: Recording) -> None:
    """So often at most, and the limit on ways is a limit on what durable-rules really does."""
    book = random_book(random.Random(7), facts=30, rules=40)
    DurableEngine(book.facts, book.rules.values()).decide({})
    for rule in book.rules.values():
        assert recording.fired[rule.id] == fold(rule.when, Patterns(book.facts)).ways


def test_a_number_is_true_in_one_way_however_many_spans_it_may_be_in(recording: Recording) -> None:
    """Counted as three, four such numbers and one of four symptoms were too many ways for one rule."""
    scale = Scale("mm", 0, 10, Fraction(1))
    facts = {f"n{n}": replace(yes_no(f"n{n}"), answers={}, ordered=False, scale=scale) for n in range(4)}
    numbers = [Is(name, Spans(((2, 3), (5, 6)))) for name in facts]
    facts |= {f"f{n}": yes_no(f"f{n}") for n in range(4)}
    symptoms = AnyOf(tuple(Is(f"f{n}", frozenset({"yes"})) for n in range(4)))
    rule = rule_of(All((*numbers, symptoms)))
    assert DurableEngine(facts, [rule]).decide({}).possible == {rule.id}
    assert recording.fired[rule.id] == 4


def test_a_rule_with_too_many_groups_is_refused_when_the_book_loads() -> None:
    """durable-rules takes fifteen, and says so only at first use."""
    facts = {f"f{n}": yes_no(f"f{n}") for n in range(16)}
    each = [Is(name, frozenset({"yes"})) for name in facts]
    assert DurableEngine(facts, [rule_of(All(tuple(each[:13])))]).decide(
        dict.fromkeys(facts, "yes")
    ).certain == {"any/rule"}
    with pytest.raises(Problems, match="L002"):
        DurableEngine(facts, [rule_of(All(tuple(each)))])


def test_a_rule_that_is_true_in_thousands_of_ways_is_refused_when_the_book_loads() -> None:
    """durable-rules fires a rule for each combination of true branches."""
    facts = {f"f{n}": yes_no(f"f{n}") for n in range(24)}
    each = [Is(name, frozenset({"yes"})) for name in facts]
    fours = [AnyOf(tuple(each[n : n + 4])) for n in range(0, 24, 4)]
    assert DurableEngine(facts, [rule_of(All(tuple(fours[:4])))]).decide({}).possible == {"any/rule"}
    with pytest.raises(Problems, match="L005"):
        DurableEngine(facts, [rule_of(All(tuple(fours)))])


def test_too_many_facts_and_too_wide_a_rule_are_refused_when_the_book_loads() -> None:
    facts = random_facts(random.Random(1), 247)
    with pytest.raises(Problems, match="L001"):
        DurableEngine(facts, [random_rule(random.Random(1), facts, "any/rule")])
    few = {f"f{n}": yes_no(f"f{n}") for n in range(40)}
    wide = AnyOf(tuple(Is(name, frozenset({"yes"})) for name in few))
    with pytest.raises(Problems, match="L003"):
        DurableEngine(few, [rule_of(wide)])


YES = frozenset({"yes"})
FACTS = {f"f{n}": yes_no(f"f{n}") for n in range(40)}
EACH = [Is(name, YES) for name in FACTS]


def limits_broken(when: Condition) -> set[str]:
    """The codes of all limits that a rule of this condition breaks."""
    try:
        DurableEngine(FACTS, [rule_of(when)])
    except Problems as problems:
        return {problem.code for problem in problems.problems}
    return set()


def test_a_rule_one_too_heavy_is_not_let_in_and_one_that_just_fits_is_not_sent_away() -> None:
    """It counts each answer and its joker, each group, and one for the guard; miscounted, rules are lost."""
    either = Is("f39", frozenset({"no", "yes"}))
    assert fold(AnyOf(tuple(EACH[:29])), Patterns(FACTS)).weight == MAX_WEIGHT
    assert limits_broken(AnyOf(tuple(EACH[:29]))) == set()
    assert fold(AnyOf((*EACH[:28], either)), Patterns(FACTS)).weight == 2 * 28 + 3 + 1 + 1
    assert limits_broken(AnyOf((*EACH[:28], either))) == {"L003"}


def test_rules_are_never_more_in_one_ruleset_than_fire_together(recording: Recording) -> None:
    """Fifteen rules of a weight of 4 are just as many as fit, and the sixteenth begins a ruleset."""
    rules = [rule_of(is_, f"any/r{n}") for n, is_ in enumerate(EACH)]
    answers: dict[str, Known] = dict.fromkeys(FACTS, "yes")
    for count in (15, 16, 31, 40):
        recording.rulesets.clear()
        assert DurableEngine(FACTS, rules[:count]).decide(answers).certain == {r.id for r in rules[:count]}
        sizes = [len(json.loads(ruleset)) - 1 for ruleset in recording.rulesets]
        assert sizes == [15] * (count // 15) + [count % 15] * (count % 15 > 0)


def test_a_rule_at_the_very_edge_of_groups_and_ways_is_judged_by_the_limit_and_not_beside_it() -> None:
    assert limits_broken(All(tuple(EACH[:13]))) == set(), "13 answers and what joins them: 14 groups"
    assert limits_broken(All(tuple(EACH[:14]))) == {"L002"}
    ways = All(tuple(AnyOf(tuple(EACH[n : n + 4])) for n in range(0, 16, 4)))
    assert limits_broken(ways) == set(), "4 * 4 * 4 * 4 ways"
    assert limits_broken(AnyOf((ways, EACH[16]))) == {"L005"}, "and one more"


def test_counting_makes_no_group_that_nothing_can_match() -> None:
    """Each way to choose so many of the signs, and not a comparison more: they are what the limits count."""
    for size in range(2, 7):
        for count in range(1, size + 1):
            pattern = fold(AtLeast(count, tuple(EACH[:size])), Patterns(FACTS))
            assert pattern.ways == math.comb(size, count)
            assert "[]" not in json.dumps(pattern.json)


def test_names_that_durable_rules_cannot_tell_apart_are_refused() -> None:
    """It keeps 32 bits of a name: a rule on one of these two facts fires for the other."""
    facts = {id: yes_no(id) for id in ("fact_522789", "fact_739192")}
    with pytest.raises(Problems, match="L004"):
        DurableEngine(facts, [rule_of(Is("fact_522789", frozenset({"yes"})))])


@pytest.mark.parametrize(
    ("fact", "rules"),
    [
        ("fvpoajrp", ["any/rule"]),  # as the canary
        ("cough", ["any/qpkgacew"]),  # as the canary
        ("yctceiba", ["any/rule"]),  # as the guard, "kind"
        ("imvcfaqa", ["any/rule"]),  # as "sid"
        ("mepdqlua", ["any/rule"]),  # as "id"
        ("leg_weakness", ["any/gwrvadxb"]),  # as the fact
        ("cough", ["any/cord-sign", "lung/wwhaavys"]),  # as each other
    ],
)
def test_the_names_of_rules_and_the_canary_are_told_apart_too(fact: str, rules: list[str]) -> None:
    facts = {fact: yes_no(fact)}
    with pytest.raises(Problems, match="L004"):
        DurableEngine(facts, [rule_of(Is(fact, frozenset({"yes"})), id) for id in rules])


def test_too_many_facts_of_a_book_without_a_rule_are_said_in_words_too() -> None:
    with pytest.raises(Problems, match=r"^rules:1:1: L001: 247 facts \(at most 246\)$"):
        DurableEngine({f"f{n}": yes_no(f"f{n}") for n in range(247)}, [])
