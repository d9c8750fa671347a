"""The check on every run: some rows of each batch are decided again by the two engines for one patient."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.cohort.chunk import Chunk
from triage.cohort.tables.finding import row_at
from triage.decision.decide import Decider, Decision
from triage.decision.packed import names_of, unpacked

_TOGETHER = 200  # rows that are put into words at a time
SHARE = 0.00001
"""The share of rows that is checked where nobody asks for more."""
ALWAYS = 100
"""The number of the last row that is checked whatever the share is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the engines do not say alike of a row; `column` is that of the results."""

    row: int
    id: str
    column: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row} ({self.id!r:.40}): {self.what}"


class EnginesDiffer(Exception):
    """A sampled row was not decided alike by all engines; nothing of the run may be used."""

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__("\n".join(str(difference) for difference in self.differences))


class Sample:
    """Decides a share of the rows of each chunk again, at least one, and compares every column.

    Of a table, the rows with the numbers up to `always` are all checked, so a small one is checked
    whole. Which rows is settled by the rule book and the chunk alone, so a run that is done again
    checks the same ones.
    """

    def __init__(self, decider: Decider, share: float, always: int = ALWAYS) -> None:
        assert 0 < share <= 1
        self._decider = decider
        self._share = share
        self._always = always
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Has checks end early, in whatever threads: a run was interrupted, and its results are not used."""
        self._stopped.set()

    def rows(self, chunk: Chunk) -> npt.NDArray[np.intp]:
        """The places of the rows that are checked, in order."""
        count = chunk.codes.num_rows
        if count == 0:
            return np.zeros(0, np.intp)
        numbers = chunk.about.column("row").to_numpy()
        rng = np.random.default_rng([int(self._decider.book.hash[:8], 16), int(numbers[0])])
        chosen = rng.choice(count, max(1, round(count * self._share)), replace=False)
        return np.union1d(chosen, np.flatnonzero(numbers <= self._always))

    def check(self, chunk: Chunk, decided: pa.RecordBatch, rows: npt.NDArray[np.intp]) -> None:
        """Compares these rows. Raises EnginesDiffer."""
        differences: list[Difference] = []
        for start in range(0, len(rows), _TOGETHER):
            if self._stopped.is_set():
                return
            differences += self._differences(chunk, decided, rows[start : start + _TOGETHER])
        if differences:
            raise EnginesDiffer(differences)

    def _differences(
        self, chunk: Chunk, decided: pa.RecordBatch, rows: npt.NDArray[np.intp]
    ) -> list[Difference]:
        differences: list[Difference] = []
        chosen = decided.take(pa.array(rows))
        told = {name: _texts(chosen, name) for name in chosen.schema.names if name != "rule_book"}
        for place, row in enumerate(rows.tolist()):
            if self._stopped.is_set():
                break
            patient = row_at(self._decider.book.facts, chunk, row)
            decision = self._decider.decide(patient.answers, patient.ticked)
            for name, alone in _alone(decision).items():
                if (columns := told[name][place]) != alone:
                    what = f"{name} is {columns or 'empty'} in columns, {alone or 'empty'} alone"
                    differences.append(Difference(patient.line, patient.id, name, what))
            if not decision.engines_agree:
                named = ", ".join(judged.rule.id for judged in decision.disputed)
                what = decision.engine_failure or f"the two engines differ on {named}"
                differences.append(Difference(patient.line, patient.id, "rules", what))
        return differences


def _texts(decided: pa.RecordBatch, name: str) -> list[str]:
    """A column as one text for each row, sets in the order of their letters."""
    column, names = decided.column(name), names_of(decided.schema.field(name))
    if names is None:
        return [str(value) for value in column.to_pylist()]
    return [" ".join(sorted(some)) for some in unpacked(column, names).to_pylist()]


def _alone(decision: Decision) -> dict[str, str]:
    """What the columns should say of one patient."""
    sets = {
        "rules": [rule.id for rule in decision.fired],
        "counted": [rule.id for rule in decision.counted],
        "review": [rule.id for rule in decision.review],
        "open_rules": [judged.rule.id for judged in decision.judged if judged.open],
        "exams": decision.exams,
        "suspects": decision.suspects,
        "open": decision.open,
        "contradictions": [constraint.because for constraint in decision.contradictions],
    }
    words = {
        "urgency": decision.urgency.name,
        "possible": decision.possible.name,
        "advice": decision.advice.name,
        "status": decision.status,
    }
    return words | {name: " ".join(sorted(some)) for name, some in sets.items()}
