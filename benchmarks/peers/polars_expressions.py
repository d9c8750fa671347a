"""Polars: a nullable column for each rule, true where it fires and null where it still could.

Null is unknown, and the `&` and `|` of Polars are strong Kleene logic. Written for speed: answers are
compared as small numbers, and each distinct comparison is one column that the rules share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_, or_

import polars as pl
import pyarrow as pa

from peers.expressions import Expressions, named
from peers.outcome import Outcome
from peers.tables import numbered
from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import Is, fold
from triage.book.rule import Level


class _Comparisons(Expressions[pl.Expr]):
    """Algebra: conditions over the columns of the patients."""

    def one_of(self, fact: str, answers: Sequence[str]) -> pl.Expr:
        places = list(self.facts[fact].answers)
        return self.any([pl.col(fact) == places.index(answer) for answer in answers])

    def from_(self, fact: str, low: int) -> pl.Expr:
        return pl.col(fact) >= low

    def up_to(self, fact: str, high: int) -> pl.Expr:
        return pl.col(fact) <= high

    def all(self, parts: Sequence[pl.Expr]) -> pl.Expr:
        return reduce(and_, parts)

    def any(self, parts: Sequence[pl.Expr]) -> pl.Expr:
        return reduce(or_, parts)


class _Rules(_Comparisons):
    """Algebra: conditions over the columns of the comparisons."""

    def __init__(self, facts: Mapping[str, Fact], names: Mapping[Is, str]) -> None:
        super().__init__(facts)
        self._names = names

    def is_(self, comparison: Is) -> pl.Expr:
        return pl.col(self._names[comparison])


def load(book: RuleBook, table: pa.Table) -> pl.DataFrame:
    """The patients as Polars takes them, answers as small numbers; nothing is copied."""
    return pl.DataFrame(numbered(table))


def prepare(book: RuleBook) -> Callable[[pl.DataFrame], Outcome]:
    names = named(book.conditions.values())
    comparisons = [fold(is_, _Comparisons(book.facts)).alias(name) for is_, name in names.items()]
    rules = [fold(when, _Rules(book.facts, names)).alias(id) for id, when in book.conditions.items()]
    by_level = {
        level: pl.any_horizontal([rule.id for rule in book.rules.values() if rule.urgency is level])
        for level in {rule.urgency for rule in book.rules.values()}
    }
    levels = [holds.alias(level.name) for level, holds in by_level.items()]
    certain = _highest({level: pl.col(level.name).fill_null(False) for level in by_level})
    possible = _highest({level: pl.col(level.name).fill_null(True) for level in by_level})

    def decide(patients: pl.DataFrame) -> Outcome:
        shared = patients.lazy().with_columns(comparisons).select(rules).with_columns(levels)
        results = shared.with_columns(certain=certain, possible=possible).collect(engine="streaming")
        return Outcome(
            results["certain"].to_numpy(),
            results["possible"].to_numpy(),
            sum(results.select(pl.col(list(book.rules)).sum()).row(0)),
        )

    return decide


def _highest(holds: Mapping[Level, pl.Expr]) -> pl.Expr:
    """The highest level that holds."""
    each = [pl.when(expression).then(pl.lit(int(level), pl.Int8)) for level, expression in holds.items()]
    return pl.max_horizontal(pl.lit(0, pl.Int8), *each)
