"""A rule book that was kept ready is the one that loading would give, or it is not used."""

from __future__ import annotations

import os
import random
import stat
from pathlib import Path

import pytest

from tests.conftest import BOOKS
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.problems import Problem, Problems
from triage.book.reading.cache import MOST_ENTRIES, open_book


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where books are kept, empty at first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "triage"


def no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a book can only come from the cache."""

    def refuse(*_: object) -> RuleBook:
        raise AssertionError("the book was loaded again")

    monkeypatch.setattr("triage.book.reading.load.load_files", refuse)


def test_a_book_is_kept_and_is_the_same_book(small_book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_book(BOOKS / "small") == small_book
    no_loading(monkeypatch)
    assert open_book(BOOKS / "small") == small_book


def test_one_changed_word_in_any_file_is_seen_at_once(small_copy: Path) -> None:
    before = open_book(small_copy)
    rule = small_copy / "any" / "cord-sign.yaml"
    rule.write_text(rule.read_text().replace("urgency: now", "urgency: today"))
    after = open_book(small_copy)
    assert (before.rules["any/cord-sign"].urgency.name, after.rules["any/cord-sign"].urgency.name) == (
        "now",
        "today",
    )


def test_changed_code_is_seen_though_its_size_and_time_are_the_same(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an installation that gives every file one date."""
    code = tmp_path / "code"
    code.mkdir()
    monkeypatch.setattr("triage.book.reading.cache._CODE", code)
    for content in ("LEVELS = 5", "LEVELS = 6"):
        (code / "rule.py").write_text(content)
        os.utime(code / "rule.py", (0, 0))
        open_book(BOOKS / "small")
    assert len(list(kept.glob("*.book"))) == 2


def test_a_book_that_has_become_wrong_is_refused(small_copy: Path) -> None:
    open_book(small_copy)
    (small_copy / "advice.yaml").unlink()
    with pytest.raises(Problems, match="B004"):
        open_book(small_copy)


def test_an_entry_that_was_damaged_is_not_used(kept: Path, small_book: RuleBook) -> None:
    """Any flipped bit: without a check some of them give a book with another level or threshold."""
    open_book(BOOKS / "small")
    [entry] = kept.glob("*.book")
    whole, seed = entry.read_bytes(), SEED
    rng = random.Random(seed)
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        entry.write_bytes(damaged)
        assert open_book(BOOKS / "small") == small_book, f"seed {seed}"
        assert entry.read_bytes() == whole, f"seed {seed}"


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 1_000])
def test_an_entry_that_is_no_book_is_not_used(kept: Path, small_book: RuleBook, content: bytes) -> None:
    open_book(BOOKS / "small")
    [entry] = kept.glob("*.book")
    entry.write_bytes(content)
    assert open_book(BOOKS / "small") == small_book


def test_an_entry_that_others_could_have_written_is_not_used(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_book(BOOKS / "small")
    [entry] = kept.glob("*.book")
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    entry.chmod(0o666)
    no_loading(monkeypatch)
    with pytest.raises(AssertionError, match="loaded again"):
        open_book(BOOKS / "small")


def test_where_nothing_can_be_kept_a_book_is_just_loaded(
    tmp_path: Path, small_book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert open_book(BOOKS / "small") == small_book


def test_old_entries_make_room(kept: Path, small_copy: Path) -> None:
    for number in range(MOST_ENTRIES + 3):
        with (small_copy / "advice.yaml").open("a") as file:
            file.write(f"# {number}\n")
        open_book(small_copy)
    assert len(list(kept.glob("*.book"))) == MOST_ENTRIES


def test_a_book_that_no_engine_could_run_is_told_each_time_and_never_kept(kept: Path) -> None:
    def refuse(book: RuleBook) -> None:
        raise Problems([Problem("any/wide.yaml", 1, 1, "L003", "too wide")])

    for _ in range(2):
        with pytest.raises(Problems, match="L003"):
            open_book(BOOKS / "small", refuse)
    assert not list(kept.glob("*.book"))
