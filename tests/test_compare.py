"""Two books are compared over every patient: planted changes move just the patients that they should."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest

from tests.random_books import random_answer, random_book
from triage.assurance.compare.differences import differences
from triage.assurance.compare.two_books import Moved, TwoBooks
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.book.rule import Level
from triage.engines.solver import Solver, Undecided

FEVER = "any/fever-signs.yaml"


def edited(folder: Path, file: str, *changes: tuple[str, str]) -> RuleBook:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load_book(folder)


def deleted(folder: Path) -> RuleBook:
    """Without one rule; another has an example with the answer that else no rule would name."""
    (folder / "lung/small-lump.yaml").unlink()
    example = "  - {fires: no, cancer: lung, skin_lump: long_known}\n"
    return edited(folder, "lung/new-lump.yaml", ("examples:\n", "examples:\n" + example))


def lowered(old: RuleBook, new: RuleBook) -> list[Moved]:
    return _finished(TwoBooks(old, new, twice=True), "lowered")


def raised(old: RuleBook, new: RuleBook) -> list[Moved]:
    return _finished(TwoBooks(old, new, twice=True), "raised")


def _finished(comparison: TwoBooks, direction: str) -> list[Moved]:
    found = list(comparison.moved("lowered" if direction == "lowered" else "raised"))
    assert (comparison.undecided, comparison.unfinished) == ([], [])
    return found


def test_a_book_moves_nobody_against_itself(small_book: RuleBook) -> None:
    comparison = TwoBooks(small_book, small_book)
    assert [*comparison.moved("lowered"), *comparison.moved("raised")] == []
    assert list(differences(small_book, small_book)) == []


def test_a_moved_threshold_lowers_just_the_patients_between(small_book: RuleBook, small_copy: Path) -> None:
    new = edited(
        small_copy, FEVER, ("at least 38.0", "at least 38.5"), ("temperature: 38.0", "temperature: 38.5")
    )
    assert raised(small_book, new) == []
    found = lowered(small_book, new)
    assert {moved.old for moved in found} == {Level.today}
    assert {moved.rules for moved in found} == {("any/fever-signs",)}
    assert found[0].new is Level.none
    temperature = found[0].patient["temperature"]
    assert isinstance(temperature, int)
    assert 380 <= temperature < 385
    assert len(found[0].patient) == 2


def test_a_rule_only_rewritten_is_proved_to_mean_the_same(small_book: RuleBook, small_copy: Path) -> None:
    split = "temperature: [below 36.0 °C, at least 38.0 °C]\n    - chills: yes\n    - feeling_ill: yes"
    turned = "feeling_ill: yes\n    - chills: yes\n    - temperature: [at least 38.0 °C, below 36.0 °C]"
    comparison = TwoBooks(small_book, edited(small_copy, FEVER, (split, turned)))
    assert comparison.rules().rewritten == ["any/fever-signs"]
    assert comparison.rules().changed == []
    assert list(comparison.moved("lowered")) == []


def test_a_deleted_rule_lowers_and_an_added_one_raises(small_book: RuleBook, small_copy: Path) -> None:
    without = deleted(small_copy)
    comparison = TwoBooks(small_book, without)
    assert comparison.rules().removed == ["lung/small-lump"]
    [moved] = lowered(small_book, without)
    assert (moved.old, moved.new, moved.rules) == (Level.next_visit, Level.none, ("lung/small-lump",))
    assert set(moved.patient) == {"cancer", "skin_lump", "lump_size"}
    [back] = raised(without, small_book)
    assert (back.old, back.new, back.rules) == (Level.none, Level.next_visit, ("lung/small-lump",))


def test_a_level_raised_raises_and_lowers_nobody(small_book: RuleBook, small_copy: Path) -> None:
    new = edited(small_copy, "liver/back-pain.yaml", ("urgency: this_week", "urgency: today"))
    assert lowered(small_book, new) == []
    [moved] = raised(small_book, new)
    assert (moved.old, moved.new) == (Level.this_week, Level.today)
    assert moved.patient == {"cancer": "liver", "back_pain": "lasting"}
    assert "rule liver/back-pain: urgency: this_week → today" in {
        d.says for d in differences(small_book, new)
    }


def test_an_answer_dropped_from_a_rule_lowers_those_who_give_it(
    small_book: RuleBook, small_copy: Path
) -> None:
    old = ("skin_lump: [long_known, new]", "skin_lump: new")
    example = ("fires: yes, cancer: lung, skin_lump: long", "fires: no, cancer: lung, skin_lump: long")
    [moved] = lowered(small_book, edited(small_copy, "lung/small-lump.yaml", old, example))
    assert moved.patient["skin_lump"] == "long_known"


def test_an_answer_that_only_the_new_book_has_raises(small_book: RuleBook, small_copy: Path) -> None:
    edit = ('lasting: "Yes, and it stays"}', 'lasting: "Yes, and it stays", worst: "Yes, the worst ever"}')
    (small_copy / "facts/person.yaml").write_text(
        (small_copy / "facts/person.yaml").read_text("utf-8").replace(*edit), "utf-8"
    )
    new = edited(
        small_copy, "liver/back-pain.yaml", ("back_pain: lasting\nbec", "back_pain: [lasting, worst]\nbec")
    )
    assert lowered(small_book, new) == []
    [moved] = raised(small_book, new)
    assert moved.patient == {"cancer": "liver", "back_pain": "worst"}
    assert "back_pain: answer worst added" in {d.says for d in differences(small_book, new)}
    [gone] = lowered(new, small_book)
    assert gone.patient == {"cancer": "liver", "back_pain": "worst"}


def test_a_reworded_question_moves_nobody_and_is_wording(small_book: RuleBook, small_copy: Path) -> None:
    new = edited(small_copy, "facts/person.yaml", ("Does your back hurt?", "Is your back sore?"))
    assert lowered(small_book, new) == raised(small_book, new) == []
    [difference] = differences(small_book, new)
    assert difference.group == "Wording"
    assert difference.says == "question back_pain: ask: Does your back hurt? → Is your back sore?"


def test_a_rule_of_another_name_is_renamed(small_book: RuleBook, small_copy: Path) -> None:
    (small_copy / "lung/small-lump.yaml").rename(small_copy / "lung/little-lump.yaml")
    changes = TwoBooks(small_book, load_book(small_copy)).rules()
    assert changes.renamed == [("lung/small-lump", "lung/little-lump")]
    assert changes.added == changes.removed == []


def test_a_new_constraint_lowers_those_whose_answers_it_takes_for_contradicting(
    small_book: RuleBook, small_copy: Path
) -> None:
    """Their answers count as not known from now on: nobody may call that proved to lower nobody."""
    never = "- never:\n    all: [{leg_numbness: yes}, {leg_weakness: both_legs}]\n  because: Planted.\n"
    path = small_copy / "constraints.yaml"
    path.write_text(path.read_text("utf-8") + never, "utf-8")
    new = load_book(small_copy)
    assert raised(small_book, new) == []
    furthest, *others = lowered(small_book, new)
    assert (furthest.old, furthest.new, furthest.rules) == (Level.now, Level.none, ("any/cord-sign",))
    assert furthest.patient == {"leg_numbness": "yes", "leg_weakness": "both_legs"}
    assert {moved.new for moved in others} == {Level.next_visit, Level.this_week, Level.today}
    assert raised(new, small_book)[0].patient == furthest.patient


def test_what_else_changed_in_a_rule_of_another_name_is_told(small_book: RuleBook) -> None:
    rules = dict(small_book.rules)
    rule = rules.pop("any/cord-sign")
    rules["any/legs"] = dataclasses.replace(rule, id="any/legs", exams=(), suspects=(), safety_net="")
    new = dataclasses.replace(small_book, rules=rules)
    changes = TwoBooks(small_book, new).rules()
    assert changes.renamed == [("any/cord-sign", "any/legs")]
    said = {d.says for d in differences(small_book, new, changes.renamed)}
    assert "rule any/legs: exams: mri_spine → none" in said
    assert "rule any/legs: suspects: spinal_cord_compression → none" in said


def test_a_bound_that_is_reached_is_said(small_book: RuleBook, small_copy: Path) -> None:
    comparison = TwoBooks(small_book, deleted(small_copy), most=0)
    assert list(comparison.moved("lowered")) == []
    assert comparison.unfinished == ["lowered"]


def test_a_solver_that_gives_up_is_not_decided(
    small_book: RuleBook, small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise Undecided("too hard")

    monkeypatch.setattr(Solver, "model", gives_up)
    comparison = TwoBooks(small_book, small_book)
    assert list(comparison.moved("lowered")) == []
    assert comparison.undecided


@pytest.mark.parametrize("seed", range(3))
def test_no_random_patient_moves_without_an_entry(seed: int) -> None:
    rng = random.Random(seed)
    old = random_book(rng, facts=12, rules=8)
    rules = dict(old.rules)
    del rules["any/rule-3"]
    rules["any/rule-5"] = dataclasses.replace(
        rules["any/rule-5"], urgency=Level.next_visit, when=rules["any/rule-6"].when
    )
    comparison = TwoBooks(old, dataclasses.replace(old, rules=rules))
    moved = [*comparison.moved("lowered"), *comparison.moved("raised")]
    assert comparison.undecided == []
    told = {(one.old, one.new) for one in moved}
    for _ in range(2000):
        patient = {id: random_answer(rng, fact) for id, fact in old.facts.items() if rng.random() < 0.8}
        (was, _), (now, _) = comparison.levels(patient)
        assert was is now or (was, now) in told, (seed, patient)
