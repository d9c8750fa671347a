"""Strict YAML with positions: everything stays text, everything has a place, nothing else gets in."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import BOOKS
from triage.book.problems import Problem, Problems
from triage.book.reading.text import MAX_DEPTH, Page, parse_page, read_page

SMALL_FILES = sorted(path.relative_to(BOOKS / "small").as_posix() for path in BOOKS.rglob("small/*/*.yaml"))


def data_of(text: str) -> Any:
    return parse_page(text.encode(), "x.yaml").data


def codes_of(text: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        parse_page(text.encode(), "x.yaml")
    return [problem.code for problem in caught.value.problems]


PLAIN = [
    *("no", "yes", "on", "off", "true", "False", "~", "null", "1:30", "012", "0x1F", "1e3", "1_000"),
    *(".nan", "-.inf", "2024-02-29", "3.10", "=", "+1"),
]


@pytest.mark.parametrize("word", [*PLAIN, "9" * 5_000])
def test_a_plain_word_stays_the_text_that_was_written(word: str) -> None:
    assert data_of(f"- {word}\n- {{answer: {word}}}\n") == [word, {"answer": word}]


def test_a_key_stays_the_text_that_was_written() -> None:
    assert data_of("no: a\n1: b\n012: c\nnull: d\n") == {"no": "a", "1": "b", "012": "c", "null": "d"}


def test_a_folded_text_is_one_line_without_an_end() -> None:
    assert data_of("because: >\n  Numb legs\n  can come from the spine.\n") == {
        "because": "Numb legs can come from the spine."
    }


def test_an_empty_text_is_possible_where_quotes_say_so() -> None:
    assert data_of("- \"\"\n- ''\n") == ["", ""]


def test_every_key_and_value_has_the_line_and_column_at_which_it_starts() -> None:
    page = parse_page('when:\n  all:\n    - cancer: "liver"\n    - size: [5 mm, 38 °C, 7 mm]\n'.encode(), "x")
    assert page.keys == {
        ("when",): (1, 1),
        ("when", "all"): (2, 3),
        ("when", "all", 0, "cancer"): (3, 7),
        ("when", "all", 1, "size"): (4, 7),
    }
    assert page.values == {
        (): (1, 1),
        ("when",): (2, 3),
        ("when", "all"): (3, 5),
        ("when", "all", 0): (3, 7),
        ("when", "all", 0, "cancer"): (3, 15),
        ("when", "all", 1): (4, 7),
        ("when", "all", 1, "size"): (4, 13),
        ("when", "all", 1, "size", 0): (4, 14),
        ("when", "all", 1, "size", 1): (4, 20),
        ("when", "all", 1, "size", 2): (4, 27),
    }


def test_windows_line_ends_change_neither_data_nor_places() -> None:
    raw = (BOOKS / "small" / "any" / "cord-sign.yaml").read_bytes()
    assert parse_page(raw.replace(b"\n", b"\r\n"), "x") == parse_page(raw, "x")


@pytest.mark.parametrize(
    ("place", "key", "where"),
    [
        (("a", "b"), False, (2, 6)),
        (("a", "b"), True, (2, 3)),
        (("a", "b", 7, "x"), False, (2, 6)),
        (("a", "b", 0), True, (2, 7)),
        (("a", "missing"), True, (2, 3)),
        (("missing",), False, (1, 1)),
        ((), True, (1, 1)),
    ],
)
def test_a_problem_stands_at_its_place_or_at_the_nearest_part_around_it(
    place: tuple[str | int, ...], key: bool, where: tuple[int, int]
) -> None:
    page = parse_page(b"a:\n  b: [c]\n", "x.yaml")
    assert page.problem(place, "X001", "what", key=key) == Problem("x.yaml", *where, "X001", "what")


def test_all_mistakes_of_a_file_are_said_at_once_in_the_order_of_the_file() -> None:
    assert codes_of("a: &x b\nc: !t d\na: *x\n<<: e\n[f]: g\nh:\n") == [
        *("T010", "T011", "T014", "T010", "T010", "T013", "T012")
    ]


def test_a_comment_is_one_where_it_cuts_off_no_text() -> None:
    assert data_of('# a\na: "b c" # d\ne: [f g, h] # i\nreviewer: yes  # no: nobody can look\n') == {
        "a": "b c",
        "e": ["f g", "h"],
        "reviewer": "yes",
    }
    assert data_of("- a#b c\n- >  # d\n  e f # g\n") == ["a#b c", "e f # g"]


@pytest.mark.parametrize("text", ["a: b c # d\n", "- a b  # c", "a: {b: c d # e\n  }", "a:\n  b\n  c # d\n"])
def test_a_comment_that_cuts_off_a_text_is_refused_by_either_parser(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes_of(text) == ["T015"]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert codes_of(text) == ["T015"]


@pytest.mark.parametrize("text", ["{a: 38,9 °C}", "[38,9 °C]", "{a: below 38,9 °C, b: c}"])
def test_a_comma_that_tears_a_number_apart_is_one_mistake_for_either_parser(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes_of(text) == ["T016"]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert codes_of(text) == ["T016"]


def test_two_values_with_a_space_between_them_are_no_torn_number() -> None:
    assert data_of('- [1, 2 mm]\n- ["1","2"]\n- [a1,b2]\n') == [["1", "2 mm"], ["1", "2"], ["a1", "b2"]]


def test_a_billion_laughs_are_refused_at_the_first_anchor() -> None:
    laughs = "a: &a [ha, ha]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert set(codes_of(laughs)) == {"T010"}


@pytest.mark.parametrize("escaped", ["\\e[31m", "\\t", "\\0", "\\u200b", "\\u202e", "\\ufeff", "\\r"])
def test_what_may_not_stand_in_a_file_cannot_come_in_by_an_escape(escaped: str) -> None:
    assert codes_of(f'a: "x{escaped}y"\n') == ["T005"]
    assert codes_of(f'"x{escaped}y": a\n') == ["T005"]


def test_nesting_up_to_the_limit_is_read_and_one_more_is_not() -> None:
    assert data_of("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH)
    assert codes_of("[" * (MAX_DEPTH + 1) + "x" + "]" * (MAX_DEPTH + 1)) == ["T009"]
    assert codes_of("[" * 5_000 + "]" * 5_000) == ["T009"]


def test_letters_of_many_scripts_are_welcome_in_texts() -> None:
    text = "Müller, ąę, 肝臓, “quoted”, 38 °C, naïve – yes…"
    assert data_of(f"- {text}\n") == [text]


def test_a_pipe_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"cancer: lung\n")
    os.close(writing)
    try:
        assert read_page(Path(f"/dev/fd/{reading}"), "pipe").data == {"cancer": "lung"}
    finally:
        os.close(reading)


def test_a_page_is_called_by_the_name_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: b\n")
    assert read_page(tmp_path / "x.yaml").file == str(tmp_path / "x.yaml")
    assert read_page(tmp_path / "x.yaml", "the case").file == "the case"


@pytest.mark.parametrize("path", SMALL_FILES)
def test_a_file_reads_the_same_where_libyaml_is_missing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (BOOKS / "small" / path).read_bytes()
    fast = parse_page(raw, path)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert parse_page(raw, path) == fast


def test_nothing_written_is_refused_where_libyaml_is_missing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert codes_of("urgency:\n") == ["T012"]


welcome = st.text().filter(
    lambda text: text.isprintable() and unicodedata.is_normalized("NFC", text) and "\ufeff" not in text
)
written = st.recursive(
    welcome,
    lambda inner: st.lists(inner) | st.dictionaries(welcome.filter(lambda key: key != "<<"), inner),
    max_leaves=12,
)


@given(written)
def test_what_is_written_as_json_is_read_back_as_it_was(data: object) -> None:
    assert parse_page(json.dumps(data, ensure_ascii=False).encode(), "x").data == data


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_problems_with_a_place(raw: bytes) -> None:
    assert_page_or_problems(raw)


@given(st.lists(st.sampled_from([*"abN01:-#&*!|>{}[],?%@`'\"\\ \n\t", ": ", "- ", "\n  ", "---", "<<"])))
def test_anything_like_yaml_is_a_page_or_problems_with_a_place(parts: list[str]) -> None:
    assert_page_or_problems("".join(parts).encode())


def assert_page_or_problems(raw: bytes) -> None:
    page: Page | None = None
    found: tuple[Problem, ...] = ()
    try:
        page = parse_page(raw, "x.yaml")
    except Problems as error:
        found = error.problems
    assert (page is None) == bool(found)
    assert page is None or only_text(page.data)
    lines = raw.count(b"\n") + raw.count(b"\r") + 2
    assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in found)


def only_text(data: object) -> bool:
    if isinstance(data, dict):
        return all(isinstance(key, str) and only_text(part) for key, part in data.items())
    return all(map(only_text, data)) if isinstance(data, list) else isinstance(data, str)
