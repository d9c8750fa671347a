"""`triage compare`: who is raised and who is lowered, from folders and from git revisions."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import yaml

from tests.commands import SMALL, run


def git(folder: Path, *arguments: str) -> None:
    identity = {
        f"GIT_{who}_{what}": "t@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **identity}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


def delete_a_rule(folder: Path) -> None:
    """And another rule has an example with the answer that else no rule would name."""
    (folder / "lung/small-lump.yaml").unlink()
    other = folder / "lung/new-lump.yaml"
    example = "examples:\n  - {fires: no, cancer: lung, skin_lump: long_known}\n"
    other.write_text(other.read_text("utf-8").replace("examples:\n", example), "utf-8")


def test_a_lowered_patient_is_shown_to_paste_and_ends_in_1(small_copy: Path, tmp_path: Path) -> None:
    delete_a_rule(small_copy)
    said = run(tmp_path, "compare", SMALL, small_copy)
    assert said.code == 1
    assert "LOWERED  next_visit → none, by lung/small-lump" in said.out
    assert "RAISED: nobody (proved)" in said.out
    assert "rule removed: lung/small-lump" in said.out
    pasted = [line[4:] for line in said.out.splitlines() if line.startswith("    ")]
    [case] = yaml.safe_load("\n".join(pasted))
    assert case["expect"]["urgency"] == "none"
    (tmp_path / "case.yaml").write_text("\n".join(pasted) + "\n", encoding="utf-8")
    assert run(tmp_path, "test", "--rules", small_copy, "case.yaml").code == 0


def test_without_new_the_book_of_rules_is_compared_and_raising_ends_in_0(
    small_copy: Path, tmp_path: Path
) -> None:
    delete_a_rule(small_copy)
    said = run(tmp_path, "compare", small_copy)
    assert said.code == 0
    assert "RAISED  none → next_visit, by lung/small-lump" in said.out
    assert "LOWERED: nobody (proved)" in said.out


def test_the_changelog_is_grouped(small_copy: Path, tmp_path: Path) -> None:
    delete_a_rule(small_copy)
    facts = small_copy / "facts/person.yaml"
    facts.write_text(facts.read_text("utf-8").replace("Does your back hurt?", "Is it sore?"), "utf-8")
    said = run(tmp_path, "compare", "--changelog", SMALL, small_copy)
    assert said.code == 1
    advice, wording = said.out.splitlines()
    assert advice.startswith("- **Advice:** lowered by lung/small-lump (next_visit → none)")
    assert wording.startswith("- **Wording:**")


def test_git_revisions_are_compared(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "rules")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    delete_a_rule(tmp_path / "rules")
    (tmp_path / "rules/guarantees.yaml").rename(tmp_path / "kept")
    git(tmp_path, "commit", "-qam", "two")
    unreadable = run(tmp_path, "compare", "HEAD~1", "HEAD")
    assert (unreadable.code, unreadable.out) == (2, "")
    assert unreadable.err == "HEAD:rules/guarantees.yaml:1:1: B004: the file is missing\n"
    (tmp_path / "kept").rename(tmp_path / "rules/guarantees.yaml")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "three")
    said = run(tmp_path, "compare", "HEAD~2", "HEAD")
    assert said.code == 1
    assert "lung/small-lump" in said.out


def test_nobody_is_said_to_be_lowered_by_a_rule_that_an_attribute_hides(tmp_path: Path) -> None:
    """`git archive` leaves out what is marked so, on both sides: nothing differs, and nobody was lowered."""
    shutil.copytree(SMALL, tmp_path / "rules")
    (tmp_path / ".gitattributes").write_text("rules/lung/small-lump.yaml export-ignore\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    delete_a_rule(tmp_path / "rules")
    git(tmp_path, "commit", "-qam", "two")
    (tmp_path / "cases").mkdir()
    said = run(tmp_path, "compare", "HEAD~1", "HEAD", cwd=tmp_path / "cases")
    assert said.code == 1
    assert "LOWERED  next_visit → none, by lung/small-lump" in said.out
    assert [line.partition(" at ")[0] for line in said.err.splitlines()] == [
        "read: HEAD~1:rules",
        "read: HEAD:rules",
    ]


def test_a_name_that_is_neither_is_an_error(small_copy: Path, tmp_path: Path) -> None:
    for name in ("no-such-thing", "HEAD"):
        said = run(tmp_path, "compare", name, small_copy)
        assert (said.code, said.out) == (2, "")
        assert f'"{name}" is neither a folder nor a git revision' in said.err


def test_a_narrower_scope_is_shown_with_someone_who_is_outside_now(small_copy: Path, tmp_path: Path) -> None:
    book = small_copy / "book.yaml"
    book.write_text(book.read_text("utf-8").replace("at least 18 years", "at least 60 years"), "utf-8")
    said = run(tmp_path, "compare", SMALL, small_copy)
    assert said.code == 1
    assert "OUT OF SCOPE NOW" in said.out
    pasted = [line[4:] for line in said.out.splitlines() if line.startswith("    ")]
    [case] = yaml.safe_load("\n".join(pasted))
    assert 18 <= int(case["facts"]["age"].split()[0]) < 60
    assert run(tmp_path, "compare", small_copy, SMALL).code == 0
