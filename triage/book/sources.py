"""Where the words of a rule come from: statements of documents, and what is editorial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """Either numbered statements or an editorial note, and the parts of a rule it supports."""

    statements: tuple[str, ...]
    editorial: str
    supports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a document says: word for word (`quote`), or in our words (`says`).

    `place` is the line and column of its words in the file of the document.
    """

    id: str
    document: str
    quote: str
    says: str
    left_out: str
    place: tuple[int, int] = (1, 1)

    @property
    def text(self) -> str:
        return f"“{self.quote}”" if self.quote else self.says


@dataclass(frozen=True, slots=True)
class Document:
    """A web page, guideline or paper. `file` and `sha256` name the text that quotes were taken from.

    `page` and `place` say where in the rule book `file` is named.
    """

    id: str
    title: str
    publisher: str
    year: str
    kind: str
    read: Literal["directly", "secondary"]
    address: str
    file: str
    sha256: str
    statements: Mapping[str, Statement]
    page: str = ""
    place: tuple[int, int] = (1, 1)

    @property
    def name(self) -> str:
        """How the document is named under a quote; says when it was read at second hand."""
        secondary = "read in a third party's transcription" if self.read == "secondary" else ""
        known = [text for text in (self.publisher, self.year, secondary) if text]
        return f"{self.title} ({', '.join(known)})" if known else self.title
