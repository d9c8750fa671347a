"""A case: one patient's answers in words, with a name, and what is expected of them in a test.

Case files are regression tests, saved sessions and the input of a decision alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from triage.book.book import RuleBook
from triage.book.facts import Answer, Answers
from triage.book.problems import Problem, Problems, nearest
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.files import case_files
from triage.book.reading.text import Page, Place, read_page
from triage.book.rule import Level, Told

if TYPE_CHECKING:
    from triage.book.reading import shape

EVERYTHING_ELSE = "everything else"
MOST_HINTS = 100  # looking for the nearest of all names takes longer than reading the file


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects; lists are exact, and None expects nothing."""

    urgency: Level
    rules: frozenset[str]
    possible: Level | None
    advice: Told | None
    status: str | None
    suspects: frozenset[str] | None
    exams: frozenset[str] | None
    open: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Case:
    """One patient. `file` and `line` say where; `rules_hash` is the book a saved session was asked by.

    `ticked` are the items of a list that are there, and that a session had not yet asked the details of.
    """

    file: str
    line: int
    name: str
    story: str
    answers: Answers
    expect: Expectation | None
    ticked: tuple[str, ...] = ()
    asked_on: str = ""
    rules_hash: str = ""


def read_each(page: Page, book: RuleBook) -> Iterator[tuple[int, Case | None, list[Problem]]]:
    """Each case of a page with its line: the case, or the problems (codes K…) for which it is refused.

    A page is a list of cases, one case, or just one patient's facts.
    """
    places: list[Place] = [()]
    if isinstance(page.data, list):
        places = [(index,) for index in range(len(page.data))]
    for place in places:
        line = page.values.get(place, (1, 1))[0]
        reader = _CaseReader(page, book, place)
        try:
            case = reader.read()
        except Problems as error:
            yield line, None, [*reader.found, *error.problems]
            continue
        yield line, None if reader.found else case, reader.found


def read_cases(page: Page, book: RuleBook) -> tuple[list[Case], list[Problem]]:
    """The cases of a page that can be read, and the problems of those that cannot."""
    each = list(read_each(page, book))
    return [case for _, case, _ in each if case], [problem for *_, found in each for problem in found]


def load_cases(paths: Iterable[Path], book: RuleBook) -> tuple[list[Case], list[Problem]]:
    """The cases of files, and of all that are below folders; a name may stand only once."""
    cases: list[Case] = []
    found: list[Problem] = []
    for path in paths:
        inside, unreadable = case_files(path)
        found.extend(unreadable)
        if not inside:
            found.append(Problem(str(path), 1, 1, "K001", "no .yaml file in this folder"))
        for file in inside:
            try:
                read, wrong = read_cases(read_page(file), book)
            except Problems as error:
                found.extend(error.problems)
                continue
            if not read and not wrong:
                found.append(Problem(str(file), 1, 1, "K009", "no case in this file", "a list of cases"))
            cases.extend(read)
            found.extend(wrong)
    seen: dict[str, Case] = {}
    for case in cases:
        first = seen.setdefault(case.name, case)
        if first is not case:
            what = f'two cases are called "{case.name}"'
            hint = f"the other is at {first.file}:{first.line}"
            found.append(Problem(case.file, case.line, 1, "K002", what, hint))
    return cases, found


class _CaseReader:
    def __init__(self, page: Page, book: RuleBook, place: Place) -> None:
        self.page, self.book, self.place = page, book, place
        self.found: list[Problem] = []

    def read(self) -> Case:
        data = self._data()
        if isinstance(data, dict) and "facts" not in data and "name" not in data and not self.place:
            return Case(self.page.file, 1, Path(self.page.file).stem, "", self._answers(data, ()), None)
        # Plain facts need no shape, and pydantic takes longer to import than to decide a patient.
        from triage.book.reading import shape

        said = shape.shape_page(self.page, shape.CaseShape, self.place)
        answers = self._answers(said.facts, (*self.place, "facts"))
        answers.update(self._denied(said.denied, answers))
        line = self.page.values.get(self.place, (1, 1))[0]
        expect = self._expect(said.expect) if said.expect else None
        for index, name in enumerate(said.ticked):
            if name not in self.book.facts:
                hint = nearest(name, self.book.facts)
                self._say((*self.place, "ticked", index), "K003", f'unknown fact "{name}"', hint)
        return Case(
            file=self.page.file,
            line=line,
            name=said.name,
            story=said.story,
            answers=answers,
            expect=expect,
            ticked=tuple(said.ticked),
            asked_on=said.asked_on,
            rules_hash=said.rules_hash,
        )

    def _data(self) -> object:
        data: object = self.page.data
        for step in self.place:
            data = data[step]  # type: ignore[index]
        return data

    def _say(self, place: Place, code: str, what: str, write: str = "", *, key: bool = False) -> None:
        self.found.append(self.page.problem(place, code, what, write, key=key))

    def _answers(self, said: Mapping[str, object], place: Place) -> dict[str, Answer]:
        answers = {}
        for name, word in said.items():
            fact = self.book.facts.get(name)
            if not isinstance(word, str):
                self._say((*place, name), "K004", f"{name} has more than one answer", "one text")
                continue
            if fact is None:
                hint = nearest(name, self.book.facts) if len(self.found) < MOST_HINTS else ""
                self._say((*place, name), "K003", f'unknown fact "{name}"', hint, key=True)
                continue
            try:
                answers[name] = fact.read(word)
            except UnreadableAnswer as error:
                what = error.what if name in error.what else f"{name}: {error.what}"
                self._say((*place, name), "K004", what, error.write)
        return answers

    def _denied(self, said: str | list[str], answers: Answers) -> dict[str, Answer]:
        """The mildest answer to each fact that the case says was denied."""
        book = self.book
        deniable = {fact.id: fact for fact in book.facts.values() if fact.deniable}
        if said == EVERYTHING_ELSE:
            names = set(deniable)
        else:
            names = set()
            for index, name in enumerate(said):
                on_screen = {id for id, fact in deniable.items() if fact.screen == name}
                if name not in deniable and not on_screen:
                    place = (*self.place, "denied", index)
                    hint = nearest(name, [*deniable, *book.screens])
                    self._say(place, "K005", f'"{name}" is nothing that can be denied', hint)
                names |= on_screen or {name} & set(deniable)
        return {
            name: mildest
            for name, fact in deniable.items()
            if name in names and name not in answers and (mildest := fact.mildest) is not None
        }

    def _expect(self, said: shape.ExpectShape) -> Expectation:
        place = (*self.place, "expect")
        for key, known in (
            ("rules", self.book.rules),
            ("suspects", self.book.suspicions),
            ("exams", self.book.exams),
            ("open", self.book.facts),
        ):
            for index, name in enumerate(getattr(said, key) or []):
                if name not in known:
                    at = (*place, key, index)
                    self._say(at, "K006", f'unknown name in {key}: "{name}"', nearest(name, known))
        return Expectation(
            Level[said.urgency],
            frozenset(said.rules),
            Level[said.possible] if said.possible else None,
            Told[said.advice] if said.advice else None,
            said.status,
            frozenset(said.suspects) if said.suspects is not None else None,
            frozenset(said.exams) if said.exams is not None else None,
            frozenset(said.open) if said.open is not None else None,
        )
