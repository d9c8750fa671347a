"""The options of `triage batch`: what a table may have, what is compared, packed and checked."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pexpect
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import SMALL, TRIAGE, environment
from tests.here import run_here
from tests.results import rows_of
from triage.book.book import RuleBook
from triage.cohort.tables.columns import column_names
from triage.cohort.tables.template import HEADINGS
from triage.cohort.writing import with_lists

TABLE = (
    "id,date,age (years),cancer,leg_weakness,back_pain\n"
    "ann,2026-11-25,60,liver,both_legs,none\n"
    "bob,2026-11-26,61,liver,none,lasting\n"
    "cleo,,62,lung,none,unknown\n"
    "dan,,63,livr,none,none\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a table of four patients, of whom one cannot be read."""
    (tmp_path / "in.csv").write_text(TABLE)
    return tmp_path


def test_the_columns_of_a_table_are_described(small_book: RuleBook, tmp_path: Path) -> None:
    said = run_here(tmp_path, "batch", "--schema")
    assert (said.code, said.err) == (0, "")
    lines = [line.split("\t") for line in said.out.splitlines()]
    assert tuple(lines[0]) == HEADINGS
    assert [line[0] for line in lines[1:]] == column_names(small_book)
    assert {len(line) for line in lines} == {len(HEADINGS)}
    described = {line[0]: dict(zip(HEADINGS, line, strict=True)) for line in lines}
    cells = "from 30.0 to 45.0 °C, in steps of 0.1; also as temperature (°F)"
    assert described["temperature (°C)"]["cells"] == cells
    assert described["leg_weakness"]["cells"] == "none, one_leg, both_legs"
    assert described["blood_flow"]["not known"] == "unknown, declined, not_reported, never_scanned"


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_an_empty_table_to_fill_in_can_be_read_as_it_is(
    name: str, small_book: RuleBook, tmp_path: Path
) -> None:
    said = run_here(tmp_path, "batch", "--template", name)
    assert (said.code, said.out, said.err) == (0, "", "")
    if name.endswith(".csv"):
        assert (tmp_path / name).read_text() == ",".join(column_names(small_book)) + "\n"
    else:
        schema = pq.read_schema(tmp_path / name)
        assert (schema.names, set(schema.types)) == (column_names(small_book), {pa.string()})
    said = run_here(tmp_path, "batch", name, "-o", "out.csv")
    assert said.code == 0
    assert "0 rows in = 0 rows out + 0 refused" in said.err
    assert rows_of(tmp_path / "out.csv") == []


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_table_that_was_filled_in_is_not_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("somebody's work")
    said = run_here(tmp_path, "batch", "--template", name)
    assert (said.code, said.err) == (2, f"{name}: exists and is never written over; name a new file\n")
    assert (tmp_path / name).read_text() == "somebody's work"


def test_a_row_is_explained_rule_by_rule(home: Path) -> None:
    said = run_here(home, "batch", "in.csv", "--explain", "bob")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Row 3, bob\n")
    assert "liver/back-pain (this_week): Back pain that stays after liver cancer: fires" in said.out
    assert "Back pain: Yes, and it stays; wanted Yes, and it stays: yes" in said.out
    assert "any/cord-sign (now): A sign of pressure on the spinal cord: open" in said.out
    assert "ann" not in said.out
    assert sorted(path.name for path in home.iterdir()) == ["in.csv"]


def test_why_a_row_was_refused_is_explained_and_an_unknown_id_is_said(home: Path) -> None:
    said = run_here(home, "batch", "in.csv", "--explain", "dan", "--explain", "zoe")
    assert said.code == 1
    assert said.out == (
        'Row 5, dan\n\n  refused: cancer: "livr" is not an answer to cancer (did you mean "liver"?)\n'
    )
    assert said.err == "No row has the id 'zoe'.\n"


def test_with_a_result_file_rows_are_explained_besides(home: Path) -> None:
    plain = run_here(home, "batch", "in.csv", "--explain", "ann")
    said = run_here(home, "batch", "in.csv", "-o", "out.jsonl", "--explain", "ann")
    assert (said.code, said.out) == (1, plain.out), "a row was refused"
    assert "4 rows in = 3 rows out + 1 refused" in said.err
    assert [row["id"] for row in rows_of(home / "out.jsonl")] == ["ann", "bob", "cleo"]


def test_every_row_with_an_id_is_explained_in_every_form_of_table(home: Path) -> None:
    (home / "cases.yaml").write_text(
        "- {name: ann, facts: {leg_weakness: both_legs}}\n- {name: bob, facts: {leg_weakness: bothlegs}}\n"
        "- {name: ann, ticked: [leg_weakness], facts: {}}\n"
    )
    said = run_here(home, "batch", "cases.yaml", "--explain", "ann")
    assert said.code == 0
    assert [line for line in said.out.splitlines() if line.startswith("Row")] == ["Row 1, ann", "Row 3, ann"]
    assert said.out.count("Get emergency help now") == 2
    pq.write_table(pa.table({"id": [7, 8], "leg_weakness": ["both_legs", "none"]}), home / "in.parquet")
    said = run_here(home, "batch", "in.parquet", "--explain", "7")
    assert said.out.startswith("Row 1, 7\n\nGet emergency help now\n")
    said = run_here(home, "batch", "-", "--explain", "bob", typed=TABLE)
    assert said.out == run_here(home, "batch", "in.csv", "--explain", "bob").out


def test_standard_input_cannot_be_read_twice(home: Path) -> None:
    said = run_here(home, "batch", "-", "-o", "out.csv", "--explain", "bob", typed=TABLE)
    assert said.code == 2
    assert "--explain with -o reads IN twice; standard input is read once." in said.err


def test_another_rule_book_is_compared_row_by_row(home: Path) -> None:
    other = shutil.copytree(SMALL, home / "other")
    [rule] = other.glob("liver/back-pain.yaml")
    text = rule.read_text()
    assert text.count("urgency: this_week") == 1
    rule.write_text(text.replace("urgency: this_week", "urgency: today"))
    said = run_here(home, "batch", "in.csv", "-o", "out.jsonl", "--compare", "other")
    assert said.code == 1
    told = {
        row["id"]: (row["told"], row["advice"], row["other_advice"]) for row in rows_of(home / "out.jsonl")
    }
    assert told["ann"] == ("same", "now", "now")
    assert told["bob"] == ("raised", "this_week", "today")
    assert told["cleo"][0] == "same"
    summary = "The other rule book tells:\n  raised     1\n  lowered    0\n  otherwise  0\n  same       2\n"
    assert summary in said.err
    books = {(row["rule_book"], row["other_rule_book"]) for row in rows_of(home / "out.jsonl")}
    assert len(books) == 1
    assert len(set(*books)) == 2
    back = run_here(home, "batch", "in.csv", "-o", "back.jsonl", "--rules", "other", "--compare", str(SMALL))
    assert "  raised     0\n  lowered    1\n" in back.err


def test_packed_sets_are_the_lists(home: Path) -> None:
    assert run_here(home, "batch", "in.csv", "-o", "lists.parquet").code == 1
    assert run_here(home, "batch", "in.csv", "-o", "packed.parquet", "--packed").code == 1
    packed = pq.read_table(home / "packed.parquet").combine_chunks()
    assert pa.types.is_fixed_size_binary(packed.schema.field("rules").type)
    assert (home / "packed.parquet").stat().st_size > 0
    [batch] = packed.to_batches()
    unpacked = with_lists(batch).to_pylist()
    assert unpacked == rows_of(home / "lists.parquet")
    assert unpacked[1]["rules"] == ["liver/back-pain"]
    for out in ("out.csv", "out.jsonl"):
        said = run_here(home, "batch", "in.csv", "-o", out, "--packed")
        assert (said.code, "--packed is for a .parquet file." in said.err) == (2, True)


def test_as_many_rows_are_decided_again_as_were_asked_for(home: Path) -> None:
    """The first hundred are decided again in any case."""
    (home / "many.csv").write_text("id,age (years)\n" + "".join(f"{n},60\n" for n in range(1_000)))
    for share, fewest in (("1", 1_000), ("0.5", 500), ("0.00001", 100)):
        said = run_here(home, "batch", "many.csv", "-o", "out.csv", "--checked", share)
        checked = sum(row["checked"] == "yes" for row in rows_of(home / "out.csv"))
        assert fewest <= checked <= min(1_000, fewest + 100)
        assert f"Decided again by both engines for one patient, alike: {checked}\n" in said.err


@pytest.mark.parametrize("share", ["0", "-1", "1.5", "nan", "all"])
def test_a_share_that_is_none_is_refused(share: str, home: Path) -> None:
    said = run_here(home, "batch", "in.csv", "-o", "out.csv", "--checked", share)
    assert said.code == 2
    assert "--checked" in said.err
    assert sorted(path.name for path in home.iterdir()) == ["in.csv"]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], "Missing argument 'IN'."),
        (["in.csv"], "Missing option '-o' / '--out'."),
        (["-"], "Missing option '-o' / '--out'."),
        (["missing.csv", "-o", "out.csv"], "missing.csv does not exist."),
        (["missing", "-o", "out.csv"], "missing does not exist."),
        (["in.csv", "-o", "."], "is a directory"),
        (["in.csv", "-o", "out.csv", "--from", "xlsx"], "'xlsx' is not one of"),
        (["in.csv", "-o", "out.csv", "--compare", "nowhere"], "B001: there is no such folder"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], wanted: str, home: Path) -> None:
    said = run_here(home, "batch", *arguments)
    assert (said.code, said.out) == (2, "")
    assert wanted in said.err
    assert sorted(path.name for path in home.iterdir()) == ["in.csv"]


def test_results_are_never_a_part_of_the_table_that_they_are_of(home: Path) -> None:
    (home / "tables").mkdir()
    pq.write_table(pa.table({"id": ["a"]}), home / "tables" / "1.parquet")
    said = run_here(home, "batch", "tables", "-o", "tables/2.parquet")
    assert said.code == 2
    wanted = "tables/2.parquet would be a part of the table tables. Name a file outside of it."
    assert wanted in said.err
    assert run_here(home, "batch", "tables", "-o", "tables/2.csv").code == 2


def arrow_of(table: str) -> bytes:
    """The table as an Arrow stream of texts."""
    header, *lines = [line.split(",") for line in table.splitlines()]
    columns = pa.table({name: [line[n] for line in lines] for n, name in enumerate(header)})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, columns.schema) as file:
        file.write_table(columns, max_chunksize=2)
    return sink.getvalue()


@pytest.mark.parametrize("form", [None, "csv", "jsonl", "arrow"])
def test_standard_input_can_be_a_table(form: str | None, home: Path) -> None:
    wanted = run_here(home, "batch", "in.csv", "-o", "wanted.csv")
    header, *lines = [line.split(",") for line in TABLE.splitlines()]
    objects = [
        "{" + ", ".join(f'"{n}": "{c}"' for n, c in zip(header, line, strict=True)) + "}\n" for line in lines
    ]
    typed = {"jsonl": "".join(objects).encode(), "arrow": arrow_of(TABLE)}.get(form or "csv", TABLE.encode())
    said = run_here(home, "batch", "-", "-o", "out.csv", *(["--from", form] if form else []), typed=typed)
    assert said == wanted.__class__(1, "", wanted.err.replace("wanted.csv", "out.csv"))
    first = 2 if form in (None, "csv") else 1
    rows = [{**row, "row": str(int(row["row"]) - 2 + first)} for row in rows_of(home / "wanted.csv")]
    assert rows_of(home / "out.csv") == rows


@pytest.mark.parametrize("table", ["in.csv", "cases"])
def test_how_far_it_is_and_how_fast_is_shown_on_a_terminal(table: str, home: Path) -> None:
    (home / "cases").mkdir()
    (home / "cases" / "a.yaml").write_text("- {name: ann, facts: {}}\n- {name: bob, facts: {}}\n")
    shown = pexpect.run(
        f"{TRIAGE} batch {table} -o out.csv",
        env=environment(home, TERM="xterm"),
        cwd=str(home),
        encoding="utf-8",
    )
    wanted = (
        r"in\.csv .*100%.* 4 rows  [0-9,]+ a second"
        if table == "in.csv"
        else r"cases  2 rows  [0-9,]+ a second"
    )
    assert re.search(wanted, shown), shown
