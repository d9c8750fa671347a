"""Git repositories with a rule book, made as a stranger might make them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.commands import SMALL


class Repository:
    """A repository in a folder, which `git` changes. It begins without a commit."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str | Path, typed: bytes = b"") -> str:
        people = {
            f"GIT_{who}_{what}": "t@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        ended = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=self.folder,
            check=True,
            capture_output=True,
            input=typed,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **people},
        )
        return ended.stdout.decode().strip()

    def commit(self, said: str = "a change") -> str:
        """Commits all that is in the folder, and returns the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", said)
        return self.git("rev-parse", "HEAD")

    def tree_of(self, *entries: tuple[str, str, str]) -> str:
        """A folder of entries (mode, object, name), also such as no git would make."""
        raw = b"".join(
            f"{mode} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(object_)
            for mode, object_, name in entries
        )
        return self.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", typed=raw)

    def commit_of(self, rules: str) -> str:
        """A commit with this folder as `rules`."""
        return self.git("commit-tree", "-m", "made", self.tree_of(("40000", rules, "rules")))

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", typed=content)


def with_the_small_book(folder: Path, at: str = "rules") -> Repository:
    """A repository of one commit that has the small book at a path."""
    repository = Repository(folder)
    shutil.copytree(SMALL, folder / at)
    repository.commit("the small book")
    return repository
