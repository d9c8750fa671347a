"""Questions in plain lines: one fact, a list of "any of these?", and the symptoms a nurse jumps to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triage.book.facts import Answer, Fact, NotKnown
from triage.cli.jumps import looked_for, named, named_by_rules
from triage.cli.keeping import Kept
from triage.cli.lines import Lines, Reply, Stopped, say
from triage.cli.replies import (
    NotUnderstood,
    Ticked,
    choices,
    list_item,
    may_be_typed_ahead,
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
        while (
            reply := self.reply(prompt, question.facts, self.kept.go_back, fresh=True, whole=True)
        ) is not None:
            try:
                ticked = read_ticks(question.facts, reply.text)
            except NotUnderstood as error:
                if self.jumped(reply.text, str(error)):
                    return
            else:
                self._keep_ticks(question.facts, ticked)
                return

    def ask_one(self, fact: Fact, *, aside: bool = False) -> None:
        """Asks one fact. `aside`: `b` only leaves it. What was ticked belongs to the screen of its list."""
        self.begin(fact.nurse if self.nurse else fact.ask, fresh=False)
        if fact.scale is not None:
            prompt = f"A number in {fact.scale.unit}, such as {fact.scale.example}; d for I don't know: "
        else:
            for number, (_, words) in enumerate(choices(fact), start=1):
                say(f"  {number}. {words}")
            say("  d. I don't know")
            prompt = "Your answer: "
        while (reply := self.reply(prompt, (fact,), _leave if aside else self.kept.go_back)) is not None:
            try:
                answer = read_answer(fact, reply.text)
            except NotUnderstood as error:
                if self.jumped(reply.text, str(error)):
                    return
            else:
                if reply.ahead and not self._uses_ahead(fact, reply.text, answer):
                    continue
                if fact.id not in self.kept.session.ticked:
                    self.kept.asked.append([fact.id])
                self.kept.give({fact.id: answer})
                self.kept.say_where_it_stands()
                return

    def _uses_ahead(self, fact: Fact, text: str, answer: Answer) -> bool:
        """Says what was typed before this question was shown: that it is used, or else that it is not."""
        if may_be_typed_ahead(self.kept.book.facts.values(), fact, text, answer):
            say(f"> {fact.nurse if self.nurse else fact.short}: {fact.say(answer)} (typed ahead)")
            return True
        say(f"Not used, because it was typed before this question: {text}")
        self.lines.drop_typed_ahead()
        return False

    def reply(
        self,
        prompt: str,
        facts: Sequence[Fact],
        back: Callable[[], bool],
        *,
        fresh: bool = False,
        whole: bool = False,
    ) -> Reply | None:
        """The reply to a question on these facts; None where `b` left it. Raises Stopped on `q`.

        `?` and a `b` that leads nowhere are followed by the question again, and drop nothing.
        `fresh` and `whole` are those of `Lines.read`.
        """
        while True:
            reply = self.lines.read(prompt, fresh=fresh, whole=whole)
            move = read_move(reply.text)
            if move is None:
                return reply
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
        self.lines.drop_typed_ahead()
        say(heading)
        for number, fact in enumerate(facts, start=1):
            say(f"  {number}. {fact.nurse}")
        while (reply := self.reply("Number, or Enter to go on: ", facts, _leave, fresh=True)) and reply.text:
            chosen = read_number(reply.text, len(facts))
            if chosen is not None:
                self.ask_one(facts[chosen - 1], aside=True)
                break
            self.not_understood(f"Type a number from 1 to {len(facts)}, or Enter to go on.")
        return True

    def begin(self, heading: str, *, fresh: bool = True) -> None:
        """Shows what is asked. An emergency that was told before it is no longer the last word.

        `fresh`: nothing that was typed before this may answer it, so that it is dropped.
        """
        self.kept.told = ()
        if fresh:
            self.lines.drop_typed_ahead()
        else:
            self.lines.take_typed_ahead()
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
