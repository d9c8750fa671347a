"""Random tables with planted bad cells: each row is decided as `decide` would, or refused; never both."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands import SMALL
from tests.results import alone
from tests.strategies import answers_to
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.load import load_book
from triage.cohort.run import Run, Tally
from triage.cohort.spool import Decided
from triage.cohort.tables.lines import CsvLines, JsonLines
from triage.cohort.tables.rows import Row
from triage.cohort.writing import with_lists
from triage.decision.decide import Decider

BAD_CELLS = ("nonsense", "NaN", "1e3", "3-4 days", "-1", "99999 mm", "yes no", "null", "?", "38,5 °C")


@cache
def run() -> Run:
    """A run over the small book in which every row is decided again by both engines."""
    return Run(decider(), 1.0)


@cache
def decider() -> Decider:
    """Both engines over the small book."""
    return Decider(load_book(SMALL))


def decided(form: type[CsvLines | JsonLines], table: bytes) -> tuple[Tally, list[Decided]]:
    """What comes of a table."""
    tally, everything = Tally(), []
    for some in run().decide_source(form(decider().book, Path("table"), io.BytesIO(table)), None):
        tally.count(some)
        everything.append(some)
    return tally, everything


def results_of(everything: list[Decided]) -> list[dict[str, object]]:
    """The rows of results, sets as lists."""
    return [row for some in everything for row in with_lists(some.results).to_pylist()]


Cells = list[tuple[str, Answer | None, bool]]


@st.composite
def tables(draw: st.DrawFn, book: RuleBook) -> tuple[list[str], list[Cells]]:
    """Column names, and rows of cells: the text, the answer it stands for, and whether it is planted."""
    facts = draw(st.lists(st.sampled_from(list(book.facts.values())), min_size=1, unique_by=lambda f: f.id))
    in_name = [fact.scale is not None and draw(st.booleans()) for fact in facts]
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        cells: Cells = []
        for fact, bare in zip(facts, in_name, strict=True):
            answer = draw(st.none() | answers_to(fact))
            text = "" if answer is None else fact.write(answer)
            if bare and fact.scale is not None and isinstance(answer, int):
                text = fact.scale.digits(answer)
            planted = draw(st.integers(0, 9)) == 0
            cells.append((draw(st.sampled_from(BAD_CELLS)), None, True) if planted else (text, answer, False))
        rows.append(cells)
    names = [
        f"{f.id} ({f.scale.unit})" if bare and f.scale is not None else f.id
        for f, bare in zip(facts, in_name, strict=True)
    ]
    return names, rows


def as_csv(names: list[str], rows: list[Cells]) -> bytes:
    """The table as CSV, with an id column that numbers the rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", *names])
    for number, cells in enumerate(rows):
        writer.writerow([f"p{number}", *(cell for cell, _, _ in cells)])
    return text.getvalue().encode()


def as_jsonl(names: list[str], rows: list[Cells]) -> bytes:
    """The table as JSON lines; an empty cell is null."""
    lines = [
        json.dumps(
            {"id": f"p{n}", **{name: cell or None for name, (cell, _, _) in zip(names, cells, strict=True)}}
        )
        for n, cells in enumerate(rows)
    ]
    return ("\n".join(lines) + "\n").encode()


@settings(max_examples=100)
@given(st.data())
def test_rows_in_are_rows_out_as_decide_decides_them_and_rows_refused(data: st.DataObject) -> None:
    names, rows = data.draw(tables(decider().book))
    forms: list[type[CsvLines | JsonLines]] = [CsvLines, JsonLines]
    form = data.draw(st.sampled_from(forms))
    table = as_csv(names, rows) if form is CsvLines else as_jsonl(names, rows)
    tally, everything = decided(form, table)

    assert tally.read == len(rows) == tally.decided + tally.refused
    facts = [name.partition(" (")[0] for name in names]
    wanted, bad = [], {}
    for number, cells in enumerate(rows):
        if planted := {name for name, (_, _, bad) in zip(names, cells, strict=True) if bad}:
            bad[f"p{number}"] = planted
            continue
        answers = {fact: a for fact, (_, a, _) in zip(facts, cells, strict=True) if a is not None}
        line = number + (2 if form is CsvLines else 1)
        wanted.append(alone(Row(line, f"p{number}", answers), decider().decide(answers)))
    assert results_of(everything) == wanted
    refused = {
        row.id: {reason.column for reason in row.reasons} for some in everything for row in some.refused
    }
    assert refused == bad, "every bad cell is named"
    assert tally.checked == tally.decided


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=30), max_size=8))
def test_whatever_a_line_holds_it_is_one_row_and_hides_no_other(lines: list[str]) -> None:
    """Quotes, commas, control characters: each line that is not blank is decided or refused, once."""
    good = "last,60 years,both_legs"
    text = "\n".join(["id,age,leg_weakness", *lines, good]) + "\n"
    tally, everything = decided(CsvLines, text.encode("utf-8", "surrogatepass"))
    assert tally.read == sum(bool(line.strip()) for line in lines) + 1
    assert tally.read == tally.decided + tally.refused
    last = results_of(everything)[-1]
    assert (last["id"], last["urgency"]) == ("last", "now")
