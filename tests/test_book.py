"""A folder becomes a rule book: all of it or nothing, and the same everywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tests.conftest import BOOKS
from triage.book.book import RuleBook
from triage.book.logic import Any, AtLeast, Is, Spans
from triage.book.problems import Problem, Problems
from triage.book.reading.files import book_files, hash_files
from triage.book.reading.folder import Folder
from triage.book.reading.load import load_book, load_files
from triage.book.reading.rulefiles import RuleFiles
from triage.book.reading.vocabulary import Vocabulary
from triage.book.rule import PLACEHOLDERS, Level
from triage.decision.settings import Settings

FILES = book_files(BOOKS / "small")


def codes_of(folder: Path) -> list[tuple[str, str]]:
    """The file and code of every problem of a folder."""
    with pytest.raises(Problems) as caught:
        load_book(folder)
    return [(Path(problem.file).name, problem.code) for problem in caught.value.problems]


def test_a_book_is_what_its_files_say(small_book: RuleBook) -> None:
    assert (small_book.title, small_book.version, small_book.status) == (
        "A small book for tests",
        "0.1.0",
        "draft",
    )
    assert small_book.scope == Is("age", Spans(((18, 120),)))
    assert list(small_book.facts) == [
        *("skin_lump", "lump_size", "blood_flow", "age", "cancer", "leg_weakness", "leg_numbness"),
        *("back_pain", "temperature", "chills", "feeling_ill"),
    ]
    assert list(small_book.rules) == [
        *("any/cord-sign", "any/fever-signs", "liver/back-pain", "lung/new-lump", "lung/small-lump")
    ]
    assert list(small_book.levels) == list(Level)
    assert list(small_book.screens) == ["you", "legs", "fever", "lump"]


def test_a_rule_is_what_its_file_says(small_book: RuleBook) -> None:
    rule = small_book.rules["any/fever-signs"]
    assert rule.urgency is Level.today
    assert (rule.suspects, rule.exams, rule.findings) == (("infection",), ("blood_test",), ())
    assert rule.when == AtLeast(
        2,
        (
            Is("temperature", Spans(((300, 359), (380, 450)))),
            Is("chills", frozenset({"yes"})),
            Is("feeling_ill", frozenset({"yes"})),
        ),
    )
    assert rule.statements == ("S1.3",)
    assert [example.fires for example in rule.examples] == ["yes", "yes", "no", "no", "unknown"]
    assert (Path(rule.file).name, rule.examples[0].line) == ("fever-signs.yaml", 17)


def test_a_finding_is_written_out_in_the_rule_that_names_it(small_book: RuleBook) -> None:
    rule = small_book.rules["any/cord-sign"]
    assert rule.findings == ("cord_sign",)
    assert rule.when == small_book.findings["cord_sign"].when
    assert isinstance(rule.when, Any)


def test_a_statement_is_found_by_its_id(small_book: RuleBook) -> None:
    assert small_book.statement("G1.2").says == "The size of a lump is a reason to look again."
    assert small_book.statement("S1.4").text == "“Most people never have any of these.”"
    for missing in ("S1.9", "X1.1", "S1", ""):
        with pytest.raises(KeyError):
            small_book.statement(missing)


def test_every_kind_of_thing_names_its_sources(small_book: RuleBook) -> None:
    named = [where for where, _ in small_book.sources()]
    assert named.count("rule lung/new-lump") == 3
    for where in ("finding cord_sign", "exam ultrasound", "suspicion infection", "fact age", "level now"):
        assert where in named
    assert "advice “A small lump is best measured twice, some weeks apart.”" in named


def test_the_settings_fill_in_exactly_the_placeholders_that_a_book_may_use() -> None:
    assert {field.name for field in fields(Settings)} == {*PLACEHOLDERS, "reviewer", "answers_count_for"}
    filled = Settings().fill("".join(f"{{{name}}}" for name in PLACEHOLDERS))
    assert "{" not in filled


@pytest.mark.parametrize("path", FILES)
def test_the_hash_changes_with_every_byte_of_every_file(path: str) -> None:
    changed = {**FILES, path: FILES[path] + b"# one more line\n"}
    assert hash_files(changed) != hash_files(FILES)


def test_the_hash_changes_when_a_file_is_renamed_moved_or_split_otherwise() -> None:
    a = {"any/a.yaml": b"1\n2\n", "any/b.yaml": b"3\n"}
    others = [
        {"any/a.yaml": b"1\n", "any/b.yaml": b"2\n3\n"},
        {"any/a.yaml": b"1\n2\n", "any/c.yaml": b"3\n"},
        {"lung/a.yaml": b"1\n2\n", "any/b.yaml": b"3\n"},
        {"any/a.yaml": b"3\n", "any/b.yaml": b"1\n2\n"},
        {"any/a.yaml": b"1\n2\n3\n"},
        {"any/a.yaml": b"1\n2\n", "any/b.yaml": b"3\n", "any/c.yaml": b""},
    ]
    assert len({hash_files(files) for files in [a, *others]}) == 7


def test_a_book_is_named_by_its_version_and_the_start_of_its_hash(small_book: RuleBook) -> None:
    assert small_book.hash == hash_files(FILES)
    assert small_book.name == f"0.1.0 {small_book.hash[:12]}"


def test_the_order_in_which_a_disk_lists_files_does_not_matter(
    small_folder: Path, small_book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = os.walk

    def backwards(
        top: Path, onerror: Callable[[OSError], None]
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        for here, folders, names in walk(top, onerror=onerror):
            folders.reverse()
            yield str(here), folders, list(reversed(names))

    monkeypatch.setattr(os, "walk", backwards)
    again = load_book(small_folder)
    assert again == small_book
    for field in ("facts", "rules", "findings", "exams", "screens", "documents"):
        assert list(getattr(again, field)) == list(getattr(small_book, field))


def test_the_order_in_which_files_are_handed_over_changes_no_word_of_the_book(small_book: RuleBook) -> None:
    again = load_files(BOOKS / "small", dict(reversed(FILES.items())))
    assert again == small_book


def test_where_a_book_lies_does_not_change_its_hash(small_copy: Path, small_book: RuleBook) -> None:
    assert load_book(small_copy).hash == small_book.hash


def test_what_editors_and_git_leave_behind_is_no_part_of_a_book(
    small_copy: Path, small_book: RuleBook
) -> None:
    (small_copy / ".git" / "hooks").mkdir(parents=True)
    (small_copy / ".git" / "hooks" / "x.yaml").write_text("x")
    (small_copy / "any" / ".cord-sign.yaml.swp").write_text("x")
    (small_copy / "any" / "cord-sign.yaml~").write_text("x")
    assert load_book(small_copy).hash == small_book.hash


def test_a_link_inside_the_folder_is_a_file_like_any_other(small_copy: Path, small_book: RuleBook) -> None:
    rule = small_copy / "any" / "cord-sign.yaml"
    rule.rename(small_copy / "any" / "cord-sign.txt~")
    rule.symlink_to(small_copy / "any" / "cord-sign.txt~")
    assert load_book(small_copy).hash == small_book.hash


def test_a_link_out_of_the_folder_is_refused(small_copy: Path, tmp_path: Path) -> None:
    rule = small_copy / "any" / "cord-sign.yaml"
    rule.rename(tmp_path / "elsewhere.yaml")
    rule.symlink_to(tmp_path / "elsewhere.yaml")
    assert codes_of(small_copy) == [("cord-sign.yaml", "B002")]


def test_a_linked_folder_is_refused_because_its_rules_would_be_missing(
    small_copy: Path, tmp_path: Path
) -> None:
    (small_copy / "liver").rename(tmp_path / "liver")
    (small_copy / "liver").symlink_to(tmp_path / "liver")
    assert codes_of(small_copy) == [("liver", "B002")]


def test_a_folder_that_cannot_be_listed_is_refused_because_its_rules_would_be_missing(
    small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "liver":
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(Problems) as caught:
        load_book(small_copy)
    where = str(small_copy / "liver")
    assert caught.value.problems == (Problem(where, 1, 1, "B002", "cannot be listed: Permission denied"),)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (PermissionError(13, "Permission denied"), "cannot be read: Permission denied"),
        (FileNotFoundError(2, "No such file or directory"), "cannot be read: No such file or directory"),
    ],
    ids=["unreadable", "vanished while loading"],
)
def test_a_file_that_cannot_be_read_is_refused(
    small_copy: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, what: str
) -> None:
    read = Path.read_bytes

    def unreadable(path: Path) -> bytes:
        if path.name == "new-lump.yaml":
            raise error
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(Problems) as caught:
        load_book(small_copy)
    assert [(Path(p.file).name, p.code, p.what) for p in caught.value.problems] == [
        ("new-lump.yaml", "B002", what)
    ]


@pytest.mark.parametrize("path", FILES)
def test_nothing_loads_while_one_file_is_broken(path: str) -> None:
    with pytest.raises(Problems) as caught:
        load_files(Path("small"), {**FILES, path: FILES[path] + b"\x00"})
    assert any(
        problem.file == f"small/{path}" and problem.code == "T005" for problem in caught.value.problems
    )


@pytest.mark.parametrize("path", FILES)
def test_nothing_loads_while_one_file_is_missing(path: str) -> None:
    with pytest.raises(Problems):
        load_files(Path("small"), {name: raw for name, raw in FILES.items() if name != path})


@pytest.mark.parametrize("fires", ["", "fires: yess, "])
def test_an_example_that_does_not_say_whether_it_fires_is_no_example(small_copy: Path, fires: str) -> None:
    """Least of all is it one of `unknown`, which a reader of the problems could take it for."""
    path = small_copy / "liver" / "back-pain.yaml"
    path.write_text(path.read_text().replace("{fires: unknown, ", "{" + fires))
    folder = Folder(small_copy, book_files(small_copy))
    read = RuleFiles(folder, Vocabulary(folder))
    read.read()
    assert [problem.code for problem in folder.found] == ["E001"]
    assert [example.fires for example in read.rules["liver/back-pain"].examples] == ["yes", "no", "no", "no"]


def test_mistakes_in_several_files_are_said_at_once_sorted_and_once_each(small_copy: Path) -> None:
    for path, right, wrong in (
        ("lung/new-lump.yaml", "cancer: lung", "cancer: lnug"),
        ("liver/back-pain.yaml", "back_pain: lasting", "back_pian: lasting"),
        ("any/cord-sign.yaml", "urgency: now", "urgency: soon"),
        ("any/fever-signs.yaml", "\ntitle", "\ntitel"),
    ):
        file = small_copy / path
        file.write_text(file.read_text().replace(right, wrong))
    found = codes_of(small_copy)
    assert ("cord-sign.yaml", "S003") in found
    assert ("back-pain.yaml", "C006") in found
    assert ("new-lump.yaml", "C008") in found
    with pytest.raises(Problems) as caught:
        load_book(small_copy)
    assert list(caught.value.problems) == sorted(set(caught.value.problems))


def test_a_book_that_loaded_stays_as_it_was_when_its_files_change(
    small_copy: Path, small_book: RuleBook
) -> None:
    book = load_book(small_copy)
    shutil.rmtree(small_copy)
    assert book.hash == small_book.hash
    assert book.facts == small_book.facts
