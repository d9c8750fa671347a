"""What another rule book tells the same patients, and whether that is something else."""

from __future__ import annotations

from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.quantity import UnreadableAnswer
from triage.cohort.chunk import Chunk
from triage.decision.at_once import WORDS, AtOnce
from triage.decision.packed import bits, names_of
from triage.decision.settings import Settings
from triage.engines.codes import TICKED, answer_of, code_of, largest_code, not_known_words
from triage.engines.columns import code_type

TOLD = ("raised", "lowered", "otherwise", "same", "unreadable")
"""Against the book of the run, the other one's advice is higher or lower in the order of Told, or only
what is behind it differs, or nothing; or the other book cannot read some answer of the row."""
_WORDS = pa.dictionary(pa.int8(), pa.string())
_COMPARED = ("urgency", "possible", "status", "rules", "exams")
_Bools: TypeAlias = npt.NDArray[np.bool_]


class OtherBook:
    """Decides chunks that were read for one rule book by another one.

    An answer is carried over by its words. A fact that the other book does not have is left out; a
    row with an answer that it cannot read is not compared.
    """

    schema = pa.schema(
        [
            pa.field("told", _WORDS, nullable=False),
            *(pa.field(f"other_{name}", type_) for name, type_ in WORDS.items()),
            pa.field("other_rule_book", _WORDS, nullable=False),
        ]
    )

    def __init__(self, book: RuleBook, other: RuleBook, settings: Settings) -> None:
        self._other = other
        self._at_once = AtOnce(other, settings)
        self._carried = {
            name: _carried(fact, other.facts[name])
            for name, fact in book.facts.items()
            if name in other.facts
        }

    def columns(self, chunk: Chunk, decided: pa.RecordBatch) -> list[pa.Array]:
        """The columns of `schema` for the rows of a chunk, of which the first book said `decided`."""
        codes, unreadable = self._recoded(chunk.codes)
        other = self._at_once.decide(codes, [name for name in chunk.ticked if name in self._carried])
        levels, others = (_indices(batch, "advice") for batch in (decided, other))
        differs = reduce(np.logical_or, [_differs(decided, other, name) for name in _COMPARED])
        told = np.where(differs, TOLD.index("otherwise"), TOLD.index("same")).astype(np.int8)
        told[others > levels] = TOLD.index("raised")
        told[others < levels] = TOLD.index("lowered")
        told[unreadable] = TOLD.index("unreadable")
        nothing = pa.array(unreadable)
        return [
            pa.DictionaryArray.from_arrays(pa.array(told), pa.array(TOLD, pa.string())),
            *(
                pa.DictionaryArray.from_arrays(
                    pc.if_else(nothing, pa.scalar(None, pa.int8()), word.indices),
                    word.dictionary,
                    ordered=word.type.ordered,
                )
                for word in map(other.column, WORDS)
            ),
            other.column("rule_book"),
        ]

    def _recoded(self, codes: pa.RecordBatch) -> tuple[pa.RecordBatch, _Bools]:
        """The codes of the other book, and the rows in which it cannot read some answer."""
        names = [name for name in codes.schema.names if name in self._carried]
        columns, unreadable = [], np.zeros(codes.num_rows, np.bool_)
        for name in names:
            column, (lowest, carried, readable) = codes.column(name), self._carried[name]
            values = np.asarray(column.fill_null(0))
            ticked = values == TICKED
            places = np.where(ticked, 0, values.astype(np.int64) - lowest)
            reads = readable[places] | ticked
            unreadable |= ~reads
            answered = np.asarray(column.is_valid()) & reads
            type_ = code_type(self._other.facts[name])
            recoded = np.where(ticked, TICKED, carried[places]).astype(str(type_))
            columns.append(pa.array(recoded, mask=~answered))
        if not names:
            nothing = pa.record_batch({"row": pa.nulls(codes.num_rows)})
            return nothing.select([]), unreadable
        return pa.RecordBatch.from_arrays(columns, names=names), unreadable


def _carried(fact: Fact, other: Fact) -> tuple[int, npt.NDArray[np.int64], _Bools]:
    """The lowest code of a fact, and from there up its codes in the other book and whether it reads them."""
    lowest = -len(not_known_words(fact))
    codes, readable = [], []
    for code in range(lowest, largest_code(fact) + 1):
        try:
            codes.append(code_of(other, other.read(fact.write(answer_of(fact, code)))))
            readable.append(True)
        except UnreadableAnswer:
            codes.append(0)
            readable.append(False)
    return lowest, np.array(codes, np.int64), np.array(readable, np.bool_)


def _differs(one: pa.RecordBatch, other: pa.RecordBatch, column: str) -> _Bools:
    """In which rows this column says something else; sets are compared by their names."""
    names, others = (names_of(batch.schema.field(column)) for batch in (one, other))
    if names is None or others is None:
        return np.asarray(_indices(one, column) != _indices(other, column), np.bool_)
    every = list(dict.fromkeys([*names, *others]))
    spread, others_spread = _spread(one, column, names, every), _spread(other, column, others, every)
    return np.asarray((spread != others_spread).any(axis=1), np.bool_)


def _indices(batch: pa.RecordBatch, column: str) -> npt.NDArray[np.int8]:
    return np.asarray(batch.column(column).indices)


def _spread(batch: pa.RecordBatch, column: str, names: list[str], every: list[str]) -> _Bools:
    """Of which of `every` name each row's set holds."""
    places = [every.index(name) for name in names]
    spread = np.zeros((batch.num_rows, len(every)), np.bool_)
    spread[:, places] = bits(batch.column(column))[:, : len(names)]
    return spread
