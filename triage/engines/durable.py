"""The durable-rules engine, driven inside the small part of it that was right in every run.

durable-rules loses firings, crashes or hangs outside that part: with timer threads, `post`, joins,
negation, wide rulesets, nulls or floats. Everything that keeps us inside stands in this file, and
each countermeasure has a test (tests/test_durable.py) that fails without it.

It knows two truths only, so the interval is two runs of the same rules: what is not known is absent
in the first (nothing matches) and a joker that every comparison matches in the second.
"""

from __future__ import annotations

import importlib
import itertools
import json
import math
import os
import re
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from triage.book.facts import Fact, Known
from triage.book.logic import Is, Spans, fold
from triage.book.problems import Problem, Problems
from triage.book.rule import Rule
from triage.engines.truth import Firings

MAX_WEIGHT = 60  # comparisons, groups and one per rule in a ruleset: above 64 pending, nothing fires at all
MAX_GROUPS = 14  # and/or groups in a rule: the sixteenth is refused, and only at first use
MAX_FIRINGS = 256  # a rule fires once for each way in which it is true; the ways multiply
MAX_FACTS = 246  # properties of a message: the limit is 255, and three are ours
CANARY = "canary"
JOKER_WORD, JOKER_NUMBER = "unknown", 0
_GUARD: dict[str, Any] = {"kind": "case"}  # no rule may ever match the engine's own state message
_ACTION = re.compile(r'\{\s*"([^"\\]+)"\s*:')
_REMOVED = "PyEval_CallObject"  # from Python 3.13
_names = itertools.count()

Pattern = dict[str, Any]


class EngineUnavailable(Exception):
    """durable-rules is not installed, or cannot run on this Python; the text says what to do."""


class EngineFailure(Exception):
    """durable-rules did not run its agenda to the end; it has been rebuilt and may be asked again."""


class Patterns:
    """Algebra: a condition as a durable-rules pattern over one message, `and` and `or` kept flat."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts

    def is_(self, comparison: Is) -> Pattern:
        name = comparison.fact
        if isinstance(comparison.answers, Spans):
            spans = [self._span(name, low, high) for low, high in comparison.answers.spans]
            return self.any([*spans, {name: JOKER_NUMBER}])
        return self.any([{name: answer} for answer in [*sorted(comparison.answers), JOKER_WORD]])

    def _span(self, name: str, low: int, high: int) -> Pattern:
        scale = self.facts[name].scale
        assert scale is not None
        at_least: Pattern = {"$gte": {name: low - scale.low + 1}}
        at_most: Pattern = {"$lte": {name: high - scale.low + 1}}
        if high == scale.high:
            return at_least
        return self.all([{"$gte": {name: max(low - scale.low + 1, 1)}}, at_most])

    def all(self, parts: Sequence[Pattern]) -> Pattern:
        return _flat("$and", parts)

    def any(self, parts: Sequence[Pattern]) -> Pattern:
        return _flat("$or", parts)

    def at_least(self, count: int, parts: Sequence[Pattern]) -> Pattern:
        """There is no counting: the first part and one fewer of the rest, or the same without the first."""
        if count == 1:
            return self.any(parts)
        if count == len(parts):
            return self.all(parts)
        chosen = range(len(parts) - count + 1)
        return self.any([self.all([parts[i], self.at_least(count - 1, parts[i + 1 :])]) for i in chosen])


def _flat(group: str, parts: Iterable[Pattern]) -> Pattern:
    joined = [inner for part in parts for inner in part.get(group, [part])]
    return joined[0] if len(joined) == 1 else {group: joined}


def _size(pattern: Pattern) -> tuple[int, int]:
    """How many comparisons and how many and/or groups a pattern has."""
    for group in ("$and", "$or"):
        if group in pattern:
            sizes = [_size(part) for part in pattern[group]]
            return sum(size[0] for size in sizes), 1 + sum(size[1] for size in sizes)
    return 1, 0


def _ways(pattern: Pattern) -> int:
    """How often a pattern fires at most on one patient: `or` adds the ways of its parts, `and` multiplies.

    The comparisons of one fact in an `or` exclude each other, so together they are one way.
    """
    if "$and" in pattern:
        return math.prod(_ways(part) for part in pattern["$and"])
    if "$or" in pattern:
        facts = {next(iter(part)) for part in pattern["$or"] if not _is_group(part)}
        return len(facts) + sum(_ways(part) for part in pattern["$or"] if _is_group(part))
    return 1


def _is_group(pattern: Pattern) -> bool:
    return "$and" in pattern or "$or" in pattern


class DurableEngine:
    """The rules of a book, compiled once and asked once per patient. Safe to share between threads.

    Raises Problems (codes L…) when the book does not fit the limits of durable-rules, and
    EngineUnavailable when durable-rules cannot be imported.
    """

    def __init__(self, facts: Mapping[str, Fact], rules: Iterable[Rule]) -> None:
        self._facts = facts
        self._rules = tuple(rules)
        self._patterns = {rule.id: fold(rule.when, Patterns(facts)) for rule in self._rules}
        found = list(self._beyond_limits())
        if found:
            raise Problems(found)
        self._engine = _import_engine()
        self._lock = threading.Lock()
        self._build()

    def decide(self, known: Mapping[str, Known]) -> Firings:
        """Runs every rule twice on one patient. Raises EngineFailure when a run did not end as it must."""
        certain = {name: self._value(name, answer) for name, answer in known.items()}
        jokers = {
            name: JOKER_WORD if fact.scale is None else JOKER_NUMBER
            for name, fact in self._facts.items()
            if name not in known
        }
        with self._lock:
            try:
                return Firings(self._run(certain), self._run({**certain, **jokers}))
            except BaseException as error:
                # The state of the rulesets is unknown now; used again, they can report "no rule
                # fired" for a minute and then crash the process.
                self._build()
                if isinstance(error, Exception):
                    raise EngineFailure(str(error)) from error
                raise

    def _value(self, name: str, answer: Known) -> Known:
        """Numbers count from one above the joker, as small whole numbers; answers go as they are."""
        scale = self._facts[name].scale
        if scale is None:
            return answer
        assert isinstance(answer, int)
        return answer - scale.low + 1

    def _run(self, values: Mapping[str, Known]) -> frozenset[str]:
        message = json.dumps({**values, **_GUARD, "sid": "w", "id": "c"})
        fired: set[str] = set()
        for ruleset in self._rulesets:
            fired |= self._run_ruleset(ruleset, message)
        return frozenset(fired)

    def _run_ruleset(self, ruleset: int, message: str) -> set[str]:
        code, state = self._engine.assert_fact(ruleset, message)
        if code != 0:
            raise EngineFailure(f"durable-rules refused a patient (code {code})")
        fired = []
        action = self._engine.start_action_for_state(ruleset, state)
        waiting = action[1] if action else None
        while waiting:
            fired.append(_name_of(waiting))
            waiting = self._engine.complete_and_start_action(ruleset, state)
        self._engine.retract_fact(ruleset, message)
        if not fired or fired[-1] != CANARY:
            raise EngineFailure("durable-rules did not run its agenda to the end")
        return set(fired) - {CANARY}

    def _build(self) -> None:
        self._rulesets = [
            self._engine.create_ruleset(f"triage {next(_names)}", json.dumps(ruleset))
            for ruleset in self._split()
        ]

    def _split(self) -> Iterable[Pattern]:
        """Rulesets that each stay under the limit, with the canary last in each."""
        ruleset: Pattern = {}
        weight = 0
        for rule in self._rules:
            comparisons, groups = _size(self._patterns[rule.id])
            if ruleset and weight + comparisons + groups + 1 > MAX_WEIGHT:
                yield {**ruleset, **_canary()}
                ruleset, weight = {}, 0
            guarded = _flat("$and", [_GUARD, self._patterns[rule.id]])
            ruleset[rule.id] = {"all": [{"m": guarded}], "pri": 1}
            weight += comparisons + groups + 1
        yield {**ruleset, **_canary()}

    def _beyond_limits(self) -> Iterable[Problem]:
        where = self._rules[0].file if self._rules else "rules"
        if len(self._facts) > MAX_FACTS:
            yield Problem(where, 1, 1, "L001", f"{len(self._facts)} facts", f"at most {MAX_FACTS}")
        for rule in self._rules:
            comparisons, groups = _size(self._patterns[rule.id])
            if groups > MAX_GROUPS:
                what = f"this rule makes {groups} and/or groups for durable-rules"
                yield Problem(rule.file, 1, 1, "L002", what, f"at most {MAX_GROUPS}: split the rule")
            if comparisons + groups + 1 > MAX_WEIGHT:
                what = f"this rule makes {comparisons} comparisons for durable-rules"
                yield Problem(
                    rule.file, 1, 1, "L003", what, f"with its groups at most {MAX_WEIGHT}: split it"
                )
            if (ways := _ways(self._patterns[rule.id])) > MAX_FIRINGS:
                what = f"this rule can be true in {ways} ways, and durable-rules fires it for each"
                yield Problem(rule.file, 1, 1, "L005", what, f"at most {MAX_FIRINGS}: split the rule")
        seen: dict[int, str] = {}
        for name in ["kind", "sid", "id", CANARY, *self._facts, *(rule.id for rule in self._rules)]:
            other = seen.setdefault(_hash(name), name)
            if other != name:
                what = f'durable-rules cannot tell "{name}" from "{other}" (same 32-bit hash)'
                yield Problem(where, 1, 1, "L004", what, "rename one")


def _name_of(action: str) -> str:
    """The rule that an action is for: its only key. The rest repeats the patient and is not parsed."""
    match = _ACTION.match(action)
    if match is None:
        raise EngineFailure("durable-rules gave an action without a rule")
    return match[1]


def _canary() -> Pattern:
    """Matches every patient and fires last: proof that the agenda ran to its end."""
    return {CANARY: {"all": [{"m": _GUARD}], "pri": 2}}


def _hash(name: str) -> int:
    """FNV-1a with 32 bits: all that durable-rules keeps of a name."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def _import_engine() -> Any:
    try:
        import durable_rules_engine
    except ImportError as error:
        if _REMOVED in str(error) and (engine := _import_lazily()):
            return engine
        raise EngineUnavailable(
            f"durable-rules cannot be loaded on this Python ({error}). Build it anew, with a definition "
            "that Python 3.13 and later need:\n"
            f'  CPPFLAGS="-D{_REMOVED}=PyObject_CallObject" {sys.executable} -m pip install '
            "--force-reinstall --no-cache-dir --no-binary durable-rules durable-rules==2.0.28"
        ) from None
    return durable_rules_engine


def _import_lazily() -> Any | None:
    """The extension built for Python 3.13 or later without the definition, or None.

    It names a function that Python has removed, and calls it only where states are stored by
    callbacks, which are never set here; so it works when names are looked up as they are called.
    """
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_LAZY)
    try:
        return importlib.import_module("durable_rules_engine")
    except ImportError:
        return None
    finally:
        sys.setdlopenflags(flags)
