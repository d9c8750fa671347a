"""Tables that no line of text can hold: of the wrong kind, damaged, or of columns of the wrong types."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from tests.message_cases import SMALL, as_lines, nothing
from tests.raw_parquet import ZSTD, Column, write
from triage.book.problems import Problem
from triage.book.reading.load import load_book
from triage.cohort.tables.source import open_source
from triage.cohort.tables.template import write_template

Said: TypeAlias = Callable[[Path], list[str]]
Columns: TypeAlias = Mapping[str, list[object]]


def _opened(path: Path, form: str | None = None, *, positions: bool = False) -> list[str]:
    """What is said when everything of a table is read."""

    def read() -> list[object]:
        with open_source(load_book(SMALL), path, form) as source:
            return list(source.positions() if positions else source.chunks())

    return as_lines(lambda: nothing(read()))


def _named(name: str) -> Said:
    def said(folder: Path) -> list[str]:
        (folder / name).write_text("id,age\n")
        return _opened(folder / name)

    return said


def _parquet(**columns: list[object] | pa.Array) -> Said:
    """A table with these columns; in their names, `__` is a space before a unit in brackets."""

    def said(folder: Path) -> list[str]:
        named = {name.replace("__degrees", " (°C)"): cells for name, cells in columns.items()}
        pq.write_table(pa.table(named), folder / "table.parquet")
        return _opened(folder / "table.parquet")

    return said


def _folder(*tables: Columns) -> Said:
    def said(folder: Path) -> list[str]:
        (folder / "tables").mkdir()
        for number, table in enumerate(tables, start=1):
            pq.write_table(pa.table(table), folder / "tables" / f"{number}.parquet")
        return _opened(folder / "tables")

    return said


def _file(name: str, raw: bytes) -> Said:
    def said(folder: Path) -> list[str]:
        (folder / name).write_bytes(raw)
        return _opened(folder / name)

    return said


def _cases_on_spark(folder: Path) -> list[str]:
    (folder / "cases.yaml").write_text("name: x\nfacts: {}\n")
    return _opened(folder / "cases.yaml", positions=True)


def _template(folder: Path) -> list[str]:
    def write() -> list[Problem]:
        write_template(load_book(SMALL), folder / "table.xlsx")
        return []

    return as_lines(write)


def _not_utf8(folder: Path) -> list[str]:
    """Text that says it is, as some tools write it."""
    raw = pa.array([b"liver", b"l\xfcng"])
    text = pa.Array.from_buffers(pa.string(), 2, [None, *raw.buffers()[1:]])
    pq.write_table(pa.table({"id": ["a", "b"], "cancer": text}), folder / "table.parquet")
    return _opened(folder / "table.parquet")


def _outside_of_the_list(folder: Path) -> list[str]:
    listed = pa.DictionaryArray.from_arrays(pa.array([0, 9_999], pa.int32()), ["lung"], safe=False)
    table = pa.table({"id": ["a", "b"], "cancer": listed})
    with pa.ipc.new_file(folder / "table.arrow", table.schema) as file:
        file.write_table(table)
    return _opened(folder / "table.arrow")


def _unpacks_to_much(folder: Path) -> list[str]:
    """A file that says so of 8,000 bytes."""
    path, table = folder / "table.arrow", pa.table({"age (years)": pa.array([61] * 1_000)})
    with pa.ipc.new_file(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(table)
    raw = path.read_bytes()
    path.write_bytes(raw.replace((8_000).to_bytes(8, "little"), (2**40).to_bytes(8, "little")))
    return _opened(path)


def _row_group_of_much(folder: Path) -> list[str]:
    write(folder / "table.parquet", Column("id", [b"a"], [(0, 9)], page_size=2**31 - 1, codec=ZSTD))
    return _opened(folder / "table.parquet")


def _other_nulls(folder: Path) -> list[str]:
    """A file that says of one empty cell of three that there are two."""
    path, table = folder / "table.arrow", pa.table({"cancer": ["lung", None, "liver"]})
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<qq", 3, 1), struct.pack("<qq", 3, 2)))
    return _opened(path)


def _folder_of_nothing(folder: Path) -> list[str]:
    (folder / "empty").mkdir()
    return _opened(folder / "empty", "parquet")


def _folder_as_csv(folder: Path) -> list[str]:
    (folder / "empty").mkdir()
    return _opened(folder / "empty", "csv")


def _folder_of(*names: str) -> Said:
    def said(folder: Path) -> list[str]:
        for name in names:
            (folder / "tables" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "tables" / name).touch()
        return _opened(folder / "tables")

    return said


TABLES: dict[str, tuple[Said, list[str]]] = {
    "Q007 a name that says nothing": (
        _named("table.txt"),
        [
            "table.txt:1:1: Q007: what kind of table table.txt is cannot be told from its name "
            "(a name that ends in .csv, .jsonl, .ndjson, .parquet, .parq, .pq, .arrow, .feather, .ipc, "
            ".yaml, .yml, or --from)"
        ],
    ),
    "Q007 a template that is no table": (
        _template,
        ["table.xlsx:1:1: Q007: table.xlsx says no form of table (a name that ends in .csv or .parquet)"],
    ),
    "Q007 Parquet from a pipe": (
        lambda folder: _opened(Path("-"), "parquet"),
        [
            "-:1:1: Q007: a Parquet file is read from its end, and standard input has none "
            "(a file, or --from arrow)"
        ],
    ),
    "Q008 case files for many machines": (
        _cases_on_spark,
        ["cases.yaml:1:1: Q008: case files are read by one machine (a table, or no --spark)"],
    ),
    "Q009 numbers without a unit": (
        _parquet(id=["a"], temperature=[38.5]),
        [
            "table.parquet:1:2: Q009: the column temperature is double "
            "(the unit in its name, temperature (°C) or temperature (°F), or text such as 37.5 °C)"
        ],
    ),
    "Q009 yes and no as a type": (
        _parquet(chills=[True], leg_weakness=[True]),
        [
            "table.parquet:1:1: Q009: the column chills is bool (text: no, yes)",
            "table.parquet:1:2: Q009: the column leg_weakness is bool (text: none, one_leg, both_legs)",
        ],
    ),
    "Q009 lists": (
        _parquet(temperature__degrees=[[38.5]], id=[[1]], date=[["x"]]),
        [
            "table.parquet:1:1: Q009: the column temperature (°C) is list<element: double> "
            "(numbers, or text such as 30.0)",
            "table.parquet:1:2: Q009: the column id is list<element: int64> (text or whole numbers)",
            "table.parquet:1:3: Q009: the column date is list<element: string> "
            "(dates, or text such as 2026-11-25)",
        ],
    ),
    "Q009 files of other columns in one folder": (
        _folder({"id": ["a"], "age": ["60 years"]}, {"id": ["b"]}),
        [
            "tables/2.parquet:1:1: Q009: its columns are not those of 1.parquet "
            "(the same columns in every file of a folder)"
        ],
    ),
    "Q009 files of other types in one folder": (
        _folder({"id": ["a"], "age (years)": [60]}, {"id": ["b"], "age (years)": [60.0]}),
        [
            "tables/2.parquet:1:2: Q009: the column age (years) is double, and int64 in 1.parquet "
            "(the same columns in every file of a folder)"
        ],
    ),
    "Q009 a time zone that nobody knows": (
        _parquet(id=["a"], date=pa.array([0]).cast(pa.timestamp("s", "Mars/Phobos"))),
        [
            "table.parquet:1:2: Q009: the column date is timestamp[ms, tz=Mars/Phobos] "
            "(a time zone that is known here, such as UTC)"
        ],
    ),
    "Q002 no column": (_parquet(), ["table.parquet:1:1: Q002: the table has no columns (name the columns)"]),
    "Q005 a folder without Parquet": (
        _folder_of_nothing,
        ["empty:1:1: Q005: no .parquet file in this folder"],
    ),
    "Q005 a folder as one table": (
        _folder_as_csv,
        ["empty:1:1: Q005: a folder is read where it holds Parquet or case files (one table)"],
    ),
    "Q012 other files in a folder": (
        _folder_of("a.parquet", "b.csv", "_c.parquet"),
        [
            "tables/_c.parquet:1:1: Q012: a name that begins with _ is passed over by other readers "
            "(rename it, or move it away)",
            "tables/b.csv:1:1: Q012: no Parquet file, and every file of a folder is read "
            "(move it away, or name the table itself)",
        ],
    ),
    "Q013 folders that are more than their files": (
        _folder_of(
            "a.parquet",
            "delta/_delta_log/0.json",
            "hudi/.hoodie/x",
            "iceberg/metadata/v1.metadata.json",
            "spark/_temporary/0/b.parquet",
            "year=2026/c.parquet",
            "bricks/_started_1",
        ),
        [
            "tables/bricks:1:1: Q013: a write that did not end, or more than one, which leaves files of "
            "removed rows (write the rows that it has now to a folder of their own)",
            "tables/delta/_delta_log:1:1: Q013: a Delta table, whose files also hold rows that it removed "
            "(write the rows that it has now to a folder of their own)",
            "tables/hudi/.hoodie:1:1: Q013: a Hudi table, whose files also hold rows that it removed "
            "(write the rows that it has now to a folder of their own)",
            "tables/iceberg/metadata:1:1: Q013: an Iceberg table, whose files also hold rows that it removed "
            "(write the rows that it has now to a folder of their own)",
            "tables/spark/_temporary:1:1: Q013: a write that did not end (the table once it is written)",
            "tables/year=2026:1:1: Q013: year=2026 says something of the rows in it that no column says "
            "(files that have it as a column)",
        ],
    ),
    "Q010 text in another encoding": (
        _not_utf8,
        [
            "table.parquet:1:2: Q010: the column cancer is damaged: it has a cell that is no string "
            "(a whole file)"
        ],
    ),
    "Q010 a place outside of the list": (
        _outside_of_the_list,
        [
            "table.arrow:1:2: Q010: the column cancer is damaged: it has a cell that is no string "
            "(a whole file)"
        ],
    ),
    "Q010 other empty cells": (
        _other_nulls,
        [
            "table.arrow:1:1: Q010: the column cancer is damaged: it has other empty cells than it says "
            "(a whole file)"
        ],
    ),
    "Q011 what unpacks to much": (
        _unpacks_to_much,
        [
            "table.arrow:1:1: Q011: 1,000 rows would take more than 256 MiB of memory "
            "(shorter texts, or batches of at most 131,072 rows)"
        ],
    ),
    "Q011 a row group that is too large": (
        _row_group_of_much,
        [
            "table.parquet:1:1: Q011: row group 1 would take more than 1,024 MiB of memory "
            "(smaller row groups, in pages of about 1 MiB)"
        ],
    ),
    "Q010 what is no Parquet": (
        _file("table.parquet", b"id,age\n"),
        ["table.parquet:1:1: Q010: it is damaged, or not what its name says (a whole file)"],
    ),
    "Q010 what is no Arrow": (
        _file("table.arrow", b"id,age\nx,60 years\n"),
        ["table.arrow:1:1: Q010: it is damaged, or not what its name says (a whole file)"],
    ),
}
