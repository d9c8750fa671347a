"""The formulas say what the reference engine says, and a solver that gives up proves nothing."""

from __future__ import annotations

import random

import pytest
import z3

from tests.random_books import random_answer, random_book
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.facts import known
from triage.book.logic import Is, Spans
from triage.engines.reference import trace
from triage.engines.smt import Informed, Patient, thresholds, whether_known
from triage.engines.solver import Solver, Undecided, _second_solver_finds, holds
from triage.engines.truth import Truth


def patient_of(book: RuleBook) -> Patient:
    return Patient("p", book.facts, thresholds([rule.when for rule in book.rules.values()], book.facts))


def test_formulas_and_reference_agree_on_random_books_and_patients() -> None:
    rng = random.Random(SEED)
    for _ in range(12):
        book = random_book(rng, facts=20, rules=20)
        patient = patient_of(book)
        solver = Solver(patient.well_formed())
        for _ in range(15):
            answers = {id: random_answer(rng, fact) for id, fact in book.facts.items()}
            model = solver.model(*(patient.answered(id, answer) for id, answer in answers.items()))
            assert model is not None, SEED
            for rule in book.rules.values():
                holds = z3.is_true(model.eval(patient.read(rule.when), model_completion=True))
                assert holds is (trace(rule.when, answers).truth is Truth.TRUE), (SEED, rule.id, answers)


def test_certain_and_possible_agree_with_the_reference_on_patients_known_in_part() -> None:
    rng = random.Random(SEED)
    for _ in range(8):
        book = random_book(rng, facts=16, rules=15)
        patient = patient_of(book)
        told_of = whether_known(book.facts, "told")
        certain = Informed(patient, told_of, possible=False)
        possible = Informed(patient, told_of, possible=True)
        solver = Solver(patient.well_formed())
        for _ in range(10):
            whole = {id: random_answer(rng, fact) for id, fact in book.facts.items()}
            told = {id: answer for id, answer in whole.items() if rng.random() < 0.5}
            which = [flag if id in told else z3.Not(flag) for id, flag in certain.known.items()]
            model = solver.model(*(patient.answered(*item) for item in whole.items()), *which)
            assert model is not None, SEED
            for rule in book.rules.values():
                truth = trace(rule.when, told).truth
                says = [
                    z3.is_true(model.eval(r.read(rule.when), model_completion=True))
                    for r in (certain, possible)
                ]
                assert says == [truth is Truth.TRUE, truth is not Truth.FALSE], (SEED, rule.id, told)


def test_a_model_decodes_to_a_patient_who_is_as_was_asked() -> None:
    rng = random.Random(SEED)
    for _ in range(10):
        book = random_book(rng, facts=14, rules=10)
        patient = patient_of(book)
        solver = Solver(patient.well_formed())
        for rule in book.rules.values():
            model = solver.model(patient.read(rule.when))
            assert model is not None
            found = patient.decode(model)
            assert set(found) == set(book.facts)
            assert trace(rule.when, known(found)).truth is Truth.TRUE, (SEED, rule.id)


def test_the_smallest_model_has_the_fewest_deviations() -> None:
    flags = [z3.Bool(f"flag {n}") for n in range(6)]
    solver = Solver([z3.PbGe([(flag, 1) for flag in flags], 2), z3.Implies(flags[0], flags[1])])
    model = solver.smallest(flags, flags[0])
    assert model is not None
    assert sum(z3.is_true(model.eval(flag, model_completion=True)) for flag in flags) == 2


def test_what_a_model_leaves_open_is_false_and_not_neither() -> None:
    """A denial of something that the solver did not need to settle would count as not so, and as so."""
    settled, left_open = z3.Bool("settled"), z3.Bool("left open")
    model = Solver([settled]).model()
    assert holds(model, settled)
    assert not holds(model, left_open)
    assert holds(model, z3.Not(left_open))


@pytest.mark.parametrize(
    ("wanted", "steps"),
    [((380, 450), 380), ((300, 359), 359), ((390, 400), 390)],
)
def test_a_patient_who_is_shown_has_the_mildest_fever_that_shows_it_and_not_the_highest(
    small_book: RuleBook, wanted: tuple[int, int], steps: int
) -> None:
    fever = Is("temperature", Spans((wanted,)))
    patient = Patient("p", small_book.facts, thresholds([fever], small_book.facts))
    model = Solver([*patient.well_formed(), patient.read(fever)]).model()
    assert patient.decode(model)["temperature"] == steps


def test_where_the_cancer_began_makes_nobody_unusual(small_book: RuleBook) -> None:
    """It has no usual answer; counted as a sign, every patient who is shown would have one too many."""
    patient = Patient("p", small_book.facts, {name: () for name, f in small_book.facts.items() if f.scale})
    one = Solver(patient.well_formed())
    assert one.model(patient.is_unusual(small_book.facts["cancer"])) is None
    assert one.model(patient.is_unusual(small_book.facts["back_pain"])) is not None


def test_a_second_solver_agrees_with_each_proof() -> None:
    """On formulas of every kind: each is unsatisfiable, and the clauses of it are too."""
    rng = random.Random(SEED)
    book = random_book(rng, facts=14, rules=10)
    patient = patient_of(book)
    solver = Solver(patient.well_formed(), twice=True)
    for rule in book.rules.values():
        formula = patient.read(rule.when)
        assert solver.model(formula, z3.Not(formula)) is None, SEED


def test_the_second_solver_finds_a_patient_where_there_is_one() -> None:
    """A second solver that never finds anybody would agree with every proof."""
    flags = [z3.Bool(f"flag {n}") for n in range(9)]
    just_three = z3.PbEq([(flag, 1) for flag in flags], 3)
    at_most_two = z3.PbLe([(flag, 1) for flag in flags], 2)
    assert _second_solver_finds([just_three])
    assert not _second_solver_finds([just_three, at_most_two])


def test_a_solver_that_gives_up_on_a_conflict_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    flag = z3.Bool("flag")
    solver = Solver([z3.Not(flag)])
    assert solver.conflict({"flag": flag}) == ["flag"]
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    with pytest.raises(Undecided, match="gave up"):
        solver.conflict({"flag": flag})


def test_solvers_that_differ_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from triage.engines import solver

    monkeypatch.setattr(solver, "_second_solver_finds", lambda assertions: True)
    flag = z3.Bool("flag")
    with pytest.raises(Undecided, match=r"^the second solver finds a patient where the first finds none$"):
        Solver([flag], twice=True).model(z3.Not(flag))


def test_a_solver_that_gives_up_decides_nothing() -> None:
    """Eleven pigeons in ten holes: there is no way, and finding that out takes long."""
    at = [[z3.Bool(f"pigeon {p} in hole {h}") for h in range(10)] for p in range(11)]
    each_somewhere = [z3.Or(holes) for holes in at]
    none_shared = [z3.Not(z3.And(at[p][h], at[q][h])) for h in range(10) for p in range(11) for q in range(p)]
    with pytest.raises(Undecided, match="gave up"):
        Solver([*each_somewhere, *none_shared], milliseconds=1).model()


def test_where_all_can_hold_no_conflict_is_named() -> None:
    with pytest.raises(ValueError, match=r"^there is no conflict$"):
        Solver([]).conflict({"one": z3.Bool("one"), "other": z3.Bool("other")})


def test_a_second_solver_is_asked_only_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof by one solver would be told as agreed by two, or take twice as long for nothing."""
    asked: list[object] = []

    def finds(assertions: object) -> bool:
        asked.append(assertions)
        return False

    monkeypatch.setattr("triage.engines.solver._second_solver_finds", finds)
    nothing = [z3.BoolVal(False)]
    assert Solver(nothing).model() is None
    assert Solver(nothing, twice=False).model() is None
    assert asked == []
    assert Solver(nothing, twice=True).model() is None
    assert Solver([], twice=True).with_axioms(nothing).model() is None
    assert len(asked) == 2
