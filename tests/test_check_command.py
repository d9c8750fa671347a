"""`triage check`: exit 0 for a book that holds, every problem on a line of its own otherwise."""

from __future__ import annotations

import os
import re
from pathlib import Path

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
    assert said.err == f"{len(lines)} problems\n"


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
