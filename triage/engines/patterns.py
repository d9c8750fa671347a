"""Conditions as patterns of durable-rules over one message, and what each costs.

Every comparison also matches a joker, which stands for an answer that is not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from triage.book.facts import Fact
from triage.book.logic import Is, Spans

JOKER_WORD, JOKER_NUMBER = "unknown", 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A condition as durable-rules takes it, and what it costs.

    `ways` is how often it fires at most on one patient: once for each way in which it is true.
    """

    json: Mapping[str, Any]
    comparisons: int = 1
    groups: int = 0
    ways: int = 1

    @property
    def weight(self) -> int:
        """What a rule with this pattern takes of a ruleset."""
        return self.comparisons + self.groups + 1


class Patterns:
    """Algebra: a condition as a durable-rules pattern over one message, `and` and `or` kept flat."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts

    def is_(self, comparison: Is) -> Pattern:
        """One of the answers or spans, or the joker; they exclude each other and are one way together."""
        name = comparison.fact
        if isinstance(comparison.answers, Spans):
            choices = [self._span(name, low, high) for low, high in comparison.answers.spans]
            choices.append(Pattern({name: JOKER_NUMBER}))
        else:
            choices = [Pattern({name: answer}) for answer in [*sorted(comparison.answers), JOKER_WORD]]
        return replace(self.any(choices), ways=1)

    def _span(self, name: str, low: int, high: int) -> Pattern:
        scale = self.facts[name].scale
        assert scale is not None
        at_least = Pattern({"$gte": {name: max(low - scale.low + 1, 1)}})
        if high == scale.high:
            return at_least
        return self.all([at_least, Pattern({"$lte": {name: high - scale.low + 1}})])

    def all(self, parts: Sequence[Pattern]) -> Pattern:
        return flat("$and", parts, math.prod(part.ways for part in parts))

    def any(self, parts: Sequence[Pattern]) -> Pattern:
        return flat("$or", parts, sum(part.ways for part in parts))

    def at_least(self, count: int, parts: Sequence[Pattern]) -> Pattern:
        """There is no counting: the first part and one fewer of the rest, or the same without the first."""
        if count == 1:
            return self.any(parts)
        if count == len(parts):
            return self.all(parts)
        chosen = range(len(parts) - count + 1)
        return self.any([self.all([parts[i], self.at_least(count - 1, parts[i + 1 :])]) for i in chosen])


def flat(group: str, parts: Sequence[Pattern], ways: int) -> Pattern:
    """The parts as one group; a part that is such a group itself gives its parts to it."""
    if len(parts) == 1:
        return parts[0]
    return Pattern(
        json={group: [inner for part in parts for inner in part.json.get(group, [part.json])]},
        comparisons=sum(part.comparisons for part in parts),
        groups=1 + sum(part.groups - (group in part.json) for part in parts),
        ways=ways,
    )
