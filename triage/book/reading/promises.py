"""The guarantees of a rule book, and what is excepted from the proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from triage.book.logic import Condition
from triage.book.problems import nearest
from triage.book.reading import shape
from triage.book.reading.folder import Folder
from triage.book.reading.text import Page, Place
from triage.book.reading.vocabulary import Vocabulary
from triage.book.rule import Excepted, Guarantee, Level

PATH = "guarantees.yaml"


class Promises:
    """Reads guarantees and exceptions; what is wrong is added to the folder's problems."""

    def __init__(
        self,
        folder: Folder,
        words: Vocabulary,
        condition: Callable[[Page, object, Place], Condition | None],
    ) -> None:
        self.folder, self.words, self.condition = folder, words, condition
        self.page = folder.pages[PATH]

    def guarantees(self, read: list[shape.GuaranteeShape]) -> Iterable[Guarantee]:
        """Each guarantee whose condition could be read."""
        names = [said.name for said in read]
        for index, said in enumerate(read):
            place: Place = ("guarantees", index)
            given = self.condition(self.page, said.given, (*place, "given"))
            if names.index(said.name) < index:
                what = f'two guarantees are called "{said.name}"'
                self._say((*place, "name"), "P001", what, "another name")
            if not (said.at_least or said.at_most or said.includes):
                self._say(place, "P002", "it guarantees nothing", "at_least, at_most or includes")
            if said.at_least == "none" or said.at_most == "now":
                key = "at_least" if said.at_least == "none" else "at_most"
                self._say((*place, key), "P003", "every patient has that", "another level")
            for number, exam in enumerate(said.includes if self.words.exams_are_known else ()):
                if exam not in self.words.exams:
                    hint = nearest(exam, self.words.exams)
                    at = (*place, "includes", number)
                    self._say(at, "P004", f'unknown examination "{exam}"', hint)
            if given is not None:
                yield Guarantee(
                    name=said.name,
                    given=given,
                    at_least=Level[said.at_least] if said.at_least else None,
                    at_most=Level[said.at_most] if said.at_most else None,
                    includes=tuple(said.includes),
                    nothing_else=said.nothing_else == "yes",
                    because=said.because,
                )

    def exceptions(self, read: list[shape.ExceptionShape]) -> Iterable[Excepted]:
        """The exceptions, each of a rule or of a fact with worse answers."""
        rules = [path.removesuffix(".yaml") for path in self.folder.rule_files()]
        facts = self.words.facts
        names = [said.name for said in read]
        for index, said in enumerate(read):
            at: Place = ("exceptions", index, "name")
            fact = facts.get(said.name)
            if names.index(said.name) < index:
                self._say(at, "P001", f'"{said.name}" is excepted twice', "keep one of them")
            elif fact is not None and not fact.ordered and (fact.scale is None or fact.scale.worse == "no"):
                what = f"{fact.id} has no worse answers, so that there is nothing to except"
                self._say(at, "P005", what, "drop it, or say which answers are worse")
            elif fact is None and said.name not in rules:
                what = f'"{said.name}" is no rule and no fact'
                self._say(at, "P005", what, nearest(said.name, [*rules, *facts]))
            yield Excepted(said.name, said.because)

    def _say(self, place: Place, code: str, what: str, write: str = "") -> None:
        self.folder.say(self.page, place, code, what, write)
