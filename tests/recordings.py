"""The C module of durable-rules with every call written down, and rules and facts to drive it with."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.random_books import random_book
from triage.book.facts import Fact
from triage.book.rule import Rule
from triage.engines import durable


class Recording:
    """The C module, with every call written down, and one that may be made to go wrong."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.messages: list[str] = []
        self.rulesets: list[str] = []
        self.alive: set[int] = set()
        self.states_deleted: list[int] = []
        self.fired: Counter[str] = Counter()
        self.trouble: Iterator[Any] = iter(())

    def create_ruleset(self, name: str, rules: str) -> int:
        self.rulesets.append(rules)
        ruleset: int = self.module.create_ruleset(name, rules)
        self.alive.add(ruleset)
        return ruleset

    def delete_ruleset(self, ruleset: int) -> None:
        self.module.delete_ruleset(ruleset)
        self.alive.remove(ruleset)

    def delete_state(self, ruleset: int, sid: str) -> None:
        self.module.delete_state(ruleset, sid)
        self.states_deleted.append(ruleset)

    def assert_fact(self, ruleset: int, message: str) -> Any:
        self.messages.append(message)
        return self.module.assert_fact(ruleset, message)

    def start_action_for_state(self, ruleset: int, state: int) -> Any:
        action = self.module.start_action_for_state(ruleset, state)
        if action:
            self.fired[durable._name_of(action[1])] += 1
        return action

    def complete_and_start_action(self, ruleset: int, state: int) -> Any:
        for error in self.trouble:
            if isinstance(error, BaseException):
                raise error
            return error
        action = self.module.complete_and_start_action(ruleset, state)
        if action:
            self.fired[durable._name_of(action)] += 1
        return action

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)


def yes_no(id: str) -> Fact:
    return Fact(
        id,
        f"{id}?",
        id,
        id,
        {"no": "No", "yes": "Yes"},
        None,
        True,
        f"no {id}",
        "",
        {},
        "symptom",
        "patient",
        "call",
        "first",
        (),
    )


def rule_of(when: Any, id: str = "any/rule") -> Rule:
    template = random_book(random.Random(0), facts=6, rules=1).rules["any/rule-0"]
    return replace(template, id=id, when=when)
