"""The documents of a rule book with their statements, and whether what is cited is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from triage.book.problems import Problem, nearest
from triage.book.reading import shape
from triage.book.reading.folder import Folder
from triage.book.reading.text import Page, Place
from triage.book.sources import Document, Statement


class Documents:
    """Every document by its id. What is wrong is added to the folder's problems."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.by_id: dict[str, Document] = {}
        self._missing: set[str] = set()
        before = len(folder.found)
        for path in folder.in_folder("documents"):
            read = folder.shaped(path, shape.DocumentShape)
            if read is not None:
                self._add(folder.pages[path], read)
        unread = any(problem.file.startswith(folder.shown("documents")) for problem in folder.found[:before])
        self.are_whole = not unread and len(folder.found) == before

    def cited(self, page: Page, statements: Iterable[str], place: Place) -> None:
        """Says which statements do not exist; nothing while a document is wrong: it may be theirs."""
        for index, id in enumerate(statements if self.are_whole else ()):
            name, _, number = id.partition(".")
            document = self.by_id.get(name)
            if document is None:
                if name not in self._missing:
                    self._missing.add(name)
                    hint = self._known_document(name, int(number))
                    self.folder.say(page, (*place, index), "D007", f'there is no document "{name}"', hint)
            elif id not in document.statements:
                hint = _nearest_statement(number, list(document.statements))
                self.folder.say(page, (*place, index), "D007", f'unknown statement "{id}"', hint)

    def _known_document(self, name: str, number: int) -> str:
        """The document meant by a name that is cited once; one cited more often is itself what is missing."""
        times = self.folder.uses.times("document", name)
        if times > 1:
            return f"it is cited {times} times"
        return nearest(name, [id for id, known in self.by_id.items() if number <= len(known.statements)])

    def _add(self, page: Page, read: shape.DocumentShape) -> None:
        say = self.folder.say
        if bool(read.file) != bool(read.sha256):
            lone, missing = ("file", "sha256") if read.file else ("sha256", "file")
            what = f"`{lone}` stands here without `{missing}`"
            say(page, (lone,), "D002", what, "both, or neither", key=True)
        numbering = list(_numbering(page, read.id, list(read.statements)))
        self.folder.found.extend(numbering)
        if read.id in self.by_id and not numbering:
            hint = "an id of its own, in its statements too"
            say(page, ("id",), "D001", f'two documents are called "{read.id}"', hint)
        statements = {}
        for id, said in read.statements.items():
            place: Place = ("statements", id)
            if bool(said.quote) == bool(said.says):
                what = f"{id} has both `quote` and `says`" if said.quote else f"{id} says nothing"
                say(page, place, "D004", what, "a `quote`, or `says` in our words", key=True)
            if said.quote and not read.file and not read.sha256:
                what, hint = f"{id} quotes a document without `file`", "file and sha256, or `says`"
                say(page, (*place, "quote"), "D002", what, hint, key=True)
            if len(said.quote.split()) > 25:
                say(page, (*place, "quote"), "D005", f"{id} quotes more than 25 words", "shorten it")
            at = page.values.get((*place, "quote"), (1, 1))
            statements[id] = Statement(id, read.id, said.quote, said.says, said.left_out, at)
        if numbering:
            return  # it may have the id of another document, which is not called twice for that
        self.by_id[read.id] = Document(
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


def _numbering(page: Page, document: str, ids: list[str]) -> Iterator[Problem]:
    """Where the numbers of a document's statements go wrong: they count from 1, and carry its id."""
    # S1.01 or S1.1, but one way throughout, so that no number can be written wrongly
    numbers = [id.partition(".")[2] for id in ids]
    small = [len(number) for number in numbers if int(number) < 10]
    digits = Counter(small).most_common(1)[0][0] if small else 1
    names = {id.partition(".")[0] for id in ids}
    if len(names) == 1 and names != {document} and len(ids) > 1:
        what = f'the document is called "{document}" here, and its statements {ids[0]}, {ids[1]} …'
        yield page.problem(("id",), "D003", what, "the same id in both")
        return
    next_number = 1
    for index, id in enumerate(ids):
        wanted = f"{document}.{next_number:0{digits}d}"
        if id != wanted:
            hint = f"{wanted} here: the document's id, and numbers from 1 without gaps"
            what = f'"{id}" is not the next statement'
            yield page.problem(("statements", id), "D003", what, hint, key=True)
            # What follows is counted on from here, unless this one alone is out of the count.
            following = ids[index + 1 : index + 2]
            if following and following != [f"{document}.{next_number + 1:0{digits}d}"]:
                next_number = int(numbers[index])
        next_number += 1


def _nearest_statement(number: str, ids: list[str]) -> str:
    """The statement of a document that has this number, written with other zeros or in another order."""
    for id in ids:
        theirs = id.partition(".")[2]
        if int(theirs) == int(number) or sorted(theirs) == sorted(number):
            return f'did you mean "{id}"?'
    return f"known: {ids[0]} to {ids[-1]}" if len(ids) > 1 else f"known: {ids[0]}"
