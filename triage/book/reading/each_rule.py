"""What must hold of each rule and finding by itself, whatever else is wrong in the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from triage.book.facts import Fact
from triage.book.logic import Condition, Is, Spans, comparisons, fold
from triage.book.problems import Problem
from triage.book.quantity import UnreadableAnswer
from triage.book.reading.condition import read_span
from triage.book.reading.text import Page, Place
from triage.book.reading.uses import page_defining
from triage.book.rule import Finding, Rule


@dataclass(frozen=True)
class EachRule:
    """Looks at those rules and findings that could be read.

    `spoilt` are the pages with an example that could not be read: it may be the one that is missing.
    """

    pages: Mapping[str, Page]
    facts: Mapping[str, Fact]
    findings: Mapping[str, Finding]
    spoilt: Collection[str]

    def problems(self, rules: Collection[Rule]) -> Iterator[Problem]:
        """Everything that is wrong with a rule or finding although each of its parts can be read."""
        for rule in rules:
            page = self.pages[f"{rule.id}.yaml"]
            yield from self._twice(page, rule)
            yield from self._topic(page, rule)
            yield from self._ordered(page, ("when",), rule.when)
            if page.file not in self.spoilt:
                yield from self._examples(page, rule)
        for finding in self.findings.values():
            place: Place = (finding.id, "when")
            page = page_defining(self.pages, "findings", place)
            for name, count in _repeated(finding.when).items():
                at = [use for use in page.keys if use[: len(place)] == place and use[-1] == name][-1]
                yield _occurs_twice(page, at, f"{name} occurs {count} times in this finding")
            yield from self._ordered(page, place, finding.when)
        yield from self._nurse_only(rules)
        yield from self._spans()

    def _twice(self, page: Page, rule: Rule) -> Iterator[Problem]:
        """A fact that occurs twice, unless it does so inside a finding, where that is told."""
        told = {name for id in rule.findings for name in _repeated(self.findings[id].when)}
        for name, count in _repeated(rule.when).items():
            if name not in told:
                what = f"{name} occurs {count} times in this rule, findings included"
                yield _occurs_twice(page, _uses(page, name)[-1], what)

    def _topic(self, page: Page, rule: Rule) -> Iterator[Problem]:
        """A rule in the folder of a cancer is looked for by whoever reviews that cancer."""
        topic = rule.id.partition("/")[0]
        facts = [fact.id for fact in self.facts.values() if topic in fact.answers]
        wanted = {Is(fact, frozenset({topic})) for fact in facts}
        required: frozenset[Is] = fold(rule.when, _Required())
        if wanted and not wanted & required:
            what = f"this rule does not require `{facts[0]}: {topic}`, which its folder says"
            yield page.problem(
                ("when",), "R010", what, "add it under `all:`, or move the rule to any/", key=True
            )

    def _ordered(self, page: Page, place: Place, when: Condition) -> Iterator[Problem]:
        """Whoever has a worse answer must not be told less. Looks at what this page itself compares."""
        for is_ in comparisons(when):
            fact = self.facts[is_.fact]
            here = [use for use in page.keys if use[: len(place)] == place and use[-1] == fact.id]
            if not here or not fact.ordered or isinstance(is_.answers, Spans):
                continue
            order = list(fact.answers)
            mildest = min(order.index(answer) for answer in is_.answers)
            missing = [answer for answer in order[mildest:] if answer not in is_.answers]
            if missing:
                what = f"{fact.id} is ordered, but a worse answer is left out: {', '.join(missing)}"
                yield page.problem(here[0], "R007", what, "list everything that is worse", key=True)

    def _examples(self, page: Page, rule: Rule) -> Iterator[Problem]:
        fires = {example.fires for example in rule.examples}
        for wanted in ("yes", "no"):
            if wanted not in fires:
                what = f"no example with `fires: {wanted}`"
                hint = "add a near miss" if wanted == "no" else "add a patient for whom it fires"
                yield page.problem(("examples",), "E004", what, hint, key=True)
        answers = [example.answers for example in rule.examples]
        for index, example in enumerate(rule.examples):
            place: Place = ("examples", index)
            if (first := answers.index(example.answers)) < index:
                what, line = "this example stands here twice", rule.examples[first].line
                yield page.problem(place, "E007", what, f"the other is in line {line}")

    def _nurse_only(self, rules: Iterable[Rule]) -> Iterator[Problem]:
        for fact in self.facts.values():
            if fact.asked_of != "nurse":
                continue
            using = [rule for rule in rules if any(is_.fact == fact.id for is_ in comparisons(rule.when))]
            what = f"{fact.id} is known to a nurse only, so a patient could never be told `none`"
            hint = "ask the patient, or the record"
            if len(using) == 1:
                page = self.pages[f"{using[0].id}.yaml"]
                yield page.problem(_uses(page, fact.id)[0], "R006", what, hint, key=True)
            elif using:
                place: Place = (fact.id, "asked_of")
                page = page_defining(self.pages, "facts", place)
                yield page.problem(place, "R006", f"{what}, and {len(using)} rules need it", hint)

    def _spans(self) -> Iterator[Problem]:
        """A part of a comparison that another part of it contains: one of the two was meant otherwise."""
        for path, page in self.pages.items():
            for place in () if path.startswith(("facts/", "documents/")) else page.keys:
                fact = self.facts.get(str(place[-1]))
                phrases = page.part(place) if fact is not None and fact.scale is not None else None
                if fact is None or fact.scale is None or not isinstance(phrases, list):
                    continue
                try:
                    spans = [read_span(fact.scale, phrase) for phrase in phrases if isinstance(phrase, str)]
                except UnreadableAnswer:
                    continue
                for index, (low, high) in enumerate(spans):
                    others = [span for number, span in enumerate(spans) if number != index]
                    if any(other[0] <= low and high <= other[1] for other in others):
                        what = f'"{phrases[index]}" is inside another part of this comparison'
                        yield page.problem(
                            (*place, index), "C012", what, "leave it out, or write what was meant"
                        )
                        break


class _Required:
    """Algebra: the comparisons without any of which a condition cannot be true."""

    def is_(self, comparison: Is) -> frozenset[Is]:
        return frozenset({comparison})

    def all(self, parts: Sequence[frozenset[Is]]) -> frozenset[Is]:
        return frozenset(comparison for part in parts for comparison in part)

    def any(self, parts: Sequence[frozenset[Is]]) -> frozenset[Is]:
        return parts[0].intersection(*parts)

    def at_least(self, count: int, parts: Sequence[frozenset[Is]]) -> frozenset[Is]:
        return self.any(parts)


def _repeated(when: Condition) -> dict[str, int]:
    """The facts that occur more than once in a condition, and how often."""
    counts = Counter(is_.fact for is_ in comparisons(when))
    return {name: count for name, count in counts.items() if count > 1}


def _occurs_twice(page: Page, place: Place, what: str) -> Problem:
    hint = "once, so that an unknown answer is exact; otherwise two rules"
    return page.problem(place, "R005", what, hint, key=True)


def _uses(page: Page, fact: str) -> list[Place]:
    """Where a rule names a fact, or, when only its findings do, where it names those."""
    named = [place for place in page.keys if place[0] == "when" and place[-1] == fact]
    return named or [place for place in page.keys if place[0] == "when" and place[-1] == "finding"]
