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
from tests.strategies import answers_to
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.reading.load import load_book
from triage.cohort.batch import result_cells, run_batch
from triage.cohort.tables.rows import Row, read_rows
from triage.decision.decide import Decider

BAD_CELLS = ("nonsense", "NaN", "1e3", "3-4 days", "-1", "99999 mm", "yes no", "null", "?", "38,5 °C")


@cache
def decider() -> Decider:
    """Both engines over the small book."""
    return Decider(load_book(SMALL))


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


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_rows_in_are_rows_out_as_decide_decides_them_and_rows_refused(data: st.DataObject) -> None:
    book = decider().book
    names, rows = data.draw(tables(book))
    form = data.draw(st.sampled_from([as_csv, as_jsonl]))
    path = Path("table.csv" if form is as_csv else "table.jsonl")
    results: list[dict[str, str]] = []
    problems: list[dict[str, str]] = []
    stream = io.BytesIO(form(names, rows))
    tally = run_batch(decider(), read_rows(book, path, stream), results.append, problems.append)

    assert tally.read == len(rows) == tally.decided + tally.refused
    facts = [name.partition(" (")[0] for name in names]
    wanted, refused = [], set()
    for number, cells in enumerate(rows):
        if any(planted for _, _, planted in cells):
            refused.add(f"p{number}")
            continue
        answers = {fact: a for fact, (_, a, _) in zip(facts, cells, strict=True) if a is not None}
        line = number + (2 if form is as_csv else 1)
        wanted.append(result_cells(Row(line, f"p{number}", answers), decider().decide(answers)))
    assert results == wanted
    assert {problem["id"] for problem in problems} == refused
    bad = sum(planted for cells in rows for _, _, planted in cells)
    assert len(problems) == bad, "every bad cell is named"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=30), max_size=8))
def test_whatever_a_line_holds_it_is_one_row_and_hides_no_other(lines: list[str]) -> None:
    """Quotes, commas, control characters: each line that is not blank is decided or refused, once."""
    good = "last,60 years,both_legs"
    text = "\n".join(["id,age,leg_weakness", *lines, good]) + "\n"
    stream = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    results: list[dict[str, str]] = []
    rows = read_rows(decider().book, Path("table.csv"), stream)
    tally = run_batch(decider(), rows, results.append, lambda _: None)
    assert tally.read == sum(bool(line.strip()) for line in lines) + 1
    assert tally.read == tally.decided + tally.refused
    assert (results[-1]["id"], results[-1]["urgency"]) == ("last", "now")
