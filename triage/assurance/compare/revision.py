"""A rule book by name: a folder, or a git revision of the repository in the current folder."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.book.reading.load import load_book


class NoSuchBook(Exception):
    """A name that is neither a folder nor a revision that has a rule book; the message says what to do."""


def book_named(name: str) -> RuleBook:
    """The rule book of a folder, or else the folder `rules` of a git revision.

    Raises NoSuchBook; and Problems when the book cannot be read, in whose places a file of a
    revision is written as git does: `v1.2:rules/book.yaml`.
    """
    if Path(name).is_dir():
        return load_book(Path(name))
    if shutil.which("git") is None:
        raise NoSuchBook(f'"{name}" is no folder, and git, which would know a revision, is not installed.')
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        raise NoSuchBook(
            f'"{name}" is neither a folder nor a git revision of the repository in this folder. '
            "Name a folder of rules, or a commit, branch or tag."
        )
    top = _git("rev-parse", "--show-toplevel")
    sha = commit.decode().strip()
    tar = None if top is None else _git("-C", top.decode().rstrip("\n"), "archive", sha, "rules")
    if tar is None:
        raise NoSuchBook(f'The revision "{name}" has no folder `rules`.')
    with tempfile.TemporaryDirectory(prefix="triage-compare-") as folder:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            # Python before 3.11.4, as in Debian 12, has no filters; git itself keeps paths inside the folder.
            archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            archive.extractall(folder)  # noqa: S202 - see above
        try:
            return load_book(Path(folder) / "rules")
        except Problems as error:
            raise Problems(
                replace(problem, file=f"{name}:{Path(problem.file).relative_to(folder).as_posix()}")
                for problem in error.problems
            ) from None


def _git(*arguments: str) -> bytes | None:
    """What git printed, or None when it failed."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 - no shell
    return done.stdout if done.returncode == 0 else None
