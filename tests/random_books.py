"""Random rule books and patients, from a seeded generator: for soaks, and for Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from triage.book.book import RuleBook
from triage.book.facts import DECLINED, UNKNOWN, Answer, Answers, Fact, Known, NotKnown
from triage.book.logic import All, Any, AtLeast, Condition, Is, Spans, comparisons, fold
from triage.book.quantity import Scale
from triage.book.rule import Constraint, Level, LevelWords, Rule, Screen
from triage.engines.durable import MAX_FIRINGS, MAX_GROUPS, MAX_WEIGHT
from triage.engines.patterns import Patterns


def random_facts(rng: random.Random, count: int) -> dict[str, Fact]:
    """Facts of every kind: two to five answers, ordered or not, and numbers on scales that start anywhere."""
    return {f"fact_{number}": _fact(rng, f"fact_{number}") for number in range(count)}


def _fact(rng: random.Random, name: str) -> Fact:
    scale, answers = None, {}
    if rng.random() < 0.25:
        low = rng.choice([-5, 0, 1, 300])
        scale = Scale("°C", low, low + rng.randint(3, 60), Fraction(1, rng.choice([1, 2, 10])))
    else:
        answers = {f"answer_{n}": f"Answer {n}" for n in range(rng.choice([2, 2, 3, 5]))}
    return Fact(
        id=name,
        ask=f"{name}?",
        short=name,
        nurse=name,
        answers=answers,
        scale=scale,
        ordered=bool(answers) and rng.random() < 0.8,
        denied=f"no {name}",
        usual="",
        not_known={},
        kind=rng.choice(["symptom", "symptom", "finding", "background"]),
        asked_of=rng.choice(["patient", "patient", "record"]),
        lasts="call",
        screen=rng.choice(["first", "second", "third"]),
        sources=(),
    )


def random_condition(rng: random.Random, facts: Mapping[str, Fact], free: list[str], depth: int) -> Condition:
    """A condition in which each fact of `free` occurs at most once; ordered facts by their worse answers."""
    if depth == 0 or len(free) < 4 or rng.random() < 0.3:
        return random_comparison(rng, facts[free.pop()])
    parts = tuple(
        random_condition(rng, facts, free, depth - 1) for _ in range(rng.randint(2, 5)) if len(free) > 1
    )
    if len(parts) < 2:
        return parts[0] if parts else random_comparison(rng, facts[free.pop()])
    kind = rng.choice(["all", "all", "any", "at least"])
    if kind == "at least" and len(parts) > 2:
        return AtLeast(rng.randint(2, len(parts) - 1), parts)
    return All(parts) if kind == "all" else Any(parts)


def random_comparison(rng: random.Random, fact: Fact) -> Is:
    if fact.scale is None:
        answers = list(fact.answers)
        size = rng.randint(1, len(answers) - 1)
        chosen = answers[-size:] if fact.ordered else rng.sample(answers, size)
        return Is(fact.id, frozenset(chosen))
    low, high = fact.scale.low, fact.scale.high
    cut = rng.randint(low + 1, high)
    spans = rng.choice(
        [((cut, high),), ((low, cut - 1),), ((cut, min(cut + 1, high)),), ((low, low), (high, high))]
    )
    return Is(fact.id, Spans(spans))


def random_rule(rng: random.Random, facts: Mapping[str, Fact], name: str) -> Rule:
    """A rule inside the limits of durable-rules."""
    while True:
        free = rng.sample(list(facts), min(12, len(facts)))
        when = random_condition(rng, facts, free, depth=3)
        pattern = fold(when, Patterns(facts))
        if pattern.groups <= MAX_GROUPS and pattern.weight <= MAX_WEIGHT and pattern.ways <= MAX_FIRINGS:
            break
    return Rule(
        id=name,
        file=f"{name}.yaml",
        title=name,
        urgency=Level(rng.randint(1, 4)),
        suspects=(),
        when=when,
        findings=(),
        because="",
        exams=(),
        safety_net="",
        sources=(),
        examples=(),
        status="draft",
    )


def random_book(rng: random.Random, *, facts: int = 40, rules: int = 60) -> RuleBook:
    """A book that never was a file: enough of one to decide patients by."""
    vocabulary = random_facts(rng, facts)
    vocabulary["age"] = _age()
    usable = {name: fact for name, fact in vocabulary.items() if name != "age"}
    return RuleBook(
        title="random",
        version="0.0.0",
        status="draft",
        hash="0" * 64,
        scope=Is("age", Spans(((18, 120),))),
        outside_scope="",
        facts=vocabulary,
        findings={},
        rules={f"any/rule-{n}": random_rule(rng, usable, f"any/rule-{n}") for n in range(rules)},
        exams={},
        suspicions={},
        screens={name: Screen(name, name, name) for name in ("first", "second", "third")},
        levels={level: LevelWords(level, level.name, "", "", "", ()) for level in Level},
        documents={},
        constraints=(),
        advice=(),
    )


def random_full_book(rng: random.Random, *, facts: int = 24, rules: int = 30) -> RuleBook:
    """A random book with all that a decision tells of, and with answers that contradict each other.

    Its facts are wider too: usual ranges, more ways of not knowing, very many answers, long scales.
    """
    plain = random_book(rng, facts=2, rules=0)
    vocabulary = {name: _fuller(rng, fact) for name, fact in random_facts(rng, facts).items()}
    named = [f"name_{number}" for number in range(rng.randint(1, 20))]
    made = [random_rule(rng, vocabulary, f"any/rule-{number}") for number in range(rules)]
    nevers = [_never(rng, vocabulary) for _ in range(rng.randint(0, 3))]
    young = Is("age", Spans(((0, rng.randint(10, 60)),)))
    nevers.append(All((young, random_comparison(rng, rng.choice(list(vocabulary.values()))))))
    return replace(
        plain,
        scope=rng.choice([plain.scope, Any((plain.scope, _never(rng, vocabulary)))]),
        facts=vocabulary | {"age": plain.facts["age"]},
        rules={
            rule.id: replace(
                rule,
                exams=tuple(rng.sample(named, rng.randint(0, min(4, len(named))))),
                suspects=tuple(rng.sample(named, rng.randint(0, 1))),
            )
            for rule in made
        },
        constraints=tuple(Constraint(never, f"never {number}") for number, never in enumerate(nevers)),
    )


def _fuller(rng: random.Random, fact: Fact) -> Fact:
    words = rng.sample(["not_reported", "lost", "not_measured"], rng.choice([0, 0, 1, 3]))
    fact = replace(fact, not_known={word: word for word in words})
    if fact.scale is None:
        many = {f"answer_{n}": f"Answer {n}" for n in range(rng.randint(126, 131))}
        return replace(fact, answers=many) if rng.random() < 0.1 else fact
    low, high = fact.scale.low, fact.scale.high
    if rng.random() < 0.4:
        high = low + rng.choice([127, 128, 1_000, 2**15 - 1, 2**15, 10**6])
    usual = sorted(rng.sample([low, low + 1, low + 2, high - 1, high], 2))
    scale = replace(fact.scale, high=high, usual=rng.choice([None, (usual[0], usual[1])]))
    return replace(fact, scale=scale)


def _never(rng: random.Random, facts: Mapping[str, Fact]) -> Condition:
    return random_condition(rng, facts, rng.sample(list(facts), 6), depth=1)


def _age() -> Fact:
    scale = Scale("years", 0, 120, Fraction(1))
    return Fact(
        "age",
        "age?",
        "age",
        "age",
        {},
        scale,
        False,
        "",
        "",
        {},
        "background",
        "patient",
        "always",
        "first",
        (),
    )


def random_answer(rng: random.Random, fact: Fact) -> Known:
    """Any answer; for numbers as often an end of the scale as anything between."""
    if fact.scale is None:
        return rng.choice(list(fact.answers))
    return rng.choice([fact.scale.low, fact.scale.high, rng.randint(fact.scale.low, fact.scale.high)])


def random_patient(rng: random.Random, book: RuleBook) -> dict[str, Answer]:
    """A patient of whom little, half or nearly all is known; the rest not asked, not known or declined."""
    share = rng.choice([0.05, 0.3, 0.6, 0.95, 1.0])
    answers: dict[str, Answer] = {}
    for fact in book.facts.values():
        if rng.random() < share:
            answers[fact.id] = random_answer(rng, fact)
        elif rng.random() < 0.4:
            answers[fact.id] = NotKnown(rng.choice([UNKNOWN, DECLINED]))
    return answers


@dataclass(frozen=True)
class Patient:
    """The answers of a patient, and the symptoms of which it is known only that they are there."""

    answers: Answers
    ticked: tuple[str, ...] = ()


def random_patients(rng: random.Random, book: RuleBook, count: int) -> list[Patient]:
    """Patients of whom nothing, little, much or everything is known, many with ticks and on the edges."""
    numbers = edges(book)
    patients = [Patient({}), Patient({}, tuple(book.facts))]
    while len(patients) < count:
        answers = random_patient(rng, book)
        for name, answer in answers.items():
            if name in numbers and isinstance(answer, int) and rng.random() < 0.8:
                answers[name] = rng.choice(numbers[name])
            elif isinstance(answer, NotKnown):
                answers[name] = NotKnown(rng.choice([UNKNOWN, DECLINED, *book.facts[name].not_known]))
        share = rng.choice([0, 0, 0.1, 0.5])
        patients.append(Patient(answers, tuple(name for name in book.facts if rng.random() < share)))
    return patients[:count]


def edges(book: RuleBook) -> dict[str, list[int]]:
    """By number, the answers on both sides of every threshold that the book has for it, and the ends."""
    conditions = [*book.conditions.values(), book.scope, *(one.never for one in book.constraints)]
    compared = [one for condition in conditions for one in comparisons(condition)]
    found = {}
    for name, scale in ((fact.id, fact.scale) for fact in book.facts.values() if fact.scale is not None):
        spans = [(scale.low, scale.high), *([scale.usual] if scale.usual else [])]
        for one in compared:
            if one.fact == name and isinstance(one.answers, Spans):
                spans.extend(one.answers.spans)
        near = {end + by for span in spans for end in span for by in (-1, 0, 1)}
        found[name] = sorted(number for number in near if scale.low <= number <= scale.high)
    return found
