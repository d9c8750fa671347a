"""On books so small that everybody can be counted, what is proved is what counting finds.

Everybody is every whole patient, and every patient of whom any part is known. Counting uses nothing of
the formulas, only the reference.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations, product

import pytest

from tests.random_books import random_book, random_comparison
from tests.seed import SEED
from triage.assurance.compare.two_books import TwoBooks
from triage.assurance.mutants.missing import Missing
from triage.assurance.mutants.mistakes import mutants_of
from triage.assurance.paste import by_reference
from triage.assurance.prove.prover import Prover
from triage.book.book import RuleBook
from triage.book.facts import Fact, Known
from triage.book.logic import All, Any, AtLeast, Condition, facts_of
from triage.book.problems import Problems
from triage.book.quantity import Scale
from triage.book.rule import Constraint, Guarantee, Level, Rule
from triage.engines.reference import trace
from triage.engines.truth import Truth

BOOKS = 25
Person = Mapping[str, Known]


def tiny_book(rng: random.Random) -> RuleBook:
    """Three facts, four rules, perhaps a constraint, and two guarantees, none of which need be true."""
    template = random_book(rng, facts=5, rules=1)
    choice = replace(next(iter(template.facts.values())), scale=None)
    size = Scale("mm", 0, 4, Fraction(1), rng.choice(["up", "down", "outside"]), (1, 2))
    number = replace(choice, id="size", answers={}, scale=size, ordered=False)
    facts = {"size": number}
    for name, count in (("one", 2), ("two", 3)):
        answers = {f"{name}_{n}": name for n in range(count)}
        facts[name] = replace(choice, id=name, answers=answers, ordered=rng.random() < 0.7)
    rule = template.rules["any/rule-0"]
    rules = {
        f"any/r{n}": replace(
            rule,
            id=f"any/r{n}",
            when=condition(rng, facts),
            urgency=Level(rng.randint(1, 4)),
            exams=tuple(rng.sample(["a", "b"], rng.randint(0, 2))),
        )
        for n in range(4)
    }
    never = [Constraint(condition(rng, facts), "never")] if rng.random() < 0.6 else []
    promises = [
        Guarantee(f"g{n}", condition(rng, facts), Level(rng.randint(1, 3)), None, (), n == 0, "")
        for n in range(2)
    ]
    book = replace(template, facts=facts, rules=rules, constraints=tuple(never), guarantees=tuple(promises))
    return replace(book, scope=random_comparison(rng, number))


def condition(rng: random.Random, facts: Mapping[str, Fact]) -> Condition:
    parts = tuple(random_comparison(rng, facts[name]) for name in rng.sample(list(facts), rng.randint(1, 3)))
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 3 and rng.random() < 0.3:
        return AtLeast(2, parts)
    return All(parts) if rng.random() < 0.5 else Any(parts)


def everyone(book: RuleBook) -> list[Person]:
    answers: list[Iterable[Known]] = [
        list(fact.answers) if fact.scale is None else range(fact.scale.low, fact.scale.high + 1)
        for fact in book.facts.values()
    ]
    return [dict(zip(book.facts, row, strict=True)) for row in product(*answers)]


def real(book: RuleBook) -> list[Person]:
    return [person for person in everyone(book) if not any(is_so(c.never, person) for c in book.constraints)]


def parts_of(person: Person) -> Iterator[Person]:
    """What may be known of a person: any of their answers."""
    names = list(person)
    for known in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        yield {name: person[name] for name in known}


def is_so(when: Condition, person: Person) -> bool:
    return trace(when, person).truth is Truth.TRUE


def levels(book: RuleBook, person: Person) -> tuple[Level, Level]:
    """What is certain and what is possible of a person."""
    truths = {id: trace(rule.when, person).truth for id, rule in book.rules.items()}
    certain = book.level_of(id for id, truth in truths.items() if truth is Truth.TRUE)
    return certain, book.level_of(id for id, truth in truths.items() if truth is not Truth.FALSE)


def counted_guarantee(book: RuleBook, guarantee: Guarantee) -> str:
    about, least = facts_of(guarantee.given), guarantee.at_least or Level.none
    met = [p for p in real(book) if is_so(guarantee.given, p)]
    if guarantee.nothing_else:
        others = [fact for fact in book.facts.values() if fact.id not in about]
        met = [p for p in met if all(fact.is_usual(p[fact.id]) or not has_usual(fact) for fact in others)]
    if not met:
        return "vacuous"
    broken = any(levels(book, person)[0] < least for person in met)
    if not guarantee.nothing_else:
        for part in (part for person in real(book) for part in parts_of(person)):
            given, (certain, possible) = trace(guarantee.given, part).truth, levels(book, part)
            broken |= given is Truth.TRUE and certain < least
            broken |= given is not Truth.FALSE and possible < least
    return "refuted" if broken else "proved"


def has_usual(fact: Fact) -> bool:
    return fact.ordered or (fact.scale is not None and fact.scale.usual is not None)


def counted_direction(book: RuleBook, fact: Fact) -> str:
    for one, other in product(real(book), repeat=2):
        if {name for name in one if one[name] != other[name]} != {fact.id}:
            continue
        if is_better(fact, other[fact.id], one[fact.id]):
            continue
        for part in parts_of(one):
            worse = {name: other[name] for name in part}
            if any(less < more for more, less in zip(levels(book, part), levels(book, worse), strict=True)):
                return "refuted"
    return "proved"


def is_better(fact: Fact, answer: Known, than: Known) -> bool:
    """Whether an answer is not as bad as another, or lies on the other side of the usual ones."""
    if fact.scale is None:
        order = list(fact.answers)
        return order.index(str(answer)) < order.index(str(than))
    assert isinstance(answer, int)
    assert isinstance(than, int)
    low, high = fact.scale.usual or (fact.scale.low, fact.scale.low)
    if fact.scale.worse == "outside":
        return answer < than if than > high else answer > than if than < low else False
    return answer < than if fact.scale.worse == "up" else answer > than


def counted_rule(book: RuleBook, rule: Rule) -> tuple[str, str]:
    """Whether a rule is reachable, and whether it is not redundant."""
    firing = [p for p in real(book) if is_so(rule.when, p)]
    adds = False
    for person in firing:
        others = [o for o in book.rules.values() if o.id != rule.id and is_so(o.when, person)]
        adds |= all(other.urgency < rule.urgency for other in others)
        adds |= any(all(exam not in other.exams for other in others) for exam in rule.exams)
    return ("proved" if firing else "refuted"), ("proved" if adds else "refuted")


def books() -> Iterator[RuleBook]:
    rng = random.Random(SEED)
    found = 0
    while found < BOOKS:
        book = tiny_book(rng)
        if real(book):
            found += 1
            yield book


def test_what_is_proved_of_everybody_is_what_counting_everybody_finds() -> None:
    for number, book in enumerate(books()):
        for verdict in Prover(book, twice=number % 5 == 0).everything():
            where = f"TRIAGE_SEED={SEED}, book {number}: {verdict}"
            if verdict.kind == "guarantee":
                [guarantee] = [one for one in book.guarantees if one.name == verdict.name]
                assert verdict.result == counted_guarantee(book, guarantee), where
            elif verdict.kind == "worse is worse":
                assert verdict.result == counted_direction(book, book.facts[verdict.name]), where
            elif verdict.kind == "reachable":
                assert verdict.result == counted_rule(book, book.rules[verdict.name])[0], where
            elif verdict.kind == "not redundant":
                assert verdict.result == counted_rule(book, book.rules[verdict.name])[1], where
            elif verdict.kind == "sound interval":
                assert verdict.result == "proved", where


def test_who_is_lowered_or_raised_is_who_counting_finds() -> None:
    """Of whole people, of people known in part, and of those whose answers contradict each other."""
    rng = random.Random(SEED)
    for number, old in enumerate(books()):
        rules = {**old.rules, "any/r0": replace(old.rules["any/r0"], when=condition(rng, old.facts))}
        never = (Constraint(condition(rng, old.facts), "new"),) if number % 3 == 0 else old.constraints
        new = replace(old, rules=rules, constraints=never)
        try:
            both = TwoBooks(old, new)
        except Problems:  # nobody can be by both
            continue
        found = {(m.old, m.new) for d in ("lowered", "raised") for m in both.moved(d)}
        counted = {
            (by_reference(old, part).urgency, by_reference(new, part).urgency)
            for person in everyone(old)
            for part in parts_of(person)
        }
        assert both.undecided == [], f"TRIAGE_SEED={SEED}, book {number}"
        assert found == {pair for pair in counted if pair[0] != pair[1]}, f"TRIAGE_SEED={SEED}, book {number}"


@pytest.mark.parametrize("number", range(6))
def test_a_mutant_is_equivalent_just_when_counting_finds_nobody_who_tells_it(number: int) -> None:
    book = list(books())[number]
    people = [part for person in real(book) for part in parts_of(person)]
    mutants = [mutant for rule in book.rules.values() for mutant in mutants_of(book, rule)]
    missing = Missing(book, mutants)
    for mutant in mutants:
        rules = {id: rule for id, rule in book.rules.items() if id != mutant.rule.id}
        if mutant.mutated is not None:
            rules[mutant.rule.id] = mutant.mutated
        mutated = replace(book, rules=rules)
        told = any(seen(book, person) != seen(mutated, person) for person in people)
        fate = missing.fate(mutant)
        assert (fate.result == "alive") is told, f"TRIAGE_SEED={SEED}: {mutant.name}"


def seen(book: RuleBook, person: Person) -> object:
    read = by_reference(book, person)
    exams = {exam for id in read.rules for exam in book.rules[id].exams}
    return read.urgency, read.possible, frozenset(read.rules), exams
