"""The vocabulary of a rule book: documents, screens, examinations, suspicions, levels and facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pydantic import TypeAdapter

from triage.book.facts import NOT_KNOWN_LABELS, Fact
from triage.book.problems import nearest
from triage.book.quantity import Scale, UnreadableAnswer
from triage.book.reading import shape
from triage.book.reading.condition import read_span
from triage.book.reading.folder import Folder
from triage.book.reading.text import Page, Place
from triage.book.rule import Exam, Level, LevelWords, Screen, Suspicion
from triage.book.sources import Document, Source, Statement

RESERVED_FACTS = {"id", "sid", "kind", "all", "any", "finding", "fires", *NOT_KNOWN_LABELS}


class Vocabulary:
    """Every word that rules may use. What is wrong is added to the folder's problems."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.documents = self._documents()
        self._statements = {id for document in self.documents.values() for id in document.statements}
        self._documents_are_whole = not any(
            p.file.startswith(folder.shown("documents")) for p in folder.found
        )
        self.screens = self._screens()
        self.exams = self._exams()
        self.suspicions = self._suspicions()
        self.levels = self._levels()
        self.facts = self._facts()

    def statements_exist(self, page: Page, statements: Iterable[str], place: Place) -> None:
        """Says which statements do not exist; nothing while a document is wrong: it may be theirs."""
        for index, id in enumerate(statements if self._documents_are_whole else ()):
            if id not in self._statements:
                hint = nearest(id, self._statements)
                self.folder.say(page, (*place, index), "D007", f'unknown statement "{id}"', hint)

    def _documents(self) -> dict[str, Document]:
        documents: dict[str, Document] = {}
        for path in self.folder.in_folder("documents"):
            read = self.folder.shaped(path, shape.DocumentShape)
            if read is None:
                continue
            page = self.folder.pages[path]
            if read.id in documents:
                hint = "an id of its own, in its statements too"
                self.folder.say(page, ("id",), "D001", f'two documents are called "{read.id}"', hint)
            if bool(read.file) != bool(read.sha256):
                lone, missing = ("file", "sha256") if read.file else ("sha256", "file")
                what = f"`{lone}` stands here without `{missing}`"
                self.folder.say(page, (lone,), "D002", what, "both, or neither", key=True)
            statements = {}
            # S1.01 or S1.1, but one way throughout, so that no number can be written wrongly
            digits = len(next(iter(read.statements)).partition(".")[2])
            for number, (id, said) in enumerate(read.statements.items(), start=1):
                place: Place = ("statements", id)
                wanted = f"{read.id}.{number:0{digits}d}"
                if id != wanted:
                    hint = f"{wanted} here: the document's id, and numbers from 1 without gaps"
                    self.folder.say(page, place, "D003", f'"{id}" is not the next statement', hint, key=True)
                if bool(said.quote) == bool(said.says):
                    what = f"{id} has both `quote` and `says`" if said.quote else f"{id} says nothing"
                    hint = "a `quote`, or `says` in our words"
                    self.folder.say(page, place, "D004", what, hint, key=True)
                if said.quote and not read.file and not read.sha256:
                    what, hint = f"{id} quotes a document without `file`", "file and sha256, or `says`"
                    self.folder.say(page, (*place, "quote"), "D002", what, hint, key=True)
                if len(said.quote.split()) > 25:
                    self.folder.say(
                        page, (*place, "quote"), "D005", f"{id} quotes more than 25 words", "shorten it"
                    )
                at = page.values.get((*place, "quote"), (1, 1))
                statements[id] = Statement(id, read.id, said.quote, said.says, said.left_out, at)
            documents[read.id] = Document(
                read.id,
                read.title,
                read.publisher,
                read.year,
                read.kind,
                read.read,
                read.address,
                read.file,
                read.sha256,
                statements,
                page.file,
                page.values.get(("file",), (1, 1)),
            )
        return documents

    def _screens(self) -> dict[str, Screen]:
        read = self.folder.shaped("screens.yaml", TypeAdapter(dict[shape.Id, shape.ScreenShape])) or {}
        return {id: Screen(id, screen.ask, screen.nurse) for id, screen in read.items()}

    def _exams(self) -> dict[str, Exam]:
        path = "exams.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.ExamShape])) or {}
        return {
            id: Exam(id, exam.name, exam.plain, self.sourced(path, exam, (id,))) for id, exam in read.items()
        }

    def _suspicions(self) -> dict[str, Suspicion]:
        path = "suspicions.yaml"
        read = self.folder.shaped(path, TypeAdapter(dict[shape.Id, shape.NamedShape])) or {}
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
        self.statements_exist(self.folder.pages[path], read.statements, (*place, "statements"))
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
        if said.number and said.ordered == "yes":
            self.folder.say(page, (id, "ordered"), "F006", "a number cannot be `ordered`", "leave it out")
        if said.screen not in self.screens:
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
            said.not_known,
            said.kind,
            said.asked_of,
            said.lasts,
            said.screen,
            self.sourced(path, said, (id,)),
        )
