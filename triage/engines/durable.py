"""The durable-rules engine, driven inside the small part of it that was right in every run.

durable-rules loses firings, crashes or hangs outside that part: with timer threads, `post`, joins,
negation, wide rulesets, nulls or floats. Everything that keeps us inside stands in this file and
in `patterns`, and each countermeasure has a test (tests/test_durable.py, tests/test_durable_limits.py)
that fails without it.

It knows two truths only, so the interval is two runs of the same rules: what is not known is absent
in the first (nothing matches) and a joker that every comparison matches in the second.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import re
import sys
import threading
import weakref
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from triage.book.facts import Fact, Known
from triage.book.logic import fold
from triage.book.problems import Problem, Problems
from triage.book.rule import Rule
from triage.engines.patterns import JOKER_NUMBER, JOKER_WORD, Pattern, Patterns, flat
from triage.engines.truth import Firings

MAX_WEIGHT = 60  # comparisons, groups and one per rule in a ruleset: above 64 pending, nothing fires at all
MAX_GROUPS = 14  # and/or groups in a rule: the sixteenth is refused, and only at first use
MAX_FIRINGS = 256  # a rule fires once for each way in which it is true; the ways multiply
MAX_FACTS = 246  # properties of a message: the limit is 255, and three are ours
CANARY = "canary"
_SID = "w"  # one state for all patients, one after the other
_GUARD: dict[str, Any] = {"kind": "case"}  # no rule may ever match the engine's own state message
_ACTION = re.compile(r'\{\s*"([^"\\]+)"\s*:')
_REMOVED = "PyEval_CallObject"  # from Python 3.13
_names = itertools.count()


class EngineUnavailable(Exception):
    """What an engine needs is not installed, or cannot run on this Python; the text says what to do."""


class EngineFailure(Exception):
    """durable-rules did not run its agenda to the end; it has been rebuilt and may be asked again."""


def compiled(facts: Mapping[str, Fact], rules: Sequence[Rule]) -> dict[str, Pattern]:
    """The pattern of each rule by its id. Raises Problems (codes L…) beyond the limits of durable-rules."""
    patterns = {rule.id: fold(rule.when, Patterns(facts)) for rule in rules}
    found = list(_beyond_limits(facts, rules, patterns))
    if found:
        raise Problems(found)
    return patterns


def _beyond_limits(
    facts: Mapping[str, Fact], rules: Sequence[Rule], patterns: Mapping[str, Pattern]
) -> Iterable[Problem]:
    where = rules[0].file if rules else "rules"
    if len(facts) > MAX_FACTS:
        yield Problem(where, 1, 1, "L001", f"{len(facts)} facts", f"at most {MAX_FACTS}")
    for rule in rules:
        pattern = patterns[rule.id]
        if pattern.groups > MAX_GROUPS:
            what = f"this rule makes {pattern.groups} and/or groups for durable-rules"
            yield Problem(rule.file, 1, 1, "L002", what, f"at most {MAX_GROUPS}: split the rule")
        if pattern.weight > MAX_WEIGHT:
            what = f"this rule makes {pattern.comparisons} comparisons for durable-rules"
            yield Problem(rule.file, 1, 1, "L003", what, f"with its groups at most {MAX_WEIGHT}: split it")
        if pattern.ways > MAX_FIRINGS:
            what = f"this rule can be true in {pattern.ways} ways, and durable-rules fires it for each"
            yield Problem(rule.file, 1, 1, "L005", what, f"at most {MAX_FIRINGS}: split the rule")
    seen: dict[int, str] = {}
    for name in ["kind", "sid", "id", CANARY, *facts, *(rule.id for rule in rules)]:
        other = seen.setdefault(_hash(name), name)
        if other != name:
            what = f'durable-rules cannot tell "{name}" from "{other}" (same 32-bit hash)'
            yield Problem(where, 1, 1, "L004", what, "rename one")


class DurableEngine:
    """The rules of a book, compiled once and asked once per patient. Safe to share between threads.

    Raises Problems (codes L…) when the book does not fit the limits of durable-rules, and
    EngineUnavailable when durable-rules cannot be imported.
    """

    def __init__(self, facts: Mapping[str, Fact], rules: Iterable[Rule]) -> None:
        self._facts = facts
        self._rules = tuple(rules)
        self._patterns = compiled(facts, self._rules)
        self._engine = _import_engine()
        self._lock = threading.Lock()
        self._rulesets: dict[int, bool] = {}
        """The rulesets, and whether the last run of each came to its end."""
        weakref.finalize(self, _delete, self._engine, self._rulesets).atexit = False
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
        message = json.dumps({**values, **_GUARD, "sid": _SID, "id": "c"})
        fired: set[str] = set()
        for ruleset in self._rulesets:
            fired |= self._run_ruleset(ruleset, message)
        return frozenset(fired)

    def _run_ruleset(self, ruleset: int, message: str) -> set[str]:
        self._rulesets[ruleset] = False
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
        self._rulesets[ruleset] = True
        return set(fired) - {CANARY}

    def _build(self) -> None:
        """Makes every ruleset, in place of those that were made before."""
        made = {
            self._engine.create_ruleset(f"triage {next(_names)}", json.dumps(ruleset)): False
            for ruleset in self._split()
        }
        self._rulesets.update(made)
        _delete(self._engine, self._rulesets, keep=made)

    def _split(self) -> Iterable[dict[str, Any]]:
        """Rulesets that each stay under the limit, with the canary last in each."""
        ruleset: dict[str, Any] = {}
        weight = 0
        for rule in self._rules:
            pattern = self._patterns[rule.id]
            if ruleset and weight + pattern.weight > MAX_WEIGHT:
                yield {**ruleset, **_canary()}
                ruleset, weight = {}, 0
            guarded = flat("$and", [Pattern(_GUARD), pattern], pattern.ways)
            ruleset[rule.id] = {"all": [{"m": guarded.json}], "pri": 1}
            weight += pattern.weight
        yield {**ruleset, **_canary()}


def _delete(engine: Any, rulesets: dict[int, bool], keep: Container[int] = ()) -> None:
    """Gives back the memory of rulesets that nobody uses any more.

    A state whose agenda never ran, or not to its end, stays: it points anywhere, and deleting it
    crashes the process.
    """
    for ruleset in [ruleset for ruleset in rulesets if ruleset not in keep]:
        if rulesets.pop(ruleset):
            engine.delete_state(ruleset, _SID)
        engine.delete_ruleset(ruleset)


def _name_of(action: str) -> str:
    """The rule that an action is for: its only key. The rest repeats the patient and is not parsed."""
    match = _ACTION.match(action)
    if match is None:
        raise EngineFailure("durable-rules gave an action without a rule")
    return match[1]


def _canary() -> dict[str, Any]:
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
