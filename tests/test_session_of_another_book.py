"""A session that another rule book began: its origin stays, and no answer is taken for another question's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.here import run_here
from tests.sessions import as_if_written
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.calls.session import Session


@pytest.fixture
def other(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small book in which a question was turned round and an answer has another word."""
    folder = shutil.copytree(small_folder, tmp_path / "other")
    person = folder / "facts" / "person.yaml"
    text = person.read_text()
    turned = text.replace("Are your legs weaker than they used to be?", "Are your legs as strong as ever?")
    assert turned != text
    person.write_text(turned)
    return folder


def begun(book: RuleBook, path: Path) -> Path:
    session = Session(book, path)
    session.give({"age": 60, "cancer": "lung", "leg_weakness": "none", "leg_numbness": "yes"}, ["back_pain"])
    session.close()
    return path


def test_an_answer_whose_words_were_turned_round_is_asked_again(
    small_book: RuleBook, other: Path, tmp_path: Path
) -> None:
    begun(small_book, tmp_path / "s.yaml")
    session = Session.resume(load_book(other), tmp_path / "s.yaml")
    session.close()
    assert session.gone == ("leg_weakness",)
    assert session.answers == {"age": 60, "cancer": "lung", "leg_numbness": "yes"}
    assert session.ticked == ["back_pain"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("facts/person.yaml", 'both_legs: "Yes, both legs"', 'both_legs: "Yes, one or both"'),
        ("facts/person.yaml", "nurse: New weakness in the legs", "nurse: Legs as strong as before"),
        ("screens.yaml", "", ""),
    ],
)
def test_other_words_of_an_answer_of_the_nurse_or_of_the_list_count_too(
    file: str, old: str, new: str, small_book: RuleBook, small_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small_folder, tmp_path / "other")
    text = (folder / file).read_text()
    if not old:
        old = next(line for line in text.split("legs:")[1].splitlines() if "ask:" in line)
        new = "  ask: Which of these are as they always were?"
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    begun(small_book, tmp_path / "s.yaml")
    session = Session.resume(load_book(folder), tmp_path / "s.yaml")
    session.close()
    assert "leg_weakness" in session.gone
    assert session.answers.items() >= {("age", 60), ("cancer", "lung")}


def test_what_the_new_book_cannot_read_stays_in_the_file_with_the_book_that_asked_it(
    small_book: RuleBook, tmp_path: Path
) -> None:
    path = begun(small_book, tmp_path / "s.yaml")
    text = path.read_text().replace(small_book.hash, "0" * 64)
    as_if_written(path, text.replace('leg_numbness: "yes"', 'leg_numbness: "numb"\n    zeal: "much"'))
    for _ in range(3):
        session = Session.resume(small_book, path)
        session.give({"chills": "no"})
        session.close()
        assert session.other_books == ("0" * 64,)
        (earlier,) = session.contents.earlier
        assert earlier.facts == {"leg_numbness": "numb", "zeal": "much"}
    assert "zeal" in path.read_text()


def test_that_the_book_changed_is_said_at_every_resume_and_in_the_note(other: Path, tmp_path: Path) -> None:
    run_here(tmp_path, "ask", "--session", "s.yaml", typed="60\nq\n")
    for _ in range(2):
        said = run_here(
            tmp_path, "ask", "--resume", "s.yaml", "--rules", other, "--note", "note.txt", typed="0\nq\n"
        )
        assert "The rule book has changed since; the result follows the new one." in said.err
        assert "begun by another rule book" in (tmp_path / "note.txt").read_text()
        (tmp_path / "note.txt").unlink()


def test_what_is_left_out_is_told_in_words_where_the_book_has_words_for_it(
    small_book: RuleBook, other: Path, tmp_path: Path
) -> None:
    path = begun(small_book, tmp_path / "s.yaml")
    as_if_written(path, path.read_text().replace('    age: "60 years"', '    zeal: "much"', 1))
    said = run_here(tmp_path, "ask", "--resume", "s.yaml", "--rules", other, typed="q\n")
    assert "It does not ask any more, or not so: zeal, “Weak legs”. These answers are left out." in said.err


def test_a_book_that_began_a_session_is_not_said_to_have_come_later(other: Path, tmp_path: Path) -> None:
    run_here(tmp_path, "ask", "--session", "s.yaml", typed="60\nq\n")
    run_here(tmp_path, "ask", "--resume", "s.yaml", "--rules", other, typed="0\nq\n")
    run_here(tmp_path, "ask", "--resume", "s.yaml", "--note", "note.txt", typed="q\n")
    note = (tmp_path / "note.txt").read_text()
    assert "The session was also asked by another rule book (" in note
    assert "begun by" not in note


def test_a_session_that_does_not_say_its_words_is_asked_again_by_another_book(
    small_book: RuleBook, tmp_path: Path
) -> None:
    path = begun(small_book, tmp_path / "s.yaml")
    text = path.read_text().replace(small_book.hash, "0" * 64)
    as_if_written(path, text.partition("    wording:")[0])
    session = Session.resume(small_book, path)
    session.close()
    assert session.answers == {}
    assert set(session.gone) == {"age", "cancer", "leg_weakness", "leg_numbness", "back_pain"}
