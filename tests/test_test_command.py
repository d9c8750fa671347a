"""`triage test`: case files pass or fail, a failure shows the first rule that differs and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.commands import environment, run

GOOD = """
- name: numb legs are an emergency
  facts: {age: 60 years, leg_numbness: yes}
  expect: {urgency: now, rules: [any/cord-sign], exams: [mri_spine], suspects: [spinal_cord_compression]}
"""
WRONG = """
- name: back pain after lung cancer
  facts: {age: 60 years, cancer: lung, back_pain: lasting, leg_numbness: yes}
  expect: {urgency: this_week, rules: [liver/back-pain], possible: now, open: [chills]}
"""
UNREADABLE = """
- name: nobody
  facts: {leg_numbnes: yes}
"""


def test_cases_that_hold_pass_with_exit_0(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    said = run(tmp_path, "test", "good.yaml")
    assert (said.code, said.out, said.err) == (0, "1 passed, 0 failed\n", "")


def test_a_failure_names_the_case_and_shows_the_rule_that_differs_with_its_trace_first(
    tmp_path: Path,
) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "wrong.yaml").write_text(WRONG)
    (tmp_path / "cases" / "good.yaml").write_text(GOOD)
    said = run(tmp_path, "test", "cases")
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0] == "cases/wrong.yaml:2: back pain after lung cancer"
    assert lines[1] == "  any/cord-sign (now) fired and should not have:"
    assert "New numbness in the legs: Yes; wanted Yes: yes" in said.out
    assert "  liver/back-pain (this_week) should have fired and did not:" in lines
    assert "First cancer: In a lung; wanted In the liver: no" in said.out
    assert "  urgency is now, expected this_week" in lines
    assert "  open lacks chills" in lines
    assert lines[-1] == "1 passed, 1 failed"
    level, rule = lines.index("  urgency is now, expected this_week"), 1
    assert rule < level, "the rule comes before the level that follows from it"


def test_a_case_that_cannot_be_read_is_a_problem_with_its_place_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(GOOD + UNREADABLE + WRONG)
    said = run(tmp_path, "test", "cases.yaml")
    assert said.code == 2
    assert 'cases.yaml:7:11: K003: unknown fact "leg_numbnes" (did you mean "leg_numbness"?)' in said.err
    assert said.out.splitlines()[-1] == "1 passed, 1 failed, 1 problems in the files"


def test_a_folder_without_cases_a_missing_file_and_a_name_twice_are_problems(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "nothing.yaml").write_text("[]\n")
    (tmp_path / "session.yaml").write_text("- {name: Ann, facts: {leg_numbness: yes}}\n")
    (tmp_path / "facts.yaml").write_text("leg_numbness: yes\n")
    for paths, wanted in (
        (["empty"], "empty:1:1: K001: no .yaml file in this folder"),
        (["missing.yaml"], "missing.yaml:1:1: T001: cannot be read"),
        (["nothing.yaml"], "nothing.yaml:1:1: K009: no case in this file (a list of cases)"),
        (["session.yaml"], 'session.yaml:1:1: K008: "Ann" expects nothing, so it cannot fail'),
        (["facts.yaml"], 'facts.yaml:1:1: K008: "facts" expects nothing, so it cannot fail'),
        (["a.yaml", "a.yaml"], 'K002: two cases are called "numb legs are an emergency"'),
    ):
        said = run(tmp_path, "test", *paths)
        assert said.code == 2, paths
        assert wanted in said.err


def test_junit_names_every_case_its_failure_and_every_problem(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(GOOD + WRONG + UNREADABLE)
    run(tmp_path, "test", "cases.yaml", "--junit", "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    items = {item.get("name"): item for item in suite.iter("testcase")}
    assert len(items) == 3
    assert items["numb legs are an emergency"].find("failure") is None
    failure = items["back pain after lung cancer"].find("failure")
    assert failure is not None
    assert failure.get("message") == "any/cord-sign (now) fired and should not have:"
    assert "wanted In the liver: no" in (failure.text or "")
    assert [error.get("message") for error in suite.iter("error")] == ['unknown fact "leg_numbnes"']


def test_what_expects_nothing_is_an_error_in_junit_and_not_passed(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(GOOD + "- {name: Ann, facts: {leg_numbness: no}}\n")
    assert run(tmp_path, "test", "cases.yaml", "--junit", "junit.xml").code == 2
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "1")


def test_the_green_results_of_an_earlier_run_do_not_outlive_a_broken_rule_book(
    small_copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    command = ["test", "good.yaml", "--junit", "junit.xml", "--rules", str(small_copy)]
    assert run(tmp_path, *command).code == 0
    book = small_copy / "book.yaml"
    book.write_text(book.read_text().replace("status: draft", "status: drafty"))
    assert run(tmp_path, *command).code == 2
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    run(tmp_path, *command, "--settings", "none.yaml")
    assert 'errors="0"' not in (tmp_path / "junit.xml").read_text()


def test_what_is_no_junit_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    said = run(tmp_path, "test", "good.yaml", "--junit", "good.yaml")
    assert (said.code, said.out) == (2, "")
    assert "good.yaml is no JUnit file. Name another for the results." in said.err
    assert (tmp_path / "good.yaml").read_text() == GOOD


def test_junit_can_be_read_whatever_a_file_is_called(tmp_path: Path) -> None:
    name = b"a\x1b\xff.yaml".decode("utf-8", "surrogateescape")
    (tmp_path / name).write_text(WRONG)
    assert run(tmp_path, "test", name, "--junit", "junit.xml").code == 1
    (item,) = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert item.get("file") == "a\\x1b\\xdcff.yaml"


def test_junit_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    said = run(tmp_path, "test", "good.yaml", "--junit", "missing/junit.xml")
    assert said.code == 2
    assert "No such file or directory" in said.err


def test_screens_prints_both_counts_for_every_case_and_a_summary(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD + WRONG.replace("leg_numbness: yes", "leg_numbness: no"))
    said = run(tmp_path, "test", "good.yaml", "--screens")
    lines = said.out.splitlines()
    assert "  2 screens, emergency certain after 2: numb legs are an emergency" in lines
    assert any(line.endswith(" screens: back pain after lung cancer") for line in lines)
    assert any(line.startswith("screens until done: median ") for line in lines)
    assert "screens until an emergency is certain: median 2, most 2" in lines


def plugin(home: Path, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest with the plugin for cases alone, at the root of some project."""
    run_alone = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "triage.assurance.cases.plugin",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run(
        [*run_alone, *arguments, "-c", "/dev/null", "--rootdir", str(root)],
        env=environment(home, TRIAGE_RULES=""),
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_cases_are_pytest_items_selectable_by_name(tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "mine.yaml").write_text(
        "- name: numb legs\n  facts: {leg_numbness: both_legs}\n"
        "  expect: {urgency: now, rules: [any/cord-sign]}\n"
        "- {name: a wrong one, facts: {leg_numbness: both_legs}, expect: {urgency: none, rules: []}}\n"
    )
    ended = plugin(tmp_path, tmp_path, "cases", "-v")
    assert "1 failed, 1 passed" in ended.stdout
    assert "any/cord-sign (now) fired and should not have" in ended.stdout
    chosen = plugin(tmp_path, tmp_path, "cases", "-k", "numb and legs")
    assert "1 passed, 1 deselected" in chosen.stdout


def test_a_project_that_lies_in_a_folder_called_cases_has_no_more_cases_for_it(tmp_path: Path) -> None:
    project = tmp_path / "cases" / "project"
    for folder in ("cases", "rules"):
        (project / folder).mkdir(parents=True)
        (project / folder / "one.yaml").write_text(
            "- name: legs\n  facts: {leg_numbness: both_legs}\n  expect: {urgency: now, rules: []}\n"
        )
    ended = plugin(tmp_path, project, "--collect-only", "-q")
    assert [line for line in ended.stdout.splitlines() if "::" in line] == ["cases/one.yaml::legs"]
