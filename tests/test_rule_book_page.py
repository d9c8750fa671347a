"""The page about the files of a rule book has every key and every word that they may have, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import yaml

from triage.book.problems import one_of
from triage.book.reading import shape

PAGE = (Path(__file__).parent.parent / "docs" / "rule-book.md").read_text(encoding="utf-8")
SHAPES: dict[str, type[shape.Shape]] = {
    "Where it comes from": shape.Sourced,
    "`book.yaml`": shape.BookShape,
    "`levels.yaml`": shape.LevelShape,
    "`suspicions.yaml`": shape.NamedShape,
    "`exams.yaml`": shape.ExamShape,
    "`screens.yaml`": shape.ScreenShape,
    "`facts/*.yaml`": shape.FactShape,
    "A number": shape.NumberShape,
    "`findings/*.yaml`": shape.FindingShape,
    "`documents/*.yaml`": shape.DocumentShape,
    "A statement": shape.StatementShape,
    "A rule": shape.RuleShape,
    "A source": shape.SourceShape,
    "`constraints.yaml`": shape.ConstraintShape,
    "`advice.yaml`": shape.AdviceShape,
    "A guarantee": shape.GuaranteeShape,
    "An exception": shape.ExceptionShape,
    "A case": shape.CaseShape,
    "What a case expects": shape.ExpectShape,
}


def table(heading: str) -> dict[str, tuple[str, str]]:
    """The rows below a heading by their key; two keys of one row are two rows."""
    part = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert part, heading
    found: dict[str, tuple[str, str]] = {}
    for line in part[1].splitlines():
        if line.startswith("| `"):
            keys, needed, *holds = (cell.strip() for cell in line[1:-1].split("|"))
            found |= {key: (needed, "|".join(holds)) for key in re.findall("`([a-z0-9_]+)`", keys)}
    assert found, heading
    return found


def words_of(annotation: object) -> tuple[str, ...]:
    """The words of a key that has one of a few, also where it may be left out."""
    for one in (annotation, *get_args(annotation)):
        if get_origin(one) is Literal and len(get_args(one)) > 1:
            return get_args(one)
    return ()


def test_every_shape_has_a_table() -> None:
    shapes = {
        one
        for one in vars(shape).values()
        if isinstance(one, type) and issubclass(one, shape.Shape) and one is not shape.Shape
    }
    by_a_session = {shape.SessionShape, shape.GivenShape, shape.EarlierShape, shape.UnconfirmedShape}
    assert shapes == {*SHAPES.values(), shape.GuaranteesShape, *by_a_session}


@pytest.mark.parametrize("heading", SHAPES)
def test_a_table_has_the_keys_that_the_files_have_and_says_which_are_needed(heading: str) -> None:
    needed = {
        field.alias or name: "needed" if field.is_required() else ""
        for name, field in SHAPES[heading].model_fields.items()
    }
    assert {key: row[0] for key, row in table(heading).items()} == needed


@pytest.mark.parametrize("heading", SHAPES)
def test_a_key_that_has_one_of_a_few_words_lists_them_and_the_one_that_is_meant_without(heading: str) -> None:
    rows = table(heading)
    for name, field in SHAPES[heading].model_fields.items():
        if not (words := words_of(field.annotation)):
            continue
        holds = rows[field.alias or name][1]
        listed = one_of([f"`{word}`" for word in words])
        default = f" (left out: `{field.default}`)" if isinstance(field.default, str) else ""
        assert holds == listed + default or holds.startswith(f"{listed}{default}: "), (heading, name)


def test_the_conditions_of_the_page_can_be_read() -> None:
    from triage.book.reading.condition import ConditionReader
    from triage.book.reading.load import load_book
    from triage.book.reading.text import parse_page

    book = load_book(Path(__file__).parent / "books" / "small")
    part = PAGE.partition("## A condition")[2].partition("\n##")[0]
    written = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
    parts = "[{leg_weakness: both_legs}, {chills: yes}, {feeling_ill: yes}]"
    assert len(written) == 7
    for condition in written:
        page = parse_page(condition.replace("[...]", parts).encode(), "x.yaml")
        findings = {"cord_sign": book.findings["cord_sign"].when}
        found: list[object] = []
        reader = ConditionReader(page, book.facts, findings, found, [])  # type: ignore[arg-type]
        assert reader.read(page.data, ()) is not None, (condition, found)


def test_the_keys_of_the_shipped_book_are_those_of_the_page() -> None:
    """No table can be dropped together with its shape while files still have it."""
    for name, heading in (
        ("levels", "`levels.yaml`"),
        ("exams", "`exams.yaml`"),
        ("screens", "`screens.yaml`"),
    ):
        path = Path(__file__).parent.parent / "rules" / f"{name}.yaml"
        entries = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
        assert {key for entry in entries.values() for key in entry} <= table(heading).keys()
