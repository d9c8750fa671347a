"""`triage ask` between a tick and its details: nothing ticked is lost, and an emergency is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.commands import run
from tests.terminals import terminal
from triage.book.book import RuleBook
from triage.book.rule import Level


def document(shown: str) -> Any:
    """The JSON in what a terminal showed."""
    return json.loads(shown[shown.index("{") : shown.rindex("}") + 1])


def test_an_emergency_is_certain_as_soon_as_its_tick_is_typed(small_book: RuleBook, tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml", "--format", "plain") as at:
        at.type("60")
        told = at.type("1")
        assert small_book.levels[Level.now].patient.replace(
            "{emergency}", "your emergency number"
        ) in told.replace(" (112, 999 or 911)", "")
        assert "Are your legs weaker" not in told, "which leg can wait"
        assert "Enter for the result" in told
    assert "ticked: [leg_weakness]" in (tmp_path / "s.yaml").read_text()


def test_a_nurse_is_told_the_emergency_before_its_detail_is_asked(
    small_book: RuleBook, tmp_path: Path
) -> None:
    with terminal(tmp_path, "--nurse", "--no-save", "--format", "plain") as at:
        at.type("60")
        told = at.type("1").splitlines()
    assert told.index(small_book.levels[Level.now].name) < told.index("New weakness in the legs")


def test_after_a_nurses_tick_what_was_stored_is_repeated(tmp_path: Path) -> None:
    with terminal(tmp_path, "--nurse", "--no-save") as at:
        at.type("60")
        assert "> New numbness in the legs: Yes; Back pain: there" in at.type("2 3").splitlines()
        at.type("1")
        assert not [line for line in at.type("b", "0").splitlines() if line.startswith("> New")]


def test_killed_between_a_tick_and_its_detail_the_emergency_is_still_the_result(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60", "1")
        at.kill()
    for command in (["decide", "s.yaml"], ["ask", "--resume", "s.yaml"]):
        found = json.loads(run(tmp_path, *command, "--format", "json").out)
        assert (found["urgency"], found["ticked"]) == ("now", ["leg_weakness"])
        assert found["facts"].keys() == {"age", "leg_numbness", "back_pain"}
    with terminal(tmp_path, "--resume", "s.yaml") as at:
        assert "Get emergency help now" in at.screen, "told again before anything else"
        assert "Enter for the result" in at.screen


def test_stopped_before_a_detail_that_decides_the_result_is_unfinished_and_names_it(tmp_path: Path) -> None:
    """Back pain after liver cancer: for this week where it stays, and nothing where it passes."""
    with terminal(tmp_path, "--session", "s.yaml", "--format", "json") as at:
        at.type("60", "3", "q")
        stopped = document(at.screen)
    assert stopped["status"] == "unfinished"
    assert stopped["ticked"] == ["back_pain"]
    told = run(tmp_path, "decide", "s.yaml").out
    assert "Pain in the back (details not asked)" in told
    assert "No red flag" not in told
    assert "[there, details not asked]" in run(tmp_path, "decide", "s.yaml", "--nurse").out
    with terminal(tmp_path, "--resume", "s.yaml") as at:
        assert "Does your back hurt?" in at.screen, "the detail is asked next"


def test_a_tick_taken_back_counts_no_more(tmp_path: Path) -> None:
    with terminal(tmp_path, "--session", "s.yaml") as at:
        at.type("60", "1")
        assert "“Get emergency help now” is no longer certain" in at.type("b")
        at.type("0", "q")
    assert json.loads(run(tmp_path, "decide", "s.yaml", "--format", "json").out)["urgency"] == "none"
