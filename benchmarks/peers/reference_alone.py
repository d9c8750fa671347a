"""Our reference engine by itself, one patient after the other. Unknown is one of its three truths."""

from __future__ import annotations

import pyarrow as pa

from peers.outcome import Outcome, Peer
from peers.tables import certain_and_possible, patients
from triage.book.book import RuleBook
from triage.engines.reference import firings


def prepare(book: RuleBook) -> Peer:
    conditions = book.conditions

    def decide(table: pa.Table) -> Outcome:
        return certain_and_possible(book, (firings(conditions, known) for known in patients(table)))

    return decide
