"""Whoever leaves out a key is told what to write there, so that nobody has to read the code for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import TypeAdapter

from triage.book.problems import Problems, one_of
from triage.book.reading import shape
from triage.book.reading.text import parse_page

SHAPES = [
    found
    for found in vars(shape).values()
    if isinstance(found, type) and issubclass(found, shape.Shape) and found is not shape.Shape
]


def closed() -> Iterator[tuple[type[shape.Shape], str, tuple[str, ...]]]:
    """Every needed key of every shape that has one of a few words."""
    for one in SHAPES:
        for name, field in one.model_fields.items():
            if get_origin(field.annotation) is Literal and field.is_required():
                yield one, field.alias or name, get_args(field.annotation)


def said(one: type[shape.Shape], text: str) -> list[str]:
    adapter: TypeAdapter[Any] = TypeAdapter(list[one])  # type: ignore[valid-type]
    with pytest.raises(Problems) as caught:
        shape.shape_page(parse_page(text.encode(), "x.yaml"), adapter)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("one", "key", "words"), list(closed()), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_missing_key_lists_the_words_that_it_may_have(
    one: type[shape.Shape], key: str, words: tuple[str, ...]
) -> None:
    assert f'x.yaml:1:3: S001: the key "{key}" is missing ({key}: {one_of(words)})' in said(one, "- {}\n")
    assert f'x.yaml:1:{len(key) + 6}: S006: "{key}" has the wrong form ({one_of(words)})' in said(
        one, f"- {{{key}: [{words[0]}]}}\n"
    )


def test_the_words_of_a_fact_are_among_them() -> None:
    assert {key for one, key, _ in closed() if one is shape.FactShape} == {"kind", "asked_of", "lasts"}


def test_what_no_shape_says_is_told_as_three_points_and_only_of_texts() -> None:
    for one in SHAPES:
        for line in said(one, "- {}\n") if any(f.is_required() for f in one.model_fields.values()) else []:
            key = line.partition('"')[2].partition('"')[0]
            if line.endswith("…)"):
                field = next(f for name, f in one.model_fields.items() if key in (name, f.alias))
                assert field.annotation is str, (one, key)


def test_in_a_file_of_facts_it_stands_at_the_fact(small_copy: Path) -> None:
    from triage.book.reading.load import load_book

    person = small_copy / "facts/person.yaml"
    text = person.read_text("utf-8")
    person.write_text(text.replace("  asked_of: patient\n", "", 1), "utf-8")
    with pytest.raises(
        Problems, match=r'the key "asked_of" is missing \(asked_of: patient, record or nurse\)'
    ):
        load_book(small_copy)
