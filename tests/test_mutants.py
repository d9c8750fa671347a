"""Every small mistake is made once, noticed where it is noticed, and otherwise its case is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import get_args

import pytest

from tests.random_books import random_answer, random_book
from tests.seed import SEED
from triage.assurance.mutants.missing import Fate, fates, missing_case
from triage.assurance.mutants.mistakes import Mutant, Operator, mutants_of
from triage.assurance.mutants.noticed import PatientsAsBits, Watch
from triage.assurance.paste import denials
from triage.book.book import RuleBook
from triage.book.facts import Known, NotKnown, known
from triage.book.logic import All, AtLeast, Condition, Is, Spans, facts_of
from triage.book.quantity import Scale
from triage.book.reading.case import Case, Expectation, load_cases
from triage.book.reading.load import load_book
from triage.book.rule import Example, Level, Rule
from triage.book.rule import Told as AdviceTold
from triage.engines.reference import trace
from triage.engines.smt import thresholds
from triage.engines.solver import Solver, Undecided
from triage.engines.truth import Truth

OPERATORS: tuple[Operator, ...] = get_args(Operator)
SMALL = Path(__file__).parent / "books" / "small"


def with_rule(
    book: RuleBook, when: Condition, urgency: Level = Level.next_visit, id: str = "any/planted"
) -> tuple[RuleBook, Rule]:
    """The book with one more rule, without examples."""
    model = next(iter(book.rules.values()))
    rule = replace(model, id=id, when=when, urgency=urgency, exams=(), suspects=(), examples=())
    return replace(book, rules={**book.rules, rule.id: rule}), rule


def without_examples(book: RuleBook) -> RuleBook:
    return replace(book, rules={id: replace(rule, examples=()) for id, rule in book.rules.items()})


def every_mutant(book: RuleBook) -> list[Mutant]:
    return [mutant for rule in book.rules.values() for mutant in mutants_of(book, rule)]


Told = tuple[Level, frozenset[str], frozenset[str]]


def fires(rule: Rule, answers: Mapping[str, Known]) -> bool:
    return trace(rule.when, answers).truth is Truth.TRUE


def told(book: RuleBook, answers: Mapping[str, Known]) -> Told:
    """Level, rules and examinations for a patient, in the most direct way."""
    return told_by([rule for rule in book.rules.values() if fires(rule, answers)])


def told_by(fired: Sequence[Rule]) -> Told:
    return (
        max((rule.urgency for rule in fired), default=Level.none),
        frozenset(rule.id for rule in fired),
        frozenset(exam for rule in fired for exam in rule.exams),
    )


def with_mistake(book: RuleBook, mutant: Mutant) -> RuleBook:
    rules = {id: rule for id, rule in book.rules.items() if id != mutant.rule.id}
    if mutant.mutated is not None:
        rules[mutant.rule.id] = mutant.mutated
    return replace(book, rules=rules)


def patients_of(book: RuleBook, rule: Rule) -> Iterator[dict[str, Known]]:
    """Everyone whom a mistake in this rule could concern, alone and with a sign of an emergency."""
    conditions = [rule.when, *(m.mutated.when for m in mutants_of(book, rule) if m.mutated)]
    cuts = thresholds(conditions, book.facts)
    facts = sorted({fact for condition in conditions for fact in facts_of(condition)})
    choices: list[Sequence[Known]] = []
    for fact in facts:
        scale = book.facts[fact].scale
        choices.append(list(book.facts[fact].answers) if scale is None else [scale.low, *cuts[fact]])
    for answers in product(*choices):
        alone = dict(zip(facts, answers, strict=True))
        for patient in (alone, {"leg_numbness": "yes", **alone}, {"leg_weakness": "one_leg", **alone}):
            if not any(trace(c.never, patient).truth is Truth.TRUE for c in book.constraints):
                yield patient


def yes(fact: str) -> Is:
    return Is(fact, frozenset({"yes"}))


def rich_book() -> RuleBook:
    """The small book without its examples, and rules in which one mistake can be made alone."""
    book, _ = with_rule(without_examples(load_book(SMALL)), yes("chills"), Level.now, "any/shivering")
    signs = (yes("chills"), yes("feeling_ill"), yes("leg_numbness"))
    book, _ = with_rule(book, AtLeast(2, signs), Level.this_week, "any/two-signs")
    book, legs = with_rule(book, Is("leg_weakness", frozenset({"both_legs"})), Level.now, "any/both-legs")
    examples = tuple(
        Example("yes" if answer == "both_legs" else "no", {"leg_weakness": answer}, 1)
        for answer in book.facts["leg_weakness"].answers
    )
    return replace(book, rules={**book.rules, legs.id: replace(legs, examples=examples)})


Changed = list[tuple[Mutant, frozenset[str]]]


@cache
def watched() -> tuple[RuleBook, tuple[Case, ...], Changed]:
    """A book, two cases for everyone, and for each mutant what notices it, found one by one.

    The second case of a patient states the examinations too. "example" stands for those of the rule.
    """
    book = rich_book()
    everyone = {repr(p): p for rule in book.rules.values() for p in patients_of(book, rule)}
    cases: list[Case] = []
    fired = {}
    for name, answers in everyone.items():
        fired[name] = [rule for rule in book.rules.values() if fires(rule, answers)]
        level, rules, exams = told_by(fired[name])
        expect = Expectation(level, rules, None, None, None, None, None, None)
        cases.append(Case("made.yaml", 1, name, "", answers, expect))
        cases.append(Case("made.yaml", 1, f"exams of {name}", "", answers, replace(expect, exams=exams)))
    changed = []
    for mutant in every_mutant(book):
        names = set()
        for name, answers in everyone.items():
            other = [rule for rule in fired[name] if rule.id != mutant.rule.id]
            if mutant.mutated is not None and fires(mutant.mutated, answers):
                other.append(mutant.mutated)
            before, after = told_by(fired[name]), told_by(other)
            names |= {name} if before[:2] != after[:2] else set()
            names |= {f"exams of {name}"} if before != after else set()
        for example in mutant.rule.examples if mutant.mutated else ():
            assert mutant.mutated is not None
            if fires(mutant.rule, known(example.answers)) is not fires(
                mutant.mutated, known(example.answers)
            ):
                names.add("example")
        changed.append((mutant, frozenset(names)))
    return book, tuple(cases), changed


def alive(judged: Sequence[Fate]) -> list[str]:
    return [one.mutant.name for one in judged if one.result == "alive"]


# What is made ------------------------------------------------------------------------------------


def made(book: RuleBook, rule: str) -> set[tuple[str, str]]:
    return {(mutant.operator, mutant.what) for mutant in mutants_of(book, book.rules[rule])}


def test_every_mistake_in_a_rule_with_a_group_to_count_is_made(small_book: RuleBook) -> None:
    signs = "temperature, chills, feeling_ill"
    assert made(small_book, "any/fever-signs") == {
        ("clause lost", "the clause on temperature is lost"),
        ("clause lost", "the clause on chills is lost"),
        ("clause lost", "the clause on feeling_ill is lost"),
        ("count off by one", f"at least 1 for 2 of {signs}"),
        ("count off by one", f"at least 3 for 2 of {signs}"),
        ("another answer", "chills is no for yes"),
        ("another answer", "feeling_ill is no for yes"),
        ("threshold off by one step", "temperature up to 35.8 for 35.9 °C"),
        ("threshold off by one step", "temperature up to 36.0 for 35.9 °C"),
        ("threshold off by one step", "temperature from 37.9 for 38.0 °C"),
        ("threshold off by one step", "temperature from 38.1 for 38.0 °C"),
        ("level a step up", "now for today"),
        ("level a step down", "this_week for today"),
        ("examination lost", "without blood_test"),
        ("rule deleted", "the rule is deleted"),
    }


def test_every_mistake_in_a_rule_with_answers_and_a_range_is_made(small_book: RuleBook) -> None:
    assert made(small_book, "lung/small-lump") == {
        ("clause lost", "the clause on cancer is lost"),
        ("clause lost", "the clause on skin_lump is lost"),
        ("clause lost", "the clause on lump_size is lost"),
        ("all and any swapped", "any of cancer, skin_lump, lump_size for all"),
        ("answer gained", "cancer may also be liver"),
        ("answer gained", "cancer may also be elsewhere"),
        ("another answer", "cancer is liver for lung"),
        ("another answer", "cancer is elsewhere for lung"),
        ("answer lost", "skin_lump may not be long_known"),
        ("answer lost", "skin_lump may not be new"),
        ("threshold off by one step", "lump_size from 4 for 5 mm"),
        ("threshold off by one step", "lump_size from 6 for 5 mm"),
        ("threshold off by one step", "lump_size up to 18 for 19 mm"),
        ("threshold off by one step", "lump_size up to 20 for 19 mm"),
        ("threshold off by a unit", "lump_size up to 190 for 19 mm"),
        ("threshold off by a unit", "lump_size from 50 mm to 190 mm"),
        ("level a step up", "this_week for next_visit"),
        ("rule deleted", "the rule is deleted"),
    }


@pytest.mark.parametrize(
    ("unit", "spans", "wanted"),
    [
        ("months", ((1, 48),), ["up to 480", "up to 5", "up to 192", "up to 12", "up to 576", "up to 4"]),
        ("days", ((14, 600),), ["from 140", "from 98", "from 2", "from 420"]),
        ("weeks", ((6, 600),), ["from 60", "from 42", "from 2", "from 24"]),
        ("years", ((40, 600),), ["from 400", "from 4", "from 480", "from 3"]),
    ],
)
def test_a_number_is_also_taken_for_one_of_another_unit(
    small_book: RuleBook, unit: str, spans: tuple[tuple[int, int], ...], wanted: list[str]
) -> None:
    age = replace(small_book.facts["age"], scale=Scale(unit, 1, 600, Fraction(1)))
    book, rule = with_rule(
        replace(small_book, facts={**small_book.facts, "age": age}), Is("age", Spans(spans))
    )
    slips = [m.what for m in mutants_of(book, rule) if m.operator == "threshold off by a unit"]
    assert {what.partition(" for ")[0].removeprefix("age ") for what in slips} == set(wanted)


def test_a_single_number_can_be_off_at_each_end(small_book: RuleBook) -> None:
    book, rule = with_rule(small_book, Is("lump_size", Spans(((7, 7),))))
    steps = {m.what for m in mutants_of(book, rule) if m.operator == "threshold off by one step"}
    assert steps == {"lump_size from 6 for 7 mm", "lump_size up to 8 for 7 mm"}


def test_a_sibling_is_a_fact_of_the_screen_that_could_be_answered_so_and_is_not_in_the_rule(
    small_book: RuleBook,
) -> None:
    book, rule = with_rule(small_book, Is("chills", frozenset({"yes"})))
    assert ("wrong sibling fact", "feeling_ill for chills") in made(book, rule.id)
    assert not any(m.operator == "wrong sibling fact" for m in every_mutant(small_book))


def test_no_mutant_is_made_twice_and_none_says_the_same_in_another_order() -> None:
    rng = random.Random(SEED)
    for _ in range(10):
        book = random_book(rng, facts=16, rules=12)
        for rule in book.rules.values():
            mutants = list(mutants_of(book, rule))
            assert all(one != two for one, two in combinations(mutants, 2)), SEED
            assert len({mutant.name for mutant in mutants}) == len(mutants), SEED
            assert all(mutant.mutated != rule for mutant in mutants), SEED


# What is noticed ---------------------------------------------------------------------------------


def test_reading_all_patients_at_once_agrees_with_the_reference() -> None:
    rng = random.Random(SEED)
    for _ in range(10):
        book = random_book(rng, facts=20, rules=20)
        patients = [
            {id: random_answer(rng, fact) for id, fact in book.facts.items() if rng.random() < 0.6}
            for _ in range(40)
        ]
        at_once = PatientsAsBits([known(patient) for patient in patients])
        for rule in book.rules.values():
            certain, possible = at_once.read(rule.when)
            for number, patient in enumerate(patients):
                truth = trace(rule.when, known(patient)).truth
                assert (truth is Truth.TRUE) == bool(certain >> number & 1), (SEED, rule.id)
                assert (truth is not Truth.FALSE) == bool(possible >> number & 1), (SEED, rule.id)


def test_what_is_noticed_is_just_what_changes_for_someone() -> None:
    book, cases, changed = watched()
    watch = Watch(book, cases)
    assert watch.failing == ()
    wrong = [m.name for m, names in changed if watch.notices(m) is not bool(names)]
    assert wrong == []


def test_with_a_case_for_everyone_nothing_is_alive() -> None:
    book, cases, changed = watched()
    judged = fates(book, Watch(book, cases), [mutant for mutant, _ in changed], twice=True)
    assert alive(judged) == []
    assert {one.mutant.operator for one in judged if one.result == "noticed"} == set(OPERATORS)


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_only_mistake_that_nobody_notices_is_reported_and_no_other(operator: Operator) -> None:
    """No other of that rule. Who tells "any for all" tells every lost clause, so these are alive with it."""
    book, cases, changed = watched()
    planted, within = min(
        (
            (
                mutant,
                sorted(m.name for m, some in changed if m.rule is mutant.rule and some and some <= names),
            )
            for mutant, names in changed
            if mutant.operator == operator and names and "example" not in names
        ),
        key=lambda found: len(found[1]),
    )
    if operator not in ("all and any swapped", "another answer", "threshold off by a unit"):
        assert within == [planted.name]
    noticing = next(names for mutant, names in changed if mutant is planted)
    watch = Watch(book, [case for case in cases if case.name not in noticing])
    judged = fates(book, watch, list(mutants_of(book, planted.rule)))
    assert sorted(alive(judged)) == within
    [answers] = [one.answers for one in judged if one.mutant == planted]
    assert answers is not None
    assert told(with_mistake(book, planted), known(answers)) != told(book, known(answers))


def test_an_example_alone_notices_a_mistake_in_its_condition(small_book: RuleBook) -> None:
    watch = Watch(small_book, [])
    noticed = {
        m.what for m in mutants_of(small_book, small_book.rules["any/fever-signs"]) if watch.notices(m)
    }
    assert "temperature from 38.1 for 38.0 °C" in noticed
    assert not {"now for today", "without blood_test", "the rule is deleted"} & noticed


def partial_case(small_book: RuleBook, **stated: object) -> Case:
    """Nobody measured the lump: a rule for today is open."""
    answers = {
        "cancer": "lung",
        "skin_lump": "new",
        "blood_flow": "absent",
        "lump_size": NotKnown("unknown"),
    }
    expect = Expectation(Level.none, frozenset(), None, None, None, None, None, None)
    return Case("c.yaml", 1, "nobody measured the lump", "", answers, replace(expect, **stated))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stated", "noticed"),
    [
        ({}, False),
        ({"possible": Level.today}, True),
        ({"advice": AdviceTold.today}, True),
        ({"status": "unresolved"}, True),
        ({"open": frozenset({"lump_size"})}, True),
        ({"exams": frozenset()}, False),
    ],
)
def test_a_case_notices_what_it_states_and_nothing_else(
    small_book: RuleBook, stated: dict[str, object], noticed: bool
) -> None:
    rule = small_book.rules["lung/new-lump"]
    only = replace(without_examples(small_book), rules={rule.id: replace(rule, examples=())})
    [lost] = [m for m in mutants_of(only, only.rules[rule.id]) if m.what == "the clause on lump_size is lost"]
    watch = Watch(only, [partial_case(only, **stated)])
    assert watch.failing == ()
    assert watch.notices(lost) is noticed


def test_a_case_that_fails_notices_nothing_and_is_set_aside(small_book: RuleBook) -> None:
    book, cases, changed = watched()
    wrong = [replace(case, expect=replace(case.expect, urgency=Level.now)) for case in cases if case.expect]
    failing = [case for case, right in zip(wrong, cases, strict=True) if case.expect != right.expect]
    watch = Watch(book, failing)
    assert watch.failing == tuple(failing)
    assert not any(watch.notices(mutant) for mutant, _ in changed if not mutant.rule.examples)


# What is missing ---------------------------------------------------------------------------------


def test_a_clause_that_only_someone_known_in_part_needs_is_alive(small_book: RuleBook) -> None:
    """Blood flows in no lump that is not there. But without the clause, who denies a lump is asked of it."""
    lump = Is("skin_lump", frozenset({"long_known", "new"}))
    book, rule = with_rule(
        without_examples(small_book), All((lump, Is("blood_flow", frozenset({"present"}))))
    )
    [lost] = [m for m in mutants_of(book, rule) if m.what == "the clause on skin_lump is lost"]
    [fate] = fates(book, Watch(book, []), [lost], twice=True)
    assert (fate.result, fate.answers) == ("alive", {})
    denied = {**denials(book.facts)}
    assert (denied["skin_lump"], "blood_flow" in denied) == ("none", False)


def test_a_level_that_another_rule_always_reaches_is_equivalent(small_book: RuleBook) -> None:
    book, rule = with_rule(small_book, Is("leg_numbness", frozenset({"yes"})), Level.this_week)
    judged = {
        one.mutant.what: one.result for one in fates(book, Watch(book, []), every_mutant_of(book, rule))
    }
    assert judged["today for this_week"] == judged["next_visit for this_week"] == "equivalent"
    assert judged["the rule is deleted"] == "alive"


def every_mutant_of(book: RuleBook, rule: Rule) -> list[Mutant]:
    return list(mutants_of(book, rule))


@pytest.mark.parametrize("random_one", [False, True])
def test_with_the_missing_cases_added_nothing_is_alive(
    small_book: RuleBook, tmp_path: Path, random_one: bool
) -> None:
    book = random_book(random.Random(SEED), facts=12, rules=6) if random_one else small_book
    mutants = every_mutant(book)
    first = fates(book, Watch(book, []), mutants)
    shown: dict[str, list[str]] = {}
    for number, one in enumerate(one for one in first if one.result == "alive"):
        shown.setdefault(repr(one.answers), list(missing_case(book, one.answers or {}, f"case {number}")))
    assert shown, SEED
    lines = [line for case in shown.values() for line in case]
    (tmp_path / "missing.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cases, problems = load_cases([tmp_path / "missing.yaml"], book)
    assert problems == [], SEED
    watch = Watch(book, cases)
    assert watch.failing == (), SEED
    assert alive(fates(book, watch, mutants)) == [], SEED
    assert len(cases) <= len(alive(first))


def test_the_missing_case_is_the_smallest(small_book: RuleBook) -> None:
    [mutant] = [m for m in every_mutant(small_book) if m.name == "any/fever-signs: the rule is deleted"]
    [judged] = fates(small_book, Watch(small_book, []), [mutant])
    assert judged.answers is not None
    assert len(judged.answers) == 2
    assert set(judged.answers) <= {"temperature", "chills", "feeling_ill"}


def test_a_solver_that_gives_up_leaves_the_mutant_alive(
    small_book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> Callable[[], None]:
        raise Undecided("timeout")

    monkeypatch.setattr(Solver, "model", gives_up)
    [mutant] = [m for m in every_mutant(small_book) if m.name == "any/fever-signs: the rule is deleted"]
    [judged] = fates(small_book, Watch(small_book, []), [mutant])
    assert (judged.result, judged.undecided, judged.answers) == ("alive", "timeout", None)
