"""What a conversation has learnt: kept as it is said, decided at once, and taken back screen by screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from triage.book.book import RuleBook
from triage.book.facts import Answer
from triage.book.rule import Level
from triage.calls.given import read_time
from triage.calls.session import EditedOutside, Session
from triage.cli.confirming import confirmed
from triage.cli.edited import settle_edited
from triage.cli.lines import Lines, say
from triage.cli.options import show_passages
from triage.decision.decide import Decider, Decision
from triage.decision.telling import Passage, capped, level_heading, open_lines, tell_nurse, tell_patient

_MOST_OPEN = 3


class Kept:
    """The session's answers and their decision; that an emergency becomes certain, or no longer is, is told.

    `asked` are the screens that were answered, each as its facts; `told` is the emergency as it was
    told, as long as no question came after it.
    """

    def __init__(self, decider: Decider, session: Session, lines: Lines, *, nurse: bool, form: str) -> None:
        self.book: RuleBook = decider.book
        self.session, self.nurse = session, nurse
        self.asked = _screens_of(decider.book, [*session.answers, *session.ticked])
        self.told: tuple[Passage, ...] = ()
        self._decider, self._lines, self._form = decider, lines, form
        self._unsaved_said = False
        self.decision = self._decide()

    def freshen(self) -> bool:
        """Has what no longer counts asked again, and what lasts confirmed. True where anything was so.

        Raises Stopped.
        """
        session = self.session
        if not (self.set_aside() or session.asked_again or session.unconfirmed):
            return False
        if session.asked_again:
            count, then = len(session.asked_again), session.contents.earlier[-1].asked_on
            what = "answer no longer counts and is" if count == 1 else "answers no longer count and are"
            say("")
            say(f"{count} {what} asked again; the call was begun {read_time(then):%Y-%m-%d %H:%M}.")
            session.asked_again = ()
        if session.unconfirmed:
            right = confirmed(session, self._lines, nurse=self.nurse)
            self._change(partial(session.confirm, right))
        self.asked = _screens_of(self.book, [*session.answers, *session.ticked])
        return True

    def set_aside(self) -> bool:
        """Leaves what no longer counts out of the decision. True where there was anything."""
        if not self.session.renew():
            return False
        self.decision = self._decide()
        return True

    def finish(self) -> None:
        """Keeps that nothing was left to ask, and that the person is told the result."""
        self._change(self.session.finish)

    def give(self, answers: dict[str, Answer], ticked: Sequence[str] = ()) -> None:
        """Keeps answers, and what was ticked with its details still to be asked."""
        self._change(partial(self.session.give, answers, ticked))

    def go_back(self) -> bool:
        """Takes back the last screen that was answered, a list with all its details. False without one."""
        kept = {*self.session.answers, *self.session.ticked}
        while self.asked:
            names = [name for name in self.asked.pop() if name in kept]
            if names:
                if self.nurse:
                    taken = [self.book.facts[name].nurse for name in names]
                    say(f"> taken back: {'; '.join(capped(taken))}")
                self._change(partial(self.session.take_back, names))
                return True
        say("This is the first question.")
        return False

    def tell_emergency(self) -> None:
        """Tells an emergency that is certain, in the words of whoever reads it. What waits is dropped."""
        if self.decision.urgency is not Level.now:
            return
        tell = tell_nurse if self.nurse else tell_patient
        passages = tell(self.decision, self._decider.settings)
        self.told = tuple(passage for passage in passages if passage.tone != "plain")
        say("")
        show_passages(self.told, self._form, err=True)
        self._lines.drop_typed_ahead()

    def say_where_it_stands(self) -> None:
        """For a nurse: the level so far, and the first questions that could still raise it."""
        if not self.nurse:
            return
        still = list(open_lines(self.decision))
        more = f" and {len(still) - _MOST_OPEN} more" if len(still) > _MOST_OPEN else ""
        say(f"> {level_heading(self.decision)} (possible: {self.decision.possible.name})")
        if still:
            say(f"> not ruled out: {'; '.join(still[:_MOST_OPEN])}{more}")

    def _decide(self) -> Decision:
        return self._decider.decide(self.session.answers, self.session.ticked)

    def _change(self, change: Callable[[], None]) -> None:
        before = self.decision.urgency
        self.session.renew()
        try:
            self._change_kept(change)
        except OSError as error:
            if not self._unsaved_said:
                say(f"NOT SAVED: {error.strerror or error}. Go on, and write the result down at the end.")
            self._unsaved_said = True
        else:
            if self._unsaved_said and self.session.path is not None:
                say("Saved again.")
            self._unsaved_said = False
        self.decision = self._decide()
        if before is not Level.now:
            self.tell_emergency()
        elif self.decision.urgency is not Level.now:
            name = self.book.levels[Level.now].name
            say(f"With this change “{name}” is no longer certain. The level follows from the other answers.")

    def _change_kept(self, change: Callable[[], None]) -> None:
        try:
            change()
        except EditedOutside:
            self.decision = self._decide()
            settle_edited(self.session, self._lines)
            self.asked = _screens_of(self.book, [*self.session.answers, *self.session.ticked])


def _screens_of(book: RuleBook, names: Iterable[str]) -> list[list[str]]:
    """The answers of a resumed session as they were asked together, so that `b` goes back as before."""
    screens: list[list[str]] = []
    for name in names:
        fact = book.facts[name]
        last = book.facts[screens[-1][0]] if screens else None
        if last is not None and fact.deniable and last.deniable and last.screen == fact.screen:
            screens[-1].append(name)
        else:
            screens.append([name])
    return screens
