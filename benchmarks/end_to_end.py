"""A table of patients from a file to a file of results, beside merely reading the same file.

    python benchmarks/end_to_end.py [--rows N] [--rounds N]

Makes made-up patients of the shipped rule book, of whom 60 % of the answers are known, as Parquet (words as
dictionaries, zstd), CSV and an Arrow file. Then, for some rounds and in turns, each in a process of its own:
pyarrow reads the table in pieces and throws them away; it reads it whole, as who wants it in memory does; and
it is decided, with the sample that is always checked: to batches that are thrown away, or to Parquet with
packed sets, or with lists of names. Prints medians, as rows a second and as times what the quicker reading
took, and the peak memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from triage.book.book import RuleBook
from triage.book.facts import Fact
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.cohort.batch import Files, write_batch
from triage.cohort.chunk import ROWS
from triage.cohort.run import Run, fingerprint
from triage.cohort.sample import SHARE
from triage.cohort.spool import Spool
from triage.cohort.tables.columns import column_names
from triage.cohort.tables.source import open_source
from triage.decision.decide import Decider

KNOWN, WORSE = 0.6, 0.1
PART = 250_000
READINGS = PIECES, WHOLE = "read in pieces", "read whole"
UNWRITTEN, PACKED = "decided", "decided, packed"
WORKS = (*READINGS, UNWRITTEN, PACKED, "decided, lists")


def column(fact: Fact, rows: int, rng: np.random.Generator) -> pa.Array:
    """Answers as a clinic's file has them: words, or numbers in their unit; a null was not asked."""
    unasked = rng.random(rows) >= KNOWN
    if fact.scale is not None:
        steps = rng.integers(fact.scale.low, fact.scale.high + 1, rows)
        texts = np.array([float(fact.scale.digits(n)) for n in range(fact.scale.low, fact.scale.high + 1)])
        return pa.array(texts[steps - fact.scale.low], mask=unasked)
    worse = rng.integers(1, len(fact.answers), rows) * (rng.random(rows) < WORSE)
    return pa.DictionaryArray.from_arrays(pa.array(worse.astype(np.int8), mask=unasked), list(fact.answers))


def make(book: RuleBook, rows: int, folder: Path) -> list[Path]:
    """The same patients in each form."""
    rng = np.random.default_rng(1)
    names = column_names(book)[2:]
    files = [folder / f"patients{end}" for end in (".parquet", ".csv", ".arrow")]
    parquet = csv = arrow = None
    for start in range(0, rows, PART):
        count = min(PART, rows - start)
        ids = pa.array([f"p{start + n}" for n in range(count)])
        table = pa.table([ids, *(column(f, count, rng) for f in book.facts.values())], names=["id", *names])
        parquet = parquet or pq.ParquetWriter(files[0], table.schema, compression="zstd")
        words = pa.schema(
            [
                (n, pa.string() if pa.types.is_dictionary(t) else t)
                for n, t in zip(table.column_names, table.schema.types, strict=True)
            ]
        )
        csv = csv or pa.csv.CSVWriter(
            files[1], words, write_options=pa.csv.WriteOptions(quoting_style="none")
        )
        arrow = arrow or pa.ipc.new_file(files[2], table.schema)
        parquet.write_table(table)
        csv.write_table(table.cast(words))
        arrow.write_table(table)
    for writer in (parquet, csv, arrow):
        assert writer is not None
        writer.close()
    return files


def read_in_pieces(table: Path) -> None:
    """Reads everything that deciding reads, words as places in a list, and keeps nothing."""
    if table.suffix == ".parquet":
        words = [field.name for field in pq.read_schema(table) if pa.types.is_dictionary(field.type)]
        for _ in pq.ParquetFile(table, read_dictionary=words, pre_buffer=True).iter_batches(ROWS):
            pass
    elif table.suffix == ".csv":
        with table.open("rb") as stream:
            names = stream.readline().decode().strip().split(",")
        options = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
        )
        for _ in pa.csv.open_csv(table, pa.csv.ReadOptions(block_size=2**24), convert_options=options):
            pass
    else:
        for batch in pa.ipc.open_file(pa.memory_map(str(table))).read_all().to_batches():
            for values in batch.columns:
                for buffer in values.buffers():
                    if buffer is not None:
                        np.frombuffer(buffer, np.uint8).sum()


def read_whole(table: Path) -> None:
    """Reads the table into memory, as pyarrow does it unless it is told otherwise."""
    if table.suffix == ".parquet":
        pq.read_table(table)
    elif table.suffix == ".csv":
        pa.csv.read_csv(table)
    else:
        pa.ipc.open_file(pa.OSFile(str(table))).read_all()


def decide_only(table: Path, decider: Decider) -> None:
    """Reads and decides every row, and keeps nothing."""
    run = Run(decider, SHARE)
    with open_source(decider.book, table) as source:
        for _ in run.decide_source(source, None):
            pass


def decide(table: Path, out: Path, decider: Decider, *, packed: bool) -> None:
    """What `triage batch` does once it has started."""
    run, files = Run(decider, SHARE), Files(out)
    with open_source(decider.book, table) as source:
        spool = Spool(files.unfinished, run.schema, fingerprint(table))
        write_batch(run, source, files, spool, packed=packed)


def measured(title: str, table: Path, out: Path) -> tuple[float, float]:
    """The seconds that a work takes, and the peak memory of its process in megabytes."""
    decider = Decider(load_book(shipped_folder("rules")))
    start = time.perf_counter()
    if title == PIECES:
        read_in_pieces(table)
    elif title == WHOLE:
        read_whole(table)
    elif title == UNWRITTEN:
        decide_only(table, decider)
    else:
        decide(table, out, decider, packed=title == PACKED)
    took = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return took, int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(rows: int, rounds: int) -> None:
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make(load_book(shipped_folder("rules")), rows, folder)
        for file in files:
            seconds: dict[str, list[float]] = {work: [] for work in WORKS}
            memory = dict.fromkeys(WORKS, 0.0)
            for _ in range(rounds):
                for title in WORKS:
                    with spawn.Pool(1) as pool:
                        took, peak = pool.apply(measured, (title, file, folder / "out.parquet"))
                    seconds[title].append(took)
                    memory[title] = max(memory[title], peak)
            print(f"{file.name}: {rows:,} rows, {file.stat().st_size / 2**20:,.0f} MB")
            bare = min(statistics.median(seconds[title]) for title in READINGS)
            for title, rounds_took in seconds.items():
                median = statistics.median(rounds_took)
                rate = f"{rows / median:>12,.0f} rows a second"
                print(f"  {title:<16} {rate} {median / bare:>6.2f} times reading {memory[title]:>7,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    main(options.rows, options.rounds)
