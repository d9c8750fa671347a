"""Common Expression Language: all rules as one program, a list of truths, executed for each patient.

A fact that is not known is null: no answer equals it, and as a number cannot be compared with it, each
number is asked first whether it is there. What is possible cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import cel
import pyarrow as pa

from peers.expressions import Words
from peers.outcome import Outcome, Peer
from peers.tables import certain_only, patients
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import fold


class _Expressions(Words):
    """Algebra: conditions as expressions of the language."""

    AND, OR = " && ", " || "

    def one_of(self, fact: str, answers: Sequence[str]) -> str:
        return f"{fact} == '{answers[0]}'" if len(answers) == 1 else f"{fact} in {list(answers)}"

    def from_(self, fact: str, low: int) -> str:
        return f"({fact} != null && {fact} >= {low})"

    def up_to(self, fact: str, high: int) -> str:
        return f"({fact} != null && {fact} <= {high})"

    def between(self, fact: str, low: int, high: int) -> str:
        return f"({fact} != null && {fact} >= {low} && {fact} <= {high})"


def prepare(book: RuleBook) -> Peer:
    rules = [fold(when, _Expressions(book.facts)) for when in book.conditions.values()]
    all_rules = cel.compile(f"[{', '.join(rules)}]")

    nothing = dict.fromkeys(book.facts)

    def rules_of(known: dict[str, Known]) -> list[str]:
        return list(compress(book.rules, all_rules.execute({**nothing, **known})))

    def decide(table: pa.Table) -> Outcome:
        return certain_only(book, map(rules_of, patients(table)))

    return decide
