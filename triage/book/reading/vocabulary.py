"""The vocabulary of a rule book: documents, screens, examinations, suspicions, levels and facts."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from triage.book.facts import NOT_KNOWN_LABELS, Fact
from triage.book.problems import Problem, nearest
from triage.book.quantity import Scale, UnreadableAnswer
from triage.book.reading import shape
from triage.book.reading.condition import read_span
from triage.book.reading.documents import Documents
from triage.book.reading.folder import Folder
from triage.book.reading.misspelt import unsure_kinds
from triage.book.reading.note_words import ask_for_denials, ask_for_one_name, names_of_a_fact
from triage.book.reading.text import Place
from triage.book.rule import Exam, Level, LevelWords, Screen, Suspicion
from triage.book.sources import Source

RESERVED_FACTS = {
    *("id", "date"),  # columns that every table may have
    *("name", "facts"),  # by which a file of one case is told from one patient's plain facts
    *("all", "any", "finding", "fires"),  # keys beside facts in conditions and examples
    *("sid", "kind"),  # what durable-rules itself keeps in a message
    *NOT_KNOWN_LABELS,
}
"""What no fact may be called: read as something else, its answers would be lost without a word."""


class Vocabulary:
    """Every word that rules may use. What is wrong is added to the folder's problems."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.documents = Documents(folder)
        unsure = unsure_kinds(folder)
        screens, exams, suspicions = self._screens(), self._exams(), self._suspicions()
        self.screens = screens or {}
        self._screens_are_known = screens is not None and "screen" not in unsure
        self.exams = exams or {}
        self.exams_are_known = exams is not None and "exam" not in unsure
        self.suspicions = suspicions or {}
        self.suspicions_are_known = suspicions is not None and "suspicion" not in unsure
        self.levels = self._levels()
        self.facts = self._facts()
        unsure_facts = [
            kind for kind in unsure if kind in ("fact", "finding") or kind.startswith("answer to ")
        ]
        self.facts_are_known = not unsure_facts and not any(map(self._hides_a_fact, folder.found))

    def _hides_a_fact(self, problem: Problem) -> bool:
        """Whether a fact, or an answer to it, could be missing or another because of a problem."""
        in_facts = problem.file.startswith(self.folder.shown("facts/"))
        said_elsewhere = problem.code.startswith("D") or problem.code == "F007"
        return problem.code == "B003" or (in_facts and not said_elsewhere)

    def _screens(self) -> dict[str, Screen] | None:
        """The screens, or None when something in their file is wrong."""
        path = "screens.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.ScreenShape]))
        if read is None:
            return None
        ask_for_one_name(self.folder, path, {(id, "nurse"): screen.nurse for id, screen in read.items()})
        return {id: Screen(id, screen.ask, screen.nurse) for id, screen in read.items()}

    def _exams(self) -> dict[str, Exam] | None:
        """The examinations, or None when something in their file is wrong."""
        path = "exams.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.ExamShape]))
        if read is None:
            return None
        return {
            id: Exam(id, exam.name, exam.plain, self.sourced(path, exam, (id,))) for id, exam in read.items()
        }

    def _suspicions(self) -> dict[str, Suspicion] | None:
        """The suspicions, or None when something in their file is wrong."""
        path = "suspicions.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.NamedShape]))
        if read is None:
            return None
        ask_for_one_name(self.folder, path, {(id, "name"): named.name for id, named in read.items()})
        return {id: Suspicion(id, named.name, self.sourced(path, named, (id,))) for id, named in read.items()}

    def _levels(self) -> dict[Level, LevelWords]:
        path = "levels.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[str, shape.LevelShape]))
        if read is None:
            return {}
        names = [level.name for level in Level]
        if list(read) != names:
            wrong = next((name for name, wanted in zip(read, names, strict=False) if name != wanted), "")
            what = (
                f'"{wrong}" is not the level that stands here' if wrong else f"there are {len(read)} levels"
            )
            place = (wrong,) if wrong else ()
            hint = f"exactly {', '.join(names)}"
            self.folder.say(self.folder.pages[path], place, "B005", what, hint, key=True)
            return {}
        return {
            Level[name]: LevelWords(
                Level[name],
                words.name,
                words.patient,
                words.nurse,
                words.safety_net,
                self.sourced(path, words, (name,)),
            )
            for name, words in read.items()
        }

    def sourced(self, path: str, read: shape.Sourced, place: Place) -> tuple[Source, ...]:
        """The sources of a fact, level, examination, suspicion or advice: at least one."""
        if not read.statements and not read.editorial:
            what = "neither `statements` nor `editorial` stands here"
            self.folder.say(self.folder.pages[path], place, "D006", what, "say where it comes from", key=True)
        self.documents.cited(self.folder.pages[path], read.statements, (*place, "statements"))
        sources = []
        if read.statements:
            sources.append(Source(tuple(read.statements), ""))
        if read.editorial:
            sources.append(Source((), read.editorial))
        return tuple(sources)

    def _facts(self) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for path in self.folder.in_folder("facts"):
            read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.FactShape])) or {}
            if len(read) > 1 and read.keys() <= facts.keys():
                what = f"all {len(read)} facts of this file are already facts"
                self.folder.say(self.folder.pages[path], (), "F001", what, "drop the file, or rename them")
                continue
            for id, said in read.items():
                if id in facts or id in RESERVED_FACTS:
                    why = "is already a fact" if id in facts else "is a reserved word"
                    self.folder.say(
                        self.folder.pages[path], (id,), "F001", f'"{id}" {why}', "another name", key=True
                    )
                fact = self._fact(path, id, said)
                if fact is not None:
                    facts[id] = fact
        return facts

    def _direction(self, path: str, id: str, said: shape.NumberShape, scale: Scale) -> Scale:
        """The scale with its usual range and the way in which it gets worse."""
        place: Place = (id, "number", "usual")
        usual = None
        if said.usual:
            try:
                usual = read_span(scale, said.usual)
            except UnreadableAnswer as error:
                self.folder.say(self.folder.pages[path], place, "F012", f"{id}: {error.what}", error.write)
            if usual == (scale.low, scale.high):
                what, hint = f"every number of {id} is usual: nothing is worse", "what a well person has"
                self.folder.say(self.folder.pages[path], place, "F012", what, hint)
        elif said.worse == "outside":
            what = f"{id} gets worse outside its usual range, which is not said"
            self.folder.say(self.folder.pages[path], (id, "number"), "F013", what, "usual: between … and …")
        return replace(scale, worse=said.worse, usual=usual)

    def _fact(self, path: str, id: str, said: shape.FactShape) -> Fact | None:
        page, scale = self.folder.pages[path], None
        if bool(said.answers) == bool(said.number):
            both = "both `answers` and" if said.answers else "neither `answers` nor"
            self.folder.say(page, (id,), "F002", f"{id} has {both} `number`", "one of the two", key=True)
            return None
        if said.number:
            number = said.number
            try:
                scale = Scale.of(number.unit, number.from_, number.to, number.step)
                scale = self._direction(path, id, number, scale)
            except UnreadableAnswer as error:
                parts = {"unit": number.unit, "step": number.step, "to": number.to}
                part = next((key for key, text in parts.items() if f'"{text}"' in error.what), "from")
                self.folder.say(page, (id, "number", part), "F003", f"{id}: {error.what}", error.write)
        if scale is not None and scale.is_time and said.lasts == "always":
            what = f"{id} counts {scale.unit}, and they pass until the next call"
            self.folder.say(page, (id, "lasts"), "F016", what, "call")
        if said.answers and not 2 <= len(said.answers) <= 12:
            what = f"{id} has {len(said.answers)} answer{'s' if len(said.answers) > 1 else ''}"
            self.folder.say(page, (id, "answers"), "F004", what, "from 2 to 12")
        for part, words in (("answers", said.answers), ("not_known", said.not_known)):
            for word in words:
                if word in NOT_KNOWN_LABELS:
                    what = f'"{word}" always means not known'
                    self.folder.say(page, (id, part, word), "F005", what, "leave it out", key=True)
                elif part == "not_known" and word in said.answers:
                    what = f'"{word}" is an answer too'
                    self.folder.say(page, (id, part, word), "F005", what, "another word", key=True)
        labels: dict[str, str] = {}
        for part, words in (("answers", said.answers), ("not_known", said.not_known)):
            for word, label in words.items():
                if (first := labels.setdefault(label, word)) != word:
                    what = f'"{first}" and "{word}" of {id} are both shown as "{label}"'
                    self.folder.say(page, (id, part, word), "F014", what, "words that tell them apart")
        if said.number and said.ordered == "yes":
            self.folder.say(page, (id, "ordered"), "F006", "a number cannot be `ordered`", "leave it out")
        ask_for_denials(self.folder, path, id, said)
        ask_for_one_name(self.folder, path, names_of_a_fact(id, said))
        if said.screen not in self.screens and self._screens_are_known:
            hint = nearest(said.screen, self.screens)
            self.folder.say(page, (id, "screen"), "F007", f'unknown screen "{said.screen}"', hint)
        return Fact(
            id,
            said.ask,
            said.short,
            said.nurse,
            said.answers,
            scale,
            said.ordered == "yes",
            said.denied,
            said.usual,
            said.not_known,
            said.kind,
            said.asked_of,
            said.lasts,
            said.screen,
            self.sourced(path, said, (id,)),
        )
