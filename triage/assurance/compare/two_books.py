"""Two rule books compared over every patient: who is raised, who is lowered, and by which rules.

The level compared is the certain one: of patients of whom everything is known, then of those known
in part, and of those whose answers contradict each other by one of the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from triage.assurance.compare.shared import Readings, Shared, shared
from triage.assurance.paste import denials, shortest
from triage.assurance.people import People, reached, undoubted
from triage.book.book import RuleBook
from triage.book.facts import Answers, Known, known
from triage.book.logic import Condition, facts_of
from triage.book.rule import Level
from triage.engines.smt import Informed, Patient
from triage.engines.solver import Formula, Solver, Undecided, every, no, some

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


class TwoBooks:
    """Every question about an old and a new book. `most` bounds the entries for each direction.

    What a solver gave up on is kept in `undecided`, and where a bound was reached in `unfinished`:
    neither is ever to be taken for a proof. Raises Problems when by both books' constraints nobody
    can be.
    """

    def __init__(self, old: RuleBook, new: RuleBook, *, twice: bool = False, most: int = 200) -> None:
        self.old, self.new, self.most = old, new, most
        self.shared: Shared = shared(old, new)
        self.undecided: list[str] = []
        self.unfinished: list[Direction] = []
        mine, theirs = self.shared.old, self.shared.new
        both = {f"old {id}": when for id, when in mine.conditions.items()}
        both |= {f"new {id}": when for id, when in theirs.conditions.items()}
        constraints = [*mine.constraints, *(c for c in theirs.constraints if c not in mine.constraints)]
        more = [*self.shared.both, mine.scope, theirs.scope]
        self._people = People(self.shared.facts, both, constraints, more, twice=twice)
        self._anyone = Solver(self._people.patient.well_formed(), twice=twice)

    def moved(self, direction: Direction) -> Iterator[Moved]:
        """Everyone raised, or lowered, the furthest first, until no such patient is left."""
        books = [self.shared.old, self.shared.new]
        higher, lower = books if direction == "lowered" else reversed(books)
        circles = list(self._circles(higher, lower))
        pairs = [(high, low) for high, low in product(reversed(Level), Level) if low < high]
        found = 0
        for high, low in sorted(pairs, key=lambda pair: pair[1] - pair[0]):
            try:
                for moved in self._between(circles, higher, lower, high, low):
                    if found == self.most:
                        self.unfinished.append(direction)
                        return
                    found += 1
                    yield moved
            except Undecided as error:
                self.undecided.append(f"{direction} between {high.name} and {low.name}: {error}")

    def _between(
        self, circles: Iterable[_Circle], higher: Readings, lower: Readings, high: Level, low: Level
    ) -> Iterator[Moved]:
        """The smallest patient of each set of rules that gives `high` in one book and `low` in the other."""
        explained: list[tuple[str, ...]] = []
        for circle in circles:
            fires, others = circle.higher, circle.lower
            top = {id: fires[id] for id, rule in higher.book.rules.items() if rule.urgency is high}
            moved = [
                *circle.limits,
                some(top.values()),
                no(reached(higher.book.rules, fires, high + 1)),
                reached(lower.book.rules, others, low),
                no(reached(lower.book.rules, others, low + 1)),
            ]
            moved += [no(every(top[id] for id in rules)) for rules in explained]
            while (few := circle.solver.smallest(list(top.values()), *moved)) is not None:
                rules = tuple(sorted(higher.level(circle.said.decode(few))[1]))
                only = [formula if id in rules else no(formula) for id, formula in top.items()]
                small = circle.solver.smallest(circle.unusual, *moved, *only)
                if small is None:
                    raise Undecided("the reference differs from the solver")
                old, new = (high, low) if higher is self.shared.old else (low, high)
                patient = self._shortest(circle.said.decode(small), circle.whole, rules, old, new)
                yield Moved(old, new, rules, patient, circle.whole)
                explained.append(rules)
                moved.append(no(every(top[id] for id in rules)))

    def _circles(self, higher: Readings, lower: Readings) -> Iterator[_Circle]:
        """Ever more people: real ones that both books can hear, all real ones, those of whom only part is
        known, and at last anyone, whose answers one of the books may take for contradicting.
        """
        people, patient, told = self._people, self._people.patient, self._people.known("told")
        both = [patient.read(comparison) for comparison in self.shared.both]
        books = (higher, lower)
        whole = [_fires(book, patient) for book in books]
        for limits in (both, []):
            yield _Circle(people.solver, True, patient, whole[0], whole[1], limits, people.unusual)
        part = Informed(patient, told, possible=False)
        sure = [_fires(book, part) for book in books]
        yield _Circle(people.solver, False, part, sure[0], sure[1], [], list(told.values()))
        undoubted_by = [undoubted(patient, book.constraints, told) for book in books]
        taken = [
            _fires(book, Informed(patient, known, possible=False))
            for book, known in zip(books, undoubted_by, strict=True)
        ]
        yield _Circle(self._anyone, False, part, taken[0], taken[1], [], list(told.values()))

    def _shortest(
        self, answers: Mapping[str, Known], whole: bool, rules: tuple[str, ...], old: Level, new: Level
    ) -> Mapping[str, Known]:
        """The answers without which another level or other rules would come out, by the reference."""
        base = denials(self.shared.facts) if whole else {}

        def told(said: Answers) -> tuple[object, ...]:
            (was, by_old), (now, by_new) = self.levels(known(said))
            contradictions = [book.contradictions(known(said)) for book in (self.shared.old, self.shared.new)]
            return was, now, by_old if new < old else by_new, contradictions

        if told({**base, **answers})[:3] != (old, new, set(rules)):
            raise Undecided("the reference differs from the solver")
        return shortest(answers, base, told)

    def no_longer_in_scope(self) -> Mapping[str, Known] | None:
        """Someone with a level whom the old book is for and the new one is not; None where nobody is so."""
        patient, (old, new) = self._people.patient, (self.shared.old, self.shared.new)
        outside = every([patient.read(old.scope), no(patient.read(new.scope))])
        return self._people.smallest(outside, reached(self.old.rules, _fires(old, patient), Level.next_visit))

    def levels(
        self, answers: Mapping[str, Known]
    ) -> tuple[tuple[Level, frozenset[str]], tuple[Level, frozenset[str]]]:
        """The certain level in the old book and in the new, each with the rules that give it."""
        return self.shared.old.level(answers), self.shared.new.level(answers)

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
            mine, theirs = self.shared.old.conditions.get(id), self.shared.new.conditions[id]
            if mine is not None and mine != theirs:
                try:
                    same = self._mean_the_same(mine, theirs)
                    (changes.rewritten if same else changes.changed).append(id)
                except Undecided as error:
                    changes.undecided.append(id)
                    self.undecided.append(f"whether {id} means the same: {error}")
        return changes

    def _is_heir(self, old: str, new: str) -> bool:
        mine, theirs = self.shared.old.conditions[old], self.shared.new.conditions[new]
        if self.old.rules[old].urgency is not self.new.rules[new].urgency:
            return False
        try:
            return set(facts_of(mine)) == set(facts_of(theirs)) and self._mean_the_same(mine, theirs)
        except Undecided:
            return False  # told as one rule removed and one added

    def _mean_the_same(self, one: Condition, two: Condition) -> bool:
        """Whether both are true, certain and possible of the same people, whatever a constraint says."""
        return self._people.mean_the_same(one, two, to=self._anyone)


def _fires(book: Readings, reading: Patient | Informed) -> dict[str, Formula]:
    return {id: reading.read(when) for id, when in book.conditions.items()}


@dataclass(frozen=True, slots=True)
class _Circle:
    """People to look among: how what they said is read, and when each book's rules fire of it."""

    solver: Solver
    whole: bool
    said: Patient | Informed
    higher: Mapping[str, Formula]
    lower: Mapping[str, Formula]
    limits: list[Formula]
    unusual: list[Formula]
