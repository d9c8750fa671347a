"""What must hold between the parts of a rule book: nothing unknown, nothing unused, nothing twice.

A misspelt identifier is always found: either nothing has that name, or nothing uses it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from triage.book.book import RuleBook
from triage.book.logic import Condition, Spans, comparisons, facts_of
from triage.book.problems import Problem, nearest
from triage.book.reading.text import Page, Place, texts_of
from triage.book.rule import PLACEHOLDERS, Finding, Rule

_DROP = "use it, or drop it"


def crosscheck(book: RuleBook, pages: Mapping[str, Page]) -> list[Problem]:
    """Every problem between the parts of a book whose parts are right each by itself."""
    return list(_Crosscheck(book, pages).problems())


class _Crosscheck:
    def __init__(self, book: RuleBook, pages: Mapping[str, Page]) -> None:
        self.book, self.pages = book, pages

    def problems(self) -> Iterator[Problem]:
        for rule in self.book.rules.values():
            yield from self._rule(rule)
        for finding in self.book.findings.values():
            yield from self._finding(finding)
        yield from self._unused_names()
        yield from self._unused_facts_and_answers()
        yield from self._statements()
        yield from self._placeholders()

    def _rule(self, rule: Rule) -> Iterator[Problem]:
        page = self.pages[f"{rule.id}.yaml"]
        for name, count in Counter(is_.fact for is_ in comparisons(rule.when)).items():
            if count > 1:
                what = f"{name} occurs {count} times in this rule, findings included"
                hint = "once, so that an unknown answer is exact; otherwise two rules"
                yield page.problem(_uses(page, name)[-1], "R005", what, hint, key=True)
        for is_ in comparisons(rule.when):
            fact = self.book.facts[is_.fact]
            if fact.asked_of == "nurse":
                what = f"{fact.id} is known to a nurse only, so a patient could never be told `none`"
                hint = "ask the patient, or the record"
                yield page.problem(_uses(page, fact.id)[0], "R006", what, hint, key=True)
        yield from self._ordered(page, ("when",), rule.when)
        fires = {example.fires for example in rule.examples}
        for wanted in ("yes", "no"):
            if wanted not in fires:
                what = f"no example with `fires: {wanted}`"
                hint = "add a near miss" if wanted == "no" else "add a patient for whom it fires"
                yield page.problem(("examples",), "E004", what, hint, key=True)

    def _finding(self, finding: Finding) -> Iterator[Problem]:
        place: Place = (finding.id, "when")
        page = next(p for path, p in self.pages.items() if path.startswith("findings/") and place in p.keys)
        yield from self._ordered(page, place, finding.when)

    def _ordered(self, page: Page, place: Place, when: Condition) -> Iterator[Problem]:
        """Whoever has a worse answer must not be told less. Looks at what this page itself compares."""
        for is_ in comparisons(when):
            fact = self.book.facts[is_.fact]
            here = [use for use in page.keys if use[: len(place)] == place and use[-1] == fact.id]
            if not here or not fact.ordered or isinstance(is_.answers, Spans):
                continue
            order = list(fact.answers)
            mildest = min(order.index(answer) for answer in is_.answers)
            missing = [answer for answer in order[mildest:] if answer not in is_.answers]
            if missing:
                what = f"{fact.id} is ordered, but a worse answer is left out: {', '.join(missing)}"
                yield page.problem(here[0], "R007", what, "list everything that is worse", key=True)

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
                yield self._at("findings/", (id,), "B006", f'no rule uses the finding "{id}"', _DROP)

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
                yield self._at("facts/", (fact.id,), "F010", what, _DROP)
                continue
            for answer in fact.answers:
                if (fact.id, answer) not in answers:
                    what = f'no condition or example uses the answer "{answer}" to {fact.id}'
                    yield self._at("facts/", (fact.id, "answers", answer), "F011", what, _DROP)
            for word in fact.not_known:
                if (fact.id, word) not in answers and not_known[word] == 1:
                    what = f'no example and no other fact uses the word "{word}" of {fact.id}'
                    hint = nearest(word, not_known.keys() - {word}) or _DROP
                    yield self._at("facts/", (fact.id, "not_known", word), "F011", what, hint)
            if fact.kind == "symptom" and fact.answers and not fact.ordered:
                what = f"the symptom {fact.id} is not ordered"
                yield self._at("facts/", (fact.id,), "F009", what, "ordered: yes, mildest first")

    def _statements(self) -> Iterator[Problem]:
        used = {id for _, source in self.book.sources() for id in source.statements}
        for document in self.book.documents.values():
            for statement in document.statements.values():
                place: Place = ("statements", statement.id)
                if statement.id not in used and not statement.left_out:
                    what, hint = f"{statement.id} is used by nothing", "use it, or say why in `left_out`"
                    yield self._at("documents/", place, "D009", what, hint)
                if statement.id in used and statement.left_out:
                    what = f"{statement.id} is used although it is left out"
                    yield self._at("documents/", place, "D010", what, "drop `left_out`")

    def _placeholders(self) -> Iterator[Problem]:
        """What stands in braces is filled in from the settings, in some texts; elsewhere it would stay."""
        for path, page in self.pages.items():
            if path.startswith("documents/"):
                continue
            for place, text in texts_of(page.data):
                filled = place[-1] in ("safety_net", "text", "outside_scope") or path == "levels.yaml"
                for word in re.findall(r"\{([^{}]*)\}", text):
                    if not filled:
                        what = f"nothing fills in {{{word}}} here"
                        yield page.problem(place, "R008", what, "say it without braces")
                    elif word not in PLACEHOLDERS:
                        hint = nearest(word, PLACEHOLDERS)
                        yield page.problem(place, "R008", f"unknown placeholder {{{word}}}", hint)

    def _at(self, folder: str, place: Place, code: str, what: str, write: str = "") -> Problem:
        """A problem at a key of whichever page of a folder has it."""
        page = next(p for path, p in self.pages.items() if path.startswith(folder) and place in p.keys)
        return page.problem(place, code, what, write, key=True)


def _uses(page: Page, fact: str) -> list[Place]:
    """Where a rule names a fact, or, when only its findings do, where it names those."""
    named = [place for place in page.keys if place[0] == "when" and place[-1] == fact]
    return named or [place for place in page.keys if place[0] == "when" and place[-1] == "finding"]
