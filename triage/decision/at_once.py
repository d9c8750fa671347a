"""The same decision for a whole batch of patients at once, in columns.

What `decide` says of one patient, this says of each patient of a batch, by the columns engine: the
interval, the advice, the status, and the rules and facts behind them. The tests hold the two to
each other, and whoever decides tables has a sample of every batch decided again by `decide`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import Is, Spans, facts_of
from triage.book.quantity import Scale
from triage.book.rule import Level, Told
from triage.decision.level_told import RESULTS, STATUSES
from triage.decision.packed import packed_field
from triage.decision.settings import Settings
from triage.engines.circuit import Bits
from triage.engines.columns import Part, Patients, code_type
from triage.engines.machine import Machine

_LEVELS = tuple(level.name for level in Level)
_WORDS_OF = {
    "advice": tuple(told.name for told in Told),
    "urgency": _LEVELS,
    "possible": _LEVELS,
    "status": STATUSES,
}
_WORDS = pa.dictionary(pa.int8(), pa.string())
_MILDEST_FIRST = pa.dictionary(pa.int8(), pa.string(), ordered=True)
WORDS = {name: _WORDS if words is STATUSES else _MILDEST_FIRST for name, words in _WORDS_OF.items()}
"""The columns of words and their types. Where words have an order, it is that of their dictionary."""


def codes_schema(book: RuleBook) -> pa.Schema:
    """The columns of a batch of patients: one for each fact, of the codes of its answers."""
    return pa.schema([pa.field(fact.id, code_type(fact)) for fact in book.facts.values()])


class AtOnce:
    """Decides batches of patients by one rule book. `schema` is that of every batch that comes out.

    `only` names the columns that are wanted; what the others need is then not done. Sets are packed,
    as `packed` says. Rules are listed most urgent first, and what follows from
    them in the order of the most urgent rule that names it.
    """

    def __init__(
        self, book: RuleBook, settings: Settings | None = None, only: Collection[str] | None = None
    ) -> None:
        self.book = book
        self._nobody_reviews = (settings or Settings()).reviewer == "no"
        self._rules = sorted(book.rules.values(), key=lambda rule: -rule.urgency)
        self._facts = list(dict.fromkeys(name for rule in self._rules for name in facts_of(rule.when)))
        rules = [rule.id for rule in self._rules]
        self._names = {
            "rules": rules,
            "counted": rules,
            "review": rules,
            "open_rules": rules,
            "exams": list(dict.fromkeys(exam for rule in self._rules for exam in rule.exams)),
            "suspects": list(dict.fromkeys(name for rule in self._rules for name in rule.suspects)),
            "open": self._facts,
            "contradictions": [constraint.because for constraint in book.constraints],
        }
        self.schema = pa.schema(
            [
                *(pa.field(name, type_, nullable=False) for name, type_ in WORDS.items()),
                *(packed_field(name, names) for name, names in self._names.items()),
                *(pa.field(name, _WORDS, nullable=False) for name in ("rule_book", "schema")),
            ]
        )
        if only is not None:
            self.schema = pa.schema([field for field in self.schema if field.name in only])
        self._types = {fact.id: code_type(fact) for fact in book.facts.values()}
        self._machines: dict[tuple[tuple[str, ...], frozenset[str]], Machine] = {}

    def decide(self, codes: pa.RecordBatch, ticked: Iterable[str] = ()) -> pa.RecordBatch:
        """What is decided of each patient, in the same order.

        `codes` has a column for each fact that was asked of anybody, as in `codes_schema`; `ticked`
        names the columns in which a tick may stand. Raises TypeError for a column of another type.
        """
        for name, type_ in zip(codes.schema.names, codes.schema.types, strict=True):
            if type_ != self._types[name]:
                raise TypeError(f"the column {name} is {type_}, and its codes are {self._types[name]}")
        rows = self._machine(tuple(codes.schema.names), frozenset(ticked)).run(codes.columns, codes.num_rows)
        of_all = {"rule_book": self.book.name, "schema": RESULTS}
        columns = []
        for field in self.schema:
            if field.name in _WORDS_OF:
                places = rows[field.name].view(np.int8).ravel()
                columns.append(_words(places, _WORDS_OF[field.name], field.type))
            elif field.name in rows:
                columns.append(_sets(rows[field.name], field.type))
            else:
                columns.append(_words(np.zeros(codes.num_rows, np.int8), [of_all[field.name]], field.type))
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _machine(self, columns: tuple[str, ...], ticked: frozenset[str]) -> Machine:
        """The machine for batches with these columns; made in milliseconds, and kept."""
        if (columns, ticked) not in self._machines:
            patients = Patients.of(self.book.facts, columns, ticked)
            every = self._wanted(patients)
            wanted = {name: every[name] for name in self.schema.names if name in every}
            self._machines[columns, ticked] = Machine(patients.circuit, wanted)
        return self._machines[columns, ticked]

    def _wanted(self, patients: Patients) -> dict[str, Sequence[Bits]]:
        """The bits of every column of the result. The sets are as in `_names`, the words as numbers."""
        nobody = patients.circuit.nobody
        sure, met = self._without_contradictions(patients)
        read = [sure.read(rule.when) for rule in self._rules]
        fires, may_fire = [part.certain for part in read], [part.possible for part in read]
        if patients.ticked:
            floor, _ = self._without_contradictions(patients.taking_the_mildest())
            raised = [floor.read(rule.when).certain for rule in self._rules]
            fires = [one | other for one, other in zip(fires, raised, strict=True)]
            may_fire = [one | other for one, other in zip(may_fire, raised, strict=True)]
        urgency, possible = self._levels(nobody, fires), self._levels(nobody, may_fire)
        opened = [
            may & ~does & ~urgency[rule.urgency]
            for rule, does, may in zip(self._rules, fires, may_fire, strict=True)
        ]
        counted, review = self._in_doubt(sure, opened, read)
        waiting = dict.fromkeys(self._facts, nobody)
        for part, who in zip(read, opened, strict=True):
            for comparison, here in part.undecided(who):
                waiting[comparison.fact] = waiting[comparison.fact] | here
        at_least = [one | more for one, more in zip(urgency, self._levels(nobody, counted), strict=True)]
        outside = ~patients.read(self.book.scope).possible
        return {
            "advice": _number(_told(at_least, possible, outside, reduce(or_, review, nobody))),
            "urgency": _number(_steps(urgency)),
            "possible": _number(_steps(possible)),
            "status": _number(self._status(patients, urgency, possible, outside, waiting)),
            "rules": fires,
            "counted": counted,
            "review": review,
            "open_rules": opened,
            "exams": self._named("exams", [rule.exams for rule in self._rules], fires, nobody),
            "suspects": self._named("suspects", [rule.suspects for rule in self._rules], fires, nobody),
            "open": list(waiting.values()),
            "contradictions": met,
        }

    def _without_contradictions(self, patients: Patients) -> tuple[Patients, list[Bits]]:
        """The patients as far as no constraint doubts their answers, and who meets each constraint."""
        met = [patients.read(constraint.never).certain for constraint in self.book.constraints]
        doubts: dict[str, Bits] = {}
        for constraint, who in zip(self.book.constraints, met, strict=True):
            for name in facts_of(constraint.never):
                doubts[name] = doubts[name] | who if name in doubts else who
        return patients.doubting(doubts), met

    def _levels(self, nobody: Bits, fires: Sequence[Bits]) -> list[Bits]:
        """Who is at each level or above, from the mildest."""
        reached = [~nobody, *[nobody] * Level.now]
        for rule, who in zip(self._rules, fires, strict=True):
            for level in range(1, rule.urgency + 1):
                reached[level] = reached[level] | who
        return reached

    def _in_doubt(
        self, sure: Patients, opened: Sequence[Bits], read: Sequence[Part]
    ) -> tuple[list[Bits], list[Bits]]:
        """Of whom each open rule counts in full, and of whom a person must review it."""
        asked = sure.asked_alone()

        def present(comparison: Is) -> Bits:
            return sure.has(_presence(self.book.facts[comparison.fact]))

        counted, review = [], []
        for rule, part, who in zip(self._rules, read, opened, strict=True):
            doubted = who & asked.read(rule.when).possible
            severe = rule.urgency >= Level.today
            counts = doubted if severe and self._nobody_reviews else doubted & part.supported(present)
            counted.append(counts)
            review.append(doubted & ~counts if severe else sure.circuit.nobody)
        return counted, review

    def _named(
        self, what: str, by_rules: Iterable[Iterable[str]], fires: Sequence[Bits], nobody: Bits
    ) -> list[Bits]:
        """Of whom each name is named by a rule that fires."""
        named = dict.fromkeys(self._names[what], nobody)
        for by_rule, who in zip(by_rules, fires, strict=True):
            for name in by_rule:
                named[name] = named[name] | who
        return list(named.values())

    def _status(
        self,
        patients: Patients,
        urgency: Sequence[Bits],
        possible: Sequence[Bits],
        outside: Bits,
        waiting: Mapping[str, Bits],
    ) -> list[Bits]:
        """Who has each status, in the order of STATUSES."""
        nobody = unasked = patients.circuit.nobody
        differs = reduce(or_, [may & ~is_ for is_, may in zip(urgency, possible, strict=True)])
        for name, who in waiting.items():
            unasked = unasked | (who & ~patients.asked.get(name, nobody))
        by_word = {
            "decided": ~differs & ~outside,
            "unfinished": differs & unasked & ~outside,
            "unresolved": differs & ~unasked & ~outside,
            "out_of_scope": outside,
        }
        return [by_word[word] for word in STATUSES]


def decide_batches(
    book: RuleBook, batches: Iterable[pa.RecordBatch], settings: Settings | None = None
) -> Iterator[pa.RecordBatch]:
    """Batches of codes in, batches of decisions out, patient by patient in the same order.

    The columns that go in are those of `codes_schema(book)`, all or some; what comes out has the
    schema of `AtOnce(book).schema`.
    """
    at_once = AtOnce(book, settings)
    return (at_once.decide(batch) for batch in batches)


def _presence(fact: Fact) -> Is:
    """The answers that say that a symptom or finding is definitely there."""
    if fact.scale is None:
        return Is(fact.id, frozenset(answer for answer in fact.answers if fact.shows_presence(answer)))
    spans = [span for span in _outside_usual(fact.scale) if fact.shows_presence(span[0])]
    return Is(fact.id, Spans(tuple(spans)))


def _outside_usual(scale: Scale) -> list[tuple[int, int]]:
    if scale.usual is None:
        return [(scale.low, scale.high)]
    low, high = scale.usual
    return [span for span in ((scale.low, low - 1), (high + 1, scale.high)) if span[0] <= span[1]]


def _steps(reached: Sequence[Bits]) -> list[Bits]:
    """Who is at each level itself, from the mildest."""
    return [here & ~above for here, above in zip(reached, [*reached[1:], ~reached[0]], strict=True)]


def _told(at_least: Sequence[Bits], possible: Sequence[Bits], outside: Bits, review: Bits) -> list[Bits]:
    """Who is told each of Told, mildest first, as `told` says it of one patient."""
    first = review & ~at_least[Level.today]
    unsure = possible[Level.next_visit] | outside
    who = {Told[level.name]: here & ~first for level, here in zip(Level, _steps(at_least), strict=True)}
    who[Told.review_today] = first
    who[Told.no_level] = who[Told.none] & unsure
    who[Told.none] = who[Told.none] & ~unsure
    return [who[told] for told in Told]


def _number(which: Sequence[Bits]) -> list[Bits]:
    """The place in a list as a number of three bits, of those who are each at just one place."""
    nobody = which[0].circuit.nobody
    return [
        reduce(or_, (who for place, who in enumerate(which) if place >> bit & 1), nobody) for bit in range(3)
    ]


def _sets(rows: npt.NDArray[np.uint8], type_: pa.DataType) -> pa.Array:
    if rows.shape[1] == 0:
        rows = np.zeros((len(rows), type_.byte_width), np.uint8)
    return pa.Array.from_buffers(type_, len(rows), [None, pa.py_buffer(rows)])


def _words(places: npt.NDArray[np.int8], words: Sequence[str], type_: pa.DataType) -> pa.Array:
    listed = pa.array(list(words), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(places), listed, ordered=type_.ordered, safe=False)
