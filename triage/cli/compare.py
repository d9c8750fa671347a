"""`triage compare`: who is told something else after a change of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.ending import DONE, PROBLEMS_FOUND, UNREADABLE
from triage.cli.memory import SOLVERS, need
from triage.cli.options import open_book, rules_option
from triage.cli.terminal import echo

if TYPE_CHECKING:
    from triage.assurance.compare.differences import Difference
    from triage.assurance.compare.two_books import Moved, RuleChanges, TwoBooks
    from triage.book.facts import Known


@click.command(short_help="Show who is told something else by another book.")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--changelog", is_flag=True, help="Print only a paragraph for CHANGELOG.md.")
@click.option("--twice", is_flag=True, help="Have a second, independent solver agree with every proof.")
@click.option(
    "--all", "show_all", is_flag=True, help="Show a patient also for every smaller step by the same rules."
)
@rules_option
@click.pass_context
def compare(
    ctx: click.Context,
    old: str,
    new: str | None,
    changelog: bool,
    twice: bool,
    show_all: bool,
    rules: Path | None,
) -> None:
    """Compare two rule books: who is raised, who is lowered, what only reads differently.

    OLD and NEW are folders of rules, or git revisions of the repository in the current folder, of
    which the nearest `rules` upwards is read, or what `REVISION:path/to/rules` names. Without NEW it
    is the book of --rules. The level is compared for every patient and proved; each entry has the
    smallest patient, as a case to paste. A book cannot hear a fact or an answer that it does not
    have. Exit 1 when anyone is lowered, or it is not decided.
    """
    need(SOLVERS)
    from triage.assurance.compare.differences import differences
    from triage.assurance.compare.revision import NoSuchBook, book_named
    from triage.assurance.compare.two_books import TwoBooks

    try:
        before, old_at = book_named(old)
        after, new_at = (open_book(rules), "") if new is None else book_named(new)
    except NoSuchBook as error:
        echo(str(error), err=True)
        ctx.exit(UNREADABLE)
    for where in filter(None, (old_at, new_at)):
        echo(f"read: {where}", err=True)
    comparison = TwoBooks(before, after, twice=twice)
    lowered, raised = list(comparison.moved("lowered")), list(comparison.moved("raised"))
    changes, outside = comparison.rules(), comparison.no_longer_in_scope()
    others = list(differences(before, after, changes.renamed))
    if changelog:
        lines = _changelog(lowered, raised, changes, others)
    else:
        lines = _report(comparison, lowered, raised, changes, others, show_all)
    for line in lines:
        echo(line)
    if outside is not None:
        for line in _pasted_outside(comparison, outside):
            echo(line)
    for note in comparison.shared.notes:
        echo(f"read so: {note}", err=True)
    for direction in comparison.unfinished:
        echo(f"NOT FINISHED: more than {comparison.most} ways to be {direction}.", err=True)
    for undecided in comparison.undecided:
        echo(f"NOT DECIDED: {undecided}", err=True)
    unsettled = comparison.undecided or comparison.unfinished
    ctx.exit(PROBLEMS_FOUND if lowered or outside is not None or unsettled else DONE)


def _report(
    comparison: TwoBooks,
    lowered: Sequence[Moved],
    raised: Sequence[Moved],
    changes: RuleChanges,
    others: Sequence[Difference],
    show_all: bool,
) -> Iterator[str]:
    yield f"old: {comparison.old.name}; new: {comparison.new.name}"
    for heading, moved in (("LOWERED", lowered), ("RAISED", raised)):
        if not moved:
            nobody = "nobody" if comparison.undecided else "nobody (proved)"
            yield f"{heading}: {nobody}"
        shown: set[tuple[str, ...]] = set()
        for one in moved:
            yield f"{heading}  {_step(one)}, by {' and '.join(one.rules)}"
            if show_all or one.rules not in shown:
                yield from (f"    {line}" for line in _pasted(comparison, one))
            shown.add(one.rules)
    for word, ids in _by_word(changes):
        yield from (f"{word}: {id}" for id in ids)
    for other in others:
        yield f"{other.group.lower()}: {other.says}"


def _step(moved: Moved) -> str:
    partly = "" if moved.whole else " while the rest is not known"
    return f"{moved.old.name} → {moved.new.name}{partly}"


def _pasted(comparison: TwoBooks, moved: Moved) -> Iterator[str]:
    """The patient as a case of the new book; what only the old book can hear is a comment."""
    from triage.assurance.paste import written_case

    said, unheard = _heard(comparison, moved.patient)
    yield from (f"# only the old book can hear: {line}" for line in unheard)
    name = f"{_step(moved)}: {' and '.join(moved.rules)}"
    yield from written_case(comparison.new, name, said, denied=moved.whole)


def _pasted_outside(comparison: TwoBooks, patient: Mapping[str, Known]) -> Iterator[str]:
    """Someone whom the new book is no longer for, as a case of it."""
    from triage.assurance.paste import case_to_paste
    from triage.book.logic import facts_of

    said, _ = _heard(comparison, patient)
    scope = facts_of(comparison.new.scope)
    yield "OUT OF SCOPE NOW: the new book is not for everyone whom the old one is for"
    for line in case_to_paste(comparison.new, "no longer in scope", said, keep=scope):
        yield f"    {line}"


def _heard(comparison: TwoBooks, patient: Mapping[str, Known]) -> tuple[dict[str, Known], list[str]]:
    """The answers that the new book can hear, and lines of those that only the old one can."""
    said: dict[str, Known] = {}
    unheard = []
    for id, answer in patient.items():
        fact = comparison.new.facts.get(id)
        known = fact is not None and (
            answer in fact.answers
            if fact.scale is None
            else isinstance(answer, int) and fact.scale.low <= answer <= fact.scale.high
        )
        if known:
            said[id] = answer
        else:
            unheard.append(f"{id}: {comparison.shared.facts[id].write(answer)}")
    return said, unheard


def _by_word(changes: RuleChanges) -> Iterator[tuple[str, list[str]]]:
    yield "rule added", changes.added
    yield "rule removed", changes.removed
    yield "rule renamed, same meaning (proved)", [f"{old} → {new}" for old, new in changes.renamed]
    yield "rule rewritten, same meaning (proved)", changes.rewritten
    yield "rule changed in its meaning", changes.changed
    yield "rule of which it is not decided whether it means the same", changes.undecided


def _changelog(
    lowered: Sequence[Moved], raised: Sequence[Moved], changes: RuleChanges, others: Sequence[Difference]
) -> Iterator[str]:
    """A list item for each group in which something changed."""
    from triage.assurance.compare.differences import GROUPS

    said: dict[str, list[str]] = {group: [] for group in GROUPS}
    for heading, moved in (("lowered", lowered), ("raised", raised)):
        steps: dict[str, list[str]] = {}
        for one in moved:
            steps.setdefault(" and ".join(one.rules), []).append(_step(one))
        said["Advice"] += [f"{heading} by {rules} ({', '.join(found)})" for rules, found in steps.items()]
    for word, ids in _by_word(changes):
        if ids:
            said["Book" if "same meaning" in word else "Advice"].append(f"{word}: {', '.join(ids)}")
    for other in others:
        said[other.group].append(other.says)
    for group, items in said.items():
        if items:
            yield f"- **{group}:** {'; '.join(items)}."
