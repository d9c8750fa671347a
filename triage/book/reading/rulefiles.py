"""The rules of a rule book, and the findings, constraints and advice that are conditions too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import TypeAdapter

from triage.book.logic import Condition, facts_of
from triage.book.problems import closest, nearest
from triage.book.quantity import UnreadableAnswer
from triage.book.reading import shape
from triage.book.reading.condition import ConditionReader
from triage.book.reading.folder import Folder
from triage.book.reading.promises import PATH, Promises
from triage.book.reading.text import Page, Place
from triage.book.reading.vocabulary import Vocabulary
from triage.book.rule import (
    Advice,
    Constraint,
    Example,
    Excepted,
    Finding,
    Guarantee,
    Level,
    Rule,
)
from triage.book.sources import Source

_FIRES: dict[str, Literal["yes", "no", "unknown"]] = {"yes": "yes", "no": "no", "unknown": "unknown"}


class RuleFiles:
    """Everything with a condition. What is wrong is added to the folder's problems."""

    def __init__(self, folder: Folder, vocabulary: Vocabulary) -> None:
        self.folder, self.words = folder, vocabulary
        self.findings: dict[str, Finding] = {}
        self._conditions: dict[str, Condition | None] = {}
        self.rules: dict[str, Rule] = {}
        self.constraints: tuple[Constraint, ...] = ()
        self.advice: tuple[Advice, ...] = ()
        self.guarantees: tuple[Guarantee, ...] = ()
        self.exceptions: tuple[Excepted, ...] = ()
        self._promises = folder.shaped(PATH, shape.GuaranteesShape)
        constraints, advice = TypeAdapter(list[shape.ConstraintShape]), TypeAdapter(list[shape.AdviceShape])
        self._constraint_shapes = folder.shaped("constraints.yaml", constraints) or []
        self._advice_shapes = folder.shaped("advice.yaml", advice) or []
        self._rule_shapes = {path: folder.shaped(path, shape.RuleShape) for path in folder.rule_files()}
        adapter = TypeAdapter(dict[shape.Id, shape.FindingShape])
        self._finding_shapes = {path: folder.shaped(path, adapter) for path in folder.in_folder("findings")}

    def read(self) -> None:
        """Reads every condition, once the facts are known."""
        self.findings = self._findings()
        for path, said in self._rule_shapes.items():
            if said is not None and (rule := self._rule(path, said)):
                self.rules[rule.id] = rule
        self.constraints = self._constraints()
        self.advice = self._advice()
        if self._promises is not None:
            promises = Promises(self.folder, self.words, self.condition)
            self.guarantees = tuple(promises.guarantees(self._promises.guarantees))
            self.exceptions = tuple(promises.exceptions(self._promises.exceptions))

    def condition(
        self,
        page: Page,
        data: object,
        place: Place,
        findings: Mapping[str, Condition | None] | None = None,
        named: list[str] | None = None,
    ) -> Condition | None:
        """The condition at a place of a page; the findings that it names are added to `named`."""
        named = [] if named is None else named
        reader = ConditionReader(page, self.words.facts, findings, self.folder.found, named)
        return reader.read(data, place)

    def _findings(self) -> dict[str, Finding]:
        findings: dict[str, Finding] = {}
        if any(self._finding_shapes.get(path) is None for path in self.folder.files_in("findings")):
            # Each finding that a rule names may be one of those that could not be read.
            self._conditions.update(dict.fromkeys(self.folder.uses.of_kind("finding")))
        for path, read in self._finding_shapes.items():
            page = self.folder.pages[path]
            for id, said in (read or {}).items():
                when = self._conditions[id] = self.condition(page, said.when, (id, "when"))
                if id in findings or id in self.words.facts:
                    what = f'"{id}" is already a {"finding" if id in findings else "fact"}'
                    self.folder.say(page, (id,), "F008", what, "another name", key=True)
                if when is None:
                    continue
                parts = {*facts_of(when), "when"}
                sources = self._sources(
                    page, said.sources, (id, "sources"), parts, set(facts_of(when)), kind="finding"
                )
                findings[id] = Finding(id, said.title, when, sources)
        return findings

    def _rule(self, path: str, said: shape.RuleShape) -> Rule | None:
        page, named = self.folder.pages[path], list[str]()
        names_are_known = True
        for kind, ids, known, are_known in (
            ("suspects", said.suspects, self.words.suspicions, self.words.suspicions_are_known),
            ("exams", said.exams, self.words.exams, self.words.exams_are_known),
        ):
            for index, id in enumerate(ids if are_known else ()):
                if id not in known:
                    names_are_known = False
                    what = f'unknown name in {kind}: "{id}"'
                    self.folder.say(page, (kind, index), "R001", what, nearest(id, known))
        topic = path.partition("/")[0]
        if not re.fullmatch(r"[a-z_]+/[a-z0-9]+(-[a-z0-9]+)*\.yaml", path):
            self.folder.say(page, (), "R009", f'"{path}" is no rule id', "topic/lower-case-words.yaml")
        elif topic != "any" and not any(topic in fact.answers for fact in self.words.facts.values()):
            near = closest(topic, self._topics())
            hint = f'did you mean "{near}"?' if near else "`any`, or an answer such as a cancer"
            self.folder.say(page, (), "R009", f'no fact has the answer "{topic}"', hint)
        if said.urgency == "none":
            self.folder.say(page, ("urgency",), "R002", "a rule cannot raise to none", "next_visit or more")
        when = self.condition(page, said.when, ("when",), self._conditions, named)
        if when is None or not names_are_known:
            return None
        direct = set(facts_of(when)) - {f for id in named for f in facts_of(self.findings[id].when)}
        needed = {*direct, *named, "urgency", *said.exams}
        allowed = needed | set(facts_of(when)) | {"when", "suspects", "exams"}
        return Rule(
            id=path.removesuffix(".yaml"),
            file=self.folder.shown(path),
            title=said.title,
            urgency=Level[said.urgency],
            suspects=tuple(said.suspects),
            when=when,
            findings=tuple(named),
            because=said.because,
            exams=tuple(said.exams),
            safety_net=said.safety_net,
            sources=self._sources(page, said.sources, ("sources",), allowed, needed, said.exams),
            examples=tuple(self._examples(page, said.examples, facts_of(when))),
            status=said.status,
        )

    def _topics(self) -> set[str]:
        """What folders of rules are called: `any`, and the answers to whatever fact a folder is called by."""
        folders = {path.partition("/")[0] for path in self._rule_shapes}
        facts = [fact for fact in self.words.facts.values() if folders & fact.answers.keys()]
        return {"any"}.union(*(fact.answers for fact in facts))

    def _sources(
        self,
        page: Page,
        said: list[shape.SourceShape],
        place: Place,
        allowed: set[str],
        needed: set[str],
        exams: Iterable[str] = (),
        kind: str = "rule",
    ) -> tuple[Source, ...]:
        """The sources of a rule or finding; every needed part must be supported by one of them."""
        supported: set[str] = set()
        sources = []
        for index, source in enumerate(said):
            here = (*place, index)
            if bool(source.statements) == bool(source.editorial):
                both = "both `statements` and" if source.statements else "neither `statements` nor"
                what = f"this source has {both} `editorial`"
                self.folder.say(page, here, "D008", what, "one of the two")
            self.words.documents.cited(page, source.statements, (*here, "statements"))
            for number, part in enumerate(source.supports):
                if part not in allowed:
                    at, hint = (*here, "supports", number), nearest(part, allowed)
                    self.folder.say(page, at, "R003", f'"{part}" is not a part of this {kind}', hint)
                supported.add(part if part in allowed else closest(part, allowed) or part)
            sources.append(Source(tuple(source.statements), source.editorial, tuple(source.supports)))
        if "exams" in supported:
            supported |= set(exams)
        if missing := sorted(needed - supported):
            what = "no source supports " + ", ".join(f'"{part}"' for part in missing)
            self.folder.say(page, place, "R004", what, "cite a statement or say editorial", key=True)
        return tuple(sources)

    def _examples(self, page: Page, said: list[dict[str, str]], facts: Iterable[str]) -> Iterable[Example]:
        known = list(facts)
        for index, row in enumerate(said):
            place: Place = ("examples", index)
            fires = _FIRES.get(row.get("fires", ""))
            if "fires" not in row:
                hint = "fires: yes, no or unknown"
                self.folder.say(page, place, "E001", "this example does not say whether it fires", hint)
            elif fires is None:
                what, hint = f'"{row["fires"]}" is not possible for `fires`', "yes, no or unknown"
                self.folder.say(page, (*place, "fires"), "E001", what, hint)
            answers = {}
            for name, word in row.items():
                if name == "fires":
                    continue
                if name not in known:
                    if all(name not in row for row in said[:index]):
                        times = sum(name in row for row in said)
                        what = f'"{name}" is not a fact of this rule'
                        what += f", and stands in {times} examples" if times > 1 else ""
                        self.folder.say(page, (*place, name), "E002", what, nearest(name, known), key=True)
                    continue
                try:
                    answers[name] = self.words.facts[name].read(word, own_unit=True)
                except UnreadableAnswer as error:
                    self.folder.say(page, (*place, name), "E003", error.what, error.write)
            if fires is not None:
                yield Example(fires, answers, page.values[place][0])

    def _constraints(self) -> tuple[Constraint, ...]:
        path = "constraints.yaml"
        conditions = [
            (self.condition(self.folder.pages[path], said.never, (index, "never")), said.because)
            for index, said in enumerate(self._constraint_shapes)
        ]
        return tuple(Constraint(never, because) for never, because in conditions if never)

    def _advice(self) -> tuple[Advice, ...]:
        path, advice = "advice.yaml", []
        for index, said in enumerate(self._advice_shapes):
            when = None
            if said.when is not None:
                when = self.condition(self.folder.pages[path], said.when, (index, "when"))
            sources = self.words.sourced(path, said, (index,))
            advice.append(Advice(said.text, said.shown_to, when, sources))
        return tuple(advice)
