"""Questions in plain lines: one fact, a list of "any of these?", and the symptoms a nurse jumps to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triage.book.facts import Answer, Fact, NotKnown
from triage.cli.jumps import looked_for, named, named_by_rules
from triage.cli.keeping import Kept
from triage.cli.lines import Lines, Stopped, say
from triage.cli.replies import (
    NotUnderstood,
    Ticked,
    choices,
    list_item,
    read_answer,
    read_move,
    read_number,
    read_ticks,
)
from triage.decision.interview import Question, why_asked


class Questions:
    """Asks, until there is an answer to keep or the person leaves the question by a key or a jump."""

    def __init__(self, kept: Kept, lines: Lines, *, nurse: bool) -> None:
        self.kept, self.lines, self.nurse = kept, lines, nurse

    def ask(self, question: Question) -> None:
        """Asks a screen: one fact, or all of its facts as one list."""
        if len(question.facts) == 1:
            self.ask_one(question.facts[0])
            return
        self.begin(question.screen.nurse if self.nurse else question.screen.ask)
        for number, fact in enumerate(question.facts, start=1):
            say(f"  {number}. {list_item(fact, nurse=self.nurse)}")
        say("  0. None of these")
        prompt = "All that apply (such as 1 3), 0 for none, d for I don't know: "
        while (text := self.reply(prompt, question.facts, self.kept.go_back)) is not None:
            try:
                ticked = read_ticks(question.facts, text)
            except NotUnderstood as error:
                if self.jumped(text, str(error)):
                    return
            else:
                self._keep_ticks(question.facts, ticked)
                return

    def ask_one(self, fact: Fact, *, aside: bool = False) -> None:
        """Asks one fact. `aside`: `b` only leaves it. What was ticked belongs to the screen of its list."""
        self.begin(fact.nurse if self.nurse else fact.ask)
        if fact.scale is not None:
            prompt = f"A number in {fact.scale.unit}, such as {fact.scale.example}; d for I don't know: "
        else:
            for number, (_, words) in enumerate(choices(fact), start=1):
                say(f"  {number}. {words}")
            say("  d. I don't know")
            prompt = "Your answer: "
        while (text := self.reply(prompt, (fact,), _leave if aside else self.kept.go_back)) is not None:
            try:
                answer = read_answer(fact, text)
            except NotUnderstood as error:
                if self.jumped(text, str(error)):
                    return
            else:
                if fact.id not in self.kept.session.ticked:
                    self.kept.asked.append([fact.id])
                self.kept.give({fact.id: answer})
                self.kept.say_where_it_stands()
                return

    def reply(self, prompt: str, facts: Sequence[Fact], back: Callable[[], bool]) -> str | None:
        """The reply to a question on these facts; None where `b` left it. Raises Stopped on `q`.

        `?` and a `b` that leads nowhere are followed by the question again, and drop nothing.
        """
        while True:
            text = self.lines.read(prompt)
            move = read_move(text)
            if move is None:
                return text
            if move.kind == "stop":
                raise Stopped
            if move.kind == "why":
                for line in why_asked(self.kept.decision, facts, nurse=self.nurse):
                    say(f"  {line}")
            elif back():
                return None

    def jumped(self, text: str, otherwise: str) -> bool:
        """Leads a nurse to the symptoms that a text names. False when it names none: `otherwise` is said."""
        part = looked_for(text) if self.nurse else ""
        if not part:
            self.not_understood(otherwise)
            return False
        found = named(self.kept.book, part)
        if len(found) == 1:
            self.ask_one(found[0], aside=True)
            return True
        if found:
            return self._choose(f"“{part}” is in {len(found)} names:", found)
        nothing = f"No symptom has “{part}” in its name."
        found = named_by_rules(self.kept.book, part)
        if found:
            return self._choose(f"{nothing} Rules about it ask for:", found)
        self.not_understood(otherwise, nothing)
        return False

    def not_understood(self, *why: str) -> None:
        """Says why, and drops what was typed ahead: it was meant for the questions after this one."""
        for line in filter(None, why):
            say(line)
        self.lines.drop_typed_ahead()

    def _choose(self, heading: str, facts: list[Fact]) -> bool:
        say(heading)
        for number, fact in enumerate(facts, start=1):
            say(f"  {number}. {fact.nurse}")
        while text := self.reply("Number, or Enter to go on: ", facts, _leave):
            chosen = read_number(text, len(facts))
            if chosen is not None:
                self.ask_one(facts[chosen - 1], aside=True)
                break
            self.not_understood(f"Type a number from 1 to {len(facts)}, or Enter to go on.")
        return True

    def begin(self, heading: str) -> None:
        """Shows what is asked. An emergency that was told before it is no longer the last word."""
        self.kept.told = ()
        say("")
        say(heading)

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
        self.kept.asked.append([fact.id for fact in facts])
        if self.nurse and there:
            stored = [
                f"{fact.nurse}: {fact.say(answers[fact.id]) if fact.id in answers else 'there'}"
                for fact in ticked.there
            ]
            say(f"> {'; '.join(stored)}")
        self.kept.give(answers, details)
        self.kept.say_where_it_stands()


def _leave() -> bool:
    """What `b` does in a question beside the way: it leaves that question and takes nothing back."""
    return True
