"""What people are told, whole, against what was kept: a change is for somebody to read and to keep."""

from __future__ import annotations

import pytest

from tests.told import KEPT, told_whole

HINT = "read the difference, and if it is meant, keep it with `python -m tests.told`"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return told_whole(tmp_path_factory.mktemp("told"))


@pytest.mark.parametrize("name", sorted(path.name for path in KEPT.iterdir()))
def test_no_word_or_number_that_somebody_is_told_changes_unseen(name: str, told: dict[str, str]) -> None:
    assert told[name].splitlines() == (KEPT / name).read_text("utf-8").splitlines(), HINT


def test_nothing_that_is_told_is_compared_with_nothing(told: dict[str, str]) -> None:
    assert told.keys() == {path.name for path in KEPT.iterdir()}
    assert all(told.values())
