"""Rule books that have been loaded before, kept ready: starting a command should not re-read 150 files.

An entry is named by the bytes of every file of the book and of the code that reads it, so it can
only ever be the book that loading would give. Where entries cannot be kept, books are just loaded.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

from triage.book.book import RuleBook
from triage.book.own_folders import cache_folder
from triage.book.reading.files import book_files, hash_files
from triage.book.whole_file import write_whole

MOST_ENTRIES = 8
_CODE = Path(__file__).parent.parent
_DIGEST = hashlib.sha256().digest_size


def open_book(path: Path, accept: Callable[[RuleBook], object] | None = None) -> RuleBook:
    """The rule book of a folder, from the cache when it was loaded before. Raises Problems.

    `accept` is asked of a book before it is kept, and raises Problems where it is refused.
    """
    files = book_files(path)
    entry = _entry(f"{_key(path, hash_files(files))}.book")
    book = _kept(entry) if entry else None
    if book is None:
        from triage.book.reading.load import load_files

        book = load_files(path, files)
        if accept is not None:
            accept(book)
        if entry:
            _keep(entry, book)
    return book


def _entry(name: str) -> Path | None:
    """The file of an entry, or None where there is no folder for it."""
    try:
        return cache_folder() / name
    except OSError:
        return None


def _key(path: Path, book_hash: str) -> str:
    """The name of an entry; problems and cases name files as the folder was given, so that counts too."""
    code = hash_files({str(file): file.read_bytes() for file in _CODE.rglob("*.py")})
    return hashlib.sha256(repr((str(path), book_hash, sys.version, code)).encode()).hexdigest()


def _kept(entry: Path) -> RuleBook | None:
    """The book of an entry. Only what this user alone can have written is trusted to be unpickled."""
    try:
        folder, file = entry.parent.stat(), entry.stat()
        for found in (folder, file):
            if found.st_uid != os.getuid() or found.st_mode & 0o022:
                return None
        raw = entry.read_bytes()
        if hashlib.sha256(raw[_DIGEST:]).digest() != raw[:_DIGEST]:
            return None  # a flipped bit could be a milder level
        book = pickle.loads(raw[_DIGEST:])  # noqa: S301 - see above
    except Exception:  # whatever unpickling may raise: the book is then loaded from its files
        return None
    return book if isinstance(book, RuleBook) else None


def _keep(entry: Path, book: RuleBook) -> None:
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = pickle.dumps(book, protocol=pickle.HIGHEST_PROTOCOL)
        write_whole(entry, hashlib.sha256(raw).digest() + raw, mode=0o600)
        entries = sorted(entry.parent.glob("*.book"), key=lambda kept: kept.stat().st_mtime)
        for old in entries[:-MOST_ENTRIES]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # a full disk or a home that cannot be written costs time, not correctness
