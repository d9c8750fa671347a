"""Which columns and types a table may have, said at the edges, and case files that are read in parts."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pytest

from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.cohort.tables import case_files
from triage.cohort.tables.case_files import CaseFiles
from triage.cohort.tables.column_types import wrong_type
from triage.cohort.tables.columns import Column, column_named
from triage.cohort.tables.lines import CsvLines


@pytest.mark.parametrize(
    ("name", "type_", "hints"),
    [
        ("temperature (°C)", pa.bool_(), ["numbers, or text such as 30.0"]),
        ("temperature (°C)", pa.float64(), []),
        ("temperature (°C)", pa.int8(), []),
        ("temperature", pa.bool_(), ["the unit in its name, temperature (°C) or temperature (°F)"]),
        (
            "temperature",
            pa.float64(),
            ["the unit in its name, temperature (°C) or temperature (°F)"],
        ),
        ("chills", pa.bool_(), ["text: no, yes"]),
        ("chills", pa.string(), []),
        ("date", pa.timestamp("ms", "UTC"), []),
        ("date", pa.timestamp("ms"), []),
        ("date", pa.date32(), []),
        ("date", pa.timestamp("ms", "Nowhere/At_all"), ["a time zone that is known here, such as UTC"]),
        ("date", pa.int64(), ["dates, or text such as 2026-11-25"]),
        ("id", pa.int64(), []),
        ("id", pa.float64(), ["text or whole numbers"]),
    ],
)
def test_a_column_of_a_wrong_type_is_told_what_it_lacks_and_one_of_a_right_type_nothing(
    name: str, type_: pa.DataType, hints: list[str], small_book: RuleBook
) -> None:
    column = column_named(small_book, name)
    assert isinstance(column, Column)
    said = list(wrong_type(column, type_))
    assert len(said) == len(hints)
    assert all(one.startswith(hint) for (_, one), hint in zip(said, hints, strict=True))


def test_how_much_of_a_case_file_is_read_adds_up_over_its_parts(
    small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [f"- name: case {n}\n  facts: {{chills: yes}}\n" for n in range(5)]
    (tmp_path / "cases.yaml").write_text("".join(cases))
    monkeypatch.setattr(case_files, "_ROWS", 2)
    chunks = list(CaseFiles(small_book, tmp_path / "cases.yaml").chunks())
    assert [chunk.done for chunk in chunks] == [2, 4, 5]
    assert [chunk.after for chunk in chunks] == [{"row": 2}, {"row": 4}, {"row": 5}]
    assert sum(chunk.rows for chunk in chunks) == 5


def test_a_case_file_that_would_be_passed_over_is_named_and_nobody_is_left_out(
    small_book: RuleBook, tmp_path: Path
) -> None:
    for name in ("a.yaml", "b.txt"):
        (tmp_path / name).write_text(f"- name: {name}\n  facts: {{chills: yes}}\n")
    with pytest.raises(Problems, match=r"b\.txt"):
        list(CaseFiles(small_book, tmp_path).chunks())


def test_a_mark_of_byte_order_inside_a_table_is_part_of_its_cell(small_book: RuleBook) -> None:
    """Two files put together: the mark of the second may not make a quote good that is not."""
    table = 'id,cancer\nx,lung\n\ufeff"ana",liver\n'.encode()
    [chunk] = list(CsvLines(small_book, Path("-"), io.BytesIO(table)).chunks())
    assert chunk.about.column("id").to_pylist() == ["x"]
    assert [row.row for row in chunk.refused] == [3]
