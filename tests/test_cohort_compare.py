"""`triage batch --compare`: each row says whether the other rule book tells something else."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.cohorts import chunk_of
from tests.random_books import random_book, random_patient
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.facts import Answers, NotKnown, known
from triage.book.logic import Is
from triage.book.rule import Level
from triage.cohort.comparison import OtherBook
from triage.cohort.run import Run
from triage.decision.decide import Decider
from triage.decision.settings import Settings

WEAK: Answers = {"age": 60, "cancer": "liver", "leg_weakness": "both_legs"}
WELL: Answers = {"age": 60, "cancer": "liver", "leg_weakness": "none"}


def told(book: RuleBook, other: RuleBook, patients: list[Answers]) -> list[str]:
    """What a run over `book` says of `other`, for each patient."""
    decided = Run(Decider(book), 1.0, other).decide(chunk_of(book, patients))
    return [str(word) for word in decided.results.column("told").to_pylist()]


def with_urgency(book: RuleBook, level: Level) -> RuleBook:
    """The book with every rule at one level."""
    rules = {id: replace(rule, urgency=level) for id, rule in book.rules.items()}
    return replace(book, rules=rules, hash="1" * 64)


def test_the_same_book_tells_everybody_the_same(small_book: RuleBook) -> None:
    assert told(small_book, small_book, [WEAK, WELL, {}]) == ["same"] * 3


def test_a_book_that_is_milder_lowers_and_one_that_is_not_raises(small_book: RuleBook) -> None:
    mild = with_urgency(small_book, Level.next_visit)
    assert told(small_book, mild, [WEAK])[0] == "lowered"
    assert told(mild, small_book, [WEAK])[0] == "raised"


def test_the_same_level_with_other_examinations_is_told_otherwise(small_book: RuleBook) -> None:
    rules = {id: replace(rule, exams=()) for id, rule in small_book.rules.items()}
    assert told(small_book, replace(small_book, rules=rules), [WEAK, {}]) == ["otherwise", "same"]


def test_an_answer_that_the_other_book_cannot_read_is_not_compared(small_book: RuleBook) -> None:
    fact = small_book.facts["leg_weakness"]
    fewer = {answer: words for answer, words in fact.answers.items() if answer != "both_legs"}
    legs = {**small_book.facts, "leg_weakness": replace(fact, answers=fewer)}
    rules = {
        id: rule
        for id, rule in small_book.rules.items()
        if id not in {"any/cord-sign"} and "leg_weakness" not in str(rule.when)
    }
    other = replace(small_book, facts=legs, rules=rules)
    results = Run(Decider(small_book), 1.0, other).decide(chunk_of(small_book, [WEAK, {}])).results
    assert results.column("told").to_pylist()[0] == "unreadable"
    assert results.column("other_advice").to_pylist()[0] is None
    assert results.column("other_advice").to_pylist()[1] is not None


def test_a_fact_that_the_other_book_does_not_have_is_left_out(small_book: RuleBook) -> None:
    facts = {name: fact for name, fact in small_book.facts.items() if name == "age"}
    rule = next(iter(small_book.rules.values()))
    scope = small_book.scope if "age" in str(small_book.scope) else Is("age", frozenset())
    old = replace(rule, when=scope, urgency=Level.today)
    other = replace(small_book, facts=facts, rules={old.id: old}, constraints=(), scope=scope)
    assert told(small_book, other, [{"age": 60}])[0] in ("raised", "lowered", "otherwise")


def test_every_row_is_what_each_book_alone_decides() -> None:
    rng = random.Random(SEED)
    told = [word for _ in range(12) for word in told_as_each_book_alone_decides(rng)]
    assert {"raised", "lowered", "same"} <= set(told)


def told_as_each_book_alone_decides(rng: random.Random) -> list[str]:
    """What is told of the patients of a random book, each compared with two decisions."""
    book = random_book(rng, facts=20, rules=30)
    rules = {
        id: replace(r, urgency=Level(rng.randint(1, 4))) for id, r in book.rules.items() if rng.random() < 0.7
    }
    other = replace(book, rules=rules, hash="2" * 64)
    patients = [random_patient(rng, book) for _ in range(40)]
    decided = Run(Decider(book), 1.0, other).decide(chunk_of(book, patients)).results.to_pydict()
    first, second = Decider(book), Decider(other)
    for row, answers in enumerate(patients):
        one, two = first.decide(answers), second.decide(answers)
        assert decided["other_advice"][row] == two.advice.name
        assert decided["other_status"][row] == two.status
        if one.advice != two.advice:
            wanted = "raised" if two.advice > one.advice else "lowered"
        else:
            compared = [
                (d.urgency, d.possible, d.status, {r.id for r in d.fired}, set(d.exams)) for d in (one, two)
            ]
            wanted = "same" if compared[0] == compared[1] else "otherwise"
        assert decided["told"][row] == wanted
    return list(decided["told"])


def test_ticks_and_answers_that_nobody_knows_are_carried_over(small_book: RuleBook) -> None:
    patients: list[Answers] = [{"leg_weakness": NotKnown("unknown")}, {"leg_weakness": NotKnown("declined")}]
    chunk = chunk_of(small_book, patients)
    decided = Run(Decider(small_book), 1.0).decide(chunk).results
    assert known(patients[0]) == {}
    columns = OtherBook(small_book, small_book, Settings()).columns(
        chunk, decided.select(_decision_columns(decided))
    )
    assert columns[0].to_pylist() == ["same", "same"]
    assert columns[4].to_pylist() == decided.column("status").to_pylist()


def _decision_columns(results: object) -> list[str]:
    names: list[str] = results.schema.names  # type: ignore[attr-defined]
    return [name for name in names if name not in ("id", "row", "date", "checked")]
