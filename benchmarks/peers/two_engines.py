"""The decision as users of `triage` get it: both engines, and the trace behind it, for each patient."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from peers.outcome import Outcome, Peer
from peers.tables import patients
from triage.book.book import RuleBook
from triage.decision.decide import Decider


def prepare(book: RuleBook) -> Peer:
    decider = Decider(book)

    def decide(table: pa.Table) -> Outcome:
        decisions = [decider.decide(answers) for answers in patients(table)]
        return Outcome(
            np.array([decision.urgency for decision in decisions], np.int8),
            np.array([decision.possible for decision in decisions], np.int8),
            sum(len(decision.fired) for decision in decisions),
        )

    return decide
