"""`triage decide`: one patient in, the decision out, in every form and from every kind of file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.commands import TRIAGE, environment, run
from triage.book.book import RuleBook
from triage.decision.document import SCHEMA, DecisionDocument

NUMB = "leg_numbness: yes\n"
WELL = "age: 60 years\ncancer: elsewhere\nleg_weakness: none\nleg_numbness: no\ntemperature: 36.8 °C\n" + (
    "chills: no\nfeeling_ill: no\nskin_lump: none\nback_pain: none\n"
)
LUMP = "age: 60 years\ncancer: lung\nskin_lump: new\nlump_size: 12 mm\nblood_flow: not_reported\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("facts.yaml", "age: 60 years\nleg_numbness: yes\n"),
        ("facts.json", '{"age": "60 years", "leg_numbness": "yes"}'),
        ("case.yaml", "name: a numb leg\nfacts: {age: 60 years, leg_numbness: yes}\n"),
        ("list.yaml", "- name: a numb leg\n  facts: {age: 60 years, leg_numbness: yes}\n"),
        ("windows.yaml", "age: 60 years\r\nleg_numbness: yes\r\n"),
        ("pretty.json", json.dumps({"age": "60 years", "leg_numbness": "yes"}, indent=4)),
    ],
)
def test_facts_a_case_or_a_list_of_one_decide_the_same_from_a_file_and_from_standard_input(
    name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    from_file = run(tmp_path, "decide", name, "--format", "json")
    from_input = run(tmp_path, "decide", "-", "--format", "json", typed=text)
    assert from_file == from_input
    assert from_file.code == 0
    document = json.loads(from_file.out)
    assert document["urgency"] == "now"
    assert document["facts"] == {"age": "60 years", "leg_numbness": "yes"}


@pytest.mark.parametrize(
    "text", [NUMB, WELL, LUMP, "age: 12 years\n", "skin_lump: none\nblood_flow: present\n"]
)
def test_the_json_is_the_versioned_document_and_holds_what_it_promises(
    text: str, small_book: RuleBook, tmp_path: Path
) -> None:
    said = run(tmp_path, "decide", "-", "--format", "json", typed=text)
    document = json.loads(said.out)
    read = TypeAdapter(DecisionDocument).validate_python(document, strict=True)
    assert read == document, "nothing too few, nothing too many, everything of its type"
    assert document["schema"] == SCHEMA
    promised = {"urgency", "possible", "advice", "status", "suspects", "rules", "exams", "open"}
    assert promised <= document.keys()
    assert document["book"] == {
        "version": small_book.version,
        "hash": small_book.hash,
        "status": "draft",
    }
    assert document["engines"]["agree"] is True
    assert all(rule["id"] in small_book.rules for rule in document["rules"])
    assert all(exam["id"] in small_book.exams for exam in document["exams"])


def test_the_json_says_what_fired_why_and_what_is_open(tmp_path: Path) -> None:
    document = json.loads(run(tmp_path, "decide", "-", "--format", "json", typed=LUMP).out)
    assert (document["urgency"], document["possible"], document["status"]) == (
        "next_visit",
        "now",
        "unfinished",
    )
    assert [rule["id"] for rule in document["rules"]] == ["lung/small-lump"]
    assert [rule["id"] for rule in document["counted"]] == ["lung/new-lump"]
    assert document["advice"] == "today"
    question = next(q for q in document["questions"] if q["fact"] == "blood_flow")
    assert question["asked"] is True
    assert question["could_raise_to"] == "today"
    assert document["suspects"] == []


def test_what_a_session_had_ticked_counts_in_decide_and_test(tmp_path: Path) -> None:
    """A case file of somebody who stopped before the detail: weak in the legs, which leg was not asked."""
    case = "- name: stopped early\n  facts: {age: 60 years}\n  ticked: [leg_weakness]\n"
    expect = "  expect: {urgency: now, rules: [any/cord-sign], status: decided}\n"
    (tmp_path / "s.yaml").write_text(case + expect)
    document = json.loads(run(tmp_path, "decide", "s.yaml", "--format", "json").out)
    assert (document["urgency"], document["ticked"]) == ("now", ["leg_weakness"])
    told = run(tmp_path, "decide", "s.yaml", "--nurse").out
    assert "New weakness in the legs: there, details not asked" in told
    tested = run(tmp_path, "test", "s.yaml")
    assert (tested.code, tested.out) == (0, "1 passed, 0 failed\n")


def test_the_patient_reads_the_level_first_and_no_name_of_a_disease(
    small_book: RuleBook, tmp_path: Path
) -> None:
    said = run(tmp_path, "decide", "-", typed=NUMB)
    assert said.out.splitlines()[:2] == [
        "Get emergency help now",
        "  Call your emergency number (112, 999 or 911) now.",
    ]
    assert small_book.suspicions["spinal_cord_compression"].name not in said.out


def test_the_nurse_reads_rules_quotes_suspicions_and_what_is_not_ruled_out(tmp_path: Path) -> None:
    told = run(tmp_path, "decide", "-", "--nurse", typed=LUMP).out
    for text in (
        "lung/small-lump (next_visit)",
        "lung/new-lump (today)",
        "counted in full",
        "certain next_visit, possible now, act on today (unfinished)",
        "G1.1",
        "Not yet ruled out",
        "Blood flow in the lump on ultrasound [It does not say]: up to today (lung/new-lump)",
    ):
        assert text in told


def test_why_shows_the_level_and_only_the_rules_that_act(tmp_path: Path) -> None:
    told = run(tmp_path, "decide", "-", "--why", typed=LUMP).out
    assert told.startswith("At least: Speak to your cancer team today\n")
    assert "lung/small-lump (next_visit): A small lump after lung cancer: fires" in told
    assert "lung/new-lump (today)" in told
    assert "any/cord-sign" not in told
    assert "wanted from 5 to 19 mm: yes" in told


def test_why_not_shows_near_misses_and_open_rules_and_full_shows_all(
    small_book: RuleBook, tmp_path: Path
) -> None:
    near_miss = "age: 60 years\ncancer: lung\nback_pain: lasting\n"
    told = run(tmp_path, "decide", "-", "--why-not", typed=near_miss).out
    assert "liver/back-pain (this_week): Back pain that stays after liver cancer: does not fire" in told
    assert "any/cord-sign (now): A sign of pressure on the spinal cord: open" in told
    full = run(tmp_path, "decide", "-", "--full", typed=near_miss).out
    for rule in small_book.rules.values():
        assert f"{rule.id} ({rule.urgency.name}): {rule.title}: " in full


def test_why_says_so_when_no_rule_fired(tmp_path: Path) -> None:
    told = run(tmp_path, "decide", "-", "--why", typed=WELL).out
    assert told.splitlines()[0] == "No red flag in these answers"
    assert told.splitlines()[-1] == "No rule to show."


def test_contradicting_answers_are_named_count_as_unknown_and_are_named_with_why_too(
    small_book: RuleBook, tmp_path: Path
) -> None:
    text = "cancer: lung\nage: 60 years\nskin_lump: none\nblood_flow: present\n"
    document = json.loads(run(tmp_path, "decide", "-", "--format", "json", typed=text).out)
    (contradiction,) = document["contradictions"]
    assert contradiction["facts"] == ["skin_lump", "blood_flow"]
    assert {"skin_lump", "blood_flow"} <= set(document["open"])
    for options in ([], ["--nurse"], ["--why"], ["--format", "plain"]):
        told = run(tmp_path, "decide", "-", *options, typed=text).out
        assert "contradict each other" in told
        assert small_book.constraints[0].because in told


def test_someone_outside_the_scope_is_given_no_level_but_an_emergency_still_is(tmp_path: Path) -> None:
    for option in ("--format=plain", "--nurse"):
        told = run(tmp_path, "decide", "-", option, typed="age: 12 years\n").out
        assert "These questions are for adults" in told
        assert "No red flag" not in told
        assert "Nothing to arrange" not in told
        told = run(tmp_path, "decide", "-", option, typed="age: 12 years\n" + NUMB).out
        assert "These questions are for adults" in told
        assert "Get emergency help now" in told


def test_a_doubt_that_a_person_must_look_at_never_stands_beside_a_reassurance(tmp_path: Path) -> None:
    doubt = WELL.replace("leg_numbness: no", "leg_numbness: unknown")
    document = json.loads(run(tmp_path, "decide", "-", "--format", "json", typed=doubt).out)
    assert (document["status"], document["advice"]) == ("unresolved", "review_today")
    assert [rule["id"] for rule in document["review"]] == ["any/cord-sign"]
    for option in ("--format=plain", "--nurse"):
        told = run(tmp_path, "decide", "-", option, typed=doubt).out
        assert "A person must look at this" in told
        assert "No red flag" not in told
        assert "Keep the planned follow-up" not in told
        assert "Nothing to arrange" not in told


def test_where_there_is_no_reviewer_the_doubt_counts_in_full(tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("reviewer: no\nemergency: '144'\n")
    doubt = WELL.replace("leg_numbness: no", "leg_numbness: unknown")
    told = run(tmp_path, "decide", "-", "--settings", "clinic.yaml", typed=doubt).out
    assert told.splitlines()[:2] == ["Get emergency help now", "  Call 144 now."]


def test_a_reader_that_goes_away_ends_it_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(LUMP)
    piped = f"{TRIAGE} decide facts.yaml --full | head -1"
    ended = subprocess.run(
        ["bash", "-c", piped],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout == "At least: Speak to your cancer team today\n"
    assert ended.stderr == ""


def test_an_output_that_is_full_is_said_and_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(LUMP)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [TRIAGE, "decide", "facts.yaml"],
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr == "output: No space left on device\n"


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
    ],
    ids=["C", "C without UTF-8", "latin-1", "ascii"],
)
def test_any_locale_can_be_told_everything(locale: dict[str, str], tmp_path: Path) -> None:
    text = WELL + "blood_flow: never_scanned\n"
    plain = run(tmp_path, "decide", "-", "--format", "json", typed=text)
    there = run(tmp_path, "decide", "-", "--format", "json", typed=text, env=locale)
    assert there.code == 0
    assert json.loads(there.out) == json.loads(plain.out)
    for option in ("--full", "--nurse"):
        assert run(tmp_path, "decide", "-", option, typed=text, env=locale).code == 0


def test_it_runs_from_any_folder_with_the_rule_book_that_is_installed(tmp_path: Path) -> None:
    text = "leg_numbness: both_legs\n"
    for folder in (Path("/"), tmp_path):
        said = run(
            tmp_path, "decide", "-", "--format", "json", typed=text, cwd=folder, env={"TRIAGE_RULES": ""}
        )
        assert said.code == 0
        assert json.loads(said.out)["urgency"] == "now"


def test_the_schema_of_the_json_is_printed_without_a_patient(tmp_path: Path) -> None:
    said = run(tmp_path, "decide", "--schema")
    schema = json.loads(said.out)
    assert said.code == 0
    assert schema["$id"] == SCHEMA
    assert {"urgency", "possible", "advice", "status", "rules", "exams", "open"} <= set(schema["required"])
