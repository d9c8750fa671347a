"""durable_rules as its documentation shows it: rules over `m`, and a fact asserted for each patient.

What is not known is absent from the fact, and nothing matches it. What is possible cannot be told. It
gives right answers since the rules are dealt out to many small rulesets (in a large one, none fires),
all patients are one state, one after the other, and each meets a rule (else it is an exception).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import count
from operator import and_, or_
from typing import Any

import pyarrow as pa
from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

from peers.expressions import Expressions
from peers.outcome import Outcome, Peer
from peers.tables import certain_only, patients
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import fold
from triage.engines.durable import MAX_WEIGHT
from triage.engines.patterns import Patterns

_numbers = count()


class _Conditions(Expressions[Any]):
    """Algebra: conditions on the message `m`."""

    def one_of(self, fact: str, answers: Sequence[str]) -> Any:
        return self.any([getattr(m, fact) == answer for answer in answers])

    def from_(self, fact: str, low: int) -> Any:
        return getattr(m, fact) >= low

    def up_to(self, fact: str, high: int) -> Any:
        return getattr(m, fact) <= high

    def all(self, parts: Sequence[Any]) -> Any:
        return reduce(and_, parts)

    def any(self, parts: Sequence[Any]) -> Any:
        return reduce(or_, parts)


def prepare(book: RuleBook) -> Peer:
    fired: set[str] = set()

    def fire(rule: str) -> Callable[[Any], None]:
        return lambda context: fired.add(rule)

    names = []
    for rules in _rulesets(book):
        names.append(f"ruleset {next(_numbers)}")
        with ruleset(names[-1]):
            when_all(m.kind == "patient")(lambda context: None)
            for rule in rules:
                when_all(fold(book.rules[rule].when, _Conditions(book.facts)))(fire(rule))

    def rules_of(known: dict[str, Known]) -> set[str]:
        fired.clear()
        patient = {**known, "kind": "patient", "id": "patient"}
        for name in names:
            assert_fact(name, patient)
            retract_fact(name, patient)
        return set(fired)

    def decide(table: pa.Table) -> Outcome:
        return certain_only(book, map(rules_of, patients(table)))

    return decide


def _rulesets(book: RuleBook) -> Iterable[list[str]]:
    """The ids of the rules, in groups that each stay under the limit of what can wait in one ruleset."""
    group: list[str] = []
    weight = 0
    for id, when in book.conditions.items():
        more = fold(when, Patterns(book.facts)).weight
        if weight + more > MAX_WEIGHT:
            yield group
            group, weight = [], 0
        group.append(id)
        weight += more
    yield group
