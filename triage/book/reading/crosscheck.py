"""What must hold between the parts of a rule book: nothing unknown, nothing unused, nothing twice.

A misspelt identifier is always found: either nothing has that name, or nothing uses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

from triage.book.book import RuleBook
from triage.book.logic import Condition, Is, Spans, comparisons, facts_of, fold
from triage.book.problems import Problem, nearest
from triage.book.reading.text import Page, Place
from triage.book.reading.uses import page_defining

_DROP = "use it, or drop it"


def crosscheck(book: RuleBook, pages: Mapping[str, Page], *, is_whole: bool = True) -> list[Problem]:
    """Every problem between the parts of a book whose parts are right each by itself.

    Of a book that is not whole, only what does not depend on what is missing.
    """
    check = _Crosscheck(book, pages)
    return [*check.of_any_part(), *(check.of_the_whole() if is_whole else ())]


class _Crosscheck:
    def __init__(self, book: RuleBook, pages: Mapping[str, Page]) -> None:
        self.book, self.pages = book, pages

    def of_any_part(self) -> Iterator[Problem]:
        yield from self._status()
        yield from self._constraints()
        yield from self._not_ordered()

    def of_the_whole(self) -> Iterator[Problem]:
        yield from self._unused_names()
        yield from self._unused_facts_and_answers()
        yield from self._statements()

    def _status(self) -> Iterator[Problem]:
        """Every output says of a draft that it is one, and asks only the book."""
        drafts = [rule.id for rule in self.book.rules.values() if rule.status == "draft"]
        if drafts and self.book.status == "reviewed":
            more = f" and {len(drafts) - 1} more" if len(drafts) > 1 else ""
            what = f"the book is reviewed, but not every rule: {drafts[0]}{more}"
            yield self.pages["book.yaml"].problem(("status",), "B007", what, "status: draft")

    def _constraints(self) -> Iterator[Problem]:
        seen: dict[Hashable, int] = {}
        for index, constraint in enumerate(self.book.constraints):
            first = seen.setdefault(fold(constraint.never, _Unordered()), index)
            if first != index:
                page, what = self.pages["constraints.yaml"], "this constraint stands here twice"
                line, _ = page.values[(first,)]
                yield page.problem((index,), "P007", what, f"the other is in line {line}")

    def _not_ordered(self) -> Iterator[Problem]:
        for fact in self.book.facts.values():
            if fact.kind == "symptom" and fact.answers and not fact.ordered:
                what = f"the symptom {fact.id} is not ordered"
                yield self._at("facts", (fact.id,), "F009", what, "ordered: yes, mildest first")

    def _unused_names(self) -> Iterator[Problem]:
        rules = self.book.rules.values()
        used_by = {
            "exams.yaml": (self.book.exams, {id for rule in rules for id in rule.exams}, "rule"),
            "suspicions.yaml": (self.book.suspicions, {s for r in rules for s in r.suspects}, "rule"),
            "screens.yaml": (self.book.screens, {f.screen for f in self.book.facts.values()}, "fact"),
        }
        for path, (names, used, by) in used_by.items():
            for id in names:
                if id not in used:
                    what = f'no {by} uses "{id}"'
                    yield self.pages[path].problem((id,), "B006", what, _DROP, key=True)
        named = {id for rule in rules for id in rule.findings}
        for id in self.book.findings:
            if id not in named:
                yield self._at("findings", (id,), "B006", f'no rule uses the finding "{id}"', _DROP)

    def _unused_facts_and_answers(self) -> Iterator[Problem]:
        book = self.book
        conditions: list[Condition] = [rule.when for rule in book.rules.values()]
        conditions += [constraint.never for constraint in book.constraints]
        conditions += [advice.when for advice in book.advice if advice.when]
        conditions.append(book.scope)
        used = {name for condition in conditions for name in facts_of(condition)}
        answers = {
            (is_.fact, answer)
            for condition in conditions
            for is_ in comparisons(condition)
            if not isinstance(is_.answers, Spans)
            for answer in is_.answers
        }
        for rule in book.rules.values():
            for example in rule.examples:
                answers |= {(name, book.facts[name].write(a)) for name, a in example.answers.items()}
        not_known = Counter(word for fact in book.facts.values() for word in fact.not_known)
        for fact in book.facts.values():
            if fact.id not in used:
                what = f'no rule, constraint or advice uses the fact "{fact.id}"'
                yield self._at("facts", (fact.id,), "F010", what, _DROP)
                continue
            for answer in fact.answers:
                if (fact.id, answer) not in answers:
                    what = f'no condition or example uses the answer "{answer}" to {fact.id}'
                    yield self._at("facts", (fact.id, "answers", answer), "F011", what, _DROP)
            for word in fact.not_known:
                if (fact.id, word) not in answers and not_known[word] == 1:
                    what = f'no example and no other fact uses the word "{word}" of {fact.id}'
                    hint = nearest(word, not_known.keys() - {word}) or _DROP
                    yield self._at("facts", (fact.id, "not_known", word), "F011", what, hint)

    def _statements(self) -> Iterator[Problem]:
        used = {id for _, source in self.book.sources() for id in source.statements}
        for document in self.book.documents.values():
            for statement in document.statements.values():
                place: Place = ("statements", statement.id)
                if statement.id not in used and not statement.left_out:
                    what, hint = f"{statement.id} is used by nothing", "use it, or say why in `left_out`"
                    yield self._at("documents", place, "D009", what, hint)
                if statement.id in used and statement.left_out:
                    what = f"{statement.id} is used although it is left out"
                    yield self._at("documents", place, "D010", what, "drop `left_out`")

    def _at(self, folder: str, place: Place, code: str, what: str, write: str = "") -> Problem:
        """A problem at a key of whichever page of a folder has it."""
        return page_defining(self.pages, folder, place).problem(place, code, what, write, key=True)


class _Unordered:
    """Algebra: a condition without the order of its parts, to find it again."""

    def is_(self, comparison: Is) -> Hashable:
        return comparison

    def all(self, parts: Sequence[Hashable]) -> Hashable:
        return "all", frozenset(parts)

    def any(self, parts: Sequence[Hashable]) -> Hashable:
        return "any", frozenset(parts)

    def at_least(self, count: int, parts: Sequence[Hashable]) -> Hashable:
        return count, frozenset(parts)
