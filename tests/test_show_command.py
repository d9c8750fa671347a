"""`triage show`: whatever has a name can be shown, with its sources and what uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run
from triage.assurance.describe import describe, names
from triage.book.book import RuleBook


def test_everything_that_has_a_name_can_be_described(small_book: RuleBook) -> None:
    for kind, ids in names(small_book).items():
        for id in ids:
            assert any(id in line for line in describe(small_book, id, [])), (kind, id)


def test_a_rule_is_shown_in_words_with_its_sources_and_cases(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        "- name: a weak leg\n  facts: {leg_weakness: one_leg}\n"
        "  expect: {urgency: now, rules: [any/cord-sign]}\n"
    )
    told = run(tmp_path, "show", "any/cord-sign", "--cases", "case.yaml")
    assert told.code == 0
    for part in ("level: now", "sources:", "editorial:", "a weak leg (case.yaml:1)"):
        assert part in told.out, part


def test_a_statement_names_its_document_and_what_uses_it(tmp_path: Path) -> None:
    told = run(tmp_path, "show", "S1.1", "--cases", tmp_path).out
    assert "used by:" in told


@pytest.mark.parametrize(
    ("name", "near"), [("any/cord-sgn", "any/cord-sign"), ("leg_weaknes", "leg_weakness")]
)
def test_an_unknown_name_offers_the_nearest(tmp_path: Path, name: str, near: str) -> None:
    told = run(tmp_path, "show", name)
    assert told.code == 2
    assert near in told.err


def test_without_a_name_all_names_are_listed(tmp_path: Path) -> None:
    told = run(tmp_path, "show").out
    assert "any/cord-sign" in told
    assert "temperature" in told
