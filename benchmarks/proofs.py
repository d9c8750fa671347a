"""How the time to prove everything grows with the book: the shipped one, and random ones.

    python benchmarks/proofs.py [RULES...]

Random books have one fact for every two rules, as the shipped one about has. Prints seconds for each
kind of statement; what is proved or refuted of a random book does not matter.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from triage.assurance.prove.prover import KINDS, Prover
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.random_books import random_book


def measure(name: str, book: RuleBook) -> None:
    start = time.perf_counter()
    prover = Prover(book)
    seconds = {"encode": time.perf_counter() - start}
    for kind in KINDS:
        start = time.perf_counter()
        list(prover.of_kind(kind))
        seconds[kind] = time.perf_counter() - start
    each = "  ".join(f"{kind} {spent:.1f}" for kind, spent in seconds.items())
    print(f"{name:<12} {sum(seconds.values()):6.1f} s   {each}", flush=True)


def main(sizes: list[int]) -> None:
    measure("shipped", load_book(shipped_folder("rules")))
    for rules in sizes:
        rng = random.Random(rules)
        measure(f"{rules} rules", random_book(rng, facts=min(rules // 2, 240), rules=rules))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [200, 500])
