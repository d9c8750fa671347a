"""A git repository that is only read, whoever made it.

Nothing in it is run or obeyed: no attribute, filter, hook, replacement or graft changes what is read, and
nothing is fetched. What git says when it cannot do as asked is passed on in `GitFailed`.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO

MOST_MEMORY = 1_000_000_000
"""What git itself may take: an object of a few bytes may say that it is of any size."""
_SECONDS = 120
_OBEYED = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_ALONE = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "",  # before git 2.45, this alone keeps a partial clone from being filled
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_COMMAND = ("git", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", "core.warnAmbiguousRefs=true")
_KINDS = {b"10": "file", b"12": "link", b"16": "submodule", b"40": "folder"}


class GitFailed(Exception):
    """What git said when it could not do as asked."""


def is_installed() -> bool:
    """Whether there is a git to ask."""
    return shutil.which("git") is not None


def commit_named(revision: str) -> str | None:
    """The commit that a revision of the repository in the current folder names; None where it names none.

    Raises GitFailed where there is no repository, or git refuses to read it, or the name means two things.
    """
    commit = _verified(f"{revision}^{{commit}}")
    if commit is not None:
        said = _asked("--verify", "--end-of-options", f"{revision}^{{commit}}").stderr
        if b" is ambiguous" in said:  # which git keeps to itself when it is told to be quiet
            raise GitFailed(_in_words(said))
    return commit


def object_at(commit: str, path: str) -> str | None:
    """What stands at a path from the top of a commit, or None. Raises GitFailed."""
    return _verified(f"{commit}:{path}")


def is_shallow() -> bool:
    """Whether this is a clone without its older commits."""
    return _asked("--is-shallow-repository").stdout.strip() == b"true"


def inside() -> str:
    """The path of the current folder from the top of its repository: nothing, or `sub/folder/`."""
    return os.fsdecode(_asked("--show-prefix").stdout.removesuffix(b"\n"))


def _verified(name: str) -> str | None:
    found = _asked("--verify", "--quiet", "--end-of-options", name)
    if found.returncode not in (0, 1) or found.stderr.startswith(b"error: "):
        raise GitFailed(_in_words(found.stderr))
    said = found.stdout.strip().decode("ascii", "replace")
    return said if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", said) else None


def _asked(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What `git rev-parse` says."""
    try:
        return subprocess.run(  # noqa: S603 - no shell
            [*_COMMAND, "rev-parse", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            preexec_fn=_limit_memory,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitFailed(f"git did not answer within {_SECONDS} seconds") from None


def _environment() -> dict[str, str]:
    """Ours, without what leads git to another repository than that of the current folder."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_OBEYED)
    }
    return {**kept, **_ALONE}


def _limit_memory() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _in_words(said: bytes) -> str:
    lines = said.decode("utf-8", "backslashreplace").strip().splitlines()
    return "; ".join(line.strip() for line in lines[:10]) or "git failed without a word"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder of a commit: `kind` is file, link, folder or submodule."""

    name: str
    kind: str
    object: str


class Objects:
    """What is in a repository by its object names: first how large it is, then what is in it."""

    def __init__(self, sizes: _Batch, contents: _Batch) -> None:
        self._sizes, self._contents = sizes, contents
        self.folder = lru_cache(maxsize=64)(self._folder)

    def size(self, name: str) -> int | None:
        """The bytes of an object; None where it is missing, as in a partial clone. Raises GitFailed."""
        kind, size = self._sizes.ask(name)
        return None if kind == "missing" else size

    def kind(self, name: str) -> str:
        """What an object is: tree, blob, commit, or missing. Raises GitFailed."""
        return self._sizes.ask(name)[0]

    def content(self, name: str) -> bytes:
        """What is in an object, whose size should be known to be fit. Raises GitFailed."""
        _, size = self._contents.ask(name)
        return self._contents.take(size + 1)[:-1]

    def _folder(self, name: str) -> tuple[Entry, ...]:
        """What is in a folder. Raises GitFailed where that makes no sense."""
        raw, at, length = self.content(name), 0, len(name) // 2
        entries = []
        while at < len(raw):
            mode = raw[at : at + 8].partition(b" ")[0]
            kind, end = _KINDS.get(mode.zfill(6).lstrip(b"0")[:2]), raw.find(b"\0", at)
            start, at = at + len(mode) + 1, end + 1 + length
            if kind is None or not start < end or at > len(raw):
                raise GitFailed(f"the folder {name} is damaged")
            entries.append(Entry(os.fsdecode(raw[start:end]), kind, raw[end + 1 : at].hex()))
        return tuple(entries)


@dataclass
class _Batch:
    """A `git cat-file` that answers one name after the other."""

    process: subprocess.Popen[bytes]
    talk: IO[bytes]
    told: list[bytes] = field(default_factory=list)

    def ask(self, name: str) -> tuple[str, int]:
        """The kind and the size of an object. Raises GitFailed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(name.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.failed() from None
        said = self.process.stdout.readline(1_000).decode("ascii", "replace").split()
        if len(said) == 2 and said[1] == "missing":
            return "missing", 0
        if len(said) != 3 or not said[2].isdecimal():
            raise self.failed()
        return said[1], int(said[2])

    def take(self, count: int) -> bytes:
        """The next bytes. Raises GitFailed where there are fewer."""
        assert self.process.stdout is not None
        taken = self.process.stdout.read(count)
        if len(taken) != count:
            raise self.failed()
        return taken

    def failed(self) -> GitFailed:
        self.process.kill()
        self.process.wait()
        self.talk.seek(0)
        return GitFailed(_in_words(self.talk.read(10_000)))


@contextmanager
def objects() -> Iterator[Objects]:
    """The objects of the repository in the current folder."""
    with _batch("--batch-check") as sizes, _batch("--batch") as contents:
        yield Objects(sizes, contents)


@contextmanager
def _batch(how: str) -> Iterator[_Batch]:
    with tempfile.TemporaryFile() as talk:
        process = subprocess.Popen(  # noqa: S603 - no shell
            [*_COMMAND, "cat-file", how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=talk,
            env=_environment(),
            preexec_fn=_limit_memory,
        )
        try:
            yield _Batch(process, talk)
        finally:
            process.kill()
            process.communicate()
