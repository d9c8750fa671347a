"""A decision in words: the level and what to do first, then the reason, what is open, the examinations,
and the safety net. One order for the patient and for the nurse, who is shown more.

Nothing here calls a patient well: the lowest level keeps the planned follow-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.book.facts import known
from triage.book.rule import Exam, Level, Rule, Told
from triage.decision.decide import Decision
from triage.decision.explain import source_lines, verdicts
from triage.decision.sentences import answered, deciding_facts
from triage.decision.settings import Settings
from triage.engines.reference import trace
from triage.engines.truth import Truth

MOST_LINES = 6
DRAFT = "The rules behind this are a draft: no clinician has reviewed them."


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading with its lines. `tone` says how loudly the heading may be shown."""

    heading: str
    lines: tuple[str, ...] = ()
    tone: Literal["level", "warning", "plain"] = "plain"


ACT_ON = {Told.no_level: "no level", Told.review_today: "a person must look today"}
"""What to act on where that is no level, in a few words."""
_DO_NOT_WAIT = "Do not wait for the planned follow-up."


def gives_level(decision: Decision) -> bool:
    """Whether a level is told, be it the least of what a person who must look may find."""
    return decision.at_least is not Level.none or decision.advice is Told.none


def level_heading(decision: Decision) -> str:
    """The level to act on, in words; *at least* while an answer that could matter was not asked for."""
    if not gives_level(decision):
        return _no_level(decision)[0]
    name = decision.book.levels[decision.at_least].name
    if decision.advice is Told.review_today:
        return f"At least: {name}. A person must look at it today"
    return f"At least: {name}" if decision.status == "unfinished" or decision.review else name


def _no_level(decision: Decision) -> tuple[str, str]:
    """A heading and what to do where the lowest level would reassure somebody it was not meant for."""
    if decision.status == "out_of_scope":
        return "No level can be given", "These rules cannot judge this person. Speak to somebody who can."
    if decision.advice is Told.review_today:
        more = " Some questions were not answered either." if decision.status == "unfinished" else ""
        return "No level can be given until a person has looked at it", _DO_NOT_WAIT + more
    if decision.status == "unfinished":
        answer = "Some questions that could matter were not answered. Answer them, or speak to a person."
        return "Not finished: no level can be given yet", answer
    return (
        "No level can be given: some answers are not known",
        f"They could still mean “{decision.book.levels[decision.possible].name}”. "
        "Find them out, or tell {team} about them by then.",
    )


def tell_patient(decision: Decision, settings: Settings) -> Iterator[Passage]:
    """What the patient is told: no names of diseases, no prognosis, and never that all is well.

    Outside the scope there is no level, unless one is certain all the same, and nothing to work through.
    """
    outside = decision.status == "out_of_scope"
    yield from alarms(decision, settings)
    yield Passage(level_heading(decision), tuple(what_to_do(decision, settings, "patient")), "level")
    doubt = {rule.id: "Cannot be ruled out: " for rule in decision.counted}
    because = [doubt.get(rule.id, "") + rule.title for rule in decision.acted_on]
    if because:
        yield Passage("Why", tuple(because))
    if decision.open and not outside:
        yield Passage("Still open", tuple(_open_for_patient(decision)))
    if exams := tuple(exam_lines(decision, lambda exam: exam.plain)):
        yield Passage("Your team may think of", exams)
    if net := tuple(safety_net(decision, settings)):
        yield Passage("Watch for", net)
    # From `today` up nothing may stand beside what to do now.
    texts = tuple(_advice(decision, settings, "patient"))
    if texts and not outside and _net_level(decision) < Level.today:
        yield Passage("Good to know", texts)
    yield Passage("About this result", (stamp(decision),))


def tell_nurse(decision: Decision, settings: Settings) -> Iterator[Passage]:
    """What the nurse is told: the same, with rules, quotes, suspicions and what would change the level."""
    book = decision.book
    outside = decision.status == "out_of_scope"
    yield from alarms(decision, settings)
    yield Passage(level_heading(decision), tuple(what_to_do(decision, settings, "nurse")), "level")
    if not outside:
        yield Passage("Levels", (level_line(decision),))
    for rule in decision.fired:
        yield Passage(f"{rule.id} ({rule.urgency.name}): {rule.title}", tuple(_rule_lines(decision, rule)))
    for rule in decision.counted:
        heading = f"{rule.id} ({rule.urgency.name}): {rule.title}: open, counted in full"
        yield Passage(heading, tuple(_rule_lines(decision, rule)))
    if decision.open and not outside:
        yield Passage("Not yet ruled out", tuple(open_lines(decision)))
    if suspects := dict.fromkeys(id for rule in decision.acted_on for id in rule.suspects):
        yield Passage("To think of", tuple(book.suspicions[id].name for id in suspects))
    if exams := tuple(exam_lines(decision, lambda exam: exam.name)):
        yield Passage("Examinations to think of", exams)
    if net := tuple(safety_net(decision, settings)):
        yield Passage("Safety net", net)
    texts = tuple(_advice(decision, settings, "nurse"))
    if texts and not outside:
        yield Passage("Background", texts)
    yield Passage("Rule book", (stamp(decision),))


def level_line(decision: Decision) -> str:
    """The interval in one line: certain, possible, and what to act on."""
    act_on = ACT_ON.get(decision.advice, f"act on {decision.advice.name}")
    return (
        f"certain {decision.urgency.name}, possible {decision.possible.name}, "
        f"{act_on} ({decision.status.replace('_', ' ')})"
    )


def open_lines(decision: Decision) -> Iterator[str]:
    """Each question that could still change the level, and to what."""
    for name in decision.open:
        fact = decision.book.facts[name]
        rule = decision.raises(name)[0]
        said = name in decision.answers or name in decision.ticked
        asked = f" [{answered(fact, decision.answers, decision.ticked)}]" if said else ""
        yield f"{fact.nurse}{asked}: up to {rule.urgency.name} ({rule.id})"


def _net_level(decision: Decision) -> Level:
    """The level whose safety net is told: that of the advice, and where a person must look first, `today`.

    Whoever is sent to speak to the team now must hear what to do when nobody calls back, and not
    that a complaint may be watched for two weeks. The net of `now` would not fit either: it speaks
    of an ambulance that was called.
    """
    return Level.today if decision.advice is Told.review_today else decision.at_least


def _of_the_level(decision: Decision) -> tuple[Rule, ...]:
    """The rules behind the advice; from `today` up only those that give the level.

    Next to an ambulance, what to do when a pain is still there in a week reads as leave to wait.
    """
    level = _net_level(decision)
    return tuple(rule for rule in decision.acted_on if level < Level.today or rule.urgency is level)


def alarms(decision: Decision, settings: Settings) -> Iterator[Passage]:
    """What must be read before the level: engines that differ, a person outside the scope, contradictions."""
    if decision.disputed:
        names = [f"{judged.rule.id}: {verdicts(judged)}" for judged in decision.disputed]
        warning = (
            "THE TWO ENGINES DISAGREE. The higher level is shown. Do not rely on it: have a person decide"
        )
        yield Passage(warning, tuple(names), "warning")
    if decision.engine_failure:
        warning = "ONE ENGINE FAILED. This result comes from the other alone: have a person check it"
        yield Passage(warning, (decision.engine_failure,), "warning")
    if decision.status == "out_of_scope":
        yield Passage("Not for this person", (settings.fill(decision.book.outside_scope),), "warning")
    for constraint in decision.contradictions:
        yield Passage("Two answers contradict each other", (constraint.because,), "warning")
    if decision.review:
        team = settings.fill("A person must look at this: speak to {team} now.")
        names = [f"Not known, and it matters: {rule.title}" for rule in decision.review]
        yield Passage(team, tuple(capped(names)), "warning")


def capped(lines: Sequence[str], what: str = "") -> Iterator[str]:
    """The first lines, not more than can be listened to, and how many there are besides."""
    yield from lines[:MOST_LINES]
    more = len(lines) - MOST_LINES
    if more > 0:
        yield f"and {more} more" + (f" {what}{'s' if more > 1 else ''}" if what else "")


def what_to_do(decision: Decision, settings: Settings, reader: Literal["patient", "nurse"]) -> Iterator[str]:
    """What this reader is to do at the level, or where no level can be given."""
    level = decision.book.levels[decision.at_least]
    if gives_level(decision):
        text = settings.fill(level.patient if reader == "patient" else level.nurse)
        if decision.advice is Told.review_today:
            yield _DO_NOT_WAIT
            text = f"If they find nothing more: {text}"
        yield text
        return
    yield settings.fill(_no_level(decision)[1])
    if decision.status == "out_of_scope":
        who = "you are" if reader == "patient" else "the person is"
        yield settings.fill(f"If {who} in danger now, call {{emergency}}.")


def _open_for_patient(decision: Decision) -> Iterator[str]:
    """What could still change the level: what is there first, then the most urgent, and not too many."""
    lines = []
    for name in sorted(decision.open, key=lambda name: name not in decision.ticked):
        fact = decision.book.facts[name]
        why = "you were not sure" if name in decision.answers else "not asked"
        if name in decision.ticked:
            why = "details not asked"
        if name in decision.doubted:
            why = "your answers contradict each other"
        lines.append(f"{fact.short} ({why})")
    yield from capped(lines, "question")


def _rule_lines(decision: Decision, rule: Rule) -> Iterator[str]:
    for name in deciding_facts(decision.of(rule).trace):
        fact = decision.book.facts[name]
        yield f"{fact.nurse}: {answered(fact, decision.answers, decision.ticked)}"
    yield rule.because
    yield from source_lines(decision, rule)


def exam_lines(decision: Decision, words: Callable[[Exam], str]) -> Iterator[str]:
    """The examinations of what is certain, and then of what only counts because it cannot be ruled out."""
    exams = decision.book.exams
    yield from (words(exams[id]) for id in decision.exams)
    yield from (f"{words(exams[id])} (unless it can be ruled out)" for id in decision.exams_in_doubt)


def safety_net(decision: Decision, settings: Settings) -> Iterator[str]:
    """Which change to watch for, by when, and whom to call: of the rules, then of the level."""
    if decision.status == "out_of_scope" and not gives_level(decision):
        return
    nets = [rule.safety_net for rule in _of_the_level(decision) if rule.safety_net]
    nets.append(decision.book.levels[_net_level(decision)].safety_net)
    yield from map(settings.fill, dict.fromkeys(nets))


def _advice(decision: Decision, settings: Settings, reader: str) -> Iterator[str]:
    """The sentences worth saying to this reader, whose condition holds."""
    sure = known(decision.answers)
    for advice in decision.book.advice:
        holds = advice.when is None or trace(advice.when, sure).truth is Truth.TRUE
        if holds and advice.shown_to in (reader, "both"):
            yield settings.fill(advice.text)


def stamp(decision: Decision) -> str:
    """The rule book behind a result, and that it is a draft."""
    book = decision.book
    draft = f" {DRAFT}" if book.status == "draft" else ""
    return f"Rule book {book.name}.{draft}"
