"""`triage check`: exit 0 for a book that holds, every problem on a line of its own otherwise."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.commands import run

LINE = re.compile(r"\S+\.yaml:\d+:\d+: [A-Z]\d{3}: .+")


def test_a_book_that_holds_is_counted_and_exits_0(
    small_folder: Path, documents_folder: Path, tmp_path: Path
) -> None:
    said = run(tmp_path, "check", "--rules", small_folder, "--documents", documents_folder)
    assert (said.code, said.out) == (0, "")
    assert said.err == "5 rules, 11 facts and 7 statements: no problem found\n"


def test_the_shipped_book_holds(tmp_path: Path) -> None:
    said = run(tmp_path, "check", env={"TRIAGE_RULES": ""})
    assert (said.code, said.out) == (0, "")
    assert said.err.endswith("no problem found\n")


def test_problems_of_several_files_come_at_once_each_with_its_place(small_copy: Path, tmp_path: Path) -> None:
    for name, wrong in (("any/cord-sign.yaml", "mri_spin"), ("liver/back-pain.yaml", "mir_spine")):
        file = small_copy / name
        file.write_text(file.read_text().replace("mri_spine", wrong))
    said = run(tmp_path, "check", "--rules", small_copy)
    assert said.code == 1
    lines = said.out.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    for name in ("any/cord-sign.yaml", "liver/back-pain.yaml"):
        assert any(name in line and 'did you mean "mri_spine"?' in line for line in lines)
    assert lines == sorted(lines, key=lambda line: line.split(":")[0])
    assert said.err == f"{len(lines)} problems\nNot looked at because of them: what nothing uses.\n"


def test_an_example_that_does_not_hold_says_what_it_is_and_why(small_copy: Path, tmp_path: Path) -> None:
    file = small_copy / "any" / "cord-sign.yaml"
    file.write_text(
        file.read_text().replace("{fires: yes, leg_numbness: yes}", "{fires: no, leg_numbness: yes}")
    )
    said = run(tmp_path, "check", "--rules", small_copy)
    assert said.code == 1
    assert "E005: this example says `fires: no`, but it is `yes`" in said.out
    assert "New numbness in the legs: Yes; wanted Yes: yes" in said.out
    assert said.err == "1 problem\n"


def test_a_quote_that_is_not_in_its_document_word_for_word_is_found_with_documents_only(
    small_copy: Path, documents_folder: Path, tmp_path: Path
) -> None:
    file = small_copy / "documents" / "s1.yaml"
    file.write_text(file.read_text().replace("Most people never have", "Most people seldom have"))
    assert run(tmp_path, "check", "--rules", small_copy).code == 0
    said = run(tmp_path, "check", "--rules", small_copy, "--documents", documents_folder)
    assert said.code == 1
    assert "D013: the quote S1.4 is not in" in said.out


def test_a_missing_document_is_found(small_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    said = run(tmp_path, "check", "--rules", small_folder, "--documents", "none")
    assert said.code == 1
    assert "D011" in said.out


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_one_look_finds_what_is_wrong_in_every_kind_of_file(
    small_copy: Path, documents_folder: Path, tmp_path: Path
) -> None:
    """Each of these was told only after those before it had been mended."""
    edit(small_copy / "any/cord-sign.yaml", "title:", "titel:")
    edit(small_copy / "liver/back-pain.yaml", "back_pain: lasting", "back_pain: lastin")
    edit(small_copy / "lung/new-lump.yaml", "{fires: yes", "{fires: no")
    edit(small_copy / "exams.yaml", "name: ", "nam: ")
    edit(small_copy / "documents/s1.yaml", "Most people never have", "Most people seldom have")
    edit(small_copy / "constraints.yaml", "because: ", "becuase: ")
    edit(small_copy / "guarantees.yaml", "at_least: now", "at_least: soon")
    edit(small_copy / "levels.yaml", "{team}", "{taem}")
    said = run(tmp_path, "check", "--rules", small_copy, "--documents", documents_folder)
    assert said.code == 1
    found = {
        tuple(re.findall(r"([\w-]+/?[\w-]*\.yaml):\d+:\d+: (\w+)", line)[0]) for line in said.out.splitlines()
    }
    assert found == {
        ("any/cord-sign.yaml", "S002"),
        ("liver/back-pain.yaml", "C008"),
        ("lung/new-lump.yaml", "E005"),
        ("small/exams.yaml", "S002"),
        ("documents/s1.yaml", "D013"),
        ("small/constraints.yaml", "S002"),
        ("small/guarantees.yaml", "S003"),
        ("small/levels.yaml", "R008"),
    }
    assert said.err.splitlines() == ["8 problems", "Not looked at because of them: what nothing uses."]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("facts/lump.yaml", ["conditions, examples, and what supports a rule", "what nothing uses"]),
        ("documents/s1.yaml", ["whether each statement that is cited exists", "what nothing uses"]),
        ("any/cord-sign.yaml", ["what nothing uses"]),
        ("exams.yaml", ["what nothing uses"]),
    ],
)
def test_what_is_not_looked_at_because_of_a_problem_is_named(
    path: str, left: list[str], small_copy: Path, tmp_path: Path
) -> None:
    (small_copy / path).write_text("- nothing that belongs here\n")
    said = run(tmp_path, "check", "--rules", small_copy)
    assert said.code == 1
    assert said.err.splitlines()[1] == f"Not looked at because of them: {'; '.join(left)}."


def test_examples_that_may_fail_for_another_mistake_are_left_for_later(
    small_copy: Path, tmp_path: Path
) -> None:
    edit(small_copy / "lung/new-lump.yaml", "[cancer, urgency]", "[cancer]")
    edit(small_copy / "lung/new-lump.yaml", "{fires: yes", "{fires: no")
    said = run(tmp_path, "check", "--rules", small_copy)
    assert "E005" not in said.out
    assert "the examples of rules in which something is wrong" in said.err


def test_a_book_that_is_no_book_is_not_looked_at(tmp_path: Path, documents_folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = run(tmp_path, "check", "--rules", "empty", "--documents", documents_folder)
    assert said.code == 1
    assert "empty/facts:1:1: B004: the folder is missing" in said.out
    assert said.err.endswith("Not looked at because of them: everything else; the quotes.\n")
    missing = run(tmp_path, "check", "--rules", "nowhere")
    assert (missing.code, missing.out) == (1, "nowhere:1:1: B001: there is no such folder (name a folder)\n")


def test_settings_and_rules_that_are_wrong_are_told_at_once(small_copy: Path, tmp_path: Path) -> None:
    edit(small_copy / "any/cord-sign.yaml", "title:", "titel:")
    (tmp_path / "clinic.yaml").write_text("team: TODO\n")
    (tmp_path / "in.yaml").write_text("leg_numbness: yes\n")
    said = run(tmp_path, "decide", "in.yaml", "--rules", small_copy, "--settings", "clinic.yaml")
    assert said.code == 2
    assert [re.findall(": ([A-Z][0-9]{3}): ", line)[0] for line in said.err.splitlines()] == ["S002", "G005"]


def test_no_other_command_decides_by_a_book_that_does_not_load(small_copy: Path, tmp_path: Path) -> None:
    file = small_copy / "any" / "cord-sign.yaml"
    file.write_text(file.read_text().replace("leg_numbness: yes}", "leg_numbnes: yes}"))
    (tmp_path / "in.csv").write_text("id,leg_numbness\nx,yes\n")
    (tmp_path / "in.yaml").write_text("leg_numbness: yes\n")
    for arguments in (
        ["decide", "in.yaml"],
        ["batch", "in.csv", "-o", "out.csv"],
        ["test", "in.yaml"],
        ["ask", "--no-save"],
    ):
        said = run(tmp_path, *arguments, "--rules", small_copy)
        assert said.code == 2, arguments
        assert said.out == ""
        assert 'did you mean "leg_numbness"?' in said.err
    assert not (tmp_path / "out.csv").exists()


def test_a_file_whose_name_is_no_utf8_is_refused_in_words(small_copy: Path, tmp_path: Path) -> None:
    (small_copy / os.fsdecode(b"any/\xff.yaml")).write_text("x: y\n")
    said = run(tmp_path, "check", "--rules", small_copy)
    assert said.code == 1
    assert "B003: not a file of a rule book" in said.out
    assert said.out.splitlines()[0].isprintable()
