"""No hint offers a word that says the opposite of what was written: it would be followed for every row."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.here import run_here
from triage.book.facts import DECLINED, UNKNOWN
from triage.book.opposites import say_the_opposite
from triage.book.problems import closest
from triage.book.reading.load import load_book

SHIPPED = load_book(Path(__file__).parent.parent / "rules")


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("no_fever", ["fever", "chills"]),
        ("no-cough", ["cough"]),
        ("not_present", ["present", "absent"]),
        ("without_fever", ["fever", "with_fever"]),
        ("not_known", ["new", "long_known"]),
        ("no_unwell", ["unwell"]),
        ("not_does_not_stop", ["does_not_stop", "stops"]),
        ("absent", ["present"]),
        ("known", ["not_known"]),
        ("unchanged", ["changed"]),
        ("unchangd", ["changed"]),
        ("changed", ["unchanged"]),
        ("decreased", ["increased"]),
        ("hypothermia", ["hyperthermia"]),
        ("right_arm", ["left_arm"]),
        ("LEFT_LEG", ["right_leg"]),
        ("below_knee", ["above_knee"]),
        ("weight_gain", ["weight_loss"]),
        ("one_leg", ["both_legs"]),
    ],
)
def test_a_word_is_not_said_to_be_meant_as_its_opposite(word: str, known: list[str]) -> None:
    assert closest(word, known) is None


@pytest.mark.parametrize(
    ("word", "meant", "other"),
    [
        ("left_am", "left_arm", "right_arm"),
        ("one_legs", "one_leg", "both_legs"),
        ("both_leg", "both_legs", "one_leg"),
        ("noen", "none", "one"),
        ("non", "none", "new"),
        ("nto_known", "not_known", "known"),
        ("notknown", "not_known", "known"),
        ("not_scanned", "never_scanned", "scanned"),
        ("not_known", "unknown", "known"),
        ("inrceased", "increased", "decreased"),
        ("unkown", "unknown", "known"),
        ("skin_lmp", "skin_lump", "lump_size"),
    ],
)
def test_a_slip_of_the_pen_is_still_told_what_was_meant(word: str, meant: str, other: str) -> None:
    assert closest(word, [meant, other]) == meant


def test_no_shipped_answer_is_offered_for_its_denial() -> None:
    for fact in SHIPPED.facts.values():
        words = [*fact.answers, *fact.not_known, UNKNOWN, DECLINED]
        for answer in fact.answers:
            assert closest(f"not_{answer}", words) != answer


def test_no_shipped_fact_is_offered_for_its_denial() -> None:
    for fact in SHIPPED.facts:
        for word in (f"no_{fact}", f"no_{fact[:-1]}", f"not_{fact}", f"without_{fact}"):
            assert closest(word, SHIPPED.facts) != fact


def test_it_does_not_matter_which_of_two_words_is_asked_about() -> None:
    for one, other in permutations(["increased", "decreased"], 2):
        assert say_the_opposite(one, other)


def test_a_column_of_no_back_pain_is_not_told_to_be_called_back_pain(tmp_path: Path) -> None:
    """Renamed as told, who has none would have it, and who has it none."""
    (tmp_path / "in.csv").write_text("id,no_back_pain\nann,yes\n")
    (tmp_path / "in.jsonl").write_text('{"id": "ann", "no_back_pain": "yes"}\n')
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert 'Q003: unknown column "no_back_pain"' in said.err
    assert "did you mean" not in said.err
    assert run_here(tmp_path, "batch", "in.jsonl", "-o", "out.csv").code == 1
    assert "did you mean" not in (tmp_path / "out.csv.problems.csv").read_text()
