"""Misspell any identifier anywhere in a rule book by one letter: it must not load.

A rule's own name is its file's name, which nothing in the book refers to; cases do, and there a
misspelt one is K006. Every other word is either known to somebody or used by somebody.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import BOOKS
from tests.misspellings import Speller, Word, one_letter_wrong
from tests.seed import SEED
from triage.book.problems import Problems
from triage.book.reading.files import book_files
from triage.book.reading.folder import SINGLE_FILES
from triage.book.reading.load import load_files
from triage.book.reading.text import parse_page
from triage.book.shipped import shipped_folder


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that did not change are parsed once: loading thousands of times takes seconds."""
    monkeypatch.setattr("triage.book.reading.folder.parse_page", cache(parse_page))


def speller_of(folder: Path) -> Speller:
    """The book of a folder, which loads as it is: what is refused later is refused for one letter."""
    files = book_files(folder)
    load_files(folder, files)
    return Speller(folder, files)


def assert_none_loads(speller: Speller, wrong: list[tuple[Word, str]]) -> None:
    assert wrong
    loaded = [f"{word} -> {instead}" for word, instead in wrong if speller.loads_with(word, instead)]
    assert loaded == [], f"with TRIAGE_SEED={SEED}"


def test_every_identifier_of_the_small_book_misspelt_in_four_ways_does_not_load() -> None:
    speller, rng = speller_of(BOOKS / "small"), random.Random(SEED)
    assert_none_loads(
        speller, [(word, wrong) for word in speller.words for wrong in speller.misspellings(rng, word)]
    )


def test_a_sample_of_the_identifiers_of_the_shipped_book_misspelt_does_not_load() -> None:
    speller, rng = speller_of(shipped_folder("rules")), random.Random(SEED)
    words = rng.sample(speller.words, 150)
    assert_none_loads(speller, [(word, rng.choice(speller.misspellings(rng, word))) for word in words])


@pytest.mark.long
def test_every_identifier_of_the_shipped_book_misspelt_does_not_load() -> None:
    speller, rng = speller_of(shipped_folder("rules")), random.Random(SEED)
    assert_none_loads(
        speller, [(word, rng.choice(speller.misspellings(rng, word))) for word in speller.words]
    )


@pytest.mark.parametrize("folder", [BOOKS / "small", shipped_folder("rules")], ids=["small", "shipped"])
def test_a_misspelt_placeholder_in_any_sentence_does_not_load(folder: Path) -> None:
    speller, rng = speller_of(folder), random.Random(SEED)
    placeholders = [
        Word(path, match.start(1), match[1])
        for path, text in speller.texts.items()
        for match in re.finditer(r"\{([a-z_]+)\}", text)
    ]
    assert_none_loads(speller, [(word, next(one_letter_wrong(rng, word.word))) for word in placeholders])


@pytest.mark.parametrize("name", [*SINGLE_FILES, "facts", "findings", "documents", "any", "liver", "lung"])
def test_a_misspelt_file_or_folder_name_does_not_load(name: str) -> None:
    folder = BOOKS / "small"
    files, stem = book_files(folder), name.partition(".")[0]
    for wrong in one_letter_wrong(random.Random(SEED), stem):
        renamed = {re.sub(rf"^{stem}\b", wrong, path): raw for path, raw in files.items()}
        assert renamed.keys() != files.keys()
        with pytest.raises(Problems):
            load_files(folder, renamed)


def test_the_identifiers_are_those_that_the_small_book_is_held_together_by() -> None:
    """What the walk finds in one rule, counted by hand: a walk that misses words would prove nothing."""
    speller = speller_of(BOOKS / "small")
    words = [word.word for word in speller.words if word.path == "lung/small-lump.yaml"]
    keys = "title urgency suspects when all because exams sources examples status"
    when = "cancer lung skin_lump long_known new lump_size between and mm"
    sources = "statements G1.2 supports lump_size editorial supports cancer skin_lump urgency"
    rows = (
        "fires yes cancer lung skin_lump long_known lump_size mm "
        "fires yes cancer lung skin_lump new lump_size mm "
        "fires no cancer lung skin_lump none fires no lump_size mm fires no lump_size mm"
    )
    assert sorted(words) == sorted(f"{keys} {when} {sources} {rows} next_visit draft".split())
