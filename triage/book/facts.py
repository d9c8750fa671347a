"""A fact: one thing that can be asked or looked up, with a closed list of answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from triage.book.problems import nearest
from triage.book.quantity import Scale, UnreadableAnswer
from triage.book.sources import Source


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The fact was asked, and nobody here knows it. `word` is what was answered instead."""

    word: str


Known: TypeAlias = str | int
"""An answer that decides something: an answer's id, or a number in whole steps of its fact."""

Answer: TypeAlias = Known | NotKnown
Answers: TypeAlias = Mapping[str, Answer]
"""What has been answered so far, by fact. A fact that is absent was not asked."""

UNKNOWN = "unknown"
DECLINED = "declined"
NOT_KNOWN_LABELS = {UNKNOWN: "I don't know", DECLINED: "I would rather not say"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A question and its possible answers: either a choice (`answers`) or a number (`scale`).

    `answers` maps each answer's id to the words shown for it, mildest first where `ordered`. Of an
    ordered symptom or finding, one of `denied` and `usual` says in a note what its mildest answer says.
    `not_known` names further ways of not knowing, such as a report that does not say.
    """

    id: str
    ask: str
    short: str
    nurse: str
    answers: Mapping[str, str]
    scale: Scale | None
    ordered: bool
    denied: str
    usual: str
    not_known: Mapping[str, str]
    kind: Literal["symptom", "finding", "background"]
    asked_of: Literal["patient", "record", "nurse"]
    lasts: Literal["call", "always"]
    screen: str
    sources: tuple[Source, ...]

    @property
    def mildest(self) -> str | None:
        """The answer that denies the symptom, where the answers are ordered."""
        return next(iter(self.answers)) if self.ordered else None

    @property
    def deniable(self) -> bool:
        """Whether it can be an item of "any of these?", where an item that is not named is denied.

        A finding needs just two answers for that: with more, not naming it would not say which of
        the harmless ones holds.
        """
        listed = self.kind == "symptom" or (self.kind == "finding" and len(self.answers) == 2)
        return self.ordered and listed and self.asked_of == "patient"

    def read(
        self,
        text: str,
        *,
        unit_needed: bool = True,
        comma: bool = False,
        own_unit: bool = False,
        bare_unit: str = "",
    ) -> Answer:
        """The answer that a text means, in the words of files; a number as `Scale.read` reads it.

        Raises UnreadableAnswer.
        """
        if text in NOT_KNOWN_LABELS or text in self.not_known:
            return NotKnown(text)
        if self.scale is not None:
            return self.scale.read(
                text, unit_needed=unit_needed, comma=comma, own_unit=own_unit, bare_unit=bare_unit
            )
        if text in self.answers:
            return text
        words = [*self.answers, *self.not_known, UNKNOWN, DECLINED]
        raise UnreadableAnswer(f'"{text}" is not an answer to {self.id}', nearest(text, words))

    def write(self, answer: Answer) -> str:
        """The answer as it stands in files. `read(write(a)) == a`."""
        if isinstance(answer, NotKnown):
            return answer.word
        if self.scale is not None and isinstance(answer, int):
            return self.scale.write(answer)
        return str(answer)

    def say(self, answer: Answer) -> str:
        """The answer in words for people."""
        if isinstance(answer, NotKnown):
            return {**NOT_KNOWN_LABELS, **self.not_known}[answer.word]
        if isinstance(answer, str):
            return self.answers[answer]
        return self.write(answer)

    def is_usual(self, answer: Answer) -> bool:
        """Whether this is what a well person answers: a symptom denied, or a number in its usual range."""
        if self.scale is not None and self.scale.usual is not None and isinstance(answer, int):
            return self.scale.usual[0] <= answer <= self.scale.usual[1]
        return answer == self.mildest

    def shows_presence(self, answer: Answer | None) -> bool:
        """Whether this answer says that a symptom or finding is definitely there."""
        if self.kind == "background" or answer is None or isinstance(answer, NotKnown):
            return False
        return not self.is_usual(answer)


def known(answers: Answers) -> dict[str, Known]:
    """Only the answers that decide something."""
    return {fact: answer for fact, answer in answers.items() if not isinstance(answer, NotKnown)}
