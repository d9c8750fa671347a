"""A rule book by name: a folder, or a git revision of the repository in the current folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from triage.assurance.compare import repository
from triage.assurance.compare.committed import CommittedBook
from triage.assurance.compare.repository import GitFailed
from triage.book.book import RuleBook
from triage.book.reading.load import load_book, load_files


class NoSuchBook(Exception):
    """A name that is neither a folder nor a revision that has a rule book; the message says what to do."""


class Named(NamedTuple):
    """A rule book; `where` git has it, of a revision: `v1.2:rules at 0f3a5b7c9d21`."""

    book: RuleBook
    where: str


def book_named(name: str) -> Named:
    """The rule book of a folder, or of a git revision the nearest folder `rules` from here upwards.

    `v1.2:path/to/rules` names another folder of a revision, by its path from the top of the repository.
    Raises NoSuchBook; and Problems when the book cannot be read, in whose places a file of a revision
    is written as git does: `v1.2:rules/book.yaml`.
    """
    is_folder = bool(name) and Path(name).is_dir()
    try:
        found = _found(name)
    except NoSuchBook:
        if not is_folder:
            raise
        found = None
    if found is None:
        return Named(load_book(Path(name)), "")
    if is_folder:
        raise NoSuchBook(f'"{name}" is a folder and a git revision. Write ./{name} or {name}^0.')
    try:
        return _committed(*found)
    except GitFailed as error:
        raise NoSuchBook(f'The revision "{name}" cannot be read. Git says: {error}') from None


class _Found(NamedTuple):
    """The commit that a name means, how that part of the name is written, and the folder that it says."""

    commit: str
    revision: str
    path: str | None


def _found(name: str) -> _Found:
    """What git knows by a name. Raises NoSuchBook."""
    if not repository.is_installed():
        raise NoSuchBook(f'"{name}" is no folder, and git, which would know a revision, is not installed.')
    neither = (
        f'"{name}" is neither a folder nor a git revision of the repository in this folder. '
        "Name a folder of rules, or a commit, branch or tag."
    )
    revision, colon, path = name.partition(":")
    try:
        if name and (commit := repository.commit_named(name)):
            return _Found(commit, name, None)
        if revision and colon and (commit := repository.commit_named(revision)):
            return _Found(commit, revision, path)
        if repository.is_shallow():
            neither += " This clone is shallow; `git fetch --unshallow` brings the rest."
    except GitFailed as error:
        if "is ambiguous" in str(error):
            neither = (
                f'"{name}" is more than one thing: write refs/tags/…, refs/heads/…, or more of the hash.'
            )
        raise NoSuchBook(f"{neither} Git says: {error}") from None
    raise NoSuchBook(neither)


def _committed(commit: str, revision: str, said: str | None) -> Named:
    """The rule book in a folder of a commit. Raises NoSuchBook, Problems and GitFailed."""
    here = repository.inside().rstrip("/")
    paths = list(_upwards(here)) if said is None else [_from_the_top(here, said)]
    objects = ((path, repository.object_at(commit, path)) for path in paths)
    path, folder = next(((path, found) for path, found in objects if found), ("", None))
    if folder is None:
        looked_for = "`rules`" if said is None else f"`{said}`"
        raise NoSuchBook(f'The revision "{revision}" has no folder {looked_for}.')
    shown = f"{revision}:{path}"
    with repository.objects() as read:
        if read.kind(folder) != "tree":
            raise NoSuchBook(f"{shown} is no folder, but a file, a link or a submodule.")
        top = repository.object_at(commit, "")
        assert top is not None
        files = CommittedBook(read, top, path, shown).files(folder)
    return Named(load_files(Path(shown), files), f"{shown} at {commit[:12]}")


def _upwards(here: str) -> Iterator[str]:
    """The folders `rules` that could be meant from here: the nearest first."""
    while here:
        yield f"{here}/rules"
        here = here.rpartition("/")[0]
    yield "rules"


def _from_the_top(here: str, said: str) -> str:
    """The path that is said, which git takes from here where it begins with a point."""
    path = posixpath.normpath(posixpath.join(here, said) if said.startswith(("./", "../")) else said)
    return "" if path in (".", "") else path
