"""A rule book of a git revision is what was committed, whatever the repository would make of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import SMALL
from tests.repositories import Repository, with_the_small_book
from triage.assurance.compare.revision import NoSuchBook, book_named
from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.book.reading.load import load_book

SIGN = "rules/any/cord-sign.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with the small book in one commit; its folder is the current one."""
    made = with_the_small_book(tmp_path / "repository")
    monkeypatch.chdir(made.folder)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    return made


def lower(folder: Path) -> None:
    """The cord sign is no longer for now."""
    sign = folder / SIGN
    sign.write_text(sign.read_text("utf-8").replace("urgency: now", "urgency: this_week"), "utf-8")


def urgency(name: str) -> str:
    return book_named(name).book.rules["any/cord-sign"].urgency.name


def said_of(name: str) -> list[str]:
    """The problems of a book that is refused."""
    with pytest.raises(Problems) as caught:
        book_named(name)
    return [str(problem) for problem in caught.value.problems]


def test_a_revision_is_the_same_book_as_its_folder(repository: Repository, small_book: RuleBook) -> None:
    book, where = book_named("HEAD")
    assert (book.hash, list(book.rules)) == (small_book.hash, list(small_book.rules))
    assert where == f"HEAD:rules at {repository.git('rev-parse', 'HEAD')[:12]}"
    assert book_named("rules") == (load_book(Path("rules")), "")


@pytest.mark.parametrize(
    "attribute", ["export-ignore", "export-subst", "ident", "eol=crlf", "working-tree-encoding=UTF-16"]
)
def test_no_attribute_hides_or_changes_a_rule(
    attribute: str, repository: Repository, small_book: RuleBook
) -> None:
    info = repository.folder / ".git/info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(f"rules/** {attribute}\n*.yaml {attribute}\n")
    (repository.folder / ".gitattributes").write_text(f"rules/** {attribute}\n")
    repository.git("add", ".gitattributes")
    repository.git("commit", "-qm", "attributes")
    assert book_named("HEAD").book.hash == small_book.hash


def test_nothing_of_a_strange_repository_is_run(repository: Repository, small_book: RuleBook) -> None:
    """Neither filters nor hooks, monitors, pagers, drivers for differences, and names for commands."""
    ran = repository.folder / "ran"
    command = f"touch {ran}; cat"
    for name in (
        *(
            "filter.bad.smudge",
            "filter.bad.clean",
            "filter.bad.process",
            "diff.bad.textconv",
            "diff.external",
        ),
        *("diff.bad.command", "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand"),
        *("core.alternateRefsCommand", "alias.rev-parse", "alias.cat-file", "pager.cat-file"),
    ):
        repository.git("config", name, command if name.startswith("filter") else f"!{command}")
    hook = repository.folder / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    (repository.folder / ".git/info").mkdir(exist_ok=True)
    (repository.folder / ".git/info/attributes").write_text("* filter=bad diff=bad\n")
    assert book_named("HEAD").book.hash == small_book.hash
    assert not ran.exists()


def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made the clone says how to fetch, and that is a command."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone, ran = tmp_path / "clone", tmp_path / "ran"
    repository.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository.folder}", clone)
    subprocess.run(
        ["git", "config", "remote.origin.uploadpack", f"touch {ran}; git-upload-pack"], cwd=clone, check=True
    )
    monkeypatch.chdir(clone)
    with pytest.raises((NoSuchBook, Problems), match=r"could not fetch|is not in this clone"):
        book_named("HEAD")
    assert not ran.exists()


def test_neither_replacements_nor_grafts_change_what_is_compared(
    repository: Repository, small_book: RuleBook
) -> None:
    first = repository.git("rev-parse", "HEAD")
    lower(repository.folder)
    second = repository.commit("lowered")
    repository.git("replace", f"{second}:{SIGN}", f"{first}:{SIGN}")
    assert urgency("HEAD") == "this_week"
    repository.git("replace", second, first)
    assert urgency("HEAD") == "this_week"
    third = repository.commit("a third")
    (repository.folder / ".git/info").mkdir(exist_ok=True)
    (repository.folder / ".git/info/grafts").write_text(f"{third} {first}\n")
    assert (urgency("HEAD~1"), urgency("HEAD~2")) == ("this_week", "now")


@pytest.mark.parametrize(
    "variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"]
)
def test_another_repository_that_the_environment_names_is_not_compared(
    variable: str, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a hook of another repository."""
    other = with_the_small_book(tmp_path / "other")
    lower(other.folder)
    other.commit()
    value = {"GIT_WORK_TREE": other.folder, "GIT_OBJECT_DIRECTORY": other.folder / ".git/objects"}
    monkeypatch.setenv(variable, str(value.get(variable, other.folder / ".git")))
    assert urgency("HEAD") == "now"
    assert urgency("main") == "now"


def test_a_bare_repository_is_read(
    repository: Repository, small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("clone", "-q", "--bare", repository.folder, tmp_path / "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert book_named("main").book.hash == small_book.hash
    monkeypatch.chdir(repository.folder / ".git")
    assert book_named("HEAD").book.hash == small_book.hash


def test_a_linked_worktree_has_a_head_of_its_own(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("worktree", "add", "-q", tmp_path / "linked", "-b", "other")
    lower(repository.folder)
    repository.commit()
    monkeypatch.chdir(tmp_path / "linked/rules/any")
    assert (urgency("HEAD"), urgency("main")) == ("now", "this_week")


def test_the_nearest_rules_upwards_are_read_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_the_small_book(tmp_path, "clinic/deep/rules")
    (tmp_path / "clinic/deep/cases").mkdir()
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(SMALL, tmp_path / "rules")
    lower(tmp_path)
    made.commit()
    for here, at in (
        ("clinic/deep", "clinic/deep/rules"),
        ("clinic/deep/rules/any", "clinic/deep/rules"),
        ("clinic/deep/cases", "clinic/deep/rules"),
        ("clinic", "rules"),
        ("elsewhere", "rules"),
        (".", "rules"),
    ):
        monkeypatch.chdir(tmp_path / here)
        book, where = book_named("HEAD")
        assert where.startswith(f"HEAD:{at} at ")
        assert book.rules["any/cord-sign"].urgency.name == ("now" if "deep" in at else "this_week")


def test_a_folder_of_a_revision_is_named_as_git_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_the_small_book(tmp_path, "clinic/deep/red flags: ours")
    monkeypatch.chdir(tmp_path / "clinic")
    for name in (
        "HEAD:clinic/deep/red flags: ours",
        "HEAD:./deep/red flags: ours/",
        "main:../clinic/deep/red flags: ours",
    ):
        book, where = book_named(name)
        assert "any/cord-sign" in book.rules
        assert where.partition(":")[2].startswith("clinic/deep/red flags: ours at ")
    with pytest.raises(NoSuchBook, match='The revision "HEAD" has no folder `clinic/rules`'):
        book_named("HEAD:clinic/rules")
    with pytest.raises(NoSuchBook, match='The revision "HEAD" has no folder `rules`'):
        book_named("HEAD")
    with pytest.raises(NoSuchBook, match="is no folder, but a file, a link or a submodule"):
        book_named("HEAD:clinic/deep/red flags: ours/book.yaml")


def test_a_book_at_the_top_of_a_revision_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository(tmp_path / "made")
    shutil.copytree(SMALL, made.folder, dirs_exist_ok=True)
    made.commit()
    monkeypatch.chdir(made.folder)
    assert book_named("HEAD:").book.hash == book_named(".").book.hash


@pytest.mark.parametrize("name", ["-x", "--help", "-", "--all", "--show-toplevel", "--git-dir"])
def test_a_revision_whose_name_begins_with_a_dash_is_no_option(name: str, repository: Repository) -> None:
    with pytest.raises(NoSuchBook, match="is neither a folder nor a git revision"):
        book_named(name)
    repository.git("update-ref", f"refs/heads/{name}", "HEAD")
    if name != "-":
        assert urgency(name) == "now"


@pytest.mark.parametrize(
    "name", ["", "HEAD..HEAD", "^HEAD", "HEAD^{tree}", "HEAD:rules/book.yaml^{x", "a\nb"]
)
def test_what_is_no_one_commit_is_no_revision(name: str, repository: Repository) -> None:
    with pytest.raises(NoSuchBook, match=r"neither a folder nor a git revision|no folder"):
        book_named(name)


def test_a_name_that_is_a_folder_and_a_revision_is_not_guessed(repository: Repository) -> None:
    repository.git("branch", "rules")
    lower(repository.folder)
    with pytest.raises(
        NoSuchBook, match=r'"rules" is a folder and a git revision. Write ./rules or rules\^0.'
    ):
        book_named("rules")
    assert (urgency("./rules"), urgency("rules^0")) == ("this_week", "now")


def test_a_tag_and_a_branch_of_one_name_are_not_guessed(repository: Repository) -> None:
    repository.git("tag", "v1")
    lower(repository.folder)
    repository.commit()
    repository.git("branch", "v1")
    repository.git("config", "core.warnAmbiguousRefs", "false")
    with pytest.raises(NoSuchBook, match="more than one thing: write refs/tags/…, refs/heads/…"):
        book_named("v1")
    assert (urgency("refs/tags/v1"), urgency("refs/heads/v1")) == ("now", "this_week")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_repository_that_git_does_not_trust_is_told_in_its_words(repository: Repository) -> None:
    os.chown(repository.folder, 4_711, 4_711)
    os.chown(repository.folder / ".git", 4_711, 4_711)
    with pytest.raises(NoSuchBook, match=r"dubious ownership.*safe.directory"):
        book_named("HEAD")
    assert book_named("rules").where == ""


def test_what_a_shallow_clone_lacks_is_said(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit()
    repository.git("clone", "-q", "--depth=1", f"file://{repository.folder}", tmp_path / "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert urgency("HEAD") == "now"
    with pytest.raises(NoSuchBook, match="This clone is shallow; `git fetch --unshallow` brings the rest"):
        book_named("HEAD~1")


def test_a_damaged_repository_is_told_in_gits_words(repository: Repository) -> None:
    name = repository.git("rev-parse", f"HEAD:{SIGN}")
    path = repository.folder / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NoSuchBook, match=r"cannot be read. Git says: "):
        book_named("HEAD")
    path.unlink()
    assert said_of("HEAD") == [
        f"HEAD:{SIGN}:1:1: B002: is not in this clone (`git fetch` it, or clone the repository whole)"
    ]


def test_without_git_a_name_that_is_no_folder_is_told_so(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSuchBook, match="git, which would know a revision, is not installed"):
        book_named("HEAD~1")
    assert book_named(str(small_folder)).where == ""
