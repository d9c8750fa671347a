"""`triage mutants`: a table of what is noticed, the missing cases, and a file of them to read."""

from __future__ import annotations

from pathlib import Path

from tests.commands import run

CASES = """
- name: a fever with shivering is for today
  facts: {temperature: 38.0 °C, chills: yes}
  denied: everything else
  expect: {urgency: today, rules: [any/fever-signs]}
"""
MORE = """
- name: being so ill with shivering calls for a blood test
  facts: {chills: yes, feeling_ill: yes}
  denied: everything else
  expect: {urgency: today, rules: [any/fever-signs], exams: [blood_test]}
"""
WRONG = """
- name: shivering alone is for now
  facts: {chills: yes}
  denied: everything else
  expect: {urgency: now, rules: []}
"""


def counts(out: str, operator: str) -> list[str]:
    [line] = [line for line in out.splitlines() if line.startswith(f"{operator} ")]
    return line.removeprefix(operator).split()


def test_a_mistake_that_nothing_notices_is_shown_with_its_case_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    said = run(tmp_path, "mutants", "any/fever-signs", "--cases", "cases.yaml")
    assert (said.code, said.err) == (1, "")
    assert [line for line in said.out.splitlines() if "ALIVE" in line] == [
        "ALIVE  any/fever-signs: without blood_test"
    ]
    assert '    - name: "a mistake in any/fever-signs is noticed: without blood_test"' in said.out
    assert "        exams: [blood_test]" in said.out
    assert said.out.splitlines()[4].strip(), "the case is shown whole"
    assert counts(said.out, "examination lost") == ["1", "0", "0", "1"]
    assert counts(said.out, "count off by one") == ["2", "2", "0", "0"]
    assert counts(said.out, "all mistakes") == ["15", "14", "0", "1"]


def test_when_everything_is_noticed_the_exit_is_0_and_no_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "all.yaml").write_text(CASES + MORE, encoding="utf-8")
    said = run(tmp_path, "mutants", "any/fever-signs", "--cases", "cases", "--suggest", "new.yaml")
    assert said.code == 0
    assert counts(said.out, "all mistakes") == ["15", "15", "0", "0"]
    assert said.err == "No case is missing: new.yaml was not written.\n"
    assert not (tmp_path / "new.yaml").exists()


def test_the_suggested_cases_pass_and_with_them_nothing_is_alive(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    first = run(tmp_path, "mutants", "--cases", "cases.yaml", "--suggest", "new.yaml")
    assert first.code == 1
    assert first.err == "The missing cases are in new.yaml.\n"
    assert run(tmp_path, "test", "new.yaml").code == 0
    second = run(tmp_path, "mutants", "--cases", "cases.yaml", "--cases", "new.yaml", "--twice")
    assert (second.code, second.err) == (0, "")
    assert counts(second.out, "all mistakes")[-1] == "0"
    assert counts(second.out, "all mistakes")[0] == counts(first.out, "all mistakes")[0]


def test_suggested_cases_are_never_written_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    said = run(tmp_path, "mutants", "--cases", "cases.yaml", "--suggest", "cases.yaml")
    assert said.code == 2
    assert said.err == "cases.yaml: exists and is never written over; name a new file\n"
    assert (tmp_path / "cases.yaml").read_text(encoding="utf-8") == CASES


def test_a_rule_that_does_not_exist_is_named_with_the_nearest(tmp_path: Path) -> None:
    said = run(tmp_path, "mutants", "any/fever-sign")
    assert said.code == 2
    assert 'no rule is called "any/fever-sign" (did you mean "any/fever-signs"?)' in said.err


def test_a_case_that_fails_is_named_and_set_aside(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES + MORE + WRONG, encoding="utf-8")
    said = run(tmp_path, "mutants", "any/fever-signs", "--cases", "cases.yaml")
    assert said.code == 0
    assert said.err == "set aside, because it fails: cases.yaml:12: shivering alone is for now\n"


def test_cases_that_cannot_be_read_are_a_problem_with_exit_2(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES.replace("chills", "chils"), encoding="utf-8")
    said = run(tmp_path, "mutants", "--cases", "cases.yaml")
    assert said.code == 2
    assert "cases.yaml:3:" in said.err
    assert 'unknown fact "chils"' in said.err
