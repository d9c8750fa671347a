"""How the cost of the columns engine grows: with the rows, with the rules, and with what is known.

    python benchmarks/growth.py [--rounds N]

Each figure is the median of the rounds, in nanoseconds a row on all cores, and beside it the ratio to
the first of its kind. The sizes take turns in each round. Patients beyond a million are the first ones
again.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pyarrow as pa
from made_book import made_book, made_patients
from peers.columns import load

from triage.cohort.chunk import ROWS
from triage.decision.at_once import AtOnce

SEED = 1
ROW_COUNTS = (10_000, 100_000, 1_000_000, 10_000_000)
RULE_COUNTS = (50, 100, 200, 500, 1_000, 2_000)
SHARES = (0.05, 0.35, 0.65, 1.0)
MOST_MADE = 1_000_000


def work(rules: int, rows: int, known: float) -> Callable[[], None]:
    """Deciding so many rows by so many rules, with everything made beforehand."""
    book = made_book(rules, seed=SEED)
    table = load(book, made_patients(book, min(rows, MOST_MADE), known=known, seed=SEED))
    batches: list[pa.RecordBatch] = table.to_batches(max_chunksize=ROWS)
    at_once = AtOnce(book)

    def decide() -> None:
        again = islice(cycle(batches), len(batches) * max(1, rows // MOST_MADE))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(lambda batch: at_once.decide(batch).num_rows, again):
                pass

    decide()
    return decide


def show(
    title: str, sizes: Sequence[float], of: Callable[[float], tuple[int, int, float]], rounds: int
) -> None:
    """Measures one kind of growth and prints it."""
    works = [work(*of(size)) for size in sizes]
    taken: list[list[float]] = [[] for _ in sizes]
    for _ in range(rounds):
        for decide, seconds in zip(works, taken, strict=True):
            start = time.perf_counter()
            decide()
            seconds.append(time.perf_counter() - start)
    costs = [
        statistics.median(seconds) / of(size)[1] * 1e9 for seconds, size in zip(taken, sizes, strict=True)
    ]
    print(title)
    for size, cost in zip(sizes, costs, strict=True):
        print(f"  {size:>12,} {cost:>8.0f} ns a row {cost / costs[0]:>7.2f} times the first")


def main(rounds: int) -> None:
    show("rows, of 200 rules", ROW_COUNTS, lambda rows: (200, int(rows), 0.35), rounds)
    show("rules, of 500,000 rows", RULE_COUNTS, lambda rules: (int(rules), 500_000, 0.35), rounds)
    show(
        "share of the answers known, of 500,000 rows and 200 rules",
        SHARES,
        lambda known: (200, 500_000, known),
        rounds,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
