"""Strict YAML with positions: the one way in which a file of people's words becomes data.

Every scalar stays text; the vocabulary gives the type later. That removes a family of silent
mistakes (`no` read as false, `1:30` as ninety, `012` as ten) and everything that could hide one is
refused: repeated keys, anchors, tags, a second document, invisible characters, files without end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from os.path import commonprefix
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from triage.book.problems import Problem, Problems

MAX_BYTES = 8_000_000
TOO_LARGE = ("T002", f"the file is larger than {MAX_BYTES:,} bytes", "split it")
MAX_DEPTH = 30
MAX_NODES = 600_000

Place: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = str | list[Any] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """The data of one file, and the line and column at which each part of it was written.

    A place is the path to a part: `("when", "all", 0, "cancer")`.
    """

    file: str
    data: Data
    values: dict[Place, tuple[int, int]] = field(repr=False, default_factory=dict)
    keys: dict[Place, tuple[int, int]] = field(repr=False, default_factory=dict)

    def part(self, place: Place) -> object:
        """The data at a place. The place must be one of the page's."""
        data: object = self.data
        for step in place:
            data = data[step]  # type: ignore[index]
        return data

    def problem(self, place: Place, code: str, what: str, write: str = "", *, key: bool = False) -> Problem:
        """A problem at a place; `key` points at the key itself instead of at its value."""
        mark = self.keys.get(place) if key else None
        while mark is None and place and place not in self.values:
            place = place[:-1]
        line, column = mark or self.values.get(place, (1, 1))
        return Problem(self.file, line, column, code, what, write)


def texts_of(data: Data, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text of a page with its place."""
    if isinstance(data, str):
        yield place, data
        return
    for step, part in data.items() if isinstance(data, dict) else enumerate(data):
        yield from texts_of(part, (*place, step))


def read_page(path: Path, name: str | None = None) -> Page:
    """Reads one file. Raises Problems (codes T…) when it is not strict YAML, or not readable."""
    return parse_page(read_raw(path, name), name or str(path))


def read_raw(path: Path, name: str | None = None) -> bytes:
    """The bytes of one file. Raises Problems when it is too large, or not readable."""
    shown = name or str(path)
    try:
        if path.is_dir():
            raise _refusal(shown, "T001", "this is a folder", "name a file")
        if path.exists() and not path.is_file():
            with path.open("rb") as pipe:  # or a device such as /dev/stdin, which may never end
                return pipe.read(MAX_BYTES + 1)
        if path.stat().st_size > MAX_BYTES:
            raise _refusal(shown, *TOO_LARGE)
        return path.read_bytes()
    except OSError as error:
        raise _refusal(shown, "T001", f"cannot be read: {error.strerror or error}") from None


def parse_page(raw: bytes, name: str) -> Page:
    """Turns bytes into a Page. Raises Problems (codes T…), all that can be found in one pass."""
    text = _decode(raw, name)
    if found := _unwelcome_characters(text, name):
        raise Problems(found)
    return _Composer(name).compose(text)


def _refusal(name: str, code: str, what: str, write: str = "", at: tuple[int, int] = (1, 1)) -> Problems:
    return Problems([Problem(name, *at, code, what, write)])


def _too_deep(name: str, at: tuple[int, int]) -> Problems:
    return _refusal(name, "T009", f"nested deeper than {MAX_DEPTH} levels", at=at)


def _decode(raw: bytes, name: str) -> str:
    if len(raw) > MAX_BYTES:
        raise _refusal(name, *TOO_LARGE)
    # Without a byte-order mark, of most letters of UTF-16 one byte is NUL.
    halves_nul = any(2 * half.count(0) > len(half) for half in (raw[::2], raw[1::2]))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or halves_nul:
        raise _refusal(name, "T003", "the file is UTF-16", "save it as UTF-8")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise _refusal(name, "T003", "the file starts with a byte-order mark", "save it as UTF-8 without one")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = raw.count(b"\n", 0, error.start) + 1, error.start - raw.rfind(b"\n", 0, error.start)
        raise _refusal(name, "T003", "this byte is not UTF-8", "save the file as UTF-8", at) from None
    if not text.strip():
        raise _refusal(name, "T004", "the file is empty")
    return text


def _unwelcome_characters(text: str, name: str) -> list[Problem]:
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.isprintable() and (line.isascii() or unicodedata.is_normalized("NFC", line)):
            continue
        at = next((i for i, letter in enumerate(line) if not letter.isprintable()), None)
        if at is None:
            at = len(commonprefix([line, unicodedata.normalize("NFC", line)]))  # noqa: RUF071 - letters, no paths
            what = "a letter with a separate accent"
            found.append(Problem(name, number, at + 1, "T005", what, "save it as Unicode NFC"))
        elif line[at] == "\t":
            found.append(Problem(name, number, at + 1, "T006", "a tab", "use spaces"))
        else:
            what = f"an invisible or control character (U+{ord(line[at]):04X})"
            found.append(Problem(name, number, at + 1, "T005", what, "delete it"))
    return found


class _Composer:
    """Builds data from YAML events and remembers where each part stood."""

    def __init__(self, name: str) -> None:
        self.page = Page(name, {})
        self.found: list[Problem] = []
        self.nodes = 0
        self.lines: list[str] = []
        self.before: Any = None

    def compose(self, text: str) -> Page:
        self.lines = text.split("\n")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        events = yaml.parse(text, Loader=loader)
        try:
            data = self._documents(events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = error.problem or error.context
            if "nesting depth" in str(what):  # the parser looks ahead, and has a limit of its own
                raise _too_deep(self.page.file, at) from None
            self.found.append(Problem(self.page.file, *at, "T007", f"not YAML: {what}", self._yaml_hint(at)))
            data = {}
        except yaml.YAMLError as error:
            self.found.append(Problem(self.page.file, 1, 1, "T007", f"not YAML: {error}"))
            data = {}
        if self.found:
            raise Problems(self.found)
        return Page(self.page.file, data, self.page.values, self.page.keys)

    def _documents(self, events: Any) -> Data:
        data: Data | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if data is not None:
                    self._refuse(event, "T008", "a second document in one file", "one file, one document")
                    break
                data = self._node(next(events), events, ())
        if data is None:
            raise _refusal(self.page.file, "T004", "the file is empty")
        return data

    def _node(self, event: Any, events: Any, place: Place) -> Any:
        self.page.values[place] = _at(event)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _refusal(self.page.file, "T002", f"more than {MAX_NODES:,} values", "split the file")
        if len(place) > MAX_DEPTH:
            raise _too_deep(self.page.file, self.page.values[place])
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "T010", f"an alias (*{event.anchor})", "write the value out")
            return ""
        if event.anchor is not None:
            self._refuse(event, "T010", f"an anchor (&{event.anchor})", "write the value out")
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, "T011", f"a tag ({tag})", "leave it out; everything is text")
        if isinstance(event, yaml.ScalarEvent):
            if not event.style and not self._refuse_torn(event):  # None or "", as the loader has it
                self._refuse_cut_off(event)
            self._refuse_invisible(event)
            self.before = event
            return event.value.rstrip("\n")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, place)
        return self._mapping(events, place)

    def _sequence(self, events: Any, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*place, len(items))))
        return items

    def _mapping(self, events: Any, place: Place) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        again: list[Any] = []
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "T013", "a key must be a word", "write `key: value`")
                self._node(event, events, (*place, "?"))
                self._node(next(events), events, (*place, "?"))
                continue
            if self._refuse_torn(event):
                next(events)  # the value of what is no key
                continue
            key = event.value
            if event.anchor is not None or event.tag is not None:
                self._refuse(event, "T010", f'an anchor or tag on the key "{key}"', "leave it out")
            if key == "<<":
                self._refuse(event, "T010", "a merge key", "write the entries out")
            self._refuse_invisible(event)
            if key in entries:
                again.append(event)
            self.page.keys[(*place, key)] = _at(event)
            entries[key] = self._node(next(events), events, (*place, key))
        if len(again) > 2:
            what = f'the key "{again[0].value}" and {len(again) - 1} more stand here twice'
            self._refuse(again[0], "T014", what, "the name above them is missing, or keep one of each")
        for event in again if len(again) < 3 else ():
            self._refuse(event, "T014", f'the key "{event.value}" stands here twice', "keep one of them")
        return entries

    def _refuse_cut_off(self, event: Any) -> None:
        """Refuses a plain text of which nothing is there, or the rest of which is read as a comment.

        After one word, as in `reviewer: yes  # no: …`, a comment is meant as one.
        """
        if not event.value:
            self._refuse(event, "T012", "nothing is written here", 'write a value, or "" for empty text')
            return
        end = event.end_mark
        line = self.lines[end.line] if " " in event.value and end.line < len(self.lines) else ""
        if _COMMENT.match(line, end.column):
            hint = "quote the text, or put the comment on a line of its own"
            rest = line[end.column :].strip()
            self._refuse(event, "T015", f'this text ends before "{rest}"', hint)

    def _refuse_torn(self, event: Any) -> bool:
        """Whether this is the second half of a number with a decimal comma, torn apart by `{}` or `[]`."""
        first = self.before
        if first is None or first.style or event.style or first.end_mark.line != event.start_mark.line:
            return False
        if first.end_mark.column + 1 != event.start_mark.column:
            return False
        whole, fraction = re.search("[0-9]+$", first.value[-20:]), re.match("[0-9]+", event.value)
        if not (whole and fraction):
            return False
        hint = f"a point: {whole[0]}.{fraction[0]}; between two values a space after the comma"
        self._refuse(first, "T016", f'"{first.value},{event.value}" has a comma', hint)
        return True

    def _yaml_hint(self, at: tuple[int, int]) -> str:
        """What to write where the parser gives up; `> 39` starts a folded text for it."""
        line = self.lines[at[0] - 1] if at[0] <= len(self.lines) else ""
        if number := re.search("[:,[-] *>(=?) *([0-9][^],}]*)", line):
            return f"{'at least' if number[1] else 'above'} {number[2].strip()}"
        return _YAML_HINT

    def _refuse_invisible(self, event: Any) -> None:
        """Refuses what quotes can smuggle past the look at the raw text, such as "\\e[31m"."""
        bad = [letter for letter in event.value if not letter.isprintable() and letter != "\n"]
        if bad:
            what = f"an invisible or control character (U+{ord(bad[0]):04X})"
            self._refuse(event, "T005", what, "delete it")

    def _refuse(self, event: Any, code: str, what: str, write: str = "") -> None:
        self.found.append(Problem(self.page.file, *_at(event), code, what, write))


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


_COMMENT = re.compile(" +#")
_YAML_HINT = "a text with `: ` or ` #` in it needs quotes; lists line up under each other"
