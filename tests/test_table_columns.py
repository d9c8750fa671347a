"""Names of columns: a unit in one says what its numbers are, and nothing that is offered changes that."""

from __future__ import annotations

import json
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import SMALL
from tests.here import run_here
from tests.results import rows_of
from tests.table_strategies import BOOK
from triage.book.facts import Fact
from triage.book.quantity import Scale
from triage.book.reading.load import load_book
from triage.book.reading.vocabulary import RESERVED_FACTS
from triage.cohort.tables.columns import DATE, ID, column_named, column_names, columns_named, instead_of
from triage.cohort.tables.finding import row_at
from triage.cohort.tables.source import open_source

SHIPPED = load_book(Path(__file__).parent.parent / "rules")
NUMBERS = [(fact, fact.scale) for fact in SHIPPED.facts.values() if fact.scale is not None]
UNITS = [(fact, scale, unit) for fact, scale in NUMBERS for unit in scale.units]
FORMS = ("csv", "jsonl", "numbers.jsonl", "parquet", "words.parquet", "arrow", "listed.arrow")


def write(path: Path, name: str, numbers: list[str]) -> None:
    """A table with one column of numbers, each without its unit."""
    if path.suffix == ".csv":
        path.write_text("\n".join([f"id,{name}", *(f"p{n},{text}" for n, text in enumerate(numbers))]) + "\n")
    elif path.suffix == ".jsonl":
        as_text = not path.name.startswith("numbers")
        cells = [json.dumps(text) if as_text else text for text in numbers]
        path.write_text("".join(f'{{"id": "p{n}", "{name}": {text}}}\n' for n, text in enumerate(cells)))
    else:
        texts = path.name.startswith(("words", "listed"))
        column = pa.array(numbers) if texts else pa.array([float(text) for text in numbers])
        column = column.dictionary_encode() if path.name.startswith("listed") else column
        table = pa.table({"id": [f"p{n}" for n in range(len(numbers))], name: column})
        if path.suffix == ".parquet":
            pq.write_table(table, path)
        else:
            with pa.ipc.new_file(path, table.schema) as file:
                file.write_table(table)


def answers_in(path: Path, fact: str) -> list[Any]:
    """What each row of a table says of a fact; None where it was refused."""
    rows: dict[int, Any] = {}
    with open_source(SHIPPED, path) as source:
        for chunk in source.chunks():
            good = [row_at(SHIPPED.facts, chunk, place) for place in range(chunk.about.num_rows)]
            rows |= {row.line: row.answers[fact] for row in good}
            rows |= {row.row: None for row in chunk.refused}
    return [rows[line] for line in sorted(rows)]


@pytest.mark.parametrize("form", FORMS)
def test_a_tumour_of_6_cm_is_not_read_as_6_mm(form: str, tmp_path: Path) -> None:
    path = tmp_path / (form if "." in form else f"in.{form}")
    write(path, "tumour_size (cm)", ["6", "0.6", "6.25", "6.35"])
    assert answers_in(path, "tumour_size") == [60, 6, 62, 64]
    write(path, "tumour_size (mm)", ["60", "6"])
    assert answers_in(path, "tumour_size") == [60, 6]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("fact", "scale", "unit"), UNITS, ids=[f"{fact.id} in {unit}" for fact, _, unit in UNITS]
)
def test_a_number_under_a_unit_is_what_it_is_with_that_unit_behind_it(
    fact: Fact, scale: Scale, unit: str, form: str, tmp_path: Path
) -> None:
    """Refused alike too: where it is finer than the step, or out of range."""
    path = tmp_path / (form if "." in form else f"in.{form}")
    numbers = [
        str(number) for number in (0, 1, 2, 7, 36, 38.5, 40, 97.7, 98.6, 99.9, 100.4, 215, 216, 400, 1999)
    ]
    wanted: list[int | None] = []
    for text in numbers:
        try:
            wanted.append(scale.read(f"{text} {unit}"))
        except ValueError:
            wanted.append(None)
    write(path, f"{fact.id} ({unit})", numbers)
    assert answers_in(path, fact.id) == wanted
    assert any(answer is not None for answer in wanted)


def test_a_cell_may_have_another_unit_than_its_column(tmp_path: Path) -> None:
    write(tmp_path / "in.csv", "tumour_size (cm)", ["6", "6 cm", "60 mm", "6 kg"])
    assert answers_in(tmp_path / "in.csv", "tumour_size") == [60, 60, 60, None]


@pytest.mark.parametrize("name", ["temperature (F)", "temperature (Fahrenheit)", "temperature (°f)"])
def test_a_unit_may_be_spelt_in_a_name_as_in_a_cell(name: str, tmp_path: Path) -> None:
    write(tmp_path / "in.csv", name, ["100.4", "38"])
    assert answers_in(tmp_path / "in.csv", "temperature") == [380, None]


def test_the_same_size_in_two_units_is_decided_alike(tmp_path: Path) -> None:
    told = []
    for name, size in (("tumour_size (cm)", "6.1"), ("tumour_size (mm)", "61"), ("tumour_size", "6.1 cm")):
        write(tmp_path / "in.csv", name, [size])
        said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv", "--rules", Path("rules").resolve())
        assert said.code == 0, said.err
        told.append(rows_of(tmp_path / "out.csv"))
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    "row",
    [
        '{"temperature (°C)": 38.5, "temperature": "38.5 °C"}',
        '{"temperature": "38.5 °C", "temperature (°C)": 38.5}',
        '{"temperature (°C)": 37.0, "temperature (°F)": 101.3}',
        '{"temperature (F)": 98.6, "temperature (°F)": 98.6}',
        '{"temperature (°C)": "", "temperature (°F)": 101.3}',
    ],
)
def test_a_temperature_that_stands_twice_in_a_row_refuses_it(row: str, tmp_path: Path) -> None:
    """Also where plain rows stand around it, which are parsed together."""
    other = '{"temperature (°C)": 38.5}\n'
    (tmp_path / "in.jsonl").write_text(other + row + "\n" + other)
    assert answers_in(tmp_path / "in.jsonl", "temperature") == [385, None, 385]
    said = run_here(tmp_path, "batch", "in.jsonl", "-o", "out.csv")
    assert "3 rows in = 2 rows out + 1 refused" in said.err
    assert "temperature stands there twice" in (tmp_path / "out.csv.problems.csv").read_text()


def test_rows_of_json_may_each_have_another_unit(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"temperature (°F)": 101.3}\n{"temperature (°C)": 38.5}\n{"temperature": "38.5 °C"}\n'
    )
    assert answers_in(tmp_path / "in.jsonl", "temperature") == [385, 385, 385]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tumor_size (cm)", 'did you mean "tumour_size (cm)"?'),
        ("tumour_size_cm", 'did you mean "tumour_size (cm)"?'),
        ("Tumour_size[cm]", 'did you mean "tumour_size (cm)"?'),
        ("tumour_siz", 'did you mean "tumour_size (mm)" or "tumour_size (cm)"?'),
        ("temperatur (F)", 'did you mean "temperature (°F)"?'),
        ("temperature_f", 'did you mean "temperature (°F)"?'),
        ("tumour_size (inches)", 'its numbers in mm or cm, as "tumour_size (mm)" or "tumour_size (cm)"'),
        ("temperature (K)", 'its numbers in °C or °F, as "temperature (°C)" or "temperature (°F)"'),
        ("age (days)", 'its numbers in years or months, as "age (years)" or "age (months)"'),
        ("temperatur not known", 'did you mean "temperature not known"?'),
        ("cancer not known", 'write unknown in the column "cancer"'),
        ("nothing like it not known", ""),
        ("Date", 'did you mean "date"?'),
    ],
)
def test_no_hint_puts_numbers_under_another_unit(name: str, hint: str) -> None:
    assert column_named(SHIPPED, name) is None
    assert instead_of(SHIPPED, name) == hint


def test_every_name_that_is_offered_is_a_column() -> None:
    for fact, _, unit in UNITS:
        for name in (
            f"{fact.id[:-1]} ({unit})",
            f"{fact.id[:-1]}",
            f"{fact.id} (x)",
            f"{fact.id[:-1]} not known",
        ):
            offered = re.findall('"([^"]+)"', instead_of(SHIPPED, name))
            assert offered, name
            for other in offered:
                assert column_named(SHIPPED, other) is not None
                if name.endswith(f"({unit})"):
                    assert other.endswith(f"({unit})")


def test_no_fact_can_have_the_name_of_another_column() -> None:
    """Other names of columns have a space in them, and no fact can have."""
    assert {ID, DATE} <= RESERVED_FACTS
    assert all(
        " " in name for name in column_names(BOOK) if name not in (ID, DATE) and name not in BOOK.facts
    )
    [column] = columns_named(BOOK, "table", [DATE])
    assert column.fact is None


@pytest.mark.parametrize("name", ["date", "id", "name", "facts"])
def test_a_book_with_a_fact_that_no_table_could_have_is_refused(name: str, tmp_path: Path) -> None:
    book = shutil.copytree(SMALL, tmp_path / "book")
    for path in book.rglob("*.yaml"):
        path.write_text(re.sub(r"\bblood_flow\b", name, path.read_text()))
    (tmp_path / "in.csv").write_text(f"{name}\npresent\n")
    said = run_here(tmp_path, "check", "--rules", book)
    assert said.code == 1
    assert f'F001: "{name}" is a reserved word (another name)' in said.out
    decided = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv", "--rules", book)
    assert decided.code == 2
    assert f'F001: "{name}" is a reserved word' in decided.err


def test_half_a_step_goes_to_the_even_one() -> None:
    """As the words about numbers say it; exactly, and not as a float would."""
    scale = next(scale for fact, scale in NUMBERS if fact.id == "tumour_size")
    for tenths in range(10, 2000):
        size = Fraction(tenths, 10)
        text = f"{tenths // 100}.{tenths % 100:02} cm"
        near = [n for n in range(1, 301) if abs(n - size) <= Fraction(1, 2)]
        wanted = near[0] if len(near) == 1 else next(n for n in near if n % 2 == 0)
    assert scale.read(text) == wanted
