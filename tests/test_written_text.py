"""Results as text are read back as they were by the readers that everybody has."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.cohort.text import csv_lines, json_lines, plain

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from('",=\n\r\\ ')
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": TEXTS,
            "perhaps": st.none() | TEXTS,
            "word": st.none() | st.sampled_from(['a "word"', "now", "=1+1", ""]),
            "list": st.lists(st.sampled_from(["one", "two, three", "fo\nur", 'f"ive'])),
            "number": st.integers(-(2**60), 2**60),
            "yes": st.booleans(),
        }
    ),
    max_size=8,
)
SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "perhaps": pa.string(),
        "word": pa.dictionary(pa.int8(), pa.string()),
        "list": pa.list_(pa.dictionary(pa.int16(), pa.string())),
        "number": pa.int64(),
        "yes": pa.bool_(),
    }
)


def batch(rows: list[dict[str, object]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


@given(ROWS, st.data())
def test_json_lines_hold_what_the_rows_do(rows: list[dict[str, object]], data: st.DataObject) -> None:
    lines = bytes(json_lines(batch(rows))).decode()
    ordered = [{name: row[name] for name in SCHEMA.names} for row in rows]
    assert lines == "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ordered)
    start = data.draw(st.integers(0, len(rows)))
    assert lines.endswith(bytes(json_lines(batch(rows[start:]))).decode())


@given(ROWS)
def test_cells_of_csv_hold_what_the_rows_do(rows: list[dict[str, object]]) -> None:
    lines = bytes(csv_lines(batch(rows).columns)).decode()
    read = list(csv.reader(io.StringIO(lines, newline="")))
    assert len(read) == len(rows)
    for cells, row in zip(read, rows, strict=True):
        text, perhaps, word, names, number, yes = cells
        assert (number, yes) == (str(row["number"]), "yes" if row["yes"] else "no")
        assert names == " ".join(row["list"])  # type: ignore[arg-type]
        for cell, name in ((text, "text"), (perhaps, "perhaps"), (word, "word")):
            written = str(row[name] or "")
            assert cell == written or (cell == "'" + written and set(written) & set("=+-@\t\r"))


@pytest.mark.parametrize("armed", ["=1+1", "+1", "-1", "@sum", " =1", "\t=1", "\r1", "\u3000=1", "\u00a0-1"])
def test_no_cell_of_csv_is_run_by_a_spreadsheet(armed: str) -> None:
    for column in (pa.array([armed]), pa.array([armed]).dictionary_encode(), pa.array([[armed, "one"]])):
        [[cell]] = csv.reader(io.StringIO(bytes(csv_lines([column])).decode(), newline=""))
        assert cell == "'" + armed + (" one" if pa.types.is_list(column.type) else "")


def test_without_dictionaries_a_column_says_the_same() -> None:
    rows: list[dict[str, object]] = [
        {"text": "a", "perhaps": None, "word": "now", "list": ["one", "one"], "number": 1, "yes": True},
        {"text": "b", "perhaps": "c", "word": None, "list": [], "number": 2, "yes": False},
    ]
    for column, type_ in zip(batch(rows).columns, SCHEMA.types, strict=True):
        made = plain(column)
        assert made.to_pylist() == column.to_pylist()
        assert "dictionary" not in str(made.type)
        assert made.type == type_ or "dictionary" in str(type_)
