"""Our durable-rules engine by itself, one patient after the other.

It runs its rules twice on each: what is not known matches nothing, and then everything.
"""

from __future__ import annotations

import pyarrow as pa

from peers.outcome import Outcome, Peer
from peers.tables import certain_and_possible, patients
from triage.book.book import RuleBook
from triage.engines.durable import DurableEngine


def prepare(book: RuleBook) -> Peer:
    engine = DurableEngine(book.facts, book.rules.values())

    def decide(table: pa.Table) -> Outcome:
        return certain_and_possible(book, (engine.decide(known) for known in patients(table)))

    return decide
