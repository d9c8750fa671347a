"""The columns engine decides a batch as each of its patients is decided alone, in every field."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

from tests.random_books import Patient, edges, random_answer, random_book, random_full_book, random_patients
from tests.recordings import rule_of, yes_no
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.facts import Answer, Fact, Known, NotKnown
from triage.book.logic import All, Is, Spans
from triage.book.quantity import Scale
from triage.book.reading.case import load_cases
from triage.book.reading.load import load_book
from triage.book.rule import Constraint
from triage.book.shipped import shipped_folder
from triage.decision.at_once import AtOnce, _presence, codes_schema, decide_batches
from triage.decision.decide import Decider, Decision
from triage.decision.packed import names_of, unpacked
from triage.decision.settings import Settings
from triage.engines.codes import TICKED, answer_of, bits_of, code_of, largest_code, not_known_words
from triage.engines.columns import code_type
from triage.engines.reference import firings
from triage.engines.truth import Firings

Told = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """As a second engine: the reference itself, because durable-rules takes too long for all."""

    book: RuleBook

    def decide(self, known: Mapping[str, Known]) -> Firings:
        return firings(self.book.conditions, known)


# Batches, and what is told of them ---------------------------------------------------------------


def coded(
    book: RuleBook, patients: Sequence[Patient], columns: Sequence[str] | None = None
) -> tuple[pa.RecordBatch, frozenset[str]]:
    """The codes of these patients, and the columns with ticks; what nobody was asked is left out."""
    told = {name for patient in patients for name in (*patient.answers, *patient.ticked)}
    names = [name for name in book.facts if name in told] if columns is None else columns
    ticked = {name for p in patients for name in p.ticked if name not in p.answers}
    arrays = [
        pa.array([_code(book.facts[name], patient) for patient in patients], code_type(book.facts[name]))
        for name in names
    ]
    rows = pa.record_batch({"row": pa.nulls(len(patients))}).select([])
    return pa.RecordBatch.from_arrays(arrays, names=names) if names else rows, frozenset(ticked)


def _code(fact: Fact, patient: Patient) -> int | None:
    if fact.id in patient.answers:
        return code_of(fact, patient.answers[fact.id])
    return TICKED if fact.id in patient.ticked else None


def told(decided: pa.RecordBatch) -> list[Told]:
    """Every field of every row, sets as lists in their order."""
    columns = {}
    for field in decided.schema:
        names, column = names_of(field), decided.column(field.name)
        columns[field.name] = (column if names is None else unpacked(column, names)).to_pylist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def alone(decision: Decision) -> Told:
    """The same of one patient."""
    return {
        "urgency": decision.urgency.name,
        "possible": decision.possible.name,
        "advice": decision.advice.name,
        "status": decision.status,
        "rules": [rule.id for rule in decision.fired],
        "counted": [rule.id for rule in decision.counted],
        "review": [rule.id for rule in decision.review],
        "open_rules": {judged.rule.id for judged in decision.judged if judged.open},
        "exams": set(decision.exams),
        "suspects": set(decision.suspects),
        "open": set(decision.open),
        "contradictions": [constraint.because for constraint in decision.contradictions],
        "rule_book": decision.book.name,
        "schema": "triage-results/2",
    }


def assert_told_alike(at_once: Iterable[Told], alone: Sequence[Told], who: Sequence[object] = ()) -> None:
    """The same fields with the same values; sets in any order, but each name once."""
    for number, (row, one) in enumerate(zip(at_once, alone, strict=True)):
        assert row.keys() == one.keys()
        for name, value in one.items():
            if isinstance(value, set):
                assert len(row[name]) == len(set(row[name]))
            said = set(row[name]) if isinstance(value, set) else row[name]
            at = who[number] if who else number
            assert said == value, f"TRIAGE_SEED={SEED}: {name} of {at}: {said} in columns, {value} alone"


def assert_decided_alike(decider: Decider, patients: Sequence[Patient]) -> None:
    batch, ticked = coded(decider.book, patients)
    decisions = [decider.decide(patient.answers, patient.ticked) for patient in patients]
    assert all(decision.engines_agree for decision in decisions)
    decided = AtOnce(decider.book, decider.settings).decide(batch, ticked)
    decided.validate(full=True)
    assert_told_alike(told(decided), [alone(decision) for decision in decisions], patients)


BOTH = [Settings(reviewer="yes"), Settings(reviewer="no")]


# Whatever the book and the patients --------------------------------------------------------------


def test_random_patients_of_random_books_are_decided_as_the_reference_does() -> None:
    rng = random.Random(SEED)
    for number in range(16):
        book = random_full_book(rng, facts=rng.randint(8, 30), rules=rng.randint(1, 40))
        decider = Decider(book, BOTH[number % 2], second=Reference(book))
        assert_decided_alike(decider, random_patients(rng, book, 150))


def test_random_patients_are_decided_as_by_both_engines() -> None:
    rng = random.Random(f"both {SEED}")
    for settings in BOTH * 3:
        book = random_full_book(rng)
        assert_decided_alike(Decider(book, settings), random_patients(rng, book, 150))


@pytest.mark.long
@pytest.mark.parametrize("number", range(20))
def test_many_more_random_patients_are_decided_as_alone(number: int) -> None:
    rng = random.Random(f"{SEED} {number}")
    for _ in range(10):
        book = random_full_book(rng, facts=rng.randint(6, 60), rules=rng.randint(1, 120))
        second = rng.choice([None, Reference(book)])
        assert_decided_alike(Decider(book, rng.choice(BOTH), second), random_patients(rng, book, 500))


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load_book(shipped_folder("rules"))


@pytest.mark.parametrize("settings", BOTH, ids=["reviewed", "nobody reviews"])
def test_the_shipped_cases_are_decided_as_by_both_engines(shipped: RuleBook, settings: Settings) -> None:
    cases, problems = load_cases([shipped_folder("cases")], shipped)
    assert problems == []
    assert_decided_alike(Decider(shipped, settings), [Patient(case.answers, case.ticked) for case in cases])


@pytest.mark.parametrize("settings", BOTH, ids=["reviewed", "nobody reviews"])
def test_random_patients_of_the_shipped_book_are_decided_as_alone(
    shipped: RuleBook, settings: Settings
) -> None:
    rng = random.Random(SEED)
    decider = Decider(shipped, settings, second=Reference(shipped))
    assert_decided_alike(decider, random_patients(rng, shipped, 300))
    examples = [example.answers for rule in shipped.rules.values() for example in rule.examples]
    assert_decided_alike(decider, [Patient(answers) for answers in rng.sample(examples, 300)])


def test_both_sides_of_every_threshold_are_decided_as_alone(shipped: RuleBook) -> None:
    """Of nobody is anything else known, or of everybody all the rest."""
    rng = random.Random(SEED)
    for book in (shipped, random_full_book(rng, facts=12, rules=12)):
        rest: dict[str, Answer] = {name: random_answer(rng, fact) for name, fact in book.facts.items()}
        tried = [(name, answer) for name, some in edges(book).items() for answer in some]
        patients = [Patient({**others, name: answer}) for name, answer in tried for others in ({}, rest)]
        assert_decided_alike(Decider(book, second=Reference(book)), patients)


def test_every_answer_counts_an_open_rule_that_counts_it_alone() -> None:
    """Each rule holds for any answer to one fact and for one that nobody knows."""
    rng = random.Random(SEED)
    book = random_full_book(rng, facts=60)
    every = {
        name: frozenset(fact.answers) if fact.scale is None else Spans(((fact.scale.low, fact.scale.high),))
        for name, fact in book.facts.items()
    }
    last = Is("last", frozenset({"yes"}))
    rules = {name: rule_of(All((Is(name, answers), last)), name) for name, answers in every.items()}
    book = replace(book, facts={**book.facts, "last": yes_no("last")}, rules=rules, constraints=())
    numbers = edges(book)
    tried: list[tuple[str, Answer]] = [
        (name, answer)
        for name, fact in book.facts.items()
        for answer in (*fact.answers, *numbers.get(name, ()))
    ]
    patients = [Patient({name: answer, "last": NotKnown("unknown")}) for name, answer in tried]
    assert_decided_alike(Decider(book, second=Reference(book)), patients)


# Which columns there are -------------------------------------------------------------------------


def test_a_fact_that_nobody_was_asked_may_be_a_column_or_not_and_columns_stand_in_any_order() -> None:
    rng = random.Random(SEED)
    book = random_full_book(rng)
    at_once, facts = AtOnce(book), list(book.facts)
    for _ in range(4):
        asked = rng.sample(facts, rng.randint(0, len(facts)))
        patients = [
            Patient({n: a for n, a in p.answers.items() if n in asked}, tuple(set(p.ticked) & set(asked)))
            for p in random_patients(rng, book, 80)
        ]
        decided = [at_once.decide(*coded(book, patients, columns)) for columns in (None, facts, facts[::-1])]
        assert decided[0].equals(decided[1]), SEED
        assert decided[0].equals(decided[2]), SEED


def test_rows_without_any_column_are_people_who_were_asked_nothing(shipped: RuleBook) -> None:
    batch, _ = coded(shipped, [Patient({})] * 70)
    assert (batch.num_rows, batch.num_columns) == (70, 0)
    nothing = Decider(shipped, second=Reference(shipped)).decide({})
    assert_told_alike(told(AtOnce(shipped).decide(batch)), [alone(nothing)] * 70)


def test_a_column_in_which_ticks_may_stand_need_not_hold_one(shipped: RuleBook) -> None:
    """And one batch may hold ticks where the next has none, by the same columns."""
    patients = random_patients(random.Random(SEED), shipped, 100)
    batch, _ = coded(shipped, [Patient(patient.answers) for patient in patients], list(shipped.facts))
    with_ticks, ticked = coded(shipped, patients, list(shipped.facts))
    at_once = AtOnce(shipped)
    first = at_once.decide(batch)
    assert first.equals(at_once.decide(batch, shipped.facts)), SEED
    assert at_once.decide(with_ticks, ticked).equals(AtOnce(shipped).decide(with_ticks, ticked)), SEED
    assert first.equals(at_once.decide(batch)), SEED


def test_a_code_that_no_answer_has_was_asked_and_is_not_known() -> None:
    rng = random.Random(SEED)
    book = random_full_book(rng)
    patients = random_patients(rng, book, 100)
    batch, _ = coded(book, [Patient(patient.answers) for patient in patients], list(book.facts))
    wrong = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        beyond = [
            n for n in (largest_code(book.facts[name]) + 1, -7) if n < 2 ** (bits_of(book.facts[name]) - 1)
        ]
        codes = [code if code is None or code >= 0 else rng.choice(beyond) for code in column.to_pylist()]
        wrong.append(pa.array(codes, column.type))
    at_once = AtOnce(book)
    other = pa.RecordBatch.from_arrays(wrong, names=batch.schema.names)
    assert at_once.decide(batch).equals(at_once.decide(other)), SEED


def test_columns_that_are_wanted_alone_say_the_same(small_book: RuleBook) -> None:
    patients = random_patients(random.Random(SEED), small_book, 90)
    batch, ticked = coded(small_book, patients)
    whole = AtOnce(small_book).decide(batch, ticked)
    for only in (["advice"], ["rule_book"], ["open", "rules", "status"], whole.schema.names):
        some = AtOnce(small_book, only=only).decide(batch, ticked)
        names = [name for name in whole.schema.names if name in only]
        assert some.equals(whole.select(names)), (SEED, only)


@pytest.mark.parametrize("type_", [pa.int64(), pa.int16(), pa.uint8(), pa.bool_(), pa.float32(), pa.string()])
def test_a_column_of_another_type_is_refused_and_not_misread(
    small_book: RuleBook, type_: pa.DataType
) -> None:
    with pytest.raises(TypeError, match=f"the column leg_numbness is {type_}, and its codes are int8"):
        AtOnce(small_book).decide(pa.record_batch({"leg_numbness": pa.nulls(3, type_)}))


def test_batches_are_decided_one_after_the_other(small_book: RuleBook) -> None:
    patients = random_patients(random.Random(SEED), small_book, 90)
    batch, _ = coded(small_book, [Patient(p.answers) for p in patients], list(small_book.facts))
    assert batch.schema == codes_schema(small_book)
    for settings in BOTH:
        decided = AtOnce(small_book, settings).decide(batch)
        parts = decide_batches(small_book, (batch.slice(at, 40) for at in range(0, 90, 40)), settings)
        together = pa.Table.from_batches(parts)
        assert together.schema.equals(AtOnce(small_book).schema, check_metadata=True)
        assert together.equals(pa.Table.from_batches([decided]))


# Which books there are ---------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [0, 1, 8, 9, 63, 64, 65, 128, 129, 200])
def test_a_book_may_have_any_number_of_rules_names_and_constraints(rules: int) -> None:
    """A name, a fact and a constraint for each rule; each patient has a few of them."""
    rng = random.Random(f"{SEED} {rules}")
    facts = {f"fact_{n}": yes_no(f"fact_{n}") for n in range(rules)}
    template = random_book(rng, facts=2, rules=0)
    book = replace(
        template,
        facts=facts | {"age": template.facts["age"]},
        rules={
            f"any/{n}": replace(
                rule_of(Is(name, frozenset({"yes"})), f"any/{n}"),
                exams=(f"exam {n}",),
                suspects=(f"suspect {n}",),
            )
            for n, name in enumerate(facts)
        },
        constraints=tuple(
            Constraint(All((Is(name, frozenset({"no"})), Is("age", Spans(((30, 40),))))), f"never {name}")
            for name in facts
        ),
    )
    patients = []
    for share in (0, 0.02, 0.5, 1):
        answers = {name: rng.choice(["yes", "no"]) for name in facts if rng.random() < share}
        patients += [Patient(answers), Patient({**answers, "age": rng.randint(20, 50)})]
    last: dict[str, Answer] = {"age": 50, **dict.fromkeys(list(facts)[-1:], "yes")}
    assert_decided_alike(Decider(book, second=Reference(book)), [*patients, Patient(last)])


@pytest.mark.parametrize("largest", [1, 126, 127, 128, 2**15 - 1, 2**15, 10**9])
@pytest.mark.parametrize("low", [0, -(10**8), 300])
def test_a_number_may_have_any_range(largest: int, low: int) -> None:
    fact = replace(
        yes_no("size"), answers={}, ordered=False, scale=Scale("mm", low, low + largest, Fraction(1))
    )
    assert bits_of(fact) == (8 if largest < 128 else 16 if largest < 32768 else 32)
    inside = sorted(
        {0, 1, largest // 2, largest - 1, largest} | {n for n in (127, 128, 32767) if n <= largest}
    )
    spans = [(low + a, low + b) for a in inside for b in inside if a <= b]
    template = random_book(random.Random(0), facts=2, rules=0)
    book = replace(
        template,
        facts={"size": fact, "age": template.facts["age"]},
        rules={f"any/{n}": rule_of(Is("size", Spans((span,))), f"any/{n}") for n, span in enumerate(spans)},
    )
    known = [Patient({"size": low + code}) for code in inside]
    unknown = [Patient({"size": NotKnown(word)}) for word in not_known_words(fact)]
    ticks = [Patient({}, ("size",))]
    assert_decided_alike(Decider(book, second=Reference(book)), [*known, *unknown, *ticks])


# Codes -------------------------------------------------------------------------------------------


def test_a_code_stands_for_one_answer_and_none_for_a_tick(shipped: RuleBook) -> None:
    books: Collection[RuleBook] = (shipped, random_full_book(random.Random(SEED), facts=60))
    for fact in (fact for book in books for fact in book.facts.values()):
        numbers = [] if fact.scale is None else [fact.scale.low, fact.scale.low + 1, fact.scale.high]
        answers: list[Answer] = [*fact.answers, *numbers, *map(NotKnown, not_known_words(fact))]
        codes = [code_of(fact, answer) for answer in answers]
        assert [answer_of(fact, code) for code in codes] == answers
        assert len(set(codes)) == len(codes)
        assert (max(codes), TICKED in codes) == (largest_code(fact), False)
        assert pa.array(codes, code_type(fact)).to_pylist() == codes


def test_the_answers_of_a_book_that_are_listed_last_and_first_have_the_codes_at_the_ends() -> None:
    fact = replace(yes_no("lump"), not_known={"not_reported": ""})
    codes = {code: fact.write(answer_of(fact, code)) for code in (-3, -2, -1, 0, 1)}
    assert codes == {-3: "not_reported", -2: "declined", -1: "unknown", 0: "no", 1: "yes"}


def test_the_first_step_outside_the_usual_is_a_sign_at_once_as_it_is_alone(small_book: RuleBook) -> None:
    fact = small_book.facts["temperature"]
    assert fact.scale is not None
    signs = _presence(fact)
    for steps in range(fact.scale.low, fact.scale.high + 1):
        assert signs.accepts(steps) is fact.shows_presence(steps), steps
    assert isinstance(signs.answers, Spans)
    assert signs.answers.spans == ((300, 359), (375, 450))
