"""The questionnaire in plain lines: one question at a time, for a patient or a nurse.

Talk goes to standard error and the result, later, to standard output, so that a screen reader
follows it and a pipe gets the result alone.
"""

from __future__ import annotations

from triage.calls.session import Session
from triage.cli.keeping import Kept
from triage.cli.lines import Interrupted, Lines, Stopped, say
from triage.cli.questions import Questions
from triage.cli.replies import read_move, read_not_known
from triage.cli.settling import Settling
from triage.decision.decide import Decider, Decision
from triage.decision.interview import next_question
from triage.decision.telling import Passage

_KEYS = (
    "Type the number of your answer. d: I don't know. s: rather not say. ?: why this is asked. "
    "b: back. q: stop and keep."
)
_NURSE_KEYS = (
    _KEYS + " Or part of a symptom's name, to jump to it. `;` types ahead for the question after this one, "
    "but never a no; in a list it stands between the numbers."
)
_LAST = "Enter for the result, b to change the last answer: "
_NURSE_LAST = "Part of a symptom's name to add it, b to change the last answer, or Enter to finish: "


class Conversation:
    """Asks until no answer could still change the level, the person stops, or an emergency is certain."""

    def __init__(self, decider: Decider, session: Session, *, nurse: bool, form: str) -> None:
        self._nurse = nurse
        self._lines = Lines(several=nurse)
        self._kept = Kept(decider, session, self._lines, nurse=nurse, form=form)
        self._questions = Questions(self._kept, self._lines, nurse=nurse)
        self._settling = Settling(self._questions)
        self.interrupted = False
        """Whether Ctrl-C ended it."""

    @property
    def told(self) -> tuple[Passage, ...]:
        """The emergency that the person was told last, with no question after it."""
        return self._kept.told

    def hold(self) -> Decision:
        """Has the conversation, and returns the decision at its end."""
        say(_NURSE_KEYS if self._nurse else _KEYS)
        try:
            self._kept.freshen()
            self._kept.tell_emergency()
            while not self._is_finished():
                pass
        except Stopped as stop:
            self._kept.set_aside()
            self.interrupted = isinstance(stop, Interrupted)
        return self._kept.decision

    def _is_finished(self) -> bool:
        """Asks what comes next. True when nothing is left to ask, and the person wants the result."""
        if self._kept.freshen() or self._ask_something() or not self._is_last_word():
            return False
        if self._kept.freshen():  # the day may have ended while the last prompt stood there
            return False
        self._kept.finish()
        return not self._kept.freshen()

    def _ask_something(self) -> bool:
        """Asks what comes next. False when there is nothing left to ask."""
        decision = self._kept.decision
        if decision.status == "out_of_scope":
            return False
        if self._settling.settle():
            return True
        question = next_question(decision)
        if question is not None:
            self._questions.ask(question)
            return True
        # A nurse goes on after an emergency is certain and said: for the hand-over.
        if decision.ticked and self._nurse:
            self._questions.ask_one(decision.book.facts[decision.ticked[0]])
            return True
        return False

    def _is_last_word(self) -> bool:
        """One more prompt before the result, so that a slip is not final. True to end; so is Ctrl-D.

        A nurse may add symptoms here.
        """
        decision = self._kept.decision
        self._lines.drop_typed_ahead()
        if not self._kept.told:
            say("")
        if self._nurse:
            sure = decision.status != "out_of_scope" and decision.possible is decision.urgency
            say("Nothing else can raise the level." if sure else "No question is left.")
        try:
            text = self._lines.read(_NURSE_LAST if self._nurse else _LAST, fresh=True).text
        except Interrupted:
            raise
        except Stopped:
            return True
        move = read_move(text)
        if not text or (move is not None and move.kind == "stop"):
            return True
        if move is not None and move.kind == "back":
            self._kept.go_back()
        elif move is not None or read_not_known(text) is not None:
            say("There is no question here. Enter shows the result.")
        else:
            part = "Type part of a symptom's name, b or Enter."
            self._questions.jumped(text, part if self._nurse else "Press Enter, or type b.")
        return False
