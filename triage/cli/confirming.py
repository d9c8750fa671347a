"""Answers that count only once they are confirmed, all on one screen."""

from __future__ import annotations

from triage.calls.session import Session
from triage.cli.lines import Lines, Stopped, say
from triage.cli.replies import read_move, read_number, tokens
from triage.decision.sentences import TICKED

_IS_THIS = "Is this what was answered, and is it still right?"
_PROMPT = "Enter if all of it is right, or the numbers of what is not; 0 for none of it: "
_ALL_RIGHT = ("", "y", "yes")
_NONE_RIGHT = ("0", "n", "no", "none")


def confirmed(session: Session, lines: Lines, *, nurse: bool) -> dict[str, bool]:
    """The session's unconfirmed answers, and which are right, as the person says. Raises Stopped."""
    names = list(session.unconfirmed)
    say("")
    if session.is_replaced:
        say("Nothing of the changed file counts yet.")
        say(_IS_THIS)
    elif session.is_of_before:
        say("An older triage wrote this file, without a checksum: nobody can tell whether it was changed.")
        say(_IS_THIS)
    elif session.is_edited:
        say("The file is not as triage wrote it: a person or a fault of the disk changed it.")
        say(_IS_THIS)
    else:
        say("This was told earlier, and mostly stays so. Is it still right?")
    for number, name in enumerate(names, start=1):
        fact = session.book.facts[name]
        told = session.contents.given[name].first.astimezone().date().isoformat()
        words = (fact.nurse if nurse else fact.short).strip()
        answer = session.unconfirmed[name]
        say(f"  {number}. {words}: {TICKED if answer is None else fact.say(answer)} (told {told})")
    while True:
        text = lines.read(_PROMPT, fresh=True, whole=True).text
        wrong = _wrong(text, len(names))
        if wrong is not None:
            return {name: number not in wrong for number, name in enumerate(names, start=1)}
        move = read_move(text)
        if move is not None and move.kind == "stop":
            raise Stopped
        if move is not None and move.kind == "why":
            say("  What you confirm is not asked again. What is not right is.")
            continue
        say(f"Press Enter, or type numbers from 1 to {len(names)}, such as 1 3; q stops and changes nothing.")


def _wrong(text: str, count: int) -> set[int] | None:
    """The numbers of what is not right; None where that is not what was typed."""
    word = text.lower().rstrip(".")
    if word in _ALL_RIGHT:
        return set()
    if word in _NONE_RIGHT:
        return set(range(1, count + 1))
    numbers = [read_number(token, count) for token in tokens(word) if token]
    return {number for number in numbers if number} if numbers and None not in numbers else None
