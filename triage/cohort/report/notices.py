"""What a reader must know before the numbers, and what the numbers do not say."""

from __future__ import annotations

from collections.abc import Iterator

from triage.cohort.report.figures import ALL, Figures
from triage.cohort.report.html import Html, element, joined
from triage.cohort.report.words import Words, is_book
from triage.decision.telling import DRAFT


def notices(figures: Figures, words: Words) -> Iterator[Html]:
    """The draft, books that are mixed or are not the one given, and the mask, each in a box."""
    book = words.book
    strangers = [name for name in figures.books if not is_book(book, name)]
    nobody_fits = len(strangers) == len(figures.books)
    if book.status == "draft" and not nobody_fits:
        yield _box("loud", DRAFT, "Read the numbers as a test of the rules, not as advice about people.")
    if len(figures.books) > 1:
        many = f"MIXED: these results come from {len(figures.books)} rule books."
        each = "; ".join(f"{name} ({figures['book', name].text})" for name in figures.books)
        yield _box("loud", many, f"The same answers can have other levels in each. Patients by book: {each}.")
    if strangers:
        which = "these results" if nobody_fits else "some of these results"
        what = f"The rule book given is not the one behind {which}."
        yield _box(
            "loud",
            what,
            f"Given is {book.name}, and the results name {', '.join(strangers)}. Titles and the levels of "
            "rules are those of the book given and may have been others. What it does not know stands here "
            "with its bare id. Whether a clinician has reviewed the rules behind the results is not known "
            "here: take them for a draft.",
        )
    if figures.least:
        yield _box("", f"Small counts are masked: fewer than {figures.least} patients.", mask_words(figures))


def _box(kind: str, what: str, more: str) -> Html:
    return element("p", element("strong", what), more, class_=f"notice {kind}".strip())


def mask_words(figures: Figures) -> str:
    """What was done to the counts, and what it cannot do."""
    least = figures.least
    withheld = any(shown.withheld for shown in figures.shown.values())
    further = (
        f" Counts are “withheld” where a sum would still have told a count under {least}." if withheld else ""
    )
    return (
        f"Counts from 1 to {least - 1} are shown as <{least}, and as a dashed bar. Every other count, totals "
        f"too, is rounded down to a multiple of {least}: {4 * least} stands for {4 * least} to "
        f"{5 * least - 1}, so that a difference says nothing about fewer than {least} patients.{further} A 0 "
        "stays a 0. A mask does not protect from a reader who knows some of the patients, or who has another "
        "page of nearly the same ones."
    )


def limits(figures: Figures) -> Html:
    """What the pictures do not show."""
    refused = figures.counts.refused
    said = [
        "Illness. A level says how soon to act on what was answered. A rule that fires is no diagnosis, and "
        "nothing here says how often a rule was right.",
        "That anybody is well. “None” means that no answer given is a warning sign. “No level” means that "
        "answers are missing, or that the rules are not made for the person: it is no all-clear. “Review "
        "today” means that a person must look today, whatever milder level is certain.",
        "People. Each row of the results counts as one patient; somebody with several rows counts in each.",
        "Sums of rules or facts. One patient can have several, so that they must not be added up.",
        "All that is unknown. A rule is open, and a fact stands in the way, only where it could still raise "
        "that patient's level above what is certain.",
        "Why something changed. More or fewer patients, other questions and other rules move the bars too.",
        "The answers themselves. The results do not hold them.",
    ]
    if refused is None:
        said.append("Refused rows. No problems file stands beside the results, so their number is not known.")
    elif refused:
        said.append("Refused rows. They could not be read, and are in no picture and no other number.")
    total = figures[ALL].text
    intro = element("p", f"These pictures show {total} decisions of a program. They do not show:")
    return joined(intro, element("ul", *map(_limit, said)))


def _limit(said: str) -> Html:
    what, _, why = said.partition(". ")
    return element("li", element("strong", f"{what}."), f" {why}")
