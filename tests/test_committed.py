"""What is in a folder of a commit is read and refused as it is in a folder, however it came there."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import SMALL, TRIAGE, environment
from tests.repositories import Repository, with_the_small_book
from triage.assurance.compare.revision import NoSuchBook, book_named
from triage.book.problems import Problems
from triage.book.reading.limits import MOST_FILES
from triage.book.reading.load import load_book
from triage.book.reading.text import MAX_BYTES


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = with_the_small_book(tmp_path / "repository")
    monkeypatch.chdir(made.folder)
    return made


def lines(name: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        book_named(name)
    return [str(problem) for problem in caught.value.problems]


def test_links_are_followed_and_refused_as_in_the_folder(repository: Repository) -> None:
    rules = repository.folder / "rules"
    (repository.folder / "outside.yaml").write_text("no part of the book\n")
    (rules / "any/.kept.yaml").write_bytes((rules / "any/cord-sign.yaml").read_bytes())
    (rules / "any/cord-sign.yaml").unlink()
    (rules / "any/cord-sign.yaml").symlink_to("../.hidden/../any/./link")
    (rules / ".hidden").mkdir()
    (rules / ".hidden/x").write_text("x")
    (rules / "any/link").symlink_to("../../rules/any/.kept.yaml")
    repository.commit()
    assert lines("HEAD") == [line.replace("rules/", "HEAD:rules/", 1) for line in lines("./rules")]
    (rules / "any/link").rename(rules / "any/.link")
    (rules / "any/cord-sign.yaml").unlink()
    (rules / "any/cord-sign.yaml").symlink_to("../.hidden/../any/./.link")
    repository.commit()
    assert book_named("HEAD").book.hash == load_book(Path("rules")).hash
    for name, target in (
        ("out.yaml", "../outside.yaml"),
        ("far.yaml", "../../../../../etc/passwd"),
        ("absolute.yaml", "/etc/passwd"),
        ("folder.yaml", "any"),
        ("top.yaml", ".."),
        ("nowhere.yaml", "any/missing.yaml"),
        ("loop.yaml", "loop.yaml"),
        ("any/pair.yaml", "other.yaml"),
        ("any/other.yaml", "pair.yaml"),
    ):
        (rules / name).symlink_to(target)
    repository.commit()
    said = lines("HEAD")
    assert said == [line.replace("rules/", "HEAD:rules/", 1) for line in lines("./rules")]
    assert len(said) == 9


def test_what_editors_leave_is_passed_over_as_in_the_folder(repository: Repository) -> None:
    rules = repository.folder / "rules"
    for name in (
        "book.yaml~",
        ".book.yaml.swp",
        ".old/book.yaml",
        "any/.#cord-sign.yaml",
        "any/cord-sign.yaml~",
    ):
        (rules / name).parent.mkdir(exist_ok=True)
        (rules / name).write_text("not read\n")
    repository.git("add", "-A", "-f")
    repository.commit()
    assert "any/cord-sign.yaml~" in repository.git("ls-files")
    assert book_named("HEAD").book.hash == load_book(SMALL).hash


def test_a_submodule_is_refused(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},rules/lent")
    repository.git("commit", "-qm", "a submodule")
    assert lines("HEAD") == ["HEAD:rules/lent:1:1: B002: a submodule (copy it instead)"]


@pytest.mark.parametrize("name", [b"new\nline.yaml", b"\x1b[2J.yaml", b"\xff\xfe.yaml", "‮lmay.yaml".encode()])
def test_a_name_that_would_steer_a_terminal_is_refused_as_in_the_folder(
    name: bytes, repository: Repository
) -> None:
    (repository.folder / "rules" / os.fsdecode(name)).write_text("x: y\n")
    repository.commit()
    [said] = lines("HEAD")
    assert said.startswith("HEAD:rules/")
    assert said.isprintable()
    assert "B003: not a file of a rule book" in said
    assert lines("./rules") == [said.removeprefix("HEAD:")]


def test_a_folder_such_as_no_git_would_make_does_no_harm(repository: Repository) -> None:
    text = repository.blob(b"x: y\n")
    for entries, expected in (
        ([("100644", text, "x/../../up.yaml")], "HEAD:rules/x/../../up.yaml:1:1: B003"),
        ([("100644", text, "/etc/x.yaml")], "B003"),
        ([("100644", text, "x.yaml"), ("100644", text, "x.yaml")], "two files have this name"),
    ):
        commit = repository.commit_of(repository.tree_of(*entries))
        repository.git("update-ref", "refs/heads/main", commit)
        assert any(expected in line for line in lines("HEAD")), expected


@pytest.mark.parametrize(
    "raw", [b"100644 x.yaml", b"100644 x\0abc", b"x", b"999999 x\0" + b"a" * 20, b"\0" * 40]
)
def test_a_damaged_folder_is_said(raw: bytes, repository: Repository) -> None:
    tree = repository.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", typed=raw)
    name = repository.commit_of(tree)
    with pytest.raises(NoSuchBook, match=r"cannot be read. Git says: the folder [0-9a-f]{40} is damaged"):
        book_named(name)


def most_memory(repository: Repository, revision: str) -> tuple[int, str]:
    """What `triage compare` and the gits that it starts take at most, in bytes, and what it says."""
    child = subprocess.Popen(
        [TRIAGE, "compare", revision, "rules"],
        cwd=repository.folder,
        env=environment(repository.folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )
    assert child.stderr is not None
    said = child.stderr.read()
    child.stderr.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 2, said
    return usage.ru_maxrss * 1024, said


def test_a_small_repository_of_huge_files_takes_no_memory(repository: Repository) -> None:
    """A megabyte of it holds a gigabyte of blanks, which stands there a hundred times."""
    with (repository.folder / "blanks").open("wb") as file:
        file.truncate(200_000_000)
    huge = repository.git("hash-object", "-w", "blanks")
    shutil.rmtree(repository.folder / "rules/any")
    tree = repository.tree_of(*(("100644", huge, f"{number:03}.yaml") for number in range(500)))
    took, said = most_memory(repository, repository.commit_of(tree))
    assert took < 1_000_000_000
    assert said.splitlines()[0].endswith(
        ":rules/000.yaml:1:1: T002: the file is larger than 8,000,000 bytes (split it)"
    )


def test_a_small_repository_of_many_large_files_takes_no_memory(repository: Repository) -> None:
    large = repository.blob(b" " * MAX_BYTES)
    tree = repository.tree_of(*(("100644", large, f"{number:03}.yaml") for number in range(500)))
    took, said = most_memory(repository, repository.commit_of(tree))
    assert took < 1_000_000_000
    assert "B010: the files have more than 16,000,000 bytes altogether" in said


@pytest.mark.parametrize("leaf", ["file", "nothing", "folder"])
def test_folders_that_hold_each_other_without_end_are_not_walked(leaf: str, repository: Repository) -> None:
    """Ten folders of ten folders of … are ten billion, of ten objects."""
    tree = repository.tree_of(*([("100644", repository.blob(b"x"), "x.yaml")] if leaf == "file" else []))
    for _ in range(10):
        tree = repository.tree_of(*(("40000", tree, f"{number}") for number in range(10)))
    took, said = most_memory(repository, repository.commit_of(tree))
    assert took < 1_000_000_000
    assert f"B010: more than {MOST_FILES:,} files" in said


def test_a_folder_too_large_to_be_listed_is_refused(repository: Repository) -> None:
    text = repository.blob(b"x")
    tree = repository.tree_of(*(("100644", text, f"{number:0200}.yaml") for number in range(60_000)))
    took, said = most_memory(repository, repository.commit_of(tree))
    assert took < 1_000_000_000
    assert f"B010: more than {MOST_FILES:,} files" in said
