"""The columns engine beside other ways of deciding the same patients by the same rules, in one run.

    python benchmarks/cohorts.py [--rows N] [--rules N] [--known SHARE] [--rounds N]

Needs `pip install ".[peers]"`. Every peer lives in a process of its own. First each decides the same
few patients, and any answer that differs from the reference engine's ends the run. Then they take turns for
some rounds, one at a time. Prints medians, as rows a second and as ratios to `columns_alike`, and
the peak memory of each process. Engines that go row by row get fewer rows; a rate is a rate.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from made_book import made_book, made_patients
from peers.outcome import Outcome

SEED = 1
ALIKE = 300  # patients whose answers are compared first
ROW_BY_ROW = {  # the rows that a slow engine decides in about a second
    "reference_alone": 2_000,
    "durable_alone": 2_000,
    "two_engines": 300,
    "durable_plain": 300,
    "clips": 1_000,
    "common_expression": 1_000,
    "zen": 200,
    "openfisca": 50_000,
    "duckdb_sql": 100_000,
}
PEERS = ("columns_alike", "columns", "polars_expressions", "touching", *ROW_BY_ROW)
TOUCHING = "touching"


@dataclass
class Runner:
    """A process that holds one peer and its patients, and decides them each time it is asked."""

    name: str
    process: multiprocessing.process.BaseProcess
    line: Connection

    def ask(self) -> object:
        """What the process answers. Exits where it has died; it has told why."""
        self.line.send("decide")
        try:
            return self.line.recv()
        except EOFError:
            sys.exit(f"{self.name} failed")


def serve(line: Connection, name: str, rules: int, rows: int, known: float) -> None:
    """In the process of a peer: its answers for the few, then its seconds for the many, until it is ended."""
    book = made_book(rules, seed=SEED)
    peer = importlib.import_module(f"peers.{name}")
    load = getattr(peer, "load", lambda book, table: table)
    decide = peer.prepare(book)
    line.recv()
    line.send(
        [decide(load(book, made_patients(book, ALIKE, known=share, seed=SEED + 1))) for share in (known, 0.9)]
    )
    table = load(book, made_patients(book, rows, known=known, seed=SEED))
    while line.recv() == "decide":
        start = time.perf_counter()
        decide(table)
        line.send(time.perf_counter() - start)
    line.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def started(name: str, options: argparse.Namespace) -> Runner:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    rows = min(options.rows, ROW_BY_ROW.get(name, options.rows))
    arguments = (theirs, name, options.rules, rows, options.known)
    process = context.Process(target=serve, args=arguments, daemon=True)
    process.start()
    theirs.close()
    return Runner(name, process, ours)


def differences(answers: dict[str, list[Outcome]]) -> list[str]:
    """The peers that do not say what the reference engine says."""
    wrong = []
    for name, outcomes in answers.items():
        for outcome, right in zip(outcomes, answers["reference_alone"], strict=True):
            if name != TOUCHING and not _alike(outcome, right):
                wrong.append(name)
    return wrong


def _alike(outcome: Outcome, right: Outcome) -> bool:
    """Whether these are the same answers, as far as the peer gives them."""
    given = zip(outcome, right, strict=True)
    return all(one is None or np.array_equal(one, other) for one, other in given if other is not None)


def main(options: argparse.Namespace) -> None:
    runners = [started(name, options) for name in options.peers]
    answers: dict[str, Any] = {runner.name: runner.ask() for runner in runners}
    if wrong := differences(answers):
        sys.exit(f"not the answers of the reference engine: {', '.join(wrong)}")
    print(f"{options.rules} rules, {options.known:.0%} of the answers known: all answers are equal")
    for runner in runners:
        runner.ask()  # fills the caches
    seconds: dict[str, list[float]] = {runner.name: [] for runner in runners}
    for _ in range(options.rounds):
        for runner in runners:
            seconds[runner.name].append(float(str(runner.ask())))
    rates = {}
    for name, measured in seconds.items():
        rows = min(options.rows, ROW_BY_ROW.get(name, options.rows))
        rates[name] = [rows / one for one in measured]
    print(f"{'':<20} {'rows a second':>15} {'from':>13} {'to':>13} {'against ours':>16} {'peak MB':>8}")
    ours = statistics.median(rates["columns_alike"])
    for runner in runners:
        runner.line.send("end")
        memory = float(str(runner.line.recv()))
        runner.process.join()
        rate = rates[runner.name]
        median = statistics.median(rate)
        ratio = f"1 : {ours / median:,.1f}" if median < ours else f"{median / ours:.1f} : 1"
        spread = f"{min(rate):>13,.0f} {max(rate):>13,.0f}"
        print(f"{runner.name:<20} {median:>15,.0f} {spread} {ratio:>16} {memory:>8,.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--known", type=float, default=0.35)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    main(parser.parse_args())
