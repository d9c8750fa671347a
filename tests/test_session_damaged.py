"""A session's file that is damaged, of another book or in the way: said in words, and no answer mixed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.book.book import RuleBook
from triage.book.problems import Problems
from triage.calls.session import Session

OTHER = "0" * 64


def written(path: Path, facts: str, *more: str, rules_hash: str = OTHER) -> Path:
    """A session's file with these facts, of another rule book unless it says which."""
    begun = "2026-11-23T09:00:00.000+00:00"
    lines = [
        "- name: Ann",
        f'  asked_on: "{begun}"',
        f'  rules_hash: "{rules_hash}"',
        f"  facts: {facts}",
        *more,
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    "text",
    ["just words", "[]", "- just words", "- [a, list]", "facts", "- facts: words", "- facts: {age: [60]}"],
)
def test_a_file_that_is_no_session_is_refused_in_words_whatever_is_in_it(
    text: str, small_book: RuleBook, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text(text + "\n")
    with pytest.raises(Problems):
        Session.resume(small_book, tmp_path / "s.yaml")


def test_an_answer_that_this_very_book_cannot_read_is_an_error_and_never_left_out(
    small_book: RuleBook, tmp_path: Path
) -> None:
    path = written(tmp_path / "s.yaml", "{age: 60 years, leg_numbness: maybe}", rules_hash=small_book.hash)
    with pytest.raises(Problems, match="maybe"):
        Session.resume(small_book, path)
    (tmp_path / "no_hash.yaml").write_text("- name: Ann\n  facts: {leg_numbness: maybe}\n")
    with pytest.raises(Problems, match="maybe"):
        Session.resume(small_book, tmp_path / "no_hash.yaml")


def test_what_is_ticked_again_takes_back_the_answer_given_before(small_book: RuleBook) -> None:
    """The old detail would stand beside the tick, and decide."""
    session = Session(small_book, None)
    session.give({"back_pain": "none", "leg_numbness": "no"})
    session.give({}, ["back_pain"])
    assert session.answers == {"leg_numbness": "no"}
    assert session.ticked == ["back_pain"]
    session.give({}, ["back_pain"])
    assert session.ticked == ["back_pain"], "once"


def test_a_session_in_a_folder_below_one_that_is_not_there_yet_is_kept(
    small_book: RuleBook, tmp_path: Path
) -> None:
    session = Session(small_book, tmp_path / "a" / "b" / "s.yaml")
    session.give({"leg_numbness": "yes"})
    session.close()
    assert (tmp_path / "a" / "b" / "s.yaml").exists()


def test_a_folder_that_another_session_makes_at_the_same_moment_is_no_error(
    small_book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_dir = Path.is_dir
    before = iter([False])
    monkeypatch.setattr(Path, "is_dir", lambda path: next(before, None) is None and is_dir(path))
    session = Session(small_book, tmp_path / "s.yaml")
    assert list(before) == []
    session.close()


def test_a_lock_that_somebody_has_removed_meanwhile_is_no_error_at_the_end(
    small_book: RuleBook, tmp_path: Path
) -> None:
    session = Session(small_book, tmp_path / "s.yaml")
    for lock in tmp_path.glob("*.lock"):
        lock.unlink()
    session.close()
