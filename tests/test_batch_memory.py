"""However long a table is, `triage batch` holds a few chunks of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import TRIAGE, environment
from tests.seed import SEED

FEW, MANY = 150_000, 1_500_000
MOST = 600_000_000
"""The bytes that a run may take. Ids of a million rows, which are looked for again, are most of it."""


def made(path: Path, rows: int) -> None:
    """A table with an id in every row, written a part at a time."""
    rng = np.random.default_rng(SEED)
    legs = pa.array(["none", "one_leg", "both_legs", "legs", None])
    with pq.ParquetWriter(path, pa.schema([("id", pa.string()), ("leg_weakness", pa.string())])) as file:
        for start in range(0, rows, 50_000):
            drawn = pa.array(rng.choice(5, 50_000, p=[0.5, 0.2, 0.2, 0.01, 0.09]))
            ids = pa.array(np.arange(start, start + 50_000)).cast(pa.string())
            file.write_table(pa.table({"id": ids, "leg_weakness": legs.take(drawn)}))


def taken(home: Path, *arguments: str) -> tuple[int, str]:
    """How many bytes a run took at most, and what it said."""
    child = subprocess.Popen(
        [TRIAGE, "batch", *arguments], cwd=home, env=environment(home), stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    return usage.ru_maxrss * 1024, said


@pytest.mark.long
@pytest.mark.parametrize(
    ("form", "out"),
    [
        *((form, "out.parquet") for form in ("parquet", "csv", "jsonl", "feather")),
        ("parquet", "out.csv"),
        ("parquet", "out.jsonl"),
    ],
)
def test_a_long_table_takes_hardly_more_memory_than_a_short_one(form: str, out: str, tmp_path: Path) -> None:
    took = []
    for rows in (FEW, MANY):
        made(tmp_path / "in.parquet", rows)
        if form != "parquet":
            convert(tmp_path / "in.parquet", tmp_path / f"in.{form}")
        most, said = taken(
            tmp_path, f"in.{form}", "-o", out, "--packed" if out == "out.parquet" else "--resume"
        )
        assert f"{rows} rows in = " in said
        took.append(most)
    assert took[1] < MOST, took
    assert took[1] < took[0] + 300_000_000, took


def convert(path: Path, to: Path) -> None:
    """The same table in another form."""
    with pq.ParquetFile(path) as file, to.open("wb") as written:
        if to.suffix == ".feather":
            compressed = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_file(written, file.schema_arrow, options=compressed) as arrow:
                for batch in file.iter_batches(100_000):
                    arrow.write_batch(batch)
            return
        if to.suffix == ".csv":
            written.write(b"id,leg_weakness\n")
        for batch in file.iter_batches(100_000):
            pairs = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            if to.suffix == ".csv":
                text = "".join(f"{id},{legs or ''}\n" for id, legs in pairs)
            else:
                text = "".join(
                    f'{{"id": "{id}"' + (f', "leg_weakness": "{legs}"' if legs else "") + "}\n"
                    for id, legs in pairs
                )
            written.write(text.encode())
