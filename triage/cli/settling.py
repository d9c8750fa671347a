"""Answers that contradict each other: which of them is right is asked once, as soon as it shows."""

from __future__ import annotations

from triage.book.logic import facts_of
from triage.book.rule import Constraint
from triage.cli.lines import say
from triage.cli.questions import Questions
from triage.cli.replies import read_not_known, read_number


class Settling:
    """The contradictions of one conversation. Those that were asked about stay as they were left."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._asked: set[str] = set()

    def settle(self) -> bool:
        """Asks about a contradiction that was not asked about yet. False when there is none."""
        contradictions = self._questions.kept.decision.contradictions
        self._asked &= {constraint.because for constraint in contradictions}
        for constraint in contradictions:
            if constraint.because not in self._asked:
                self._asked.add(constraint.because)
                self._ask_which(constraint)
                return True
        return False

    def _ask_which(self, constraint: Constraint) -> None:
        questions, kept = self._questions, self._questions.kept
        questions.begin(f"Two answers do not fit together. {constraint.because.strip()}")
        answers = kept.session.answers
        facts = [kept.book.facts[name] for name in facts_of(constraint.never) if name in answers]
        for number, fact in enumerate(facts, start=1):
            words = fact.nurse if questions.nurse else fact.ask
            say(f"  {number}. Change: {words} ({fact.say(answers[fact.id])})")
        say("  d. I don't know: both then count as not known")
        while (reply := questions.reply("Your answer: ", facts, _as_not_known, fresh=True)) is not None:
            chosen = read_number(reply.text, len(facts))
            if chosen is not None:
                questions.ask_one(facts[chosen - 1], aside=True)
                return
            if read_not_known(reply.text) is not None:
                return
            questions.not_understood(f"Type a number from 1 to {len(facts)}, or d.")


def _as_not_known() -> bool:
    """What `b` does here: it leaves the question, and both answers count as not known."""
    return True
