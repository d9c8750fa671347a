"""How long one answer takes: the decision by both engines with its trace, and the next question.

    python benchmarks/decision.py [ROUNDS]

Follows an interview in which every answer denies, and decides after each screen: with the shipped rule
book, and with a made one of 200 rules. Prints medians in milliseconds, of the whole, of its two
engines by themselves and of choosing the next question, and the peak memory of this process.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from made_book import made_book

from triage.book.book import RuleBook
from triage.book.facts import UNKNOWN, Answer, NotKnown, known
from triage.book.reading.load import load_book
from triage.book.shipped import shipped_folder
from triage.decision.decide import Decider
from triage.decision.interview import next_question
from triage.engines.durable import DurableEngine
from triage.engines.reference import trace


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def interview(book: RuleBook, rounds: int) -> dict[str, list[float]]:
    """What each step of some interviews took."""
    decider, durable = Decider(book), DurableEngine(book.facts, book.rules.values())
    answers: dict[str, Answer] = {}
    times: dict[str, list[float]] = {
        name: [] for name in ("a decision", "reference", "durable-rules", "next question")
    }
    for _ in range(rounds):
        answers.clear()
        while True:
            sure, decision = known(answers), decider.decide(answers)
            works: tuple[Callable[[], object], ...] = (
                lambda: decider.decide(answers),
                lambda: [trace(rule.when, sure) for rule in book.rules.values()],  # noqa: B023
                lambda: durable.decide(sure),  # noqa: B023
                lambda: next_question(decision),  # noqa: B023
            )
            for taken, work in zip(times.values(), works, strict=True):
                taken.append(milliseconds(work))
            question = next_question(decision)
            if question is None:
                break
            for fact in question.facts:
                answers[fact.id] = fact.mildest if fact.mildest is not None else NotKnown(UNKNOWN)
    return times


def main(rounds: int) -> None:
    for name, book in (
        ("shipped", load_book(shipped_folder("rules"))),
        ("made", made_book(200, seed=1)),
    ):
        print(f"{name}: {len(book.rules)} rules, {len(book.facts)} facts")
        for step, times in interview(book, rounds).items():
            print(f"  {step:<14} median {statistics.median(times):6.2f} ms   largest {max(times):6.2f} ms")
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(f"peak memory {int(status.partition('VmHWM:')[2].split()[0]) / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
