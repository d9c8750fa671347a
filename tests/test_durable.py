"""Each hazard of durable-rules, and that its countermeasure holds.

Where a test turns a countermeasure off, it shows that the hazard is still there: should a later
release be safe, the test says so by failing.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

from tests.random_books import random_book, random_facts, random_patient, random_rule
from tests.recordings import Recording, rule_of, yes_no
from triage.book.book import RuleBook
from triage.book.facts import Known, known
from triage.book.logic import All, Is, Spans
from triage.book.logic import Any as AnyOf
from triage.engines import durable
from triage.engines.durable import CANARY, DurableEngine, EngineFailure, EngineUnavailable
from triage.engines.reference import trace
from triage.engines.truth import Truth


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return random_book(random.Random(7), facts=30, rules=40)


def expected(book: RuleBook, answers: dict[str, Known]) -> tuple[set[str], set[str]]:
    truths = {id: trace(rule.when, answers).truth for id, rule in book.rules.items()}
    certain = {id for id, truth in truths.items() if truth is Truth.TRUE}
    return certain, {id for id, truth in truths.items() if truth is not Truth.FALSE}


def assert_right(engine: DurableEngine, book: RuleBook, seed: int, patients: int = 40) -> None:
    rng = random.Random(seed)
    for _ in range(patients):
        answers = known(random_patient(rng, book))
        firings = engine.decide(answers)
        assert (set(firings.certain), set(firings.possible)) == expected(book, answers)


def engine_of(book: RuleBook) -> DurableEngine:
    return DurableEngine(book.facts, book.rules.values())


def test_no_timer_threads_run_beside_an_evaluation(book: RuleBook) -> None:
    """The Host of durable-rules starts two, which race with evaluation and lose firings."""
    before = threading.active_count()
    assert_right(engine_of(book), book, seed=1)
    assert threading.active_count() == before


def test_every_rule_that_is_true_fires_and_not_only_the_first(book: RuleBook) -> None:
    """`post` consumes the patient with the first rule that fires; `assert_fact` does not."""
    rules = [replace(rule, id=f"{rule.id}-{n}") for n in range(3) for rule in list(book.rules.values())[:5]]
    assert len(DurableEngine(book.facts, rules).decide({}).possible) == 15


def test_what_is_not_known_is_absent_and_numbers_are_whole(book: RuleBook, recording: Recording) -> None:
    """null counts as existing, floats as wrong or unreadable, and a text can be larger than a number."""
    assert_right(engine_of(book), book, seed=2)
    for message in recording.messages:
        for name, value in json.loads(message).items():
            scale = book.facts[name].scale if name in book.facts else None
            assert type(value) is (int if scale is not None else str), (name, value)


def test_each_rule_begins_with_the_guard_and_the_canary_is_last(book: RuleBook, recording: Recording) -> None:
    """Without the guard a rule may match the engine's own state message, and fire without end."""
    engine_of(book)
    for ruleset in map(json.loads, recording.rulesets):
        assert list(ruleset)[-1] == CANARY
        assert ruleset[CANARY]["pri"] > max(rule["pri"] for id, rule in ruleset.items() if id != CANARY)
        for rule in ruleset.values():
            [pattern] = rule["all"]
            first = pattern["m"].get("$and", [pattern["m"]])[0]
            assert first == {"kind": "case"}


def test_an_agenda_that_did_not_run_to_its_end_is_noticed(book: RuleBook, recording: Recording) -> None:
    engine = engine_of(book)
    recording.trouble = iter([None])
    with pytest.raises(EngineFailure, match="did not run its agenda to the end"):
        engine.decide({})
    assert_right(engine, book, seed=3)


@pytest.mark.parametrize("fired", [1, 2])
def test_rules_that_fired_are_not_taken_for_all_when_the_agenda_stopped_behind_them(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, fired: int
) -> None:
    """Something fired and the canary did not: the rules that were still to come would count as not true."""
    facts = {f"f{n}": yes_no(f"f{n}") for n in range(3)}
    rules = [rule_of(Is(name, frozenset({"yes"})), f"any/r{n}") for n, name in enumerate(facts)]
    engine = DurableEngine(facts, rules)
    answers: dict[str, Known] = dict.fromkeys(facts, "yes")
    next_action = recording.complete_and_start_action
    left = iter(range(fired - 1))

    def stops(ruleset: int, state: int) -> str | None:
        action: str | None = next_action(ruleset, state)
        if next(left, None) is not None:
            return action
        while action:
            action = next_action(ruleset, state)
        return None

    monkeypatch.setattr(recording, "complete_and_start_action", stops)
    with pytest.raises(EngineFailure, match="did not run its agenda to the end"):
        engine.decide(answers)
    monkeypatch.undo()
    assert engine.decide(answers).certain == {rule.id for rule in rules}


@pytest.mark.parametrize("error", [RuntimeError("broken"), KeyboardInterrupt(), MemoryError()])
def test_the_engine_is_rebuilt_after_any_exception(
    book: RuleBook, recording: Recording, error: BaseException
) -> None:
    """An agenda that was interrupted answers `no rule fired` for a minute, and then crashes the process."""
    engine = engine_of(book)
    built = len(recording.rulesets)
    recording.trouble = iter([error])
    with pytest.raises((EngineFailure, KeyboardInterrupt)):
        engine.decide({})
    assert len(recording.rulesets) == 2 * built
    assert_right(engine, book, seed=4)


def test_a_ruleset_that_nobody_uses_any_more_gives_its_memory_back(
    book: RuleBook, recording: Recording
) -> None:
    """Also of an engine that never ran, and of one that was interrupted; then the state itself must stay."""
    for number in range(40):
        engine = engine_of(book)
        built = set(recording.alive)
        if number % 4 > 0:
            assert_right(engine, book, seed=number, patients=2)
        if number % 4 == 2:
            recording.trouble = iter([KeyboardInterrupt()])
            with pytest.raises(KeyboardInterrupt):
                engine.decide({})
            assert not recording.alive & built, "rebuilt, and the old ones are gone"
            assert len(recording.states_deleted) == len(built) - 1, "all but the one that was interrupted"
            assert_right(engine, book, seed=number, patients=2)
        del engine
        gc.collect()
        assert not recording.alive
        recording.states_deleted.clear()


def test_many_engines_take_no_more_memory_than_one(book: RuleBook) -> None:
    """Left alone, the rulesets and the state of one engine take some megabytes for good."""

    def megabytes() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

    engine_of(book).decide({})
    before = megabytes()
    for _ in range(40):
        engine_of(book).decide({})
    assert megabytes() - before < 20


def test_a_rule_with_several_true_branches_counts_once(recording: Recording) -> None:
    """durable-rules fires a rule once for each true branch of an `or`."""
    facts = {id: yes_no(id) for id in ("a", "b", "c")}
    rule = rule_of(AnyOf(tuple(Is(id, frozenset({"yes"})) for id in facts)))
    firings = DurableEngine(facts, [rule]).decide(dict.fromkeys(facts, "yes"))
    assert firings.certain == {rule.id}
    assert recording.fired[rule.id] == 2 * 3, "three branches, in two runs"


def test_many_true_rules_all_fire_because_rulesets_are_split() -> None:
    facts = {f"f{n}": yes_no(f"f{n}") for n in range(60)}
    rules = [rule_of(Is(name, frozenset({"yes"})), f"any/r{n}") for n, name in enumerate(facts)]
    rules += [replace(rule, id=f"{rule.id}-again") for rule in rules]
    answers: dict[str, Known] = dict.fromkeys(facts, "yes")
    assert DurableEngine(facts, rules).decide(answers).certain == {rule.id for rule in rules}


def test_one_wide_ruleset_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than 64 comparisons pending in one message end in an error, and no rule at all."""
    monkeypatch.setattr(durable, "MAX_WEIGHT", 10_000)
    facts = {f"f{n}": yes_no(f"f{n}") for n in range(80)}
    every = AnyOf(tuple(Is(name, frozenset({"yes"})) for name in facts))
    both = [rule_of(All((every.parts[n], every.parts[n + 1])), f"any/r{n}") for n in range(79)]
    with pytest.raises(EngineFailure):
        DurableEngine(facts, both).decide(dict.fromkeys(facts, "yes"))


def test_246_facts_fit_in_one_patient() -> None:
    rng = random.Random(2)
    facts = random_facts(rng, 246)
    rules = {f"any/r{n}": random_rule(rng, facts, f"any/r{n}") for n in range(30)}
    book = replace(random_book(rng, facts=5, rules=1), facts=facts, rules=rules)
    assert_right(DurableEngine(facts, rules.values()), book, seed=5)


def test_both_sides_of_every_threshold_are_told_apart() -> None:
    fact = random_facts(random.Random(3), 60)
    numbers = {id: f for id, f in fact.items() if f.scale is not None}
    assert numbers
    for id, number in numbers.items():
        scale = number.scale
        assert scale is not None
        for low, high in [
            (scale.low, scale.low + 1),
            (scale.high - 1, scale.high),
            (scale.low + 1, scale.high - 1),
        ]:
            engine = DurableEngine({id: number}, [rule_of(Is(id, Spans(((low, high),))))])
            for steps in range(scale.low, scale.high + 1):
                inside = low <= steps <= high
                assert bool(engine.decide({id: steps}).certain) is inside, (low, high, steps)
                assert bool(engine.decide({id: steps}).possible) is inside, (low, high, steps)


def test_threads_that_share_an_engine_get_their_own_answers(book: RuleBook) -> None:
    """Without the lock, threads on one state take each other's firings."""
    engine = engine_of(book)
    with ThreadPoolExecutor(8) as pool:
        for result in [pool.submit(assert_right, engine, book, seed, 60) for seed in range(8)]:
            result.result()


def test_patients_do_not_leak_into_each_other(book: RuleBook) -> None:
    """Each message is retracted: a patient of whom nothing is known follows one who has everything."""
    engine = engine_of(book)
    rng = random.Random(6)
    for _ in range(200):
        engine.decide(known(random_patient(rng, book)))
        assert set(engine.decide({}).certain) == expected(book, {})[0]


class _Broken(MetaPathFinder):
    """As if the C module could not be loaded, for this reason."""

    def __init__(self, why: str) -> None:
        self.why = why

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "durable_rules_engine":
            raise ImportError(self.why)


@pytest.mark.parametrize("why", ["it was never built", "undefined symbol: PyEval_CallObject"])
def test_an_engine_that_cannot_be_loaded_is_said_with_what_to_type_and_nothing_decides_without_it(
    why: str, monkeypatch: pytest.MonkeyPatch, book: RuleBook
) -> None:
    monkeypatch.delitem(sys.modules, "durable_rules_engine", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Broken(why), *sys.meta_path])
    with pytest.raises(EngineUnavailable) as raised:
        engine_of(book)
    assert str(raised.value) == (
        f"durable-rules cannot be loaded on this Python ({why}). Build it anew, with a definition that "
        'Python 3.13 and later need:\n  CPPFLAGS="-DPyEval_CallObject=PyObject_CallObject" '
        f"{sys.executable} -m pip install --force-reinstall --no-cache-dir --no-binary durable-rules "
        "durable-rules==2.0.28"
    )


@pytest.mark.parametrize(
    ("why", "tried"), [("it was never built", 0), ("undefined symbol: PyEval_CallObject", 1)]
)
def test_only_an_engine_that_lacks_what_it_never_calls_is_loaded_all_the_same(
    why: str, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that is broken in another way must not be talked into running."""
    lazily: list[str] = []

    def load() -> str:
        lazily.append("loaded")
        return "the engine"

    monkeypatch.delitem(sys.modules, "durable_rules_engine", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Broken(why), *sys.meta_path])
    monkeypatch.setattr(durable, "_import_lazily", load)
    if tried:
        assert durable._import_engine() == "the engine"
    else:
        with pytest.raises(EngineUnavailable):
            durable._import_engine()
    assert len(lazily) == tried
