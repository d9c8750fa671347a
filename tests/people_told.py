"""People who were asked too little or whom a person must look at, and others, with what each is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

WELL = {
    "age": "60 years", "cancer": "lung", "leg_weakness": "none", "leg_numbness": "no",
    "temperature": "36.8 °C", "chills": "no", "feeling_ill": "no", "skin_lump": "none", "back_pain": "none",
}  # fmt: skip
CHILD = {**WELL, "age": "12 years"}
LIVER = {**WELL, "cancer": "liver"}
FEVER = {"temperature": "38.5 °C", "chills": "yes"}
LUMP = {"cancer": "lung", "skin_lump": "new", "lump_size": "12 mm", "blood_flow": "absent"}
LEGS_NOT_KNOWN = {"leg_numbness": "unknown"}

PEOPLE: dict[str, tuple[dict[str, str], str, str, str]] = {
    # who: answers, advice, urgency, status
    "asked nothing": ({}, "no_level", "none", "unfinished"),
    "asked the cancer": ({"cancer": "liver"}, "no_level", "none", "unfinished"),
    "child": (CHILD, "no_level", "none", "out_of_scope"),
    "back not known": ({**LIVER, "back_pain": "unknown"}, "no_level", "none", "unresolved"),
    "legs not known": ({**WELL, **LEGS_NOT_KNOWN}, "review_today", "none", "unresolved"),
    "legs declined": ({"leg_weakness": "declined"}, "review_today", "none", "unfinished"),
    "child with legs": ({**CHILD, **LEGS_NOT_KNOWN}, "review_today", "none", "out_of_scope"),
    "lump with legs": ({**WELL, **LUMP, **LEGS_NOT_KNOWN}, "review_today", "next_visit", "unresolved"),
    "back with legs": (
        {**LIVER, "back_pain": "lasting", **LEGS_NOT_KNOWN}, "review_today", "this_week", "unresolved"),
    "fever with legs": ({**WELL, **FEVER, **LEGS_NOT_KNOWN}, "today", "today", "unresolved"),
    "fever": ({**WELL, **FEVER}, "today", "today", "decided"),
    "back": ({**LIVER, "back_pain": "lasting"}, "this_week", "this_week", "decided"),
    "lump": ({**WELL, **LUMP}, "next_visit", "next_visit", "decided"),
    "lump alone": (LUMP, "next_visit", "next_visit", "unfinished"),
    "weak legs": ({"leg_weakness": "both_legs"}, "now", "now", "decided"),
    "well": (WELL, "none", "none", "decided"),
}  # fmt: skip
"""By the small book. Of them only one is well, and seven must be seen or looked at today."""
ADVICE = {who: advice for who, (_, advice, _, _) in PEOPLE.items()}
TODAY = {who for who, advice in ADVICE.items() if advice in ("review_today", "today", "now")}


def rows() -> list[dict[str, str | None]]:
    """Everybody as a row of a table; None was not asked."""
    names = dict.fromkeys(name for said, *_ in PEOPLE.values() for name in said)
    return [{"id": who, **{name: said.get(name) for name in names}} for who, (said, *_) in PEOPLE.items()]


def write_tables(folder: Path) -> list[str]:
    """Everybody in a table of each form and in a case file; their names."""
    people = rows()
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people[0])
        writer.writeheader()
        writer.writerows(people)
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in people))
    pq.write_table(pa.Table.from_pylist(people), folder / "in.parquet")
    with pa.ipc.new_file(folder / "in.arrow", pa.Table.from_pylist(people).schema) as arrow:
        arrow.write_table(pa.Table.from_pylist(people))
    cases = [{"name": who, "facts": said} for who, (said, *_) in PEOPLE.items()]
    (folder / "in.yaml").write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")
    return ["in.csv", "in.jsonl", "in.parquet", "in.arrow", "in.yaml"]
