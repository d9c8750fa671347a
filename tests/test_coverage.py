"""`triage test --coverage`: what of the rules no case tries, read off the traces."""

from __future__ import annotations

import random
from pathlib import Path

from tests.commands import run
from tests.random_books import random_answer, random_condition, random_facts
from tests.seed import SEED
from triage.assurance.cases.coverage import coverage, coverage_lines, decisive_leaves
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import Is, comparisons
from triage.decision.decide import Decider
from triage.engines.reference import trace
from triage.engines.truth import Truth

CASE = """
- name: a warm patient who shivers
  facts: {age: 60 years, temperature: 38.0 °C, chills: yes, feeling_ill: no}
  expect: {urgency: today, rules: [any/fever-signs]}
"""


def test_a_leaf_is_decisive_when_turning_it_over_turns_the_verdict_over() -> None:
    rng = random.Random(SEED)
    for _ in range(300):
        facts = random_facts(rng, 10)
        condition = random_condition(rng, facts, list(facts), depth=3)
        patient: dict[str, Known] = {id: random_answer(rng, fact) for id, fact in facts.items()}
        before = trace(condition, patient)
        for leaf, decisive in decisive_leaves(before):
            assert leaf.comparison is not None
            id = leaf.comparison.fact
            turned = _turned(leaf.comparison, facts[id].answers, patient[id])
            if turned is not None:
                after = trace(condition, {**patient, id: turned}).truth
                assert decisive == (after is not before.truth)


def _turned(comparison: Is, answers: object, now: Known) -> Known | None:
    """An answer of which the comparison says the opposite."""
    tries: list[Known] = list(answers) if isinstance(answers, dict) and answers else [*range(-10, 400)]
    return next((a for a in tries if comparison.accepts(a) != comparison.accepts(now)), None)


def test_nothing_is_decisive_beside_what_is_not_known(small_book: RuleBook) -> None:
    found = trace(small_book.rules["any/cord-sign"].when, {"leg_weakness": "both_legs"})
    assert found.truth is Truth.TRUE
    assert [decisive for _, decisive in decisive_leaves(found)] == [False, False]


def test_the_clauses_rules_and_facts_that_a_case_tries_are_counted(small_book: RuleBook) -> None:
    answers: dict[str, Known] = {"temperature": 380, "chills": "yes", "feeling_ill": "no"}
    scale = small_book.facts["temperature"].scale
    assert scale is not None
    answers["temperature"] = next(n for n in range(scale.low, scale.high) if scale.write(n) == "38.0 °C")
    covered = coverage(small_book, [Decider(small_book).decide(answers)])
    assert covered.true == covered.deciding == {"any/fever-signs"}
    fever = [is_.fact for is_ in comparisons(small_book.rules["any/fever-signs"].when)]
    true = {fever[place] for (rule, place), truth in covered.decisively if truth is Truth.TRUE}
    assert true == {"temperature", "chills"}
    assert not [clause for clause, truth in covered.decisively if truth is Truth.FALSE]
    assert covered.told == set(answers)


def test_two_rules_of_the_same_level_decide_it_together_and_neither_alone(small_book: RuleBook) -> None:
    answers = {"cancer": "lung", "skin_lump": "new", "blood_flow": "present", "chills": "yes"}
    decision = Decider(small_book).decide({**answers, "feeling_ill": "yes"})
    covered = coverage(small_book, [decision])
    assert covered.true == {"lung/new-lump", "any/fever-signs"}
    assert covered.deciding == frozenset()
    assert "rule never decides the level: any/fever-signs" in list(coverage_lines(covered))


def test_coverage_is_listed_with_a_summary_and_leaves_the_exit_code_alone(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE)
    said = run(tmp_path, "test", "case.yaml", "--coverage")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert "rule never true: any/cord-sign" in lines
    assert "never decisively true: any/fever-signs, feeling_ill (Yes)" in lines
    assert not any(line.startswith("never decisively true: any/fever-signs, chills") for line in lines)
    assert "fact that no case tells: cancer" in lines
    assert lines[-2].startswith("coverage: of 5 rules 1 true, 1 deciding the level; of ")
    assert lines[-1] == "1 passed, 0 failed"


def test_the_pairs_of_every_rule_leave_nothing_undecided(tmp_path: Path) -> None:
    rules = ("any/cord-sign", "any/fever-signs", "lung/new-lump", "lung/small-lump", "liver/back-pain")
    run(tmp_path, "cases", "--pairs", *rules, "--out", "pairs.yaml")
    said = run(tmp_path, "test", "pairs.yaml", "--coverage")
    assert "rule never true" not in said.out
    assert "rule never decides" not in said.out
