"""What levels, rules and facts are called on the page, and their colours."""

from __future__ import annotations

from dataclasses import dataclass

from triage.book.book import RuleBook
from triage.book.rule import Level, Told
from triage.cohort.report.figures import Figures
from triage.cohort.report.html import Html, element, joined

COLOURS = {
    "now": "#6a1136",
    "today": "#c2431f",
    "review_today": "#b0649a",
    "this_week": "#e08a1e",
    "next_visit": "#7fb3d9",
    "no_level": "#cfd5dd",
    "none": "#ffffff",
}
"""Darker is more urgent, apart also in grey and for the colour-blind; `none` is never green."""
PLAIN = "#3f6a94"
KIND_WORDS = {"urgency": "certain", "advice": "to act on", "possible": "still possible"}
STATUS_WORDS = {
    "decided": "Decided: no missing answer could raise the level",
    "unfinished": "Unfinished: a question that could raise the level was not asked",
    "unresolved": "Unresolved: all was asked, and some of it is not known",
    "out_of_scope": "Out of scope: the rule book is not made for these people",
}
_WORDS = {
    Told.no_level.name: "Answers are missing, or out of scope: no all-clear",
    Told.review_today.name: "A person must look at the answers today",
}
UNNAMED = "not in the rule book given"


@dataclass(frozen=True)
class Words:
    """Names from a rule book, and whether it is the book of all the results."""

    book: RuleBook
    fits: bool

    def level(self, name: str) -> str:
        """What people are told to do, in a few words."""
        return _WORDS[name] if name in _WORDS else self.book.levels[Level[name]].name

    def level_of(self, rule: str) -> str | None:
        """The level of a rule, None where the book has no such rule."""
        return self.book.rules[rule].urgency.name if rule in self.book.rules else None

    def rule(self, id: str) -> str | None:
        """The title of a rule, None where the book has no such rule."""
        return self.book.rules[id].title if id in self.book.rules else None

    def fact(self, id: str) -> str | None:
        """A fact in a nurse's words, None where the book has no such fact."""
        return self.book.facts[id].nurse if id in self.book.facts else None


def words(book: RuleBook, figures: Figures) -> Words:
    """The names of this book, for these results."""
    return Words(book, all(is_book(book, name) for name in figures.books))


def is_book(book: RuleBook, name: str) -> bool:
    """Whether results that are stamped so come from this book: its version and at least eight of its hash."""
    version, _, start = name.rpartition(" ")
    return version == book.version and len(start) >= 8 and book.hash.startswith(start)


def named(title: str | None, id: str) -> Html:
    """A title with its id; only the id where there is no title."""
    code = element("code", shortened(id))
    return joined(element("span", title), " ", code) if title else joined(code, " ", element("i", UNNAMED))


def shortened(id: str) -> str:
    """An id, cut where it is longer than any rule book's."""
    return id if len(id) <= 80 else f"{id[:79]}…"


def chip(level: str | None) -> Html:
    """A level as a small sign: its colour and its name."""
    if level is None:
        return joined("?")
    kind = level.replace("_", "-")
    return joined(element("span", "", class_=f"chip {kind}", aria_hidden="true"), plain_level(level))


def plain_level(level: str) -> str:
    """The name of a level without its underscore."""
    return level.replace("_", " ")
