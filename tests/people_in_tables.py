"""Tables of many patients in every form that is a file."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.seed import SEED


def people(count: int, seed: int = SEED) -> list[dict[str, object]]:
    """Patients of whom some cannot be read, and some ids stand twice."""
    rng = random.Random(seed)
    return [
        {
            "id": f"p{rng.randrange(count * 2)}",
            "date": rng.choice(["2026-11-25", "2026-11-26", None]),
            "age (years)": rng.choice(["40", "61", "unknown", None, "sixty"] if n % 9 == 0 else ["40", "61"]),
            "cancer": rng.choice(["liver", "lung", None]),
            "leg_weakness": rng.choice(["none", "both_legs", "unknown", None]),
        }
        for n in range(count)
    ]


def write_table(path: Path, table: list[dict[str, Any]]) -> None:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in table))
    elif path.suffix == ".csv":
        text = [",".join(table[0]), *(",".join(cell or "" for cell in row.values()) for row in table)]
        path.write_text("\n".join(text) + "\n")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(table), path, row_group_size=400)
    else:
        columns = pa.Table.from_pylist(table)
        with pa.ipc.new_file(path, columns.schema) as file:
            file.write_table(columns, max_chunksize=300)
