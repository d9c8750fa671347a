"""The prover finds planted faults, proves what holds, and never calls anything proved that is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.commands import run
from triage.assurance.prove.prover import Prover
from triage.assurance.prove.statement import Verdict
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import All, Condition, Is, Spans
from triage.book.problems import Problems
from triage.book.reading.load import load_book
from triage.book.rule import Constraint, Guarantee, Level
from triage.book.shipped import shipped_folder
from triage.engines.reference import trace
from triage.engines.solver import Solver, Undecided
from triage.engines.truth import Truth


def edited(folder: Path, file: str, old: str, new: str) -> RuleBook:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_book(folder)


def bad(book: RuleBook) -> list[Verdict]:
    return [verdict for verdict in Prover(book).everything() if verdict.result not in ("proved", "noted")]


def add_rule(folder: Path, id: str, when: str, urgency: str, examples: str) -> None:
    """A rule that is nothing but its condition and level."""
    facts = list(_facts(yaml.safe_load(when)))
    (folder / f"{id}.yaml").write_text(
        f"title: planted\nurgency: {urgency}\nsuspects: []\nwhen: {when}\nbecause: Planted.\nexams: []\n"
        f"sources:\n  - editorial: Planted.\n    supports: [{', '.join(facts)}, urgency]\n"
        f"examples:\n{examples}status: draft\n",
        encoding="utf-8",
    )


def _facts(when: object) -> set[str]:
    if isinstance(when, list):
        return {fact for part in when for fact in _facts(part)}
    assert isinstance(when, dict)
    [(key, value)] = when.items()
    return _facts(value) if key in ("all", "any") or key.startswith("at least") else {key}


def test_everything_of_the_shipped_book_is_proved() -> None:
    book = load_book(shipped_folder("rules"))
    assert bad(book) == []
    assert len(book.guarantees) >= 30


def test_everything_of_the_small_book_is_proved_and_a_second_solver_agrees(small_book: RuleBook) -> None:
    verdicts = list(Prover(small_book, twice=True).everything())
    assert {verdict.result for verdict in verdicts} == {"proved"}
    assert {verdict.kind for verdict in verdicts} == {
        "guarantee",
        "possible answers",
        "constraint",
        "worse is worse",
        "reachable",
        "not redundant",
        "different conditions",
        "sound interval",
    }


def test_a_false_guarantee_is_refuted_by_the_smallest_patient(small_copy: Path) -> None:
    book = edited(
        small_copy, "guarantees.yaml", "at_least: now\n", "at_least: now\n    includes: [ultrasound]\n"
    )
    [verdict] = bad(book)
    assert (verdict.kind, verdict.result) == ("guarantee", "refuted")
    [patient] = verdict.patients
    assert len(unusual(book, patient)) == 1


def unusual(book: RuleBook, patient: dict[str, Known] | object) -> set[str]:
    assert isinstance(patient, dict)
    return {
        id
        for id, answer in patient.items()
        if book.facts[id].mildest is not None and answer != book.facts[id].mildest
    }


def test_a_lost_answer_breaks_the_guarantee_that_names_it(small_copy: Path) -> None:
    book = edited(
        small_copy, "findings/spine.yaml", "leg_weakness: [one_leg, both_legs]", "leg_weakness: [both_legs]"
    )
    [verdict] = [v for v in bad(book) if v.kind == "guarantee"]
    assert verdict.patients[0]["leg_weakness"] == "one_leg"


def test_a_guarantee_whose_premise_no_patient_meets_is_vacuous(small_copy: Path) -> None:
    impossible = "    given: {all: [{skin_lump: none}, {blood_flow: present}]}\n    at_least: now\n"
    text = (small_copy / "guarantees.yaml").read_text()
    start, end = text.index("    given:"), text.index("    because:")
    (small_copy / "guarantees.yaml").write_text(text[:start] + impossible + text[end:])
    [verdict] = bad(load_book(small_copy))
    assert verdict.result == "vacuous"


def test_a_guard_against_false_alarms_is_refuted_by_a_rule_that_is_too_eager(small_copy: Path) -> None:
    guard = (
        "guarantees:\n  - name: chills alone are never more than for the next visit\n"
        "    given: {chills: yes}\n    at_most: next_visit\n    nothing_else: yes\n    because: A cold.\n"
    )
    book = edited(small_copy, "guarantees.yaml", "guarantees:\n", guard)
    assert bad(book) == []
    add_rule(
        small_copy,
        "any/eager",
        "{chills: yes}",
        "now",
        "  - {fires: yes, chills: yes}\n  - {fires: no, chills: no}\n",
    )
    [verdict] = [v for v in bad(load_book(small_copy)) if v.kind == "guarantee"]
    assert unusual(book, verdict.patients[0]) == {"chills"}


def test_a_dead_rule_is_found(small_copy: Path) -> None:
    """By a constraint: no real patient can be so, although each answer is possible by itself."""
    add_rule(
        small_copy,
        "any/dead",
        "{all: [{skin_lump: [none, long_known, new]}, {blood_flow: present}]}".replace(
            "[none, long_known, new]", "new"
        ),
        "today",
        "  - {fires: yes, skin_lump: new, blood_flow: present}\n  - {fires: no, skin_lump: none}\n",
    )
    path = small_copy / "constraints.yaml"
    lump_and_flow = "[{skin_lump: [long_known, new]}, {blood_flow: present}]"
    path.write_text(path.read_text() + f"- never:\n    all: {lump_and_flow}\n  because: Planted.\n")
    assert ("reachable", "any/dead") in {(v.kind, v.name) for v in bad(load_book(small_copy))}


def test_a_rule_that_two_others_shadow_together_is_found_with_both_named(small_copy: Path) -> None:
    shadowed = "{all: [{back_pain: lasting}, {any: [{chills: yes}, {feeling_ill: yes}]}]}"
    for id, urgency, when in (
        ("any/one", "now", "{all: [{back_pain: lasting}, {chills: yes}]}"),
        ("any/other", "now", "{all: [{back_pain: [passing, lasting]}, {feeling_ill: yes}]}"),
        ("any/shadowed", "today", shadowed),
    ):
        yes = (
            "  - {fires: yes, back_pain: lasting, "
            + ("chills" if "chills" in when else "feeling_ill")
            + ": yes}\n"
        )
        add_rule(small_copy, id, when, urgency, yes + "  - {fires: no, back_pain: none}\n")
    found = {verdict.name: verdict.says for verdict in bad(load_book(small_copy))}
    assert found == {"any/shadowed": "adds nothing to any/one and any/other together"}


def test_equal_conditions_with_different_advice_are_found(small_copy: Path) -> None:
    rows = "  - {fires: yes, chills: yes, back_pain: lasting}\n  - {fires: no, chills: no}\n"
    add_rule(small_copy, "any/one", "{all: [{chills: yes}, {back_pain: lasting}]}", "today", rows)
    add_rule(small_copy, "any/two", "{all: [{back_pain: lasting}, {chills: yes}]}", "this_week", rows)
    equal = [v for v in bad(load_book(small_copy)) if v.kind == "different conditions"]
    assert [(v.name, v.says) for v in equal] == [
        ("any/one and any/two", "equal conditions with different advice")
    ]


def test_a_range_that_lowers_is_found_with_the_two_patients(small_copy: Path) -> None:
    """37.6 °C fires and 39 °C does not: a worse temperature ends lower."""
    add_rule(
        small_copy, "any/window", "{temperature: between 37.6 and 38.9 °C}", "this_week",
        "  - {fires: yes, temperature: 37.6 °C}\n  - {fires: no, temperature: 39.0 °C}\n",
    )  # fmt: skip
    book = load_book(small_copy)
    [verdict] = [v for v in bad(book) if v.kind == "worse is worse"]
    assert verdict.name == "temperature"
    better, worse = (patient["temperature"] for patient in verdict.patients)
    assert isinstance(better, int)
    assert isinstance(worse, int)
    assert 376 <= better <= 389 < worse


def test_an_ordered_list_in_the_wrong_order_does_not_load_or_is_found(small_copy: Path) -> None:
    """`passing` worse than `lasting`: the rule on lasting pain leaves out what is now the worst answer."""
    with pytest.raises(Problems, match="R007"):
        edited(
            small_copy,
            "facts/person.yaml",
            'answers: {none: "No", passing: "Yes, now and then", lasting: "Yes, and it stays"}',
            'answers: {none: "No", lasting: "Yes, and it stays", passing: "Yes, now and then"}',
        )


def planted(book: RuleBook, **rules: tuple[Condition, Level]) -> RuleBook:
    """The book with rules that a file could not hold: the checks at loading would refuse them."""
    template = book.rules["any/cord-sign"]
    added = {
        f"any/{name}": replace(template, id=f"any/{name}", when=when, urgency=level, exams=(), suspects=())
        for name, (when, level) in rules.items()
    }
    return replace(book, rules={**book.rules, **added})


def test_a_worse_number_that_lowers_only_someone_known_in_part_is_found(small_book: RuleBook) -> None:
    """39 °C is more urgent than 37.8 °C once the chills are known; while they are not, it is told less."""
    high = Is("temperature", Spans(((381, 450),)))
    book = planted(
        small_book,
        mild=(Is("temperature", Spans(((375, 380),))), Level.this_week),
        chilled=(All((high, Is("chills", frozenset({"yes"})))), Level.today),
        unchilled=(All((high, Is("chills", frozenset({"no"})))), Level.today),
    )
    [verdict] = [v for v in bad(book) if v.kind == "worse is worse" and v.name == "temperature"]
    assert verdict.says == "a worse answer to temperature ends below next_visit"
    assert [set(patient) for patient in verdict.patients] == [{"temperature"}, {"temperature"}]


def test_a_guarantee_that_fails_only_for_someone_known_in_part_is_refuted(small_book: RuleBook) -> None:
    """Chills are urgent by one rule or the other, but by neither while nobody knows whether one is ill."""
    chills = Is("chills", frozenset({"yes"}))
    book = planted(
        small_book,
        ill=(All((chills, Is("feeling_ill", frozenset({"yes"})))), Level.today),
        well=(All((chills, Is("feeling_ill", frozenset({"no"})))), Level.today),
    )
    promise = Guarantee("chills are today", chills, Level.today, None, (), nothing_else=False, because="")
    [verdict] = [v for v in bad(replace(book, guarantees=(promise,))) if v.kind == "guarantee"]
    assert verdict.patients == ({"chills": "yes"},)
    assert verdict.says.endswith("with only this known it is not certain")


def test_a_constraint_that_is_too_strong_is_found(small_copy: Path) -> None:
    """It would take the lung patients, or everyone in scope, out of every proof without a word."""
    path = small_copy / "constraints.yaml"
    before = path.read_text("utf-8")
    for never, fact, says in (
        ("{cancer: lung}", "cancer", "by the constraints nobody can answer lung"),
        ("{age: at least 18 years}", "cancer", "no real patient is in scope"),
    ):
        path.write_text(f"{before}- never: {never}\n  because: Planted.\n", "utf-8")
        found = {v.name: v.says for v in bad(load_book(small_copy)) if v.kind == "possible answers"}
        assert says in found[fact]


def test_a_constraint_that_excludes_nobody_is_vacuous(small_book: RuleBook) -> None:
    both = All((Is("skin_lump", frozenset({"none"})), Is("skin_lump", frozenset({"new"}))))
    book = replace(small_book, constraints=(*small_book.constraints, Constraint(both, "Planted.")))
    [verdict] = bad(book)
    assert (verdict.kind, verdict.name, verdict.result) == ("constraint", "Planted.", "vacuous")


def test_an_examination_promised_to_someone_known_in_part_is_proved_for_them_too(
    small_book: RuleBook,
) -> None:
    chills, exam = Is("chills", frozenset({"yes"})), next(iter(small_book.exams))
    book = planted(
        small_book,
        ill=(All((chills, Is("feeling_ill", frozenset({"yes"})))), Level.today),
        well=(All((chills, Is("feeling_ill", frozenset({"no"})))), Level.today),
    )
    for id in ("any/ill", "any/well"):
        book = replace(book, rules={**book.rules, id: replace(book.rules[id], exams=(exam,))})
    promise = Guarantee("chills are tested", chills, None, None, (exam,), nothing_else=False, because="")
    [verdict] = [v for v in bad(replace(book, guarantees=(promise,))) if v.kind == "guarantee"]
    assert exam in verdict.says
    assert verdict.patients == ({"chills": "yes"},)


def test_equal_conditions_that_share_no_fact_are_found(small_book: RuleBook) -> None:
    """By the constraints nobody has the one without the other."""
    chills, ill = Is("chills", frozenset({"yes"})), Is("feeling_ill", frozenset({"yes"}))
    well, unchilled = Is("feeling_ill", frozenset({"no"})), Is("chills", frozenset({"no"}))
    book = planted(small_book, one=(All((chills, ill)), Level.today), two=(All((ill, chills)), Level.now))
    equal = [v.says for v in bad(book) if v.kind == "different conditions"]
    assert equal == ["equal conditions with different advice"]
    apart = (Constraint(All((chills, well)), "one"), Constraint(All((unchilled, ill)), "two"))
    alone = replace(planted(small_book, one=(chills, Level.today), two=(ill, Level.today)), constraints=apart)
    whole = [v.name for v in bad(alone) if v.kind == "different conditions"]
    assert whole == [], "of someone known in part only one of the two may be known"


def test_a_dead_rule_is_not_said_to_add_nothing_to_nothing(small_book: RuleBook) -> None:
    never = All((Is("skin_lump", frozenset({"none"})), Is("blood_flow", frozenset({"present"}))))
    found = {
        v.kind: v.says for v in bad(planted(small_book, dead=(never, Level.today))) if v.name == "any/dead"
    }
    assert found == {
        "reachable": "no real patient makes this rule true",
        "not redundant": "it can never be true",
    }


def test_the_two_patients_of_a_worse_answer_differ_in_that_answer_alone(
    small_copy: Path, tmp_path: Path
) -> None:
    add_rule(
        small_copy, "any/window", "{temperature: between 37.6 and 38.9 °C}", "this_week",
        "  - {fires: yes, temperature: 37.6 °C}\n  - {fires: no, temperature: 39.0 °C}\n",
    )  # fmt: skip
    told = run(tmp_path, "prove", "worse is worse: temperature", "--rules", small_copy)
    lines = [line[4:] for line in told.out.splitlines() if line.startswith("    ")]
    (tmp_path / "pasted.yaml").write_text("\n".join(lines) + "\n")
    assert run(tmp_path, "test", "pasted.yaml", "--rules", small_copy).out == "2 passed, 0 failed\n"
    better, worse = yaml.safe_load("\n".join(lines))
    assert better["facts"].keys() == worse["facts"].keys()
    assert {id for id in better["facts"] if better["facts"][id] != worse["facts"][id]} == {"temperature"}


def test_where_nobody_can_be_nothing_is_proved(small_copy: Path, tmp_path: Path) -> None:
    path = small_copy / "constraints.yaml"
    everyone = (("leg_numbness", "yes"), ("leg_numbness", "no"))
    never = "".join(f"- never: {{{fact}: {answer}}}\n  because: Planted.\n" for fact, answer in everyone)
    path.write_text(path.read_text("utf-8") + never, "utf-8")
    with pytest.raises(Problems, match="P006"):
        Prover(load_book(small_copy))
    for command in (("prove",), ("compare", small_copy), ("cases", "--pairs", "any/cord-sign")):
        told = run(tmp_path, *command, "--rules", small_copy)
        assert told.code == 2
        assert "P006: nobody can be" in told.err


def test_an_exception_that_is_not_needed_is_refused(small_copy: Path) -> None:
    book = edited(
        small_copy,
        "guarantees.yaml",
        "exceptions: []",
        "exceptions:\n  - name: any/cord-sign\n    because: Not so.",
    )
    assert [(v.kind, v.name) for v in bad(book)] == [("not redundant", "any/cord-sign")]


def test_every_counterexample_replays_on_the_reference(small_copy: Path) -> None:
    book = edited(small_copy, "any/cord-sign.yaml", "urgency: now", "urgency: today")
    [verdict] = [v for v in bad(book) if v.kind == "guarantee"]
    [patient] = verdict.patients
    guarantee = book.guarantees[0]
    assert trace(guarantee.given, patient).truth is Truth.TRUE
    fired = [rule.urgency for rule in book.rules.values() if trace(rule.when, patient).truth is Truth.TRUE]
    assert max(fired, default=Level.none) < Level.now


def test_a_solver_that_gives_up_is_never_taken_for_a_proof(
    small_book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: object) -> None:
        raise Undecided("the solver gave up: timeout")

    prover = Prover(small_book)
    monkeypatch.setattr(Solver, "model", give_up)
    assert {verdict.result for verdict in prover.everything()} == {"not decided"}


def test_the_command_prints_a_patient_to_paste_and_exits_1(small_copy: Path, tmp_path: Path) -> None:
    edited(small_copy, "any/cord-sign.yaml", "urgency: now", "urgency: today")
    told = run(tmp_path, "prove", "--rules", small_copy)
    assert told.code == 1
    assert "REFUTED  guarantee: a weak or numb leg is never less than now: " in told.out
    assert "promised at least now, but the book says today" in told.out
    pasted = told.out[told.out.index("    - name:") :].split("\n\n")[0]
    lines = [line[4:] for line in pasted.splitlines() if line.startswith("    ")]
    (tmp_path / "pasted.yaml").write_text("\n".join(lines) + "\n")
    assert run(tmp_path, "test", "pasted.yaml", "--rules", small_copy).code == 0


def test_the_printed_patient_has_the_symptom_that_the_book_overlooks(
    small_copy: Path, tmp_path: Path
) -> None:
    """A rule that wrongly stays silent changes no outcome, so the symptom must be kept on purpose."""
    edited(small_copy, "findings/spine.yaml", "leg_weakness: [one_leg, both_legs]", "leg_weakness: both_legs")
    told = run(tmp_path, "prove", "a weak or numb leg", "--rules", small_copy)
    assert told.code == 1
    assert "leg_weakness: one_leg" in told.out


def test_the_command_says_what_it_assumed_and_counts_what_it_proved(tmp_path: Path) -> None:
    told = run(tmp_path, "prove", "--twice")
    assert told.code == 0
    assert "guarantee: 1 proved" in told.out
    assert "assumed: Without a lump no report can say" in told.err


def test_a_name_that_no_statement_has_is_said(tmp_path: Path) -> None:
    told = run(tmp_path, "prove", "zebra")
    assert told.code == 2
    assert "prove --all" in told.err


def test_without_the_solver_a_person_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "z3.py").write_text("raise ModuleNotFoundError('No module named z3', name='z3')\n")
    told = run(tmp_path, "prove", env={"PYTHONPATH": str(tmp_path)})
    assert told.code == 2
    assert "-m pip install z3-solver python-sat" in told.err
