"""Two rule books compared over every patient: who is raised, who is lowered, and by which rules.

The level compared is the certain one: of patients of whom everything is known, and then of those
known in part. Proofs hold under the constraints of both books, over their shared vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from triage.assurance.shared import Shared, level_of, shared
from triage.book.book import RuleBook
from triage.book.facts import Known
from triage.book.logic import Condition, Is, Spans, facts_of
from triage.book.rule import Level
from triage.engines.smt import Formula, Informed, Patient, Solver, Undecided, no, thresholds

Direction = Literal["lowered", "raised"]


@dataclass(frozen=True, slots=True)
class Moved:
    """Patients whose level is another now, because of these rules together.

    `rules` are of the book with the higher level: all that give it to the smallest patient, and none
    of which could be left out. `whole`: what `patient` does not say is denied; otherwise not known.
    """

    old: Level
    new: Level
    rules: tuple[str, ...]
    patient: Mapping[str, Known]
    whole: bool

    @property
    def direction(self) -> Direction:
        return "lowered" if self.new < self.old else "raised"


@dataclass(slots=True)
class RuleChanges:
    """The rules of both books, by what became of them."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    """The condition is written in another way, and proved to mean the same."""
    changed: list[str] = field(default_factory=list)
    """The condition means something else."""
    undecided: list[str] = field(default_factory=list)


class Comparison:
    """Every question about an old and a new book. `most` bounds the entries for each direction.

    What a solver gave up on is kept in `undecided`, and where a bound was reached in `unfinished`:
    neither is ever to be taken for a proof.
    """

    def __init__(self, old: RuleBook, new: RuleBook, *, twice: bool = False, most: int = 200) -> None:
        self.old, self.new, self.most = old, new, most
        self.shared: Shared = shared(old, new)
        self.undecided: list[str] = []
        self.unfinished: list[Direction] = []
        facts = self.shared.facts
        usual = [
            Is(fact.id, Spans((fact.scale.usual,)))
            for fact in facts.values()
            if fact.scale is not None and fact.scale.usual is not None
        ]
        conditions = [*self.shared.old.values(), *self.shared.new.values(), *self.shared.both, *usual]
        conditions += [constraint.never for constraint in self.shared.constraints]
        self._patient = Patient("patient", facts, thresholds(conditions, facts))
        self._certain = Informed(self._patient, "known", possible=False)
        self._possible = Informed(self._patient, "known", possible=True)
        real = [no(self._patient.read(constraint.never)) for constraint in self.shared.constraints]
        self._solver = Solver([*self._patient.well_formed(), *real], twice=twice)
        self._unusual = [self._patient.is_unusual(fact) for fact in facts.values()]
        try:
            if self._solver.model() is None:
                self.undecided.append("no patient meets the constraints of both books: nothing is proved")
        except Undecided as error:
            self.undecided.append(str(error))

    def moved(self, direction: Direction) -> Iterator[Moved]:
        """Everyone raised, or lowered, the furthest first, until no such patient is left."""
        pairs = [(high, low) for high, low in product(reversed(Level), Level) if low < high]
        found = 0
        for high, low in sorted(pairs, key=lambda pair: pair[1] - pair[0]):
            try:
                for moved in self._between(direction, high, low):
                    if found == self.most:
                        self.unfinished.append(direction)
                        return
                    found += 1
                    yield moved
            except Undecided as error:
                self.undecided.append(f"{direction} between {high.name} and {low.name}: {error}")

    def _between(self, direction: Direction, high: Level, low: Level) -> Iterator[Moved]:
        """The smallest patient of each set of rules that gives `high` in one book and `low` in the other."""
        books = [(self.old, self.shared.old), (self.new, self.shared.new)]
        (higher, mine), (lower, theirs) = books if direction == "lowered" else reversed(books)
        both = [self._patient.read(comparison) for comparison in self.shared.both]
        told = list(self._certain.known.values())
        explained: list[tuple[str, ...]] = []
        for reading, limits, unusual in (
            (self._patient, both, self._unusual),
            (self._patient, [], self._unusual),
            (self._certain, [], told),
        ):
            fires = {id: reading.read(when) for id, when in mine.items()}
            others = {id: reading.read(when) for id, when in theirs.items()}
            top = {id: fires[id] for id, rule in higher.rules.items() if rule.urgency is high}
            moved = [
                *limits,
                self._patient.any(list(top.values())),
                no(_reaches(self._patient, higher, fires, high + 1)),
                no(_reaches(self._patient, lower, others, low + 1)),
                _reaches(self._patient, lower, others, low),
            ]
            moved += [no(self._patient.all([top[id] for id in rules])) for rules in explained]
            if self._solver.model(*moved) is None:
                continue
            while (few := self._solver.smallest(list(top.values()), *moved)) is not None:
                whole = reading is self._patient
                answers = self._patient.decode(few) if whole else self._certain.decode(few)
                rules = tuple(sorted(level_of(higher, mine, answers)[1]))
                only = [f if id in rules else no(f) for id, f in top.items()]
                small = self._solver.smallest(unusual, *moved, *only)
                if small is None:
                    raise Undecided("the reference differs from the solver")
                answers = self._patient.decode(small) if whole else self._certain.decode(small)
                old, new = (high, low) if direction == "lowered" else (low, high)
                yield Moved(old, new, rules, self._shortest(answers, whole, rules, old, new), whole)
                explained.append(rules)
                moved.append(no(self._patient.all([top[id] for id in rules])))

    def _shortest(
        self, answers: Mapping[str, Known], whole: bool, rules: tuple[str, ...], old: Level, new: Level
    ) -> Mapping[str, Known]:
        """The answers without which another level or other rules would come out, by the reference."""
        denied = {f.id: f.mildest for f in self.shared.facts.values() if f.deniable and f.mildest is not None}
        base = denied if whole else {}

        def same(said: Mapping[str, Known]) -> bool:
            (was, by_old), (now, by_new) = self.levels({**base, **said})
            return (was, now) == (old, new) and set(rules) == (by_old if new < old else by_new)

        kept = {id: answer for id, answer in answers.items() if base.get(id) != answer}
        if not same(kept):
            raise Undecided("the reference differs from the solver")
        for id in list(kept):
            fewer = {other: answer for other, answer in kept.items() if other != id}
            if same(fewer):
                kept = fewer
        return kept

    def levels(
        self, answers: Mapping[str, Known]
    ) -> tuple[tuple[Level, frozenset[str]], tuple[Level, frozenset[str]]]:
        """The certain level in the old book and in the new, each with the rules that give it."""
        return (
            level_of(self.old, self.shared.old, answers),
            level_of(self.new, self.shared.new, answers),
        )

    def rules(self) -> RuleChanges:
        """What became of each rule; a rule of another name and the same meaning is renamed."""
        changes = RuleChanges()
        gone = [id for id in self.old.rules if id not in self.new.rules]
        came = [id for id in self.new.rules if id not in self.old.rules]
        for id in gone:
            heir = next((other for other in came if self._is_heir(id, other)), None)
            if heir is None:
                changes.removed.append(id)
            else:
                came.remove(heir)
                changes.renamed.append((id, heir))
        changes.added = came
        for id in self.new.rules:
            if id in self.old.rules and self.shared.old[id] != self.shared.new[id]:
                try:
                    same = self._mean_the_same(self.shared.old[id], self.shared.new[id])
                    (changes.rewritten if same else changes.changed).append(id)
                except Undecided as error:
                    changes.undecided.append(id)
                    self.undecided.append(f"whether {id} means the same: {error}")
        return changes

    def _is_heir(self, old: str, new: str) -> bool:
        mine, theirs = self.shared.old[old], self.shared.new[new]
        if self.old.rules[old].urgency is not self.new.rules[new].urgency:
            return False
        try:
            return set(facts_of(mine)) == set(facts_of(theirs)) and self._mean_the_same(mine, theirs)
        except Undecided:
            return False  # told as one rule removed and one added

    def _mean_the_same(self, one: Condition, two: Condition) -> bool:
        """Whether both are certain of the same patients, however much is known of them, and possible too."""
        for reading in (self._certain, self._possible):
            first, second = reading.read(one), reading.read(two)
            differ = self._patient.any(
                [self._patient.all([first, no(second)]), self._patient.all([second, no(first)])]
            )
            if self._solver.model(differ) is not None:
                return False
        return True


def _reaches(patient: Patient, book: RuleBook, fires: Mapping[str, Formula], level: int) -> Formula:
    """That a rule of at least this level fires; everyone is at least `none`."""
    if level <= Level.none:
        return patient.all([])
    return patient.any([fires[id] for id, rule in book.rules.items() if rule.urgency >= level])
