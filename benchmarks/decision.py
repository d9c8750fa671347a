"""How long one decision takes, both engines and the trace included, as questions are answered.

    python benchmarks/decision.py [ROUNDS]

Follows an interview with the shipped rule book, in which every answer denies, and decides after each
screen. Prints the medians in milliseconds: the whole decision, and its two engines by themselves.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

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


def main(rounds: int) -> None:
    book = load_book(shipped_folder("rules"))
    decider, durable = Decider(book), DurableEngine(book.facts, book.rules.values())
    answers: dict[str, Answer] = {}
    whole, first, second = [], [], []
    for _ in range(rounds):
        answers.clear()
        while True:
            sure = known(answers)
            whole.append(milliseconds(lambda: decider.decide(answers)))
            first.append(milliseconds(lambda: [trace(r.when, sure) for r in book.rules.values()]))  # noqa: B023
            second.append(milliseconds(lambda: durable.decide(sure)))  # noqa: B023
            question = next_question(decider.decide(answers))
            if question is None:
                break
            for fact in question.facts:
                answers[fact.id] = fact.mildest if fact.mildest is not None else NotKnown(UNKNOWN)
    for name, times in (("a decision", whole), ("reference", first), ("durable-rules", second)):
        print(f"{name:<14} median {statistics.median(times):6.2f} ms   largest {max(times):6.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
