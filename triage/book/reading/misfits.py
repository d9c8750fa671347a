"""Where a page differs from the shape it should have, in our words instead of pydantic's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triage.book.problems import Problem, closest, nearest, one_of
from triage.book.reading.text import Page, Place

NOT_BLANK = r"\S"
"""The pattern of a text in which something is written."""

_LISTS = ("list[", "function-after[")
_FORMS = {
    "string_type": "one text",
    "list_type": "a list, such as [first, second]",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}


def misfits(
    page: Page,
    place: Place,
    errors: Sequence[Mapping[str, Any]],
    schema: Mapping[str, Any],
    in_words: Mapping[str, str],
) -> list[Problem]:
    """A problem (codes S…) for each error that pydantic found at a place of a page.

    `schema` is the JSON schema of the shape, and `in_words` says how what has a pattern is written.
    """
    wrong = _Misfits(page, place, schema, in_words)
    details = [one for error in errors if not _is_other_branch(error) for one in _each(error)]
    renamed = {wrong.meant(detail) for detail in details if detail["type"] == "extra_forbidden"}
    strangers = wrong.strangers(details)
    return [
        *(
            wrong.problem(detail)
            for detail in details
            if _steps(detail) not in renamed and _steps(detail)[:-1] not in strangers
        ),
        *wrong.stranger_problems(strangers),
    ]


class _Misfits:
    def __init__(
        self, page: Page, place: Place, schema: Mapping[str, Any], in_words: Mapping[str, str]
    ) -> None:
        self.page, self.place, self.schema, self.in_words = page, place, schema, in_words

    def meant(self, detail: Mapping[str, Any]) -> Place:
        """The key that an unknown key was most likely meant for: that one is not missing."""
        *above, key = _steps(detail)
        return (*above, closest(str(key), self._free_keys(tuple(above))) or "")

    def strangers(self, details: Sequence[Mapping[str, Any]]) -> list[Place]:
        """The items of lists that have no key of such an item: perhaps the key above them is gone."""
        items = dict.fromkeys(
            _steps(detail)[:-1] for detail in details if detail["type"] == "extra_forbidden"
        )
        return [item for item in items if item and isinstance(item[-1], int) and not self._shared_keys(item)]

    def stranger_problems(self, strangers: Sequence[Place]) -> Iterator[Problem]:
        """One problem for all strangers of a list, at the first."""
        for item in {item[:-1]: item for item in reversed(strangers)}.values():
            hint = "known: " + ", ".join(sorted(self._keys(item))) + "; or the key above it is missing"
            what = f"{_name(item)} has no key that belongs here"
            yield self.page.problem((*self.place, *item), "S006", what, hint)

    def problem(self, detail: Mapping[str, Any]) -> Problem:
        page, kind, said, context = self.page, detail["type"], detail["input"], detail.get("ctx", {})
        steps = _steps(detail)
        at, is_key = (*self.place, *steps), "[key]" in detail["loc"]
        name = _name(steps)
        if kind == "missing":
            hint = f"{steps[-1]}: {self._what_is_wanted(steps)}"
            return page.problem(at[:-1], "S001", f"the key {name} is missing", hint)
        if kind == "extra_forbidden":
            hint = nearest(str(steps[-1]), self._free_keys(steps[:-1]))
            return page.problem(at, "S002", f"unknown key {name}", hint, key=True)
        if kind == "literal_error":
            words = re.findall("'([^']*)'", context["expected"])
            if isinstance(said, str):
                return page.problem(at, "S003", f'"{said}" is not possible here', nearest(said, words))
            return page.problem(at, "S006", f"{name} has the wrong form", one_of(words))
        if kind == "string_pattern_mismatch" and context["pattern"] == NOT_BLANK:
            return page.problem(at, "S005", f"{name} is empty", "write a text")
        if kind == "string_pattern_mismatch":
            hint = self.in_words[context["pattern"]]
            return page.problem(at, "S004", f'"{said}" is not written right', hint, key=is_key)
        if kind == "string_too_long":
            hint = f"at most {context['max_length']} letters"
            return page.problem(at, "S004", f'"{said}" is too long', hint, key=is_key)
        if kind == "too_short":
            return page.problem(at, "S005", f"{name} is empty", "write at least one")
        if kind == "twice":
            what = f'"{said}" stands here twice'
            return page.problem(at, "S007", what, "keep one, or write what was meant")
        return page.problem(at, "S006", f"{name} has the wrong form", _FORMS.get(kind, "one word"))

    def _what_is_wanted(self, steps: Place) -> str:
        """What to write for a key, as far as its shape says it."""
        schema = self._schema_at(steps)
        if words := schema.get("enum"):
            return one_of(words)
        return str(schema.get("description") or self.in_words.get(schema.get("pattern", ""), "…"))

    def _free_keys(self, place: Place) -> set[str]:
        """The keys that could still stand beside those at a place, by the shape of that place."""
        return self._keys(place) - self._shared_keys(place)

    def _shared_keys(self, place: Place) -> set[str]:
        """The keys at a place that belong there."""
        present = self.page.part((*self.place, *place))
        return self._keys(place) & set(present if isinstance(present, dict) else ())

    def _keys(self, place: Place) -> set[str]:
        return set(self._schema_at(place).get("properties", {}))

    def _schema_at(self, place: Place) -> Mapping[str, Any]:
        schema = self._resolved(self.schema)
        for step in place:
            schema = self._inside(schema, step)
        return schema

    def _inside(self, schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
        """The schema of what a key or an item of a list holds."""
        if isinstance(step, int):
            return self._resolved(schema.get("items", {}))
        if "properties" in schema:
            return self._resolved(schema["properties"].get(step, {}))
        patterns = schema.get("patternProperties", {"": schema.get("additionalProperties")})
        inner = next(iter(patterns.values()))
        return self._resolved(inner if isinstance(inner, dict) else {})

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema itself, in place of a reference to it or a choice between it and nothing."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self.schema["$defs"][schema["$ref"].rpartition("/")[2]]
            else:
                schema = schema["anyOf"][0]
        return schema


def _steps(detail: Mapping[str, Any]) -> Place:
    """The path to what is wrong, as the page has it."""
    return tuple(step for step in detail["loc"] if not _is_branch(step))


def _each(detail: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """An error about several entries of a list, as one error for each."""
    if detail["type"] != "twice":
        yield detail
        return
    for index in detail["ctx"]["again"]:
        yield {**detail, "loc": (*detail["loc"], index), "input": detail["input"][index]}


def _name(steps: Sequence[str | int]) -> str:
    """How a part of a page is called in a message."""
    if not steps:
        return "this file"
    if isinstance(steps[-1], int):
        return f"item {steps[-1] + 1} of {_name(steps[:-1])}"
    return f'"{steps[-1]}"'


def _is_branch(step: object) -> bool:
    """Pydantic adds the name of a union's branch to the path; a page has no such step."""
    return isinstance(step, str) and (step.startswith((*_LISTS, "literal[", "dict[")) or step == "[key]")


def _is_other_branch(detail: Mapping[str, Any]) -> bool:
    """Whether an error is about a branch of a union that the author did not mean: a word, or a list."""
    branch = next((str(step) for step in detail["loc"] if _is_branch(step)), "")
    return branch.startswith(_LISTS if isinstance(detail["input"], str) else "literal[") and (
        detail["type"] in ("list_type", "literal_error")
    )
