"""The check on every run: some rows of each batch are decided again by the two engines for one patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.cohort.chunk import Chunk
from triage.cohort.tables.finding import row_at
from triage.decision.decide import Decider, Decision
from triage.decision.packed import names_of, unpacked


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the columns engine says something else of a row than both engines do for one patient."""

    row: int
    id: str
    column: str
    columns_say: str
    engines_say: str

    def __str__(self) -> str:
        said = (
            f"{self.column} is {self.columns_say or 'empty'} in columns, {self.engines_say or 'empty'} alone"
        )
        return f"row {self.row} ({self.id!r:.40}): {said}"


class EnginesDiffer(Exception):
    """A sampled row was not decided alike by all engines; nothing of the run may be used."""

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__("\n".join(str(difference) for difference in self.differences))


class Sample:
    """Decides a share of the rows of each chunk again, at least one, and compares every column.

    Which rows is settled by the rule book and the chunk alone, so a run that is done again checks
    the same ones.
    """

    def __init__(self, decider: Decider, share: float) -> None:
        assert 0 < share <= 1
        self._decider = decider
        self._share = share

    def rows(self, chunk: Chunk) -> npt.NDArray[np.intp]:
        """The places of the rows that are checked, in order."""
        count = chunk.codes.num_rows
        if count == 0:
            return np.zeros(0, np.intp)
        first = chunk.about.column("row")[0].as_py()
        rng = np.random.default_rng([int(self._decider.book.hash[:8], 16), first])
        return np.sort(rng.choice(count, max(1, round(count * self._share)), replace=False))

    def check(self, chunk: Chunk, decided: pa.RecordBatch, rows: npt.NDArray[np.intp]) -> None:
        """Compares these rows. Raises EnginesDiffer."""
        differences: list[Difference] = []
        chosen = decided.take(pa.array(rows))
        told = {name: _texts(chosen, name) for name in chosen.schema.names if name != "rule_book"}
        for place, row in enumerate(rows.tolist()):
            patient = row_at(self._decider.book.facts, chunk, row)
            decision = self._decider.decide(patient.answers, patient.ticked)
            for name, alone in _alone(decision).items():
                if (columns := told[name][place]) != alone:
                    differences.append(Difference(patient.line, patient.id, name, columns, alone))
            if not decision.engines_agree:
                named = ", ".join(judged.rule.id for judged in decision.disputed)
                what = decision.engine_failure or f"the two engines differ on {named}"
                differences.append(Difference(patient.line, patient.id, "rules", "decided", what))
        if differences:
            raise EnginesDiffer(differences)


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
