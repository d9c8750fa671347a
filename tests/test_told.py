"""Nobody who was asked too little, or whom a person must look at, counts as `none` or waits: anywhere."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cohorts import chunk_of
from tests.commands import SMALL, Said, run
from tests.here import run_here
from tests.people_told import ADVICE, PEOPLE, TODAY, rows, write_tables
from tests.results import rows_of
from tests.test_note import MONDAY
from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.rule import Level, Told
from triage.calls.note import handover_note
from triage.cohort.anywhere import DecideBatches
from triage.cohort.run import Run
from triage.decision.decide import Decider, Decision
from triage.decision.level_told import STATUSES, told
from triage.decision.settings import Settings
from triage.decision.telling import tell_nurse, tell_patient, what_to_do

READERS: tuple[Literal["patient", "nurse"], ...] = ("patient", "nurse")
FORMS = ("out.csv", "out.jsonl", "out.parquet", "packed.parquet")
LEVELS = ["none", "next_visit", "this_week", "today", "now"]
SEVERITY = ["none", "no_level", "next_visit", "this_week", "review_today", "today", "now"]


def decided(book: RuleBook, who: str) -> Decision:
    said = PEOPLE[who][0]
    answers: dict[str, Answer] = {name: book.facts[name].read(word) for name, word in said.items()}
    return Decider(book).decide(answers)


def batch(home: Path, table: str, out: str, *more: str, installed: bool = True) -> Said:
    packed = ["--packed"] if out.startswith("packed") else []
    return (run if installed else run_here)(home, "batch", table, "-o", out, *packed, *more)


# In a program ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_a_decision_tells_what_may_be_acted_on(who: str, small_book: RuleBook) -> None:
    _, advice, urgency, status = PEOPLE[who]
    decision = decided(small_book, who)
    assert (decision.advice, decision.urgency.name, decision.status) == (Told[advice], urgency, status)
    assert decision.urgency <= decision.at_least <= decision.possible


def test_none_is_told_to_nobody_of_whom_anything_else_is_possible() -> None:
    """Whatever the level, the status and the review: what is told is never milder than any of them."""
    for at_least, possible, status, review in product(Level, Level, STATUSES, (False, True)):
        is_told = told(at_least, possible, status, review=review)
        assert is_told >= Told[at_least.name]
        assert not review or is_told >= Told.review_today
        well = at_least is possible is Level.none and status != "out_of_scope" and not review
        assert at_least > possible or (is_told is Told.none) == well
        assert (is_told.name == at_least.name) or is_told in (Told.no_level, Told.review_today)


def test_sorted_those_who_must_be_looked_at_never_stand_below_none(small_book: RuleBook) -> None:
    everybody = [(decided(small_book, who).advice, who) for who in PEOPLE]
    order = [who for _, who in sorted(everybody)]
    assert order[0] == "well"
    assert set(order[-len(TODAY) :]) == TODAY
    assert max(everybody) == (Told.now, "weak legs")
    assert [one.name for one in sorted(Told)] == [one.name for one in Told] == SEVERITY


def test_what_is_told_is_never_taken_for_a_level() -> None:
    """`this_week` of the one and of the other are other places in other orders."""
    for level, one in product(Level, Told):
        assert not {level} & {one}
        with pytest.raises(TypeError):
            assert level < one
        with pytest.raises(TypeError):
            assert one >= level


# On a screen and in a note -----------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_no_reader_is_told_to_act_on_none_or_to_wait_for_the_planned_visit(
    who: str, small_book: RuleBook
) -> None:
    decision, settings = decided(small_book, who), Settings()
    none = small_book.levels[Level.none]
    passages = [*tell_patient(decision, settings), *tell_nurse(decision, settings)]
    said = [
        handover_note(decision, settings, MONDAY),
        *("\n".join([p.heading, *p.lines]) for p in passages),
    ]
    for text in (" ".join(text.split()) for text in said):
        reassuring = [wait for wait in ("act on none", none.patient, none.nurse, none.name) if wait in text]
        assert not reassuring or ADVICE[who] == "none"
    if ADVICE[who] == "review_today":
        for first, *more in (what_to_do(decision, settings, reader) for reader in READERS):
            assert first.startswith(("Do not wait for the planned follow-up.", "These rules cannot judge"))
            assert all(
                line.startswith(("If they find nothing more: ", "If you ", "If the ")) for line in more
            )


def test_a_person_with_a_certain_level_is_told_that_somebody_must_look_before_that(
    small_book: RuleBook,
) -> None:
    decision = decided(small_book, "back with legs")
    name = small_book.levels[Level.this_week].name
    heading = f"At least: {name}. A person must look at it today"
    for tell in (tell_patient, tell_nurse):
        [level] = [p for p in tell(decision, Settings()) if p.tone == "level"]
        assert (level.heading, level.lines[0]) == (heading, "Do not wait for the planned follow-up.")
    note = handover_note(decision, Settings(), MONDAY)
    assert "Level: at least THIS WEEK; a person must look today\n" in note


# As JSON, and in tables ---------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_the_json_of_a_person_says_what_to_act_on(who: str, tmp_path: Path) -> None:
    said, advice, urgency, status = PEOPLE[who]
    typed = json.dumps(said, ensure_ascii=False)
    document = json.loads(run_here(tmp_path, "decide", "-", "--format", "json", typed=typed).out)
    assert document["schema"] == "triage-decision/2"
    assert (document["advice"], document["urgency"], document["status"]) == (advice, urgency, status)
    assert list(document)[2] == "advice", "before the levels, of which `none` means less"


def test_a_row_that_was_asked_nothing_is_not_told_to_keep_the_planned_follow_up(tmp_path: Path) -> None:
    """In every form of table and of results, who filters for `none` finds who is well, and nobody else."""
    for table in write_tables(tmp_path):
        for out in FORMS:
            said = batch(tmp_path, table, out, installed=table == "in.csv" or out == "out.csv")
            assert said.code == 0, said.err
            found = {row["id"]: row["advice"] for row in rows_of(tmp_path / out)}
            assert [who for who, advice in found.items() if advice == "none"] == ["well"], (table, out)
            today = {who for who, advice in found.items() if advice in ("review_today", "today", "now")}
            assert today == TODAY, (table, out)
            assert found == ADVICE, (table, out)
            tally = [line.split() for line in said.err.splitlines() if line.startswith("  ")]
            assert [name for name, _ in tally] == SEVERITY[::-1]
            assert {name: int(count) for name, count in tally} == Counter(ADVICE.values()), (table, out)


def test_every_row_of_results_says_by_which_words_it_is_to_be_read(tmp_path: Path) -> None:
    write_tables(tmp_path)
    for out in FORMS:
        batch(tmp_path, "in.csv", out)
        assert {row["schema"] for row in rows_of(tmp_path / out)} == {"triage-results/2"}


@pytest.mark.parametrize("out", ["out.parquet", "packed.parquet"])
def test_in_parquet_the_order_of_the_words_is_that_of_severity(out: str, tmp_path: Path) -> None:
    """By the alphabet `now` would stand below `review_today` and `this_week`."""
    write_tables(tmp_path)
    assert batch(tmp_path, "in.csv", out, "--compare", str(SMALL)).code == 0
    read = pq.read_table(tmp_path / out)
    for name, words in (("advice", SEVERITY), ("urgency", LEVELS), ("possible", LEVELS)):
        for column in (read.column(name), read.column(f"other_{name}")):
            assert column.type.ordered
            assert column.combine_chunks().dictionary.to_pylist() == words
    frame = read.to_pandas()
    assert set(frame[frame.advice >= "review_today"].id) == TODAY
    assert (frame.advice.max(), frame.advice.min()) == ("now", "none")
    assert frame.sort_values("advice").id.iloc[0] == "well"


def test_batches_of_another_engine_tell_it_too(small_book: RuleBook) -> None:
    batch = pa.RecordBatch.from_pylist(rows())
    [results] = DecideBatches(small_book)([batch])
    assert dict(zip(*results.select(["id", "advice"]).to_pydict().values(), strict=True)) == ADVICE
    assert set(results.column("schema").to_pylist()) == {"triage-results/2"}


# Beside another rule book ------------------------------------------------------------------------


def test_a_book_that_no_longer_has_a_person_looked_at_lowers(tmp_path: Path) -> None:
    """The other book is milder where the legs are not known, and stricter where the back is not."""
    other = shutil.copytree(SMALL, tmp_path / "other")
    for rule, old, new in (
        ("any/cord-sign", "urgency: now", "urgency: this_week"),
        ("liver/back-pain", "urgency: this_week", "urgency: today"),
    ):
        file = other / f"{rule}.yaml"
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))
    write_tables(tmp_path)
    for out in FORMS:
        said = batch(tmp_path, "in.csv", out, "--compare", "other")
        assert said.code == 0, said.err
        found = {
            row["id"]: (row["advice"], row["other_advice"], row["told"]) for row in rows_of(tmp_path / out)
        }
        assert found["legs not known"] == ("review_today", "no_level", "lowered")
        assert found["lump with legs"] == ("review_today", "next_visit", "lowered")
        assert found["back not known"] == ("no_level", "review_today", "raised")
        assert found["back with legs"] == ("review_today", "today", "raised")
        assert found["well"] == ("none", "none", "same")


def test_a_book_that_tells_none_where_no_level_could_be_given_lowers(small_book: RuleBook) -> None:
    rules = {id: rule for id, rule in small_book.rules.items() if id != "liver/back-pain"}
    fewer = replace(small_book, rules=rules, hash="1" * 64)
    people = [decided(small_book, "back not known").answers]
    for book, other, wanted in ((small_book, fewer, "lowered"), (fewer, small_book, "raised")):
        results = Run(Decider(book), 1.0, other).decide(chunk_of(book, people)).results
        assert results.column("told").to_pylist() == [wanted]


# In the report, and from before ------------------------------------------------------------------


def without_schema(results: Path) -> None:
    """Takes away what results did not say before."""
    if results.suffix == ".parquet":
        pq.write_table(pq.read_table(results).drop_columns(["schema"]), results)
        return
    text = results.read_text(encoding="utf-8")
    said = ', "schema": "triage-results/2"' if results.suffix == ".jsonl" else ",triage-results/2"
    assert text.count(said) == len(PEOPLE)
    results.write_text(text.replace(said, "").replace(",schema,", ",", 1), encoding="utf-8")


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_report_does_not_count_the_none_of_results_from_before(out: str, tmp_path: Path) -> None:
    write_tables(tmp_path)
    batch(tmp_path, "in.csv", out)
    assert run(tmp_path, "report", out, "-o", "page.html").code == 0
    (tmp_path / "page.html").unlink()
    without_schema(tmp_path / out)
    said = run(tmp_path, "report", out, "-o", "page.html")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"{out}: does not say which results it holds, and this report reads triage-results/2: before, `none` "
        "also stood where nobody could tell a level. Decide the table again with `triage batch`\n"
    )
    assert not (tmp_path / "page.html").exists()


def test_the_page_counts_those_who_must_be_looked_at_by_themselves(tmp_path: Path) -> None:
    write_tables(tmp_path)
    batch(tmp_path, "in.csv", "out.csv")
    assert run(tmp_path, "report", "out.csv", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    [body] = re.findall(r"<caption>Patients by level</caption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = [[re.sub(r"<[^>]*>", "", cell) for cell in re.split(r"</t[hd]>", line)][:4] for line in lines]
    wanted = [name.replace("_", " ") for name in SEVERITY[::-1]]
    assert [head.partition(":")[0] for head, *_ in cells] == wanted
    counted = dict(zip(wanted, ([certain, act, may] for _, certain, act, may in cells), strict=True))
    assert counted["review today"] == ["–", "5", "–"]
    assert counted["none"] == ["1", "1", "1"]
    assert [counted[name][1] for name in wanted] == [str(Counter(ADVICE.values())[n]) for n in SEVERITY[::-1]]
    assert "No level" in page
    assert "without a level: no all-clear" in page


def test_a_run_that_was_stopped_before_is_not_gone_on_with_in_other_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier program decided would else stand in one file with what this one decides."""
    with (tmp_path / "in.csv").open("w") as file:
        file.write("id,cancer\n")
        file.writelines(f"{n},liver\n" for n in range(3_000))
    with monkeypatch.context() as before:
        before.setattr("triage.decision.level_told.RESULTS", "triage-results/1")
        before.setattr("triage.cohort.batch.Spool.remove", lambda spool: spool.close())
        assert run_here(tmp_path, "batch", "in.csv", "-o", "out.csv").code == 0
    assert (tmp_path / "out.csv.unfinished").exists()
    said = run_here(tmp_path, "batch", "in.csv", "-o", "out.csv", "--resume")
    assert said.code == 2
    assert "is of another run: it differs in schema of the results." in said.err


# In case files -----------------------------------------------------------------------------------


def test_a_case_that_expects_none_of_a_person_who_must_be_looked_at_fails(tmp_path: Path) -> None:
    cases = [
        {"name": who, "facts": said, "expect": {"urgency": urgency, "rules": [], "advice": "none"}}
        for who, (said, _, urgency, _) in PEOPLE.items()
        if urgency == "none"
    ]
    (tmp_path / "cases.yaml").write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")
    said = run(tmp_path, "test", "cases.yaml")
    assert (said.code, said.out.splitlines()[-1]) == (1, "1 passed, 7 failed")
    assert said.out.count("  advice is no_level, expected none\n") == 4
    assert said.out.count("  advice is review_today, expected none\n") == 3
    for case in cases:
        case["expect"] = {"urgency": "none", "rules": [], "advice": ADVICE[str(case["name"])]}
    (tmp_path / "cases.yaml").write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")
    assert run(tmp_path, "test", "cases.yaml").out == "8 passed, 0 failed\n"


def test_a_case_cannot_expect_a_level_that_is_none(tmp_path: Path) -> None:
    """That there is no level is what is told, and nothing that is certain or possible."""
    case = "- name: a\n  facts: {}\n  expect: {urgency: no_level, rules: [], advice: soon}\n"
    (tmp_path / "cases.yaml").write_text(case)
    said = run(tmp_path, "test", "cases.yaml")
    assert said.code == 2
    assert "no_level" in said.err
    assert all(name in said.err for name in SEVERITY)
