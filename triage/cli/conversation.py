"""The questionnaire in plain lines: one question at a time, for a patient or a nurse.

Talk goes to standard error and the result, later, to standard output, so that a screen reader
follows it and a pipe gets the result alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from triage.book.book import RuleBook
from triage.book.facts import Answer, Fact, NotKnown
from triage.book.logic import facts_of
from triage.book.rule import Constraint, Level
from triage.calls.session import Session
from triage.cli.lines import Lines, Stopped, say
from triage.cli.options import show_passages
from triage.cli.replies import NotUnderstood, Ticked, choices, read_answer, read_move, read_ticks
from triage.decision.decide import Decider, Decision
from triage.decision.interview import Question, next_question
from triage.decision.telling import level_heading, open_lines, tell_patient

_KEYS = "Type the number of your answer. d: I don't know. ?: why this is asked. b: back. q: stop and keep."
_NURSE_KEYS = _KEYS + " Or part of a symptom's name, to jump to it; `;` between answers types ahead."


class Conversation:
    """Asks until no answer could still change the level, the person stops, or an emergency is certain."""

    def __init__(self, decider: Decider, session: Session, *, nurse: bool, form: str) -> None:
        self.decider, self.session, self.nurse, self.form = decider, session, nurse, form
        self.book: RuleBook = decider.book
        self.lines = Lines(several=nurse)
        self._asked = _groups(self.book, [*session.answers, *session.ticked])
        self._settled: set[str] = set()
        self._unsaved_said = False

    def hold(self) -> Decision:
        """Has the conversation, and returns the decision at its end."""
        say(_NURSE_KEYS if self.nurse else _KEYS)
        try:
            while True:
                decision = self._decision()
                if decision.status == "out_of_scope":
                    return decision
                if self._settle_contradiction(decision):
                    continue
                # A nurse goes on after an emergency is certain and said: for the hand-over.
                if self.session.ticked and (self.nurse or decision.urgency is not Level.now):
                    self._ask_one(self.book.facts[self.session.ticked[0]], detail=True)
                    self._after_an_answer()
                    continue
                question = next_question(decision)
                if question is None:
                    if not self.nurse or not self._more():
                        return decision
                    continue
                self._ask(question)
                self._after_an_answer()
        except Stopped:
            return self._decision()

    # Asking --------------------------------------------------------------------------------------

    def _ask(self, question: Question) -> None:
        if len(question.facts) == 1:
            self._ask_one(question.facts[0])
            return
        say("")
        say(question.screen.nurse if self.nurse else question.screen.ask)
        for number, fact in enumerate(question.facts, start=1):
            say(f"  {number}. {fact.nurse if self.nurse else fact.short}")
        say("  0. None of these")
        while True:
            text = self.lines.read("All that apply (such as 1 3), 0 for none, d for I don't know: ")
            if self._moved(text, question.facts):
                return
            try:
                ticked = read_ticks(question.facts, text)
            except NotUnderstood as error:
                if not self._jump(text):
                    self._not_understood(error)
                    continue
                return
            self._keep_ticks(question.facts, ticked)
            return

    def _keep_ticks(self, facts: tuple[Fact, ...], ticked: Ticked) -> None:
        """Keeps every denied item at once, and which are there, so that their details are asked next."""
        there = {fact.id for fact in ticked.there}
        unsure = {fact.id for fact in ticked.not_known}
        answers: dict[str, Answer] = {}
        details: list[str] = []
        for fact in facts:
            if fact.id in unsure:
                answers[fact.id] = NotKnown(ticked.word)
            elif fact.id not in there and fact.mildest is not None:
                answers[fact.id] = fact.mildest
            elif len(fact.answers) == 2:
                answers[fact.id] = list(fact.answers)[1]
            else:
                details.append(fact.id)
        self._asked.append([fact.id for fact in facts])
        self._give(answers, details)

    def _ask_one(self, fact: Fact, *, detail: bool = False) -> None:
        """Asks one fact; `detail`: of the list that was answered last."""
        say("")
        say(fact.nurse if self.nurse else fact.ask)
        if fact.scale is not None:
            prompt = f"A number in {fact.scale.unit}, such as {fact.scale.example}; d for I don't know: "
        else:
            for number, (_, words) in enumerate(choices(fact), start=1):
                say(f"  {number}. {words}")
            say("  d. I don't know")
            prompt = "Your answer: "
        while True:
            text = self.lines.read(prompt)
            if self._moved(text, (fact,)):
                return
            try:
                answer = read_answer(fact, text)
            except NotUnderstood as error:
                if self._jump(text):
                    return
                self._not_understood(error)
                continue
            if not detail:
                self._asked.append([fact.id])
            self._give({fact.id: answer})
            return

    def _not_understood(self, error: NotUnderstood) -> None:
        """Says so, and drops what was typed ahead: it was meant for the questions after this one."""
        say(str(error))
        self.lines.drop_typed_ahead()

    def _moved(self, text: str, facts: Iterable[Fact]) -> bool:
        """Follows a key that is no answer. True when the question is left."""
        move = read_move(text)
        if move is None:
            return False
        if move.kind == "stop":
            raise Stopped
        if move.kind == "why":
            self._say_why(facts)
            return False
        return self._go_back()

    def _go_back(self) -> bool:
        """Takes back the last screen that was answered, a list with all its details."""
        kept = {*self.session.answers, *self.session.ticked}
        while self._asked:
            names = [name for name in self._asked.pop() if name in kept]
            if names:
                self._save(partial(self.session.take_back, names))
                return True
        say("This is the first question.")
        return False

    def _say_why(self, facts: Iterable[Fact]) -> None:
        decision = self._decision()
        told = False
        for fact in facts:
            rules = decision.raises(fact.id)
            if rules:
                told = True
                words = fact.nurse if self.nurse else fact.short
                level = self.book.levels[rules[0].urgency].name
                say(f"  {words}: could mean “{level}”. {rules[0].because.strip()}")
        if not told:
            say("  It decides which of the other questions fit you.")

    # A nurse's jumps -----------------------------------------------------------------------------

    def _jump(self, text: str) -> bool:
        """Asks the symptom whose name has this text in it. False when it is no name."""
        part = text.strip().lstrip("/").lower()
        if not self.nurse or len(part) < 3 or part[0].isdigit():
            return False
        found = [
            fact
            for fact in self.book.facts.values()
            if part in f"{fact.id} {fact.id.replace('_', ' ')} {fact.nurse} {fact.short}".lower()
        ]
        if not found:
            return False
        if len(found) > 1:
            say(f"“{part}” is in {len(found)} names:")
            for number, fact in enumerate(found, start=1):
                say(f"  {number}. {fact.nurse}")
            choice = self.lines.read("Number, or Enter to go on: ")
            if not choice.isascii() or not choice.isdigit() or not 1 <= int(choice) <= len(found):
                return True
            found = [found[int(choice) - 1]]
        self._ask_one(found[0])
        return True

    def _more(self) -> bool:
        """Lets a nurse add symptoms after the last question. False to finish."""
        text = self.lines.read(
            "Nothing else can raise the level. Part of a symptom's name to add it, or Enter to finish: "
        )
        if text in ("", "q"):
            return False
        if text == "b":
            return self._go_back()
        if not self._jump(text):
            say("No symptom has that in its name.")
        else:
            self._after_an_answer()
        return True

    def _after_an_answer(self) -> None:
        if not self.nurse:
            return
        decision = self._decision()
        still = list(open_lines(decision))
        more = f" and {len(still) - 3} more" if len(still) > 3 else ""
        say(f"> {level_heading(decision)} (possible: {decision.possible.name})")
        if still:
            say(f"> not ruled out: {'; '.join(still[:3])}{more}")

    # Contradictions ------------------------------------------------------------------------------

    def _settle_contradiction(self, decision: Decision) -> bool:
        """Asks once which of two contradicting answers is right. True when an answer was changed."""
        for constraint in decision.contradictions:
            if constraint.because not in self._settled:
                self._settled.add(constraint.because)
                return self._ask_which(constraint)
        return False

    def _ask_which(self, constraint: Constraint) -> bool:
        self.lines.drop_typed_ahead()
        say("")
        say(f"Two answers do not fit together. {constraint.because.strip()}")
        names = [name for name in facts_of(constraint.never) if name in self.session.answers]
        facts = [self.book.facts[name] for name in names]
        for number, fact in enumerate(facts, start=1):
            said = fact.say(self.session.answers[fact.id])
            say(f"  {number}. Change: {fact.nurse if self.nurse else fact.ask} ({said})")
        say("  d. I don't know: both then count as not known")
        while True:
            text = self.lines.read("Your answer: ")
            if self._moved(text, facts):
                return True
            if text.lower() == "d":
                return False
            if text.isascii() and text.isdigit() and 1 <= int(text) <= len(facts):
                self._ask_one(facts[int(text) - 1])
                return True
            say(f"Type a number from 1 to {len(facts)}, or d.")

    # Deciding and keeping --------------------------------------------------------------------

    def _decision(self) -> Decision:
        return self.decider.decide(self.session.answers)

    def _give(self, answers: dict[str, Answer], ticked: Sequence[str] = ()) -> None:
        before = self._decision().urgency
        self._save(partial(self.session.give, answers, ticked))
        decision = self._decision()
        if decision.urgency is Level.now and before is not Level.now:
            first = [p for p in tell_patient(decision, self.decider.settings) if p.tone != "plain"]
            say("")
            show_passages(first, self.form, err=True)
            self.lines.drop_typed_ahead()

    def _save(self, change: Callable[[], None]) -> None:
        try:
            change()
        except OSError as error:
            if not self._unsaved_said:
                say(f"NOT SAVED: {error.strerror or error}. Go on, and write the result down at the end.")
            self._unsaved_said = True
        else:
            if self._unsaved_said:
                say("Saved again.")
            self._unsaved_said = False


def _groups(book: RuleBook, answers: Iterable[str]) -> list[list[str]]:
    """The answers of a resumed session, grouped as they were asked, so that `b` goes back as before."""
    groups: list[list[str]] = []
    for name in answers:
        fact = book.facts[name]
        last = book.facts[groups[-1][0]] if groups else None
        if last is not None and fact.deniable and last.deniable and last.screen == fact.screen:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups
