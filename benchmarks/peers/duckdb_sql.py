"""DuckDB: one SQL query with a nullable column for each rule, true where it fires, null where it could.

NULL is unknown, and AND and OR of SQL are strong Kleene logic. Written for speed: answers are compared
as small numbers, and each distinct comparison is one column that the rules share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from peers.expressions import Words, named
from peers.outcome import Outcome, Peer
from peers.tables import numbered
from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import Is, fold
from triage.book.rule import Level


class _Comparisons(Words):
    """Algebra: conditions over the columns of the patients."""

    def one_of(self, fact: str, answers: Sequence[str]) -> str:
        places = list(self.facts[fact].answers)
        return self.any([f"{fact} = {places.index(answer)}" for answer in answers])

    def from_(self, fact: str, low: int) -> str:
        return f"{fact} >= {low}"

    def up_to(self, fact: str, high: int) -> str:
        return f"{fact} <= {high}"


class _Rules(_Comparisons):
    """Algebra: conditions over the columns of the comparisons."""

    def __init__(self, facts: Mapping[str, Fact], names: Mapping[Is, str]) -> None:
        super().__init__(facts)
        self._names = names

    def is_(self, comparison: Is) -> str:
        return self._names[comparison]


def prepare(book: RuleBook) -> Peer:
    connection = duckdb.connect()
    query = _query(book)

    def decide(table: pa.Table) -> Outcome:
        connection.register("patients", numbered(table))
        results = connection.sql(query).to_arrow_table()
        fired = sum(pc.sum(results[rule], min_count=0).as_py() for rule in book.rules)
        return Outcome(results["certain"].to_numpy(), results["possible"].to_numpy(), fired)

    return decide


def _query(book: RuleBook) -> str:
    names = named(book.conditions.values())
    comparisons = {name: fold(is_, _Comparisons(book.facts)) for is_, name in names.items()}
    rules = {f'"{id}"': fold(when, _Rules(book.facts, names)) for id, when in book.conditions.items()}
    urgencies = sorted({rule.urgency for rule in book.rules.values()}, reverse=True)
    levels = {
        level.name: " OR ".join(f'"{rule.id}"' for rule in book.rules.values() if rule.urgency is level)
        for level in urgencies
    }
    return f"""
        WITH comparisons AS (SELECT {_columns(comparisons)} FROM patients),
        rules AS (SELECT {_columns(rules)} FROM comparisons),
        levels AS (SELECT *, {_columns(levels)} FROM rules)
        SELECT * EXCLUDE ({", ".join(levels)}),
            {_highest(urgencies, "false")} AS certain,
            {_highest(urgencies, "true")} AS possible
        FROM levels
    """


def _columns(named: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in named.items())


def _highest(urgencies: Iterable[Level], unknown: str) -> str:
    """The first level that holds; one that is unknown counts as said."""
    cases = [f"WHEN coalesce({level.name}, {unknown}) THEN {level:d}" for level in urgencies]
    return f"(CASE {' '.join(cases)} ELSE 0 END)::TINYINT"
