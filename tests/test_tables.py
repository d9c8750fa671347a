"""What counts as a row, and rows that cannot be told apart."""

from __future__ import annotations

import time
from pathlib import Path

from tests.here import run_here
from tests.results import rows_of
from triage.book.book import RuleBook
from triage.cohort.tables.rows import json_row


def test_in_a_table_of_one_column_every_line_is_a_row(tmp_path: Path) -> None:
    """An empty cell is an empty line there, and the last patient may be one who was not asked."""
    (tmp_path / "in.csv").write_text('leg_weakness\nboth_legs\n\n""\nnone\n \n\n')
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert said.code == 0
    assert "6 rows in = 6 rows out + 0 refused" in said.err
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["2", "3", "4", "5", "6", "7"]


def test_cells_of_json_lines_are_read_like_those_of_csv(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,leg_weakness,age\n ann , both_legs , \n")
    (tmp_path / "in.jsonl").write_text('{"id": " ann ", "leg_weakness": " both_legs ", "age": " "}\n')
    rows = []
    for name in ("in.csv", "in.jsonl"):
        assert run_here(tmp_path, "batch", name, "-o", "out.csv").code == 0
        rows.append([{**row, "row": ""} for row in rows_of(tmp_path / "out.csv")])
    assert rows[0] == rows[1]
    assert (rows[0][0]["id"], rows[0][0]["urgency"]) == ("ann", "now")


def test_a_line_of_very_many_names_takes_no_longer_than_others(small_book: RuleBook) -> None:
    """Compared with one another, 100,000 names took minutes."""
    line = "[{" + ",".join(f'"{number}":1' for number in range(90_000)) + "}]\n"
    started = time.perf_counter()
    row = json_row(small_book, 1, line)
    assert row.refused[0].reason == "a line must be one JSON object"
    assert time.perf_counter() - started < 5


def test_ids_that_stand_in_several_rows_are_said_and_not_refused(tmp_path: Path) -> None:
    ids = ["ann", "bob", "ann", "ann", "", "6", "eve\x1b[2J", "eve\x1b[2J"]
    (tmp_path / "in.csv").write_text("id,age\n" + "".join(f"{id},\n" for id in ids) + "bob,sixty\n")
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert "9 rows in = 8 rows out + 1 refused" in said.err
    assert "4 ids stand in more than one row: 'ann', 'bob', '6', 'eve\\x1b[2J'\n" in said.err
    (tmp_path / "in.csv").write_text("id,age\n" + "".join(f"{n},\n{n},\n" for n in range(9)))
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert "9 ids stand in more than one row: '0', '1', '2', '3', '4' …" in said.err
    (tmp_path / "in.csv").write_text("id,age\n1,\n2,\n")
    assert "more than one row" not in run_here(tmp_path, "batch", "in.csv", "-o", "out.csv").err
