"""CLIPS: a patient is one fact with a slot for each answer, and a rule is a pattern of its slots.

A slot without an answer is `nil`, which no pattern matches. What is possible cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence

import clips
import pyarrow as pa

from peers.expressions import Expressions
from peers.outcome import Outcome, Peer
from peers.tables import certain_only, patients
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import fold


class _Patterns(Expressions[str]):
    """Algebra: conditions as the left-hand side of a CLIPS rule."""

    def one_of(self, fact: str, answers: Sequence[str]) -> str:
        return f"(patient ({fact} {'|'.join(answers)}))"

    def from_(self, fact: str, low: int) -> str:
        return self._number(fact, f"(<= {low} ?{fact})")

    def up_to(self, fact: str, high: int) -> str:
        return self._number(fact, f"(<= ?{fact} {high})")

    def between(self, fact: str, low: int, high: int) -> str:
        return self._number(fact, f"(<= {low} ?{fact} {high})")

    def _number(self, fact: str, test: str) -> str:
        return f"(patient ({fact} ?{fact}&:(and (integerp ?{fact}) {test})))"

    def all(self, parts: Sequence[str]) -> str:
        return f"(and {' '.join(parts)})"

    def any(self, parts: Sequence[str]) -> str:
        return f"(or {' '.join(parts)})" if len(parts) > 1 else parts[0]


def prepare(book: RuleBook) -> Peer:
    environment = clips.Environment()
    environment.build(f"(deftemplate patient {' '.join(f'(slot {fact})' for fact in book.facts)})")
    fired: set[str] = set()
    environment.define_function(fired.add, name="fire")
    for id, when in book.conditions.items():
        environment.build(f'(defrule {id} {fold(when, _Patterns(book.facts))} => (fire "{id}"))')
    patient = environment.find_template("patient")
    words: dict[Known, Known] = {
        answer: clips.Symbol(answer) for fact in book.facts.values() for answer in fact.answers
    }

    def rules_of(known: dict[str, Known]) -> set[str]:
        fired.clear()
        fact = patient.assert_fact(**{name: words.get(answer, answer) for name, answer in known.items()})
        environment.run()
        fact.retract()
        # clipspy 1.0.6 means to release a fact that is no longer used, but calls this with one argument
        # too many; the facts that it leaves behind make every later run slower.
        clips.common.lib.ReleaseFact(fact._fact)
        return set(fired)

    def decide(table: pa.Table) -> Outcome:
        return certain_only(book, map(rules_of, patients(table)))

    return decide
