"""What a nurse looks for by name: symptoms, and the facts of rules where no symptom is called so."""

from __future__ import annotations

import re
from collections import Counter

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.logic import facts_of

SHORTEST = 3
_MOST_OFFERED = 6


def looked_for(text: str) -> str:
    """The text to look for in names, or "" where what was typed looks like no part of a name."""
    part = text.strip().lstrip("/").strip().lower()
    return part if len(part) >= SHORTEST and not part[0].isdigit() and ";" not in part else ""


def named(book: RuleBook, part: str) -> list[Fact]:
    """The facts in whose name a word starts with this text."""
    return [
        fact
        for fact in book.facts.values()
        if _starts_a_word(part, f"{fact.id} {fact.id.replace('_', ' ')} {fact.nurse} {fact.short}")
    ]


def named_by_rules(book: RuleBook, part: str) -> list[Fact]:
    """The symptoms and findings of the rules in whose title a word starts with this text.

    Those that most of these rules ask for come first: what fever rules share is fever.
    """
    counts = Counter(
        name
        for rule in book.rules.values()
        if _starts_a_word(part, rule.title)
        for name in facts_of(rule.when)
        if book.facts[name].kind != "background"
    )
    return [book.facts[name] for name, _ in counts.most_common(_MOST_OFFERED)]


def _starts_a_word(part: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}", text.lower()) is not None
