"""`triage report`: what is counted, in every form of file, and what a mask leaves to be concluded."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import z3

from tests.commands import run
from tests.seed import SEED
from triage.book.book import RuleBook
from triage.book.rule import Level, Told
from triage.cohort.report.counts import KINDS, LEVELS, LEVELS_OF, Counts, count_results
from triage.cohort.report.figures import ALL, TO_REVIEW, UNDATED, Figures, figures, level_key
from triage.cohort.report.masking import Key, Sum, masked
from triage.cohort.report.periods import periods
from triage.cohort.report.reading import NotResults
from triage.decision.level_told import STATUSES, told
from triage.decision.packed import packed_field

LISTS = ("rules", "counted", "review", "exams", "suspects", "open_rules", "open", "contradictions")
FORMS = ("out.parquet", "dictionaries.parquet", "packed.parquet", "out.csv", "out.jsonl")


def result(level: str = "none", possible: str = "", at_least: str = "", **more: object) -> dict[str, object]:
    """One row as a batch writes it; what is not said is as plain as can be."""
    possible = possible or level
    status = str(more.get("status", "decided" if possible == level else "unfinished"))
    review = bool(more.get("review"))
    row: dict[str, object] = {
        "id": "p",
        "row": 2,
        "date": None,
        "advice": told(Level[at_least or level], Level[possible], status, review=review).name,
        "urgency": level,
        "possible": possible,
        "status": status,
        **{name: [] for name in LISTS},
        "checked": True,
        "rule_book": "0.1.0 0123456789ab",
        "schema": "triage-results/2",
    }
    assert set(more) <= set(row)
    return {**row, **more}


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A result file of these rows, in the form that its name says."""
    if path.suffix == ".parquet":
        table = _table(rows, dictionaries=path.stem != "out")
        pq.write_table(_packed(table) if path.stem == "packed" else table, path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows([_cell(value) for value in row.values()] for row in rows)
    else:
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
    return path


def _table(rows: Sequence[Mapping[str, object]], *, dictionaries: bool) -> Any:
    kinds = {"row": pa.int64(), "checked": pa.bool_()}
    kinds |= {name: pa.list_(pa.string()) for name in LISTS}
    table = pa.Table.from_pylist([*rows], pa.schema({n: kinds.get(n, pa.string()) for n in rows[0]}))
    for at, name in enumerate(table.column_names if dictionaries else ()):
        column = table[name].combine_chunks()
        if name in LISTS:
            values = column.values.dictionary_encode().cast(pa.dictionary(pa.int16(), pa.string()))
            column = pa.ListArray.from_arrays(column.offsets, values)
        elif name in ("advice", "urgency", "possible", "status", "rule_book", "schema"):
            column = column.dictionary_encode()
        table = table.set_column(at, name, column)
    return table


def _packed(table: Any) -> Any:
    """The same table with each of the LISTS as sets of names in bits."""
    for name in LISTS:
        lists = table[name].to_pylist()
        names = sorted({one for listed in lists for one in listed})
        field = packed_field(name, names)
        bits = [sum(1 << names.index(one) for one in listed) for listed in lists]
        sets = pa.array([n.to_bytes(field.type.byte_width, "little") for n in bits], field.type)
        table = table.set_column(table.column_names.index(name), field, sets)
    return table


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@")) else text


ROWS = [
    result("now", rules=["any/cord-sign", "liver/back-pain"], date="2026-01-05"),
    result("now", rules=["any/cord-sign"], date="2026-01-06", id="=1+1"),
    result("this_week", "now", "today", rules=["liver/back-pain"],
           open_rules=["any/cord-sign", "any/fever-signs"], counted=["any/fever-signs"],
           review=["any/cord-sign"], open=["leg_weakness", "chills"], status="unresolved", date="2026-02-01"),
    result("none", "today", open_rules=["any/fever-signs"], open=["chills"], date="2026-02-01"),
    result("none", "none", date="2026-02-11", id='two\nlines, and "quotes"'),
    result("none", "none", status="out_of_scope"),
    result("none", "now", "now", status="out_of_scope", open_rules=["=odd"], counted=["=odd"], open=["age"]),
    result("this_week", "now", open_rules=["any/cord-sign"], review=["any/cord-sign"], open=["leg_weakness"],
           status="unresolved"),
]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_file_gives_what_is_counted_by_hand(name: str, tmp_path: Path) -> None:
    counts = count_results(write(tmp_path / name, ROWS))
    assert counts.rows == 8
    assert counts.levels == {
        "urgency": {"now": 2, "this_week": 2, "none": 1, "no_level": 3},
        "advice": {"now": 3, "today": 1, "review_today": 1, "none": 1, "no_level": 2},
        "possible": {"now": 5, "today": 1, "none": 1, "no_level": 1},
    }
    assert counts.statuses == {"decided": 3, "unresolved": 2, "unfinished": 1, "out_of_scope": 2}
    assert counts.books == {"0.1.0 0123456789ab": 8}
    assert counts.ids == {
        "rules": {"any/cord-sign": 2, "liver/back-pain": 2},
        "open_rules": {"any/cord-sign": 2, "any/fever-signs": 2, "=odd": 1},
        "counted": {"any/fever-signs": 1, "=odd": 1},
        "review": {"any/cord-sign": 2},
        "open": {"leg_weakness": 2, "chills": 2, "age": 1},
    }
    assert counts.to_review == 2
    assert counts.days == {
        date(2026, 1, 5): {"now": 1},
        date(2026, 1, 6): {"now": 1},
        date(2026, 2, 1): {"today": 1, "no_level": 1},
        date(2026, 2, 11): {"none": 1},
        None: {"no_level": 1, "now": 1, "review_today": 1},
    }
    assert counts.refused is None


def test_nobody_is_told_to_be_fine_for_want_of_answers(tmp_path: Path) -> None:
    rows = [result("none", "next_visit"), result("none", status="out_of_scope"), result("none")]
    counts = count_results(write(tmp_path / "out.csv", rows))
    for kind in ("urgency", "advice"):
        assert counts.levels[kind] == {"none": 1, "no_level": 2}
    assert counts.levels["possible"] == {"next_visit": 1, "none": 1, "no_level": 1}


@pytest.mark.parametrize("name", FORMS)
def test_a_file_of_many_blocks_is_added_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = count_results(write(tmp_path / name, ROWS * 300))
    monkeypatch.setattr("triage.cohort.report.reading.BLOCK_ROWS", 7)
    monkeypatch.setattr("triage.cohort.report.reading.BLOCK_BYTES", 4096)
    (tmp_path / f"{name}.problems.csv").write_text(
        "row,id,column,reason\n" + "2,a,x,no\n2,a,y,no\n2,b,x,no\n3,b,x,no\n" * 500
    )
    parts = count_results(tmp_path / name)
    assert parts.refused == 1500
    parts.refused = None
    assert parts == whole
    assert whole.rows == 2400


def test_the_results_of_more_than_one_chunk_are_added_up(tmp_path: Path) -> None:
    """`triage batch` writes a row group for each chunk, with lists of words in dictionaries of its own."""
    table = _table(ROWS, dictionaries=True)
    with pq.ParquetWriter(tmp_path / "out.parquet", table.schema) as file:
        for rows in (ROWS, ROWS[::-1], ROWS[:3]):
            file.write_table(_table(rows, dictionaries=True))
    counts = count_results(tmp_path / "out.parquet")
    assert counts.rows == 19
    assert counts.levels["urgency"] == {"now": 6, "this_week": 5, "none": 2, "no_level": 6}


def test_refused_rows_are_counted_once_with_all_their_reasons(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", ROWS)
    problems = tmp_path / "out.csv.problems.csv"
    problems.write_text('row,id,column,reason\n5,tom,a,x\n5,tom,b,"two\nlines"\n7,,,x\n')
    assert count_results(tmp_path / "out.csv").refused == 2
    problems.write_text("row,id,column,reason\n")
    assert count_results(tmp_path / "out.csv").refused == 0


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], "is not what `triage batch` writes: without the columns advice, urgency"),
        ([{**result(), "advice": "never"}], "advice is 'never' (known: none, no_level, next_visit"),
        ([{**result(), "urgency": "no_level"}], "urgency is 'no_level' (known: none, next_visit"),
        ([{**result(), "possible": ""}], "possible is empty (known: none, next_visit"),
        ([{**result(), "status": "lost"}], "status is 'lost' (known: decided, unfinished"),
        ([{**result(), "rule_book": ""}], "a row does not name its rule book"),
        ([{**result(), "date": "25.11.2026"}], "'25.11.2026' is no date such as 2026-11-25"),
        ([{**result(), "date": "2026-02-30"}], "'2026-02-30' is no date"),
        ([{**result("today", "now"), "advice": "next_visit"}],
         "no decision has urgency today, advice next_visit, possible now, status unfinished and no rule in"),
        ([{**result("none", "now"), "advice": "none"}], "no decision has urgency none, advice none"),
        ([{**result(status="out_of_scope"), "advice": "none"}], "no decision has urgency none, advice none"),
        ([{**result("this_week", "now", review=["any/cord-sign"]), "advice": "this_week"}],
         "no decision has urgency this_week, advice this_week, possible now, status unfinished and a rule"),
        ([{**result(), "schema": "triage-results/1"}],
         "the schema of a row is 'triage-results/1', and this report reads triage-results/2"),
        ([result(), {**result(), "schema": ""}],
         "the schema of a row is empty, and this report reads triage-results/2"),
        ([{k: v for k, v in result().items() if k != "open"}],
         "is not what `triage batch` writes: without the column open"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_what_is_no_result_is_said_in_words(
    rows: list[dict[str, object]], wanted: str, name: str, tmp_path: Path
) -> None:
    write(tmp_path / name, rows or [{"id": "a", "cancer": "liver"}])
    with pytest.raises(NotResults) as raised:
        count_results(tmp_path / name)
    assert str(raised.value).startswith(f"{tmp_path / name}: {wanted}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("out.csv", b"", "without the columns advice"),
        ("out.csv", ",".join(result()).encode() + b"\n", "has no row, so that there is nothing to show"),
        ("out.csv", ",".join(result()).encode() + b"\na,b\n", "cannot be read"),
        ("out.csv", ",".join(result()).encode() + b"\n" + b"\xff," * 17 + b"\n", "cannot be read"),
        ("out.csv", "id".encode("utf-16"), "cannot be read"),
        ("out.jsonl", b"\n", "is empty"),
        ("out.jsonl", b"{", "cannot be read"),
        ("out.jsonl", b"[]\n", "a line must be one JSON object"),
        ("out.jsonl", json.dumps({**result(), "rules": "a b"}).encode(), "cannot be read"),
        ("out.parquet", b"no Parquet", "cannot be read"),
    ],
)
def test_a_file_that_is_broken_is_said_with_exit_2_and_the_old_page_stays(
    name: str, content: bytes, wanted: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "page.html").write_text("the old page")
    said = run(tmp_path, "report", name, "-o", "page.html")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{name}: ")
    assert wanted in said.err
    assert (tmp_path / "page.html").read_text() == "the old page"
    assert len(list(tmp_path.iterdir())) == 2, "no part is left"


def test_lists_that_are_none_are_an_error(tmp_path: Path) -> None:
    table = _table([result()], dictionaries=False)
    at = table.column_names.index("rules")
    pq.write_table(table.set_column(at, "rules", pa.array(["a b"])), tmp_path / "out.parquet")
    with pytest.raises(NotResults, match="the column rules holds string"):
        count_results(tmp_path / "out.parquet")


def test_no_rule_book_has_endless_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.cohort.report.counts.MOST_IDS", 3)
    write(tmp_path / "out.csv", [result("now", rules=[f"any/{n}" for n in range(4)])])
    with pytest.raises(NotResults, match="rules names more than 3 ids"):
        count_results(tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("days", "length", "names"),
    [
        (["2026-01-30", "2026-02-01"], "day", ["2026-01-30", "2026-01-31", "2026-02-01"]),
        (["2026-01-01", "2026-02-01"], "week", ["2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19",
                                                "2026-01-26"]),
        (["2024-12-31", "2026-02-01"], "month", ["2024-12", *(f"2025-{n:02}" for n in range(1, 13)),
                                                 "2026-01", "2026-02"]),
        (["2016-05-05", "2023-05-05"], "year", [str(year) for year in range(2016, 2024)]),
        (["0001-01-01", "2023-05-05", "9999-12-31"], "year", ["0001", "2023", "9999"]),
    ],
)  # fmt: skip
def test_periods_are_as_short_as_the_dates_allow(days: list[str], length: str, names: list[str]) -> None:
    found = periods({date.fromisoformat(day): Counter(now=2) for day in days})
    assert (found.length, list(found.levels)) == (length, names)
    assert sum(levels["now"] for levels in found.levels.values()) == 2 * len(days)


def made_up(seed: int, book: RuleBook) -> Counts:
    """Random counts of a few patients, with what is small in every place."""
    made = random.Random(f"{SEED} report {seed}")
    counts = Counts()
    rules = list(book.rules)
    first = date(2026, 1, 1)
    for _ in range(made.choice([8, 20, 60, 300])):
        fired = [id for id in rules if made.random() < 0.15]
        urgency = book.level_of(fired)
        possible = max(urgency, made.choice([*Level, *[urgency] * 6]))
        at_least = made.choice([level for level in Level if urgency <= level <= possible])
        status = "decided" if urgency == possible else made.choice(STATUSES[1:3])
        review = [id for id in rules if made.random() < 0.05] if possible >= Level.today else []
        advice = told(at_least, possible, status, review=bool(review))
        counts.rows += 1
        counts.levels["advice"][advice.name] += 1
        for kind, level in (("urgency", urgency), ("possible", possible)):
            is_told = level is not Level.none or advice is Told.none
            counts.levels[kind][level.name if is_told else "no_level"] += 1
        day = first + timedelta(days=made.choice([0, 0, 0, 0, 1, 2, 3]))
        counts.days.setdefault(None if made.random() < 0.1 else day, Counter())[advice.name] += 1
        counts.statuses[status] += 1
        counts.books[made.choice(["a", "a", "a", "a", "b"])] += 1
        counts.to_review += bool(review)
        for column, ids in (("rules", fired), ("review", review), ("open_rules", review)):
            counts.ids[column].update(ids)
    return counts


def sums_of(shown: Figures, book: RuleBook) -> Iterable[tuple[Key, list[Key], bool]]:
    """What anybody can add up on the page, written anew: totals, parts, and whether these overlap."""
    counts = shown.counts
    for kind in KINDS:
        yield ALL, [level_key(kind, level) for level in LEVELS_OF[kind]], False
    yield ALL, [("status", status) for status in STATUSES], False
    yield ALL, [("book", name) for name in counts.books], False
    yield TO_REVIEW, [("review", id) for id in counts.ids["review"]], True
    yield level_key("advice", "review_today"), [TO_REVIEW], True
    if shown.time is not None:
        for level in LEVELS:
            cells: list[Key] = [("time", name, level) for name in (*shown.time.levels, UNDATED)]
            yield level_key("advice", level), cells, False
    for urgency in (Level.now, Level.today, Level.this_week, Level.next_visit):
        fired = [id for id in counts.ids["rules"] if book.rules[id].urgency is urgency]
        yield ("urgency", urgency.name), [("rules", id) for id in fired], True


@pytest.mark.parametrize("least", [3, 5, 10])
@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_can_be_concluded_from_the_others(seed: int, least: int, small_book: RuleBook) -> None:
    """A solver is given all that the page shows: every small count must still be able to be 1 and N-1."""
    counts = made_up(seed, small_book)
    if counts.rows < least:
        return
    shown, true = figures(counts, small_book, least), figures(counts, small_book, 0)
    solver = z3.Solver()
    number = {key: z3.Int(repr(key)) for key in shown.shown}
    for key, cell in shown.shown.items():
        if cell.text == f"<{least}":
            solver.add(number[key] >= 1, number[key] < least)
        elif cell.withheld:
            solver.add(number[key] >= 0)
        else:
            down = int(cell.text.replace(",", ""))
            solver.add(number[key] >= down, number[key] < (down + least if down else 1))
    for total, parts, overlap in sums_of(shown, small_book):
        added = z3.Sum([number[part] for part in parts])
        solver.add(number[total] <= added if overlap else number[total] == added)
    small = [key for key in number if 0 < true[key].number < least]
    assert small or counts.rows > 200
    for key in small:
        assert shown[key].text in (f"<{least}", "withheld")
        for value in (1, least - 1):
            assert solver.check(number[key] == value) == z3.sat, (key, value)


def test_a_count_that_its_sum_would_give_away_is_hidden_by_another() -> None:
    parts: tuple[Key, ...] = tuple((name,) for name in "abcde")
    counts: dict[Key, int] = {("all",): 20, **dict.fromkeys(parts, 4)}
    told = masked(counts, [Sum(("all",), parts)], 5, ("all",), frozenset())
    assert told["all",].text == "20"
    assert sorted({shown.text for key, shown in told.items() if key != ("all",)}) == ["<5", "withheld"]


def test_counts_that_no_batch_can_have_written_are_masked_all_the_same(small_book: RuleBook) -> None:
    counts = Counts(rows=90, ids={**Counts().ids, "rules": Counter({"any/cord-sign": 3})})
    for kind in KINDS:
        counts.levels[kind]["now"] = 90
    counts.statuses["decided"] = counts.books["a"] = 90
    shown = figures(counts, small_book, 5)
    assert (shown["rules", "any/cord-sign"].text, shown["urgency", "now"].text) == ("<5", "90")


def test_the_order_of_what_is_masked_does_not_tell_which_count_is_larger() -> None:
    for few, more in (("a", "b"), ("b", "a")):
        counts = Counts(rows=90, ids={**Counts().ids, "rules": Counter({few: 1, more: 4, "c": 60, "d": 64})})
        for kind in KINDS:
            counts.levels[kind]["now"] = 90
        counts.statuses["decided"] = counts.books["a"] = 90
        assert figures(counts, None, 5).ids("rules") == ["c", "d", "a", "b"]


def test_wrong_uses_are_said_in_words(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", ROWS)
    (tmp_path / "out.txt").write_text("x")
    (tmp_path / "link.html").symlink_to("out.csv")
    for arguments, wanted in (
        (["out.csv"], "Missing option '-o'"),
        (["missing.csv", "-o", "page.html"], "does not exist"),
        (["out.txt", "-o", "page.html"], "out.txt must end in .parquet, .csv or .jsonl."),
        (["out.csv", "-o", "page.pdf"], "page.pdf must end in .html."),
        (["out.csv", "-o", "link.html"], "link.html holds the results. Name another file for the page."),
        (["out.csv", "-o", "page.html", "--mask", "2"], "2 is not in the range x>=3"),
        (["out.csv", "-o", "page.html", "--mask", "9"], "has fewer than 9 patients"),
        (["out.csv", "-o", "missing/page.html"], "No such file or directory"),
    ):
        said = run(tmp_path, "report", *arguments)
        assert (said.code, said.out) == (2, "")
        assert wanted in said.err
    assert not (tmp_path / "page.html").exists()


def test_without_altair_the_extra_is_named(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", ROWS)
    for library in ("altair", "vl_convert"):
        without = tmp_path / f"without-{library}"
        without.mkdir()
        (without / f"{library}.py").write_text(f"raise ModuleNotFoundError('none', name={library!r})\n")
        said = run(tmp_path, "report", "out.csv", "-o", "page.html", env={"PYTHONPATH": str(without)})
        assert (said.code, said.out) == (2, "")
        assert "pip install altair vl-convert-python" in said.err
    assert not (tmp_path / "page.html").exists()
