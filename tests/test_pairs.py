"""`triage cases --pairs`: both sides of every answer that tips a rule, as cases that pass."""

from __future__ import annotations

import random
from pathlib import Path

from tests.commands import run
from tests.random_books import random_book
from tests.seed import SEED
from triage.assurance.cases.pairs import Pairs
from triage.assurance.paste import by_reference, denials
from triage.book.book import RuleBook
from triage.book.logic import comparisons
from triage.book.reading.load import load_book

RULES = ("any/cord-sign", "any/fever-signs", "lung/new-lump", "lung/small-lump", "liver/back-pain")


def test_every_pair_differs_in_one_answer_that_makes_the_rule_true_and_not(small_book: RuleBook) -> None:
    for rule in small_book.rules.values():
        pairs = list(Pairs(small_book).of_rule(rule))
        assert {pair.comparison for pair in pairs} == set(comparisons(rule.when))
        for pair in pairs:
            assert pair.tips == "the level"
            assert pair.one is not None
            assert pair.other is not None
            assert {id for id in pair.one if pair.one[id] != pair.other[id]} == {pair.comparison.fact}
            usual = denials(small_book.facts)
            one, other = (by_reference(small_book, {**usual, **who}) for who in (pair.one, pair.other))
            assert rule.id in one.rules
            assert rule.id not in other.rules
            assert one.urgency > other.urgency


def test_pairs_of_random_books_hold_by_the_reference() -> None:
    rng = random.Random(SEED)
    for _ in range(3):
        book = random_book(rng, facts=14, rules=6)
        finder = Pairs(book)
        for rule in book.rules.values():
            for pair in finder.of_rule(rule, every_answer=True):
                assert pair.tips in ("the level", "only the rule"), "without constraints each part matters"
                assert pair.one is not None
                assert pair.other is not None
                one, other = (
                    by_reference(book, {**denials(book.facts), **who}) for who in (pair.one, pair.other)
                )
                assert rule.id in one.rules
                assert rule.id not in other.rules
                assert (one.urgency > other.urgency) is (pair.tips == "the level")


def test_a_number_has_a_pair_at_each_threshold_one_step_apart(small_book: RuleBook) -> None:
    pairs = Pairs(small_book).of_rule(small_book.rules["any/fever-signs"])
    sides = [
        (pair.one["temperature"], pair.other["temperature"])
        for pair in pairs
        if pair.comparison.fact == "temperature" and pair.one and pair.other
    ]
    scale = small_book.facts["temperature"].scale
    assert scale is not None
    assert [(scale.write(int(a)), scale.write(int(b))) for a, b in sides] == [
        ("35.9 °C", "36.0 °C"),
        ("38.0 °C", "37.9 °C"),
    ]


def test_every_answer_that_is_listed_has_its_own_pair_on_request(small_book: RuleBook) -> None:
    rule = small_book.rules["any/cord-sign"]
    once = [pair.part for pair in Pairs(small_book).of_rule(rule)]
    each = [pair.part for pair in Pairs(small_book).of_rule(rule, every_answer=True)]
    assert (once, each) == (["", ""], ["one_leg", "both_legs", "yes"])


def test_a_rule_that_others_cover_gets_a_pair_in_which_only_the_rule_differs(small_copy: Path) -> None:
    rule = small_copy / "liver" / "back-pain.yaml"
    text = rule.read_text().replace("    - cancer: liver\n", "").replace("cancer: liver, ", "")
    text = text.replace("  all:\n    - back_pain: lasting", "  back_pain: lasting")
    text = text.replace("[cancer, back_pain,", "[back_pain,").replace(
        "  - {fires: no, cancer: elsewhere", "#"
    )
    (small_copy / "any" / "back-pain.yaml").write_text(text)
    book = load_book(small_copy)
    tips = {p.comparison.fact: p.tips for p in Pairs(book).of_rule(book.rules["liver/back-pain"])}
    assert tips == {"cancer": "only the rule", "back_pain": "the level"}


def test_a_comparison_that_a_constraint_makes_needless_is_said_to_be_redundant(
    small_copy: Path, tmp_path: Path
) -> None:
    rule = small_copy / "lung" / "new-lump.yaml"
    text = rule.read_text().replace("- skin_lump: new\n", "- skin_lump: [long_known, new]\n")
    text = text.replace(
        "    - any:\n        - blood_flow: present\n        - lump_size: at least 20 mm\n", ""
    )
    text = text.replace("    - skin_lump:", "    - blood_flow: present\n    - skin_lump:")
    head, _, _ = text.partition("sources:")
    tail = (
        "sources:\n  - editorial: Planted.\n    supports: [cancer, skin_lump, blood_flow, urgency, suspects,"
        " ultrasound]\nexamples:\n  - {fires: yes, cancer: lung, skin_lump: new, blood_flow: present}\n"
        "  - {fires: no, cancer: lung, skin_lump: new, blood_flow: absent}\n"
        "  - {fires: unknown, cancer: lung, skin_lump: new, blood_flow: not_reported}\n"
        "  - {fires: unknown, cancer: lung, skin_lump: new, blood_flow: never_scanned}\nstatus: draft\n"
    )
    rule.write_text(head + tail)
    said = run(tmp_path, "cases", "--pairs", "lung/new-lump", "--rules", small_copy)
    assert said.code == 1, said.err
    line = next(line for line in said.out.splitlines() if "redundant" in line)
    assert line.startswith("# lung/new-lump, skin_lump (")
    assert line.endswith("it makes no difference to any real patient (proved)")


def test_what_is_printed_loads_passes_and_never_replaces_a_file(tmp_path: Path) -> None:
    said = run(tmp_path, "cases", "--pairs", *RULES, "--every-answer", "--out", "pairs.yaml")
    assert (said.code, said.out) == (0, "")
    cases = (tmp_path / "pairs.yaml").read_text()
    tested = run(tmp_path, "test", "pairs.yaml")
    assert (tested.code, tested.out) == (0, f"{cases.count('- name:')} passed, 0 failed\n")
    assert cases.count("possible:") * 3 == cases.count("- name:")
    again = run(tmp_path, "cases", "--pairs", "any/cord-sign", "--out", "pairs.yaml")
    assert again.code == 2
    assert again.err == "pairs.yaml: exists and is never written over; name a new file\n"
    assert (tmp_path / "pairs.yaml").read_text() == cases


def test_the_third_of_a_pair_expects_the_level_that_is_possible(tmp_path: Path) -> None:
    said = run(tmp_path, "cases", "--pairs", "any/cord-sign")
    third = said.out.partition("leg_weakness: unknown rather than one_leg or none")[2]
    assert third.startswith(
        '"\n  facts:\n    leg_weakness: unknown\n  denied: everything else\n'
        "  expect:\n    urgency: none\n    possible: now\n    rules: []\n"
    )


def test_an_unknown_rule_is_named_with_the_nearest(tmp_path: Path) -> None:
    said = run(tmp_path, "cases", "--pairs", "any/cord-sing")
    assert said.code == 2
    assert 'no rule is called "any/cord-sing" (did you mean "any/cord-sign"?)' in said.err
