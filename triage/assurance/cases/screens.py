"""How long the questionnaire is: screens until done, and screens until an emergency is certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from triage.book.facts import UNKNOWN, Answer, NotKnown
from triage.book.reading.case import Case
from triage.book.rule import Level
from triage.decision.decide import Decider
from triage.decision.interview import next_question


def screens_of(decider: Decider, case: Case) -> tuple[int, int | None]:
    """Screens that the patient of a case sees until done, and until `now` is certain (None: never).

    A list counts as one screen, with the details of what is ticked on it. What the case does not say
    is answered *I don't know*.
    """
    answers: dict[str, Answer] = {}
    count, emergency = 0, None
    decision = decider.decide(answers)
    while (question := next_question(decision)) is not None:
        count += 1
        for fact in question.facts:
            answers[fact.id] = case.answers.get(fact.id, NotKnown(UNKNOWN))
        decision = decider.decide(answers)
        if decision.urgency is Level.now and emergency is None:
            emergency = count
    return count, emergency


def screens_report(decider: Decider, cases: Iterable[Case]) -> Iterator[str]:
    """A line for each case, and the medians and the longest at the end."""
    counts, emergencies = [], []
    for case in cases:
        count, emergency = screens_of(decider, case)
        counts.append(count)
        certain = "" if emergency is None else f", emergency certain after {emergency}"
        if emergency is not None:
            emergencies.append(emergency)
        yield f"{count:3} screens{certain}: {case.name}"
    if counts:
        yield f"screens until done: median {sorted(counts)[len(counts) // 2]}, most {max(counts)}"
    if emergencies:
        middle = sorted(emergencies)[len(emergencies) // 2]
        yield f"screens until an emergency is certain: median {middle}, most {max(emergencies)}"
