"""A rule book of a git revision, read with any Python from 3.11 on."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from triage.assurance.compare.revision import NoSuchBook, book_named
from triage.book.book import RuleBook


def test_a_python_whose_tarfile_has_no_filters_reads_a_revision_too(
    small_book: RuleBook, small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small_folder, tmp_path / "rules")
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "A book"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    extract_all: Any = tarfile.TarFile.extractall

    def without_filters(archive: tarfile.TarFile, path: str) -> None:
        extract_all(archive, path)

    monkeypatch.delattr(tarfile, "data_filter", raising=False)  # Debian 12 has such a Python
    monkeypatch.setattr(tarfile.TarFile, "extractall", without_filters)
    monkeypatch.chdir(tmp_path)
    assert book_named("HEAD").hash == small_book.hash


def test_without_git_a_name_that_is_no_folder_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSuchBook, match="git, which would know a revision, is not installed"):
        book_named("HEAD~1")
