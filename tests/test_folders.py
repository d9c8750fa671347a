"""Every file below a named folder is read, or named: none is passed over in silence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import SMALL, environment
from tests.here import run_here
from tests.results import rows_of
from triage.cohort.run import fingerprint

GOOD = (
    "- name: {0}\n  facts: {{leg_weakness: both_legs}}\n  expect: {{urgency: now, rules: [any/cord-sign]}}\n"
)
BAD = "- name: {0}\n  facts: {{leg_weakness: both_legs}}\n  expect: {{urgency: none, rules: []}}\n"


def part(path: Path, *ids: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"id": ids, "leg_weakness": ["both_legs"] * len(ids)}), path)


def batch(home: Path, *more: str) -> tuple[int, str]:
    said = run_here(home, "batch", "in", "-o", "out.csv", *more)
    return said.code, said.err


def ids(home: Path) -> list[str]:
    return [row["id"] for row in rows_of(home / "out.csv")]


def test_patients_in_a_subfolder_or_under_another_ending_are_decided_too(tmp_path: Path) -> None:
    names = ["a.parquet", "b.PARQUET", "c.parq", "d.Pq", "deep/er/e.parquet", "deep/f.parquet"]
    for name in names:
        part(tmp_path / "in" / name, name)
    code, said = batch(tmp_path)
    assert (code, ids(tmp_path)) == (0, sorted(names, key=lambda name: name.split("/"))), said
    assert len(fingerprint(tmp_path / "in")["table"]) == len(names)


@pytest.mark.parametrize(
    "name",
    [
        "b.csv", "b.jsonl", "b.arrow", "b.yaml", "b.parquet.bak", "b", "notes.txt", "deep/b.csv",
        "_b.parquet", "_old/b.parquet", "part-0.parquet.crc~.csv", "_committed_x", "b.parquet.gz",
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_is_named_and_nothing_is_decided(name: str, tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
    shutil.copy(tmp_path / "in" / "a.parquet", tmp_path / "in" / name)
    code, said = batch(tmp_path)
    assert (code, f"in/{name}:1:1: Q012: " in said) == (2, True), said
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "name",
    [
        "_SUCCESS", "_metadata", "_common_metadata", "a.parquet.crc", ".a.parquet.crc", "._a.parquet",
        ".DS_Store", "a.parquet~", ".hidden/b.parquet", "deep/_SUCCESS",
    ],
)  # fmt: skip
def test_marks_of_other_writers_and_hidden_files_are_passed_over_as_it_is_written(
    name: str, tmp_path: Path
) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "in" / name).write_bytes(b"\0\0")
    code, said = batch(tmp_path)
    assert (code, ids(tmp_path)) == (0, ["ann"]), said


def test_one_write_by_databricks_is_read_and_two_are_refused(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    for number in (1, 2):
        (tmp_path / "in" / f"_started_{number}").touch()
        code, said = batch(tmp_path)
        assert (code, "in:1:1: Q013: a write that did not end" in said) == (2, True)
        (tmp_path / "in" / f"_committed_{number}").touch()
        assert batch(tmp_path)[0] == (0 if number == 1 else 2)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("_delta_log/00000000000000000000.json", "in/_delta_log:1:1: Q013: a Delta table"),
        (".hoodie/hoodie.properties", "in/.hoodie:1:1: Q013: a Hudi table"),
        ("metadata/v1.metadata.json", "in/metadata:1:1: Q013: an Iceberg table"),
        ("_temporary/0/part-0.parquet", "in/_temporary:1:1: Q013: a write that did not end"),
        ("year=2026/month=1/b.parquet", "in/year=2026:1:1: Q013: year=2026 says something"),
    ],
)
@pytest.mark.parametrize("with_a_part", [True, False])
def test_a_table_that_is_more_than_its_files_is_refused(
    mark: str, said: str, with_a_part: bool, tmp_path: Path
) -> None:
    """The rows that such a table removed are still in files, and would be patients again."""
    if with_a_part:
        part(tmp_path / "in" / "data" / "a.parquet", "ann")
    (tmp_path / "in" / mark).parent.mkdir(parents=True)
    (tmp_path / "in" / mark).touch()
    for more in ((), ("--from", "parquet")):
        code, heard = batch(tmp_path, *more)
        assert code == 2
        assert said in heard
    assert "Q012" not in heard or "_temporary" in mark


@pytest.mark.parametrize("target", ["outside.parquet", "nowhere.parquet", "folder"])
def test_a_link_in_a_folder_is_named(target: str, tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    part(tmp_path / "outside.parquet", "bob")
    part(tmp_path / "folder" / "c.parquet", "eve")
    (tmp_path / "in" / "link.parquet").symlink_to(tmp_path / target)
    code, said = batch(tmp_path)
    assert (code, "in/link.parquet:1:1: " in said) == (2, True), said


def test_a_link_to_a_file_of_the_folder_is_read(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    (tmp_path / "in" / "b.parquet").symlink_to("a.parquet")
    assert batch(tmp_path)[0] == 0
    assert ids(tmp_path) == ["ann", "ann"]


def test_an_empty_file_is_damaged_and_not_passed_over(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    (tmp_path / "in" / "b.parquet").touch()
    code, said = batch(tmp_path)
    assert (code, "in/b.parquet:1:1: Q010: it is damaged" in said) == (2, True)


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is closed to root")
def test_a_subfolder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    (tmp_path / "in" / "closed").mkdir(mode=0)
    code, said = batch(tmp_path)
    assert (code, "in/closed:1:1: B002: cannot be listed" in said) == (2, True)


def test_a_part_that_is_added_later_is_another_table_to_resume(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    before = fingerprint(tmp_path / "in")
    part(tmp_path / "in" / "deep" / "b.PARQ", "bob")
    assert fingerprint(tmp_path / "in") != before


@pytest.mark.parametrize("out", ["in/out.parquet", "in/out.csv", "in/deep/out.jsonl"])
def test_results_do_not_go_into_the_folder_that_is_read(out: str, tmp_path: Path) -> None:
    """Read again, or resumed, they would be a part of it."""
    part(tmp_path / "in" / "deep" / "a.parquet", "ann")
    said = run_here(tmp_path, "batch", "in", "-o", out)
    assert said.code == 2
    assert f"{out} would be a part of the table in. Name a file outside of it." in said.err
    assert not (tmp_path / out).exists()


def cases(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.format(name))


@pytest.mark.parametrize("name", ["b.YAML", "b.yml", "b.Yml", "deep/b.yaml", "deep/er/b.YML"])
def test_a_failing_case_under_another_ending_fails(name: str, tmp_path: Path) -> None:
    cases(tmp_path / "cases", {"a.yaml": GOOD, name: BAD})
    said = run_here(tmp_path, "test", "cases")
    assert (said.code, said.out.splitlines()[-1]) == (1, "1 passed, 1 failed")
    decided = run_here(tmp_path, "batch", "cases", "-o", "out.csv")
    assert (decided.code, len(rows_of(tmp_path / "out.csv"))) == (0, 2)


@pytest.mark.parametrize(
    "name", ["b.json", "b.txt", "b", "b.yaml.bak", "deep/b.csv", "b.parquet~.x", "_SUCCESS"]
)
def test_a_file_that_is_no_case_file_is_named_by_every_command(name: str, tmp_path: Path) -> None:
    cases(tmp_path / "cases", {"a.yaml": GOOD, name: BAD})
    told = f"cases/{name}:1:1: B002: not a case file (a name that ends in .yaml, or another folder)"
    said = run_here(tmp_path, "test", "cases")
    assert (said.code, said.out.splitlines()[-1]) == (2, "1 passed, 0 failed, 1 problems in the files")
    assert told in said.err
    decided = run_here(tmp_path, "batch", "cases", "-o", "out.csv")
    assert (decided.code, told in decided.err) == (2, True)


def test_a_folder_of_both_kinds_is_named(tmp_path: Path) -> None:
    part(tmp_path / "in" / "a.parquet", "ann")
    cases(tmp_path / "in", {"b.yaml": GOOD})
    code, said = batch(tmp_path)
    assert (code, "in/b.yaml:1:1: Q012: " in said) == (2, True)


def test_a_folder_of_other_tables_says_which_they_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.csv", "b.CSV"):
        (tmp_path / "in" / name).write_text("id\n1\n")
    code, said = batch(tmp_path)
    assert code == 2
    assert all(f"in/{name}:1:1: Q012: no Parquet file" in said for name in ("a.csv", "b.CSV"))


@pytest.mark.parametrize("name", ["b.YAML", "b.yml", "b.json", "b.txt"])
def test_pytest_does_not_pass_over_what_it_cannot_read(name: str, tmp_path: Path) -> None:
    cases(tmp_path / "cases", {"a.yaml": GOOD, ".DS_Store": "", "a.yaml~": BAD, "conftest.py": ""})
    assert _by_pytest(tmp_path)[0] == 0
    cases(tmp_path / "cases", {name: BAD})
    code, said = _by_pytest(tmp_path)
    assert (code, name in said) == (1, True), said
    assert ("not a case file" in said) == name.endswith(("json", "txt"))


def _by_pytest(folder: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "triage.assurance.cases.plugin",
        "-p",
        "no:cacheprovider",
    ]
    ended = subprocess.run(
        [*command, "-q", "--rootdir", str(folder), str(folder / "cases")],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stdout


def test_a_strange_file_of_a_rule_book_is_named(tmp_path: Path) -> None:
    book = shutil.copytree(SMALL, tmp_path / "book")
    for name in ("any/a.YAML", "lung/b.yml", "facts/c.json", "notes.txt", "any/deep/d.yaml"):
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_text(json.dumps({}))
    said = run_here(tmp_path, "check", "--rules", book)
    assert said.code == 1
    for name in ("any/a.YAML", "lung/b.yml", "facts/c.json", "notes.txt", "any/deep/d.yaml"):
        assert f"book/{name}:1:1: B003: not a file of a rule book" in said.out
