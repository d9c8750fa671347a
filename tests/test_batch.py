"""`triage batch`: rows in = rows out + rows refused, nothing defaulted, written whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pexpect
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import TRIAGE, environment
from tests.here import run_here
from tests.results import COLUMNS, alone, in_csv, problems, rows_of
from triage.book.book import RuleBook
from triage.cohort.tables.columns import column_names
from triage.cohort.tables.rows import Row
from triage.decision.decide import Decider

HEADER = "id,age (years),cancer,leg_weakness,temperature\n"

CELLS: dict[str, dict[str, object]] = {
    "ann": {"age (years)": 60, "cancer": "liver", "leg_weakness": "none", "temperature": "36.8 °C"},
    "bob": {"age (years)": 61, "cancer": "unknown", "leg_weakness": "both_legs", "temperature": None},
}
DATES = {"ann": "2026-11-25", "bob": None}


def write_tables(folder: Path) -> dict[str, tuple[int, int]]:
    """The same two patients in every form of table, and on which lines they then stand."""
    (folder / "in.csv").write_text(
        "id,date,age (years),cancer,leg_weakness,temperature\n"
        "ann,2026-11-25,60,liver,none,36.8 °C\nbob,,61,unknown,both_legs,\n"
    )
    rows = [{"id": id, "date": DATES[id], **cells} for id, cells in CELLS.items()]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, folder / "in.parquet")
    (folder / "folder").mkdir()
    pq.write_table(table.slice(0, 1), folder / "folder" / "1.parquet")
    pq.write_table(table.slice(1), folder / "folder" / "2.parquet")
    for name, writer in (("in.arrow", pa.ipc.new_file), ("stream.arrow", pa.ipc.new_stream)):
        with writer(folder / name, table.schema) as file:
            file.write_table(table)
    (folder / "in.yaml").write_text(
        "- name: ann\n  facts: {age: 60 years, cancer: liver, leg_weakness: none, temperature: 36.8 °C}\n"
        "- name: bob\n  facts: {age: 61 years, cancer: unknown, leg_weakness: both_legs}\n"
    )
    counted = dict.fromkeys(("in.parquet", "in.arrow", "stream.arrow", "folder", "in.jsonl"), (1, 2))
    return {"in.csv": (2, 3), "in.yaml": (1, 3), **counted}


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_every_form_of_input_gives_what_decide_gives_in_every_form_of_output(
    out: str, small_book: RuleBook, tmp_path: Path
) -> None:
    decider = Decider(small_book)
    for name, lines in write_tables(tmp_path).items():
        said = run_here(tmp_path, "batch", name, "-o", out, "--checked", "1")
        assert (said.code, said.out) == (0, ""), said.err
        assert "2 rows in = 2 rows out + 0 refused" in said.err
        wanted = []
        for line, (id, cells) in zip(lines, CELLS.items(), strict=True):
            answers = {}
            for column, cell in cells.items():
                fact = small_book.facts[column.partition(" (")[0]]
                if cell is not None:
                    answers[fact.id] = fact.read(str(cell), unit_needed=False)
            row = Row(line, id, answers, date=None if name == "in.yaml" else DATES[id])
            wanted.append(alone(row, decider.decide(answers)))
        found = rows_of(tmp_path / out)
        assert found == (list(map(in_csv, wanted)) if out == "out.csv" else wanted), name
        assert tuple(found[0]) == COLUMNS
        assert problems(tmp_path / out) == []


def test_what_a_session_had_ticked_counts_in_a_batch(small_book: RuleBook, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    case = "- name: stopped early\n  facts: {age: 60 years}\n  ticked: [leg_weakness]\n"
    (tmp_path / "cases" / "s.yaml").write_text(case)
    assert run_here(tmp_path, "batch", "cases", "-o", "out.jsonl").code == 0
    answers = {"age": small_book.facts["age"].read("60 years")}
    decision = Decider(small_book).decide(answers, ("leg_weakness",))
    assert rows_of(tmp_path / "out.jsonl") == [alone(Row(1, "stopped early", answers), decision)]
    assert decision.advice.name == "now", "by the tick alone"


def test_a_folder_of_case_files_is_read_whole_and_a_bad_case_hides_no_good_one(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    (folder / "more").mkdir(parents=True)
    (folder / "a.yaml").write_text("- {name: a, facts: {leg_weakness: non}}\n- {name: b, facts: {}}\n")
    (folder / "more" / "c.yaml").write_text("name: c\nfacts: {leg_numbness: yes}\n")
    (folder / "more" / "d.yaml").write_text("not: a: case\n")
    said = run_here(tmp_path, "batch", "cases", "-o", "out.csv")
    assert said.code == 1
    assert "4 rows in = 2 rows out + 2 refused" in said.err
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["b", "c"]
    first, second = problems(tmp_path / "out.csv")
    assert 'did you mean "none"?' in first["reason"]
    assert second["reason"].startswith("cases/more/d.yaml:1:")


BAD_ROWS = {
    "r1,60,liver,non,\n": ("leg_weakness", 'did you mean "none"?'),
    "r1,sixty,liver,none,\n": ("age (years)", "is not a number"),
    "r1,200,liver,none,\n": ("age (years)", "out of range"),
    "r1,60,liver,none,38.5\n": ("temperature", "has no unit"),
    'r1,60,liver,none,"38,5 °C"\n': ("temperature", "has a comma"),
    "r1,60,liver,none,101 F C\n": ("temperature", "does not fit"),
    "r1,60,liver,none,NaN\n": ("temperature", "is not a number"),
    "r1,60,liver,none,3-4 days\n": ("temperature", "range"),
    "r1,60,liver,N/A,\n": ("leg_weakness", "is not an answer"),
    "r1,60,liver,NONE,\n": ("leg_weakness", "is not an answer"),
    "r1,60,liver,none\n": ("", "4 cells where the header has 5"),
    "r1,60,liver,none,,\n": ("", "6 cells where the header has 5"),
    'r1,60,liver,"none,\n': ("", "quotes"),
    'r1,60,liver,no"ne,\n': ("", "quotes"),
    'r"1,60,liver,none,\n': ("", "quotes"),
    "r1,60,liver,none,38.5 \udcb0C\n": ("", "not UTF-8"),
    "r\0,60,liver,none,\n": ("", "not UTF-8"),
    "r1,60,liver,none," + "x" * 1_100_000 + "\n": ("", "longer than 1,000,000 bytes"),
    "r1,60,liver,none," + "x" * 1_000_000 + "\nnext,,,,\n": ("", "longer than 1,000,000 bytes"),
}  # fmt: skip


def test_a_bad_row_is_refused_with_row_column_and_reason_and_the_others_are_decided(tmp_path: Path) -> None:
    good = "good,60,liver,none,\n"
    text, wanted, row = HEADER, [], 2
    for bad, (column, reason) in BAD_ROWS.items():
        text += good + bad
        wanted.append((row + 1, column, reason))
        row += 1 + bad.count("\n")
    (tmp_path / "in.csv").write_bytes((text + good).encode("utf-8", "surrogateescape"))
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert said.code == 1
    decided, refused = len(BAD_ROWS) + 2, len(BAD_ROWS)
    assert f"{decided + refused} rows in = {decided} rows out + {refused} refused" in said.err
    ids = [row["id"] for row in rows_of(tmp_path / "out.csv")]
    assert ids.count("good") == len(BAD_ROWS) + 1
    for problem, (number, column, reason) in zip(problems(tmp_path / "out.csv"), wanted, strict=True):
        assert (problem["row"], problem["column"]) == (str(number), column)
        assert reason in problem["reason"], number


def test_two_bad_cells_are_one_refused_row_with_two_reasons(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(HEADER + "x,sixty,livr,none,\n")
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert "1 rows in = 0 rows out + 1 refused" in said.err
    found = problems(tmp_path / "out.csv")
    assert [(p["row"], p["id"], p["column"]) for p in found] == [
        ("2", "x", "age (years)"),
        ("2", "x", "cancer"),
    ]


def test_bad_json_lines_are_refused_one_by_one(tmp_path: Path) -> None:
    bad = [
        "[]",
        "{",
        '"text"',
        '{"age": true}',
        '{"age": ["60 years"]}',
        '{"ages": "60 years"}',
        '{"age": "60 years", "age": "61 years"}',
        '{"temperature": "38.5 °C", "temperature (°C)": 38.5}',
        '{"temperature (°C)": NaN}',
        '{"temperature (°C)": 1e1}',
        '{"temperature": 38.5}',
        '{"id": "\\ud800"}',
        "[" * 100_000,
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(bad) + '\n{"id": "good", "temperature (°C)": 38.5}\n\n')
    said = run_here(tmp_path, "batch", "in.jsonl", "-o", "out.jsonl")
    assert said.code == 1
    assert f"{len(bad) + 1} rows in = 1 rows out + {len(bad)} refused" in said.err
    assert [row["id"] for row in rows_of(tmp_path / "out.jsonl")] == ["good"]
    assert [int(p["row"]) for p in problems(tmp_path / "out.jsonl")] == list(range(1, len(bad) + 1))


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("id,leg_weaknes", 'in.csv:1:2: Q003: unknown column "leg_weaknes" (did you mean "leg_weakness"?)'),
        ("id,temperature (K)", 'Q003: unknown column "temperature (K)" (its numbers in °C or °F, as'),
        ("id,leg_weakness (mm)", "Q003"),
        ("id,age,age", 'in.csv:1:3: Q004: the column "age" stands here twice'),
        ("id,age,age (years)", 'in.csv:1:3: Q004: "age" and "age (years)" are both the column of age (keep'),
        ("id,id", 'in.csv:1:2: Q004: the column "id" stands here twice'),
        ("id;age", 'in.csv:1:1: Q003: unknown column "id;age" (separate columns with commas)'),
        ("id\tage", "(separate columns with commas)"),
        ('"id";"age"', "Q006: the header has quotes that do not open and close around one cell (separate"),
        ('id,"age', "Q006: the header has quotes that do not open and close around one cell (such as"),
        ("id,\udcff", "Q006: the header is not UTF-8 (save the table as UTF-8)"),
        ("id,age\rx,61 years", "Q006: a carriage return in the header (a newline at the end of each line)"),
        ("x" * 1_100_000, "Q006: the header is longer than 1,000,000 bytes"),
        (" ", "Q002: no header (name the columns in the first line)"),
        ("id,", "Q003"),
        ("", "Q002: the table is empty"),
    ],
)  # fmt: skip
def test_a_wrong_header_is_an_error_before_any_row_and_the_old_results_stay(
    header: str, wanted: str, tmp_path: Path
) -> None:
    text = header + "\n" * bool(header) + "x,none\n" * bool(header)
    (tmp_path / "in.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    (tmp_path / "out.csv").write_text("the old results\n")
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert said.code == 2
    assert wanted in said.err
    assert (tmp_path / "out.csv").read_text() == "the old results\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "out.csv"], "no part is left"


def test_every_declared_column_can_stand_in_one_table(small_book: RuleBook, tmp_path: Path) -> None:
    names = column_names(small_book)
    (tmp_path / "in.csv").write_text(",".join(names) + "\n" + "," * (len(names) - 1) + "\n")
    assert run_here(tmp_path, "batch", "in.csv", "-o", "out.csv").code == 0


def test_an_empty_cell_was_not_asked_and_unknown_was(tmp_path: Path) -> None:
    columns = "age (years),leg_weakness,leg_numbness,chills,feeling_ill,cancer\n"
    (tmp_path / "in.csv").write_text(columns + "60,none,,no,no,elsewhere\n60,none,unknown,no,no,elsewhere\n")
    assert run_here(tmp_path, "batch", "in.csv", "-o", "out.csv").code == 0
    not_asked, not_known = rows_of(tmp_path / "out.csv")
    assert (not_asked["status"], not_asked["review"]) == ("unfinished", "")
    assert (not_known["status"], not_known["review"]) == ("unresolved", "any/cord-sign")
    assert not_asked["possible"] == not_known["possible"] == "now"
    assert [not_asked["id"], not_known["id"]] == ["2", "3"], "without an id, the line"


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = '\ufeffid,age (years),cancer\r\n"Smith, John",60,liver\r\n"say ""ah""",61,lung\r\n\r\n'
    (tmp_path / "in.csv").write_bytes(text.encode())
    assert run_here(tmp_path, "batch", "in.csv", "-o", "out.csv").code == 0
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["Smith, John", 'say "ah"']


def test_an_id_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    ids = ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|" /C calc"!A0', "plain"]
    lines = ["id,age", *('"' + id.replace('"', '""') + '",60 years' for id in ids), "=x,sixty"]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["'" + id for id in ids[:-1]] + ["plain"]
    assert [p["id"] for p in problems(tmp_path / "out.csv")] == ["'=x"]
    run_here(tmp_path, "batch", "in.csv", "-o", "out.jsonl")
    assert [row["id"] for row in rows_of(tmp_path / "out.jsonl")] == ids


def test_the_table_itself_is_never_overwritten(tmp_path: Path) -> None:
    for name in ("in.csv", "in.csv.problems.csv"):
        (tmp_path / name).write_text(HEADER + "x,60,liver,none,\n")
    (tmp_path / "link.csv").symlink_to("in.csv")
    for table, out in (("in.csv", "in.csv"), ("in.csv", "link.csv"), ("in.csv.problems.csv", "in.csv")):
        said = run_here(tmp_path, "batch", table, "-o", out)
        assert said.code == 2
        assert "is the table itself" in said.err
    assert (tmp_path / "in.csv").read_text().startswith("id,age (years)")


@pytest.mark.parametrize(
    ("table", "out", "wanted"),
    [
        ("missing.csv", "out.csv", "does not exist"),
        ("in.txt", "out.csv", "in.txt:1:1: Q007: what kind of table in.txt is cannot be told from its name"),
        ("in.csv", "out.xlsx", "out.xlsx must end in .csv, .jsonl or .parquet"),
        ("in.csv", "out", "out must end in .csv, .jsonl or .parquet"),
        ("in.csv", "missing/out.csv", "No such file or directory"),
        ("utf16.csv", "out.csv", "utf16.csv:1:1: Q001: the table is UTF-16 (save it as UTF-8)"),
        ("empty", "out.csv", "Q005: no .parquet or .yaml file in this folder"),
        ("empty.yaml", "out.csv", "T004"),
    ],
)
def test_what_is_no_table_is_said_in_words(table: str, out: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "in.txt").write_text(HEADER)
    (tmp_path / "in.csv").write_text(HEADER)
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "utf16.csv").write_bytes(HEADER.encode("utf-16"))
    said = run_here(tmp_path, "batch", table, "-o", out)
    assert said.code in (1, 2)
    results = tmp_path / (out + ".problems.csv")
    assert wanted in said.err + (results.read_text() if results.exists() else "")


def test_a_progress_bar_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(HEADER + "x,60,liver,none,\n" * 50)
    piped = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv")
    assert "%" not in piped.err
    shown = pexpect.run(
        f"{TRIAGE} batch in.csv -o out.csv",
        env=environment(tmp_path, TERM="xterm"),
        cwd=str(tmp_path),
        encoding="utf-8",
    )
    assert re.search(r"in\.csv.*100%", shown)
    assert "50 rows in = 50 rows out + 0 refused" in shown
