"""The sections of the page: each says what it counts, draws it, and gives the numbers in a table."""

from __future__ import annotations

from collections.abc import Callable

from triage.cohort.report.counts import KINDS, LEVELS, LEVELS_OF
from triage.cohort.report.figures import ALL, TO_REVIEW, UNDATED, Figures, level_key
from triage.cohort.report.html import Html, element, joined, table
from triage.cohort.report.masking import Shown
from triage.cohort.report.periods import MOST_YEARS
from triage.cohort.report.pictures import Bar, Group, Row, bars, over_time
from triage.cohort.report.words import (
    COLOURS,
    KIND_WORDS,
    PLAIN,
    STATUS_WORDS,
    Words,
    chip,
    named,
    plain_level,
    shortened,
)
from triage.decision.level_told import STATUSES

MOST_BARS = 15
_BELOW = "Every number stands in the table below."


def levels(figures: Figures, words: Words) -> Html:
    """The three levels: certain, to act on, still possible."""
    groups, rows = [], []
    for level in LEVELS:
        shown = {kind: figures[level_key(kind, level)] for kind in KINDS if level in LEVELS_OF[kind]}
        heading = f"{plain_level(level)}: {words.level(level)}"
        each = tuple(Bar(number, KIND_WORDS[kind]) for kind, number in shown.items())
        groups.append(Group(heading, COLOURS[level], each))
        cells = (shown[kind].text if kind in shown else "–" for kind in KINDS)
        rows.append([joined(chip(level), ": ", words.level(level)), *cells])
    advice = ", ".join(f"{plain_level(one)} {figures[level_key('advice', one)].text}" for one in LEVELS)
    alt = f"Bars of patients by level. To act on: {advice}. {_BELOW}"
    return joined(
        element(
            "p",
            "What is certain rests on the answers given. What is still possible could come true by answers "
            "that are missing. What to act on lies between them: where an answer is not known, a rule counts "
            "in full if one of its signs is there, and if not, a person must look today at one that could "
            "mean today or now.",
        ),
        _figure(bars(groups, alt), "Patients by level. “No level” is no all-clear."),
        table(
            "Patients by level",
            ["Level", *(_capital(KIND_WORDS[kind]) for kind in KINDS)],
            rows,
            total=["All patients", *[figures[ALL].text] * len(KINDS)],
        ),
    )


def statuses(figures: Figures) -> Html:
    """Whether the answers decided the level."""
    shown = {status: figures["status", status] for status in STATUSES}
    alt = f"Bars of patients by status: {_listed({s.replace('_', ' '): n for s, n in shown.items()})}."
    groups = [Group(STATUS_WORDS[status], PLAIN, (Bar(number),)) for status, number in shown.items()]
    rows = [[STATUS_WORDS[status], number.text] for status, number in shown.items()]
    return joined(
        _figure(bars(groups, alt), "Patients by status."),
        table("Patients by status", ["Status", "Patients"], rows, total=["All patients", figures[ALL].text]),
    )


def time(figures: Figures, words: Words) -> Html:
    """The level to act on by day, week, month or year."""
    found = figures.time
    if found is None:
        why = "no row has one" if figures.counts.has_dates else "the results have no column for it"
        return element("p", f"There is nothing to show over time: it needs a date, and {why}.")
    names = list(found.levels)
    drawn = names[-MOST_YEARS:] if found.length == "year" else names
    rows = [
        Row(
            f"{plain_level(level)}: {words.level(level)}",
            COLOURS[level],
            {name: figures["time", name, level] for name in drawn},
        )
        for level in LEVELS
    ]
    each = f"{found.length} from its Monday" if found.length == "week" else found.length
    caption = (
        f"Patients by the level to act on, for each {each}. Each level has its own scale, up to the number "
        f"beside it. The first and the last {found.length} may not be whole."
    )
    if any(row.shown[name].withheld for row in rows for name in drawn):
        caption += " Where a count is withheld there is no bar."
    if found.gaps:
        caption += f" Years without a patient are left out, and so are all but the last {MOST_YEARS}."
    undated = {level: figures["time", UNDATED, level] for level in LEVELS}
    listed = [*names, *([UNDATED] if any(n.number or n.withheld for n in undated.values()) else [])]
    if len(listed) > len(names):
        caption += " Patients without a date stand only in the table."
    lines = [[name, *(figures["time", name, level].text for level in LEVELS)] for name in listed]
    alt = f"Bars for each {found.length} from {names[0]} to {names[-1]}, a row for each level. {_BELOW}"
    head = [_capital(found.length), *(chip(level) for level in LEVELS)]
    return joined(
        _figure(over_time(rows, alt), caption),
        table(f"Level to act on by {found.length}", head, lines, kind="dates", long=27),
    )


def rules_fired(figures: Figures, words: Words) -> Html:
    """The rules that are true, by the level of the rule."""
    ids = sorted(figures.ids("rules"), key=lambda id: _urgency(words, id))
    if not ids:
        return element("p", "No rule fired.")
    rows = [[named(words.rule(id), id), chip(words.level_of(id)), figures["rules", id].text] for id in ids]
    return joined(
        element("p", "A rule fires when the answers make it true. Its level is the least that they mean."),
        _top(figures, "rules", words, words.rule, "that fired", lambda id: _colour(words, id)),
        table(
            "Patients for whom a rule fired, by the level of the rule",
            ["Rule", "Level", "Patients"],
            rows,
            kind="level",
        ),
    )


def rules_open(figures: Figures, words: Words) -> Html:
    """The rules that a missing answer could still make true."""
    ids = figures.ids("open_rules")
    if not ids:
        return element("p", "No rule is open: no missing answer could raise the level of anybody.")
    none = Shown("0", 0)
    rows = [
        [
            named(words.rule(id), id),
            chip(words.level_of(id)),
            *(figures.shown.get((column, id), none).text for column in ("open_rules", "counted", "review")),
        ]
        for id in ids
    ]
    review = figures[TO_REVIEW].text
    return joined(
        element(
            "p",
            "A rule is open when a missing answer could make it true and raise the level. It is counted in "
            "full when one of its signs is there, and is for a person to look at when it is urgent and a "
            f"question about it was asked without an answer. Patients with a rule to look at: {review}.",
        ),
        _top(figures, "open_rules", words, words.rule, "that are open", lambda id: _colour(words, id)),
        table(
            "Patients for whom a rule is open",
            ["Rule", "Level", "Open", "of these counted", "of these to look at"],
            rows,
            kind="level",
        ),
    )


def facts(figures: Figures, words: Words) -> Html:
    """The facts whose answers could still raise a level."""
    ids = figures.ids("open")
    if not ids:
        return element("p", "No unknown fact stands in the way of a level.")
    rows = [[named(words.fact(id), id), figures["open", id].text] for id in ids]
    return joined(
        element(
            "p",
            "These were not asked, or asked and not known, and an answer could raise the level. The first of "
            "them stand in the way of most patients.",
        ),
        _top(figures, "open", words, words.fact, "that stand in the way", lambda id: PLAIN),
        table("Patients in whose way an unknown fact stands", ["Fact", "Patients"], rows),
    )


def _top(
    figures: Figures,
    column: str,
    words: Words,
    title: Callable[[str], str | None],
    which: str,
    colour: Callable[[str], str],
) -> Html:
    """The ids of most patients as a picture."""
    ids = figures.ids(column)
    drawn = ids[:MOST_BARS]
    what = "facts" if column == "open" else "rules"
    groups = []
    for id in drawn:
        level = words.level_of(id) if what == "rules" else None
        heading = title(id) or shortened(id)
        heading = f"{plain_level(level)}: {heading}" if level else heading
        groups.append(Group(heading, colour(id), (Bar(figures[column, id]),)))
    first = _listed({title(id) or shortened(id): figures[column, id] for id in ids[:3]})
    few = f"The {len(drawn)} {what} of most patients, of {len(ids)} {which}." if len(ids) > len(drawn) else ""
    caption = few or f"All {what} {which}."
    return _figure(bars(groups, f"Bars of patients by {what[:-1]}. First: {first}. {_BELOW}"), caption)


def _urgency(words: Words, id: str) -> int:
    level = words.level_of(id)
    return LEVELS.index(level) if level else len(LEVELS)


def _colour(words: Words, id: str) -> str:
    level = words.level_of(id)
    return COLOURS[level] if level else PLAIN


def _figure(drawn: Html, caption: str) -> Html:
    return element("figure", drawn, element("figcaption", caption))


def _listed(shown: dict[str, Shown]) -> str:
    return ", ".join(f"{name} {number.text}" for name, number in shown.items())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
