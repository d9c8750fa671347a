"""The case that is missing: a smallest patient who tells a mutant that nothing noticed from its rule.

Where no real patient does, however much is known of them, the mutant is equivalent, and that is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from triage.assurance.mutants.mistakes import Mutant
from triage.assurance.mutants.noticed import Watch
from triage.assurance.paste import Read, by_reference, denials, shortest, written_case
from triage.assurance.people import People
from triage.book.book import RuleBook
from triage.book.facts import UNKNOWN, Answers, NotKnown, known
from triage.book.rule import Rule
from triage.engines.reference import trace
from triage.engines.smt import Informed, Patient
from triage.engines.solver import Formula, Undecided, differ, every, no, some


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant. One that is alive has the `answers` of the case that would notice it.

    A mutant that a solver could not decide on is alive too, and `undecided` says why.
    """

    mutant: Mutant
    result: Literal["noticed", "equivalent", "alive"]
    answers: Answers | None = None
    undecided: str = ""


def fates(book: RuleBook, watch: Watch, mutants: Sequence[Mutant], *, twice: bool = False) -> list[Fate]:
    """What became of each mutant: noticed, proved equivalent, or alive."""
    noticed = [watch.notices(mutant) for mutant in mutants]
    if all(noticed):
        return [Fate(mutant, "noticed") for mutant in mutants]
    unseen = [mutant for mutant, seen in zip(mutants, noticed, strict=True) if not seen]
    missing = Missing(book, unseen, twice=twice)
    return [
        Fate(mutant, "noticed") if seen else missing.fate(mutant)
        for mutant, seen in zip(mutants, noticed, strict=True)
    ]


class Missing:
    """Looks for the patients who tell these mutants from their rules. Raises Problems as People does."""

    def __init__(self, book: RuleBook, mutants: Iterable[Mutant], *, twice: bool = False) -> None:
        self.book = book
        changed = [mutant.mutated.when for mutant in mutants if mutant.mutated is not None]
        self.people = People.of(book, changed, twice=twice)
        self._certain, self._possible = self.people.known_in_part[False], self.people.known_in_part[True]
        self._unlike = [*(no(flag) for flag in self._certain.known.values()), *self.people.unusual]
        self._found: list[Answers] = []

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of a mutant that nothing noticed. A patient found for one serves others too."""
        told = partial(_told, self.book, mutant)
        for answers in self._found:
            if told({**denials(self.book.facts), **answers})[0]:
                return Fate(mutant, "alive", answers)
        try:
            found = self._whole(mutant) or self._partly(mutant)
        except Undecided as error:
            return Fate(mutant, "alive", undecided=str(error))
        if found is None:
            return Fate(mutant, "equivalent")
        self._found.append(shortest(found, denials(self.book.facts), told))
        return Fate(mutant, "alive", self._found[-1])

    def _whole(self, mutant: Mutant) -> Answers | None:
        """Someone of whom everything is known and who tells the mutant: by rules, level or examinations."""
        return self.people.smallest(self._tells(mutant, self.people.patient))

    def _partly(self, mutant: Mutant) -> Answers | None:
        """Someone known in part who tells the mutant: by what is certain, or by the level still possible."""
        tells = some([self._tells(mutant, self._certain), self._moves(mutant, self._possible)])
        model = self.people.solver.smallest(self._unlike, tells)
        if model is None:
            return None
        sure = self.people.decoded(model, self._certain)
        return {id: sure.get(id, NotKnown(UNKNOWN)) for id in self.book.facts}

    def _tells(self, mutant: Mutant, reading: Patient | Informed) -> Formula:
        """That other rules fire, or another level or other examinations come of it."""
        rule, mutated = mutant.rule, mutant.mutated
        fires = reading.read(rule.when)
        if mutated is None:
            return fires
        if mutant.in_condition:
            return differ(fires, reading.read(mutated.when))
        if mutated.urgency is not rule.urgency:
            return self._moves(mutant, reading)
        lost = set(rule.exams) - set(mutated.exams)
        others = [o for o in self.book.rules.values() if o.id != rule.id and lost <= set(o.exams)]
        return every([fires, *(no(reading.read(other.when)) for other in others)])

    def _moves(self, mutant: Mutant, reading: Patient | Informed) -> Formula:
        """That another level comes of it, which no other rule gives anyway."""
        rule, mutated = mutant.rule, mutant.mutated
        fires, higher = reading.read(rule.when), rule.urgency
        if mutated is not None and mutant.in_condition:
            fires = differ(fires, reading.read(mutated.when))
        elif mutated is not None and mutated.urgency is rule.urgency:
            return some([])
        elif mutated is not None:
            higher = max(rule.urgency, mutated.urgency)
        others = [o for o in self.book.rules.values() if o.id != rule.id and o.urgency >= higher]
        return every([fires, *(no(reading.read(other.when)) for other in others)])


def _told(book: RuleBook, mutant: Mutant, answers: Answers) -> tuple[bool, object]:
    """Whether these answers tell the mutant from its rule; and all that may not change in shortening."""
    rules = {id: rule for id, rule in book.rules.items() if id != mutant.rule.id}
    if mutant.mutated is not None:
        rules[mutant.rule.id] = mutant.mutated
    was, now = by_reference(book, answers), by_reference(replace(book, rules=rules), answers)
    differs = _noticeable(book.rules, was) != _noticeable(rules, now)
    own = [mutant.rule, *([mutant.mutated] if mutant.mutated else [])]
    return differs, (was, now, [trace(rule.when, known(answers)).truth for rule in own])


def _noticeable(rules: Mapping[str, Rule], read: Read) -> object:
    """What a case can expect of a patient, by the rules that were read."""
    return read.urgency, read.possible, frozenset(read.rules), _exams(rules, read.rules)


def _exams(rules: Mapping[str, Rule], fired: Iterable[str]) -> frozenset[str]:
    return frozenset(exam for id in fired for exam in rules[id].exams)


def missing_case(book: RuleBook, answers: Answers, name: str) -> Iterator[str]:
    """The lines of a case of these answers, everything else denied, expecting what the book says now."""
    yield from written_case(book, name, answers, with_possible=True)
    fired = by_reference(book, {**denials(book.facts), **answers}).rules
    yield f"    exams: [{', '.join(sorted(_exams(book.rules, fired)))}]"
