"""JSON lines that are parsed together are read exactly as they are one by one."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

from tests.seed import SEED
from triage.book.book import RuleBook
from triage.cohort.chunk import Chunk
from triage.cohort.tables.lines import JsonLines
from triage.cohort.tables.rows import MAX_LINE

CELLS: dict[str, list[object]] = {
    "id": ["a", " b ", "", None, "=1", "ä"],
    "date": ["2026-11-25", "25.11.2026", None],
    "cancer": ["liver", "lung", "unknown", "declined", "livr", "", " liver ", None],
    "leg_weakness": ["none", "both_legs", "bothlegs", "unknown", None],
    "temperature (°C)": [36.8, 38, 38.55, 361, None, -1, 1e3],
    "age (years)": [60, 61.0, 61.5, None, 7],
}
ODD = {
    "text for a number": '{"age (years)": "60"}',
    "a unit in a cell": '{"temperature": "38.5 °C"}',
    "both columns of a fact": '{"age": "60 years", "age (years)": 60}',
    "a key twice": '{"cancer": "lung", "cancer": "liver"}',
    "an unknown key": '{"cancr": "lung"}',
    "an escape": '{"cancer": "l\\u0075ng"}',
    "half a surrogate": '{"id": "\\ud800"}',
    "a nothing by its number": '{"id": "a\\u0000b", "cancer": "lung"}',
    "a whole pair of surrogates": '{"id": "\\ud83d\\ude00"}',
    "surrogates the wrong way round": '{"id": "\\ude00\\ud83d"}',
    "a key by its numbers": '{"canc\\u0065r": "lung"}',
    "one key in two ways": '{"cancer": "lung", "canc\\u0065r": "liver"}',
    "a break by its number": '{"cancer": "lung\\u000a"}',
    "a space that is none by its number": '{"cancer": "\\u00a0lung"}',
    "a nested value": '{"cancer": {"lung": "liver"}}',
    "a list": '["cancer"]',
    "a number for a word": '{"cancer": 5}',
    "true": '{"cancer": true}',
    "not a number": '{"age (years)": NaN}',
    "infinity": '{"age (years)": Infinity}',
    "many digits": '{"age (years)": 60.00000000000000000001}',
    "an exponent": '{"age (years)": 6e1}',
    "two objects": '{"cancer": "lung"} {"cancer": "liver"}',
    "half an object": '{"cancer": "lung"',
    "a comma too many": '{"cancer": "lung",}',
    "a comment": '{"cancer": "lung"} // well',
    "nothing": "",
    "spaces": "   ",
    "an empty object": "{}",
    "a number with zeros before": '{"age (years)": 060}',
    "two numbers": '{"age (years)": 60 61}',
    "a text like a number after a name": '{"id": "\\":5", "cancer": "lung"}',
    "a newline inside": '{"cancer": "lung", \r "id": "a"}',
    "single quotes": "{'cancer': 'lung'}",
}


def both_ways(book: RuleBook, text: bytes) -> tuple[Chunk, Chunk, bool]:
    """A table read as it is, and with care, and whether the two ways differ in how they read."""
    reader = JsonLines(book, Path("in.jsonl"), io.BytesIO(text))
    [block] = list(reader._blocks(None))
    plain = reader._plain.parsed(block.text, MAX_LINE) is not None
    return reader._chunk(block), reader._chunk_with_care(block), plain


def assert_same(one: Chunk, other: Chunk) -> None:
    assert one.about == other.about
    assert [(row.row, row.id, set(row.reasons)) for row in one.refused] == [
        (row.row, row.id, set(row.reasons)) for row in other.refused
    ]
    for name in {*one.codes.schema.names, *other.codes.schema.names}:
        cells = [
            chunk.codes.column(name).to_pylist()
            if name in chunk.codes.schema.names
            else [None] * chunk.codes.num_rows
            for chunk in (one, other)
        ]
        assert cells[0] == cells[1], name


def line(rng: random.Random) -> str:
    names = rng.sample(list(CELLS), rng.randint(1, len(CELLS)))
    return json.dumps({name: rng.choice(CELLS[name]) for name in names}, ensure_ascii=False)


def test_random_lines_are_read_alike(small_book: RuleBook) -> None:
    rng = random.Random(SEED)
    together = 0
    for _ in range(60):
        text = "".join(line(rng) + rng.choice(["\n", "\r\n"]) for _ in range(rng.randint(1, 40)))
        one, other, plain = both_ways(small_book, text.encode())
        assert_same(one, other)
        together += plain
    assert together > 20, "else this compares one way with itself"


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_odd_line_is_read_alike_and_hides_no_other(odd: str, place: int, small_book: RuleBook) -> None:
    lines = ['{"id": "a", "cancer": "lung", "age (years)": 60}', '{"id": "b", "age (years)": 61}']
    lines.insert(place, odd)
    one, other, _ = both_ways(small_book, ("\n".join(lines) + "\n").encode())
    assert_same(one, other)
    assert {"a", "b"} <= set(one.about.column("id").to_pylist())
