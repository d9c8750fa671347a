"""The page: one HTML file without scripts, with all that it needs inside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from triage.cohort.report.figures import ALL, REFUSED, TO_REVIEW, Figures, level_key
from triage.cohort.report.html import Html, element, joined, table
from triage.cohort.report.notices import limits, notices
from triage.cohort.report.sections import facts, levels, rules_fired, rules_open, statuses, time
from triage.cohort.report.style import STYLE
from triage.cohort.report.words import Words

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(figures: Figures, words: Words, results: Path) -> bytes:
    """The page of these results, which were read from this file."""
    total = figures[ALL].text
    title = f"Triage of {total} patients" if total != "1" else "Triage of 1 patient"
    sections = [
        ("levels", "How soon to act", levels(figures, words)),
        ("status", "Whether the answers were enough", statuses(figures)),
        ("time", "Levels over time", time(figures, words)),
        ("fired", "Rules that fired", rules_fired(figures, words)),
        ("open", "Rules that are open", rules_open(figures, words)),
        ("facts", "Unknown facts that stand in the way", facts(figures, words)),
        ("limits", "What this page does not show", limits(figures)),
    ]
    if len(figures.books) > 1:
        sections.insert(0, ("books", "The rule books", _books(figures)))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", STYLE),
    )
    links = (element("li", element("a", heading, href=f"#{id}")) for id, heading, _ in sections)
    body = element(
        "body",
        element(
            "header",
            element("h1", title),
            element("p", _origin(figures, results), class_="from"),
            *notices(figures, words),
            _tiles(figures),
        ),
        element("nav", element("ul", *links), aria_label="On this page"),
        element("main", *(_section(id, heading, content) for id, heading, content in sections)),
        element(
            "footer",
            "Made by triage report. The page holds everything it shows; it loads nothing and runs no script.",
        ),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n".encode()


def _section(id: str, heading: str, content: Html) -> Html:
    named = f"{id}-heading"
    return element("section", element("h2", heading, id=named), content, id=id, aria_labelledby=named)


def _origin(figures: Figures, results: Path) -> Html:
    """The file, when it was written, and the rule books."""
    written = datetime.fromtimestamp(results.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
    several = "s" if len(figures.books) > 1 else ""
    return joined(
        "From ",
        element("code", results.name),
        f", written {written}. Rule book{several} ",
        element("code", ", ".join(figures.books)),
        ".",
    )


def _tiles(figures: Figures) -> Html:
    refused = figures[REFUSED].text if figures.counts.refused is not None else "not known"
    tiles = [
        ("patients decided, a row each", figures[ALL].text),
        ("to act on now", figures[level_key("advice", "now")].text),
        ("to act on today", figures[level_key("advice", "today")].text),
        ("without a level: no all-clear", figures[level_key("advice", "no_level")].text),
        ("to be looked at by a person", figures[TO_REVIEW].text),
        ("rows refused, in no other number", refused),
    ]
    told = (element("div", element("dt", what), element("dd", number)) for what, number in tiles)
    return element("dl", *told, class_="tiles")


def _books(figures: Figures) -> Html:
    rows = [[element("code", name), figures["book", name].text] for name in figures.books]
    return table("Patients by rule book", ["Rule book", "Patients"], rows)
