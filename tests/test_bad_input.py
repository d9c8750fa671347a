"""What is not a patient gets `file:line:column`, what is wrong and what to write, and exit 2."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.commands import SMALL, run
from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.book.reading.case import read_cases
from triage.book.reading.text import parse_page
from triage.cli.main import triage

BAD: dict[str, tuple[str | bytes, str]] = {
    "unknown fact": (
        "leg_weaknes: none\n",
        '1:1: K003: unknown fact "leg_weaknes" (did you mean "leg_weakness"?)',
    ),
    "unknown answer": (
        "leg_weakness: both_leg\n",
        '1:15: K004: "both_leg" is not an answer to leg_weakness (did you mean "both_legs"?)',
    ),
    "unknown unit": (
        "age: 60 yeers\n",
        '1:6: K004: age: the unit "yeers" does not fit (the number in years or months)',
    ),
    "unit of another kind": (
        "age: 60 kg\n",
        '1:6: K004: age: the unit "kg" does not fit (the number in years or months)',
    ),
    "no unit": ("age: 60\n", '1:6: K004: age: "60" has no unit (60 years or 60 months)'),
    "out of range": ("age: 200 years\n", '1:6: K004: age: "200 years" is out of range (from 0 to 120 years)'),
    "below the range": (
        "temperature: 3.7 °C\n",
        'K004: temperature: "3.7 °C" is out of range (from 30.0 to 45.0 °C)',
    ),
    "NaN": ("age: NaN\n", '1:6: K004: age: "NaN" is not a number'),
    "infinite": ("age: .inf\n", '1:6: K004: age: ".inf" is not a number'),
    "a range": ("age: 3-4 days\n", '1:6: K004: age: "3-4 days" is a range (one number'),
    "a range in words": ("age: 3 to 4 years\n", '1:6: K004: age: "3 to 4 years" is a range'),
    "comma decimals": (
        "temperature: 38,5 °C\n",
        '1:14: K004: temperature: "38,5 °C" has a comma (a point: 38.5)',
    ),
    "finer than the step": (
        "temperature: 38.55 °C\n",
        'K004: temperature: "38.55 °C" is finer than the step',
    ),
    "a number for a choice": ("leg_numbness: 1\n", '1:15: K004: "1" is not an answer to leg_numbness'),
    "null": ("leg_numbness: null\n", '1:15: K004: "null" is not an answer to leg_numbness'),
    "nothing": ("leg_numbness:\n", "T012: nothing is written here"),
    "two answers": ("leg_numbness: [no, yes]\n", "leg_numbness"),
    "repeated key": ("age: 20 years\nage: 21 years\n", '2:1: T014: the key "age" stands here twice'),
    "repeated key in JSON": (
        '{"age": "20 years", "age": "21 years"}',
        '1:21: T014: the key "age" stands here twice',
    ),
    "anchor": ("age: &a 20 years\n", "1:6: T010: an anchor (&a)"),
    "alias": ("a: *b\n", "T0"),
    "tag": ("age: !!int 20\n", "1:6: T011: a tag"),
    "tab": ("age:\t20 years\n", "1:5: T006: a tab (use spaces)"),
    "byte-order mark": (b"\xef\xbb\xbfage: 20 years\n", "1:1: T003: the file starts with a byte-order mark"),
    "UTF-16": ("age: 20 years\n".encode("utf-16"), "1:1: T003: the file is UTF-16"),
    "latin-1": ("temperature: 38.5 °C\n".encode("latin-1"), "1:19: T003: this byte is not UTF-8"),
    "control character": ("age: 20\x07 years\n", "1:8: T005: an invisible or control character (U+0007)"),
    "escaped control character": (
        'name: "a\\e[31m"\nfacts: {}\n',
        "1:7: T005: an invisible or control character (U+001B)",
    ),
    "no-break space": ("age: 20\u00a0years\n", "1:8: T005: an invisible or control character (U+00A0)"),
    "empty": ("", "1:1: T004: the file is empty"),
    "only a comment": ("# nothing\n", "T004: the file is empty"),
    "two documents": ("age: 20 years\n---\nage: 21 years\n", "T008: a second document"),
    "not YAML": ("age: 'twenty\n", "T007: not YAML"),
    "only text": ("sixty\n", "1:1: S006"),
    "an empty list": ("[]\n", "1:1: K007: 0 cases where one is wanted"),
    "two patients": (
        "- {name: a, facts: {}}\n- {name: b, facts: {}}\n",
        "1:1: K007: 2 cases where one is wanted (use `triage batch` for many)",
    ),
    "unknown key of a case": ("name: a\nfacts: {}\nfact: {}\n", '3:1: S002: unknown key "fact"'),
    "unknown level": ("name: a\nfacts: {}\nexpect: {urgency: soon, rules: []}\n", "3:19: "),
    "too deep": ("[" * 40 + "]" * 40, "T009: nested deeper than 30 levels"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_at_its_place(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, because there are so many; the tests below run the command itself."""
    monkeypatch.chdir(tmp_path)
    text, wanted = BAD[what]
    Path("p.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    said = CliRunner().invoke(triage, ["decide", "p.yaml", "--rules", str(SMALL)])
    assert said.exit_code == 2
    assert said.stdout == ""
    assert re.fullmatch(r"(p\.yaml:\d+:\d+: [A-Z]\d{3}: [^\n]+\n)+", said.stderr), said.stderr
    assert wanted in said.stderr


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("leg_weaknes: none\nage: 200 years\nleg_numbness: maybe\n")
    said = run(tmp_path, "decide", "p.yaml")
    assert [line.split(":")[1] for line in said.err.splitlines()] == ["1", "2", "3"]


def test_a_missing_file_a_folder_and_an_endless_device_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    missing = run(tmp_path, "decide", "missing.yaml")
    assert (missing.code, missing.err) == (
        2,
        "missing.yaml:1:1: T001: cannot be read: No such file or directory\n",
    )
    folder = run(tmp_path, "decide", "folder")
    assert (folder.code, folder.err) == (2, "folder:1:1: T001: this is a folder (name a file)\n")
    endless = run(tmp_path, "decide", "/dev/zero")
    assert endless.code == 2
    assert "larger than 8,000,000 bytes" in endless.err


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        os.truncate(file.fileno(), 50_000_000_000)
    said = run(tmp_path, "decide", "huge.yaml")
    assert (said.code, said.err) == (
        2,
        "huge.yaml:1:1: T002: the file is larger than 8,000,000 bytes (split it)\n",
    )
    many = run(tmp_path, "decide", "-", typed=b"age: 60 years\n" + b"#" * 8_000_000)
    assert many.code == 2
    assert "larger than 8,000,000 bytes" in many.err


def test_closed_input_is_an_empty_file(tmp_path: Path) -> None:
    said = run(tmp_path, "decide", "-", closed=0)
    assert (said.code, said.err) == (2, "standard input:1:1: T004: the file is empty\n")


def test_with_its_output_closed_no_command_pretends_to_have_told_anybody(tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("leg_numbness: yes\n")
    for command in (("decide", "patient.yaml"), ("show", "any/cord-sign")):
        said = run(tmp_path, *command, closed=1)
        assert (said.code, said.out) == (2, "")
        assert said.err == "Standard output is closed, so that nobody could read the answer.\n"


def test_with_its_talk_closed_a_command_still_answers(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,leg_numbness\n1,yes\n")
    assert run(tmp_path, "batch", "table.csv", "-o", "out.csv", closed=2).code == 0
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("1,2,,now,")


@pytest.mark.parametrize(
    "options",
    [
        ["--settings", "s.yaml"],
        ["--settings", "missing.yaml"],
        ["--rules", "missing"],
        ["--rules", "s.yaml"],
        ["--format", "xml"],
        ["--whynot"],
    ],
)
def test_bad_options_are_refused_in_words(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("teem: the ward\n")
    said = run(tmp_path, "decide", "-", *options, typed="age: 60 years\n")
    assert said.code == 2
    assert said.out == ""
    assert said.err.strip()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@example(b"{a: 1, ? : 2}")
@example(b"- - - -")
@example(b"? a")
@example(b"{[a]: b}")
@example(b"name: a\nfacts: []\n")
@example(b"%YAML 9.9\n---\na")
def test_no_bytes_whatever_get_past_the_reader_as_anything_but_cases_or_problems(
    small_book: RuleBook, raw: bytes
) -> None:
    try:
        cases, found = read_cases(parse_page(raw, "p.yaml"), small_book)
    except Problems as error:
        cases, found = [], list(error.problems)
    assert cases or found or raw.strip() == b"[]"
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found)
