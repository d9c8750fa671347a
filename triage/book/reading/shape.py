"""The shape of every file, as pydantic models, and their errors in our words.

A shape says which keys a file has and what each holds. What the words mean (facts, answers,
statements) is checked where they are joined, in `load`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic_core import PydanticCustomError, ValidationError

from triage.book.problems import Problem, Problems, nearest
from triage.book.reading.text import Page, Place
from triage.book.rule import LevelName

_ID, _STATEMENT, _DOCUMENT = r"^[a-z][a-z0-9_]*$", r"^[A-Z][A-Z0-9]*\.[0-9]+$", r"^[A-Z][A-Z0-9]*$"
_VERSION, _YEAR, _SHA256 = r"^[0-9]+\.[0-9]+\.[0-9]+$", r"^([0-9]{4})?$", r"^([0-9a-f]{64})?$"
_IN_WORDS = {
    _ID: "lower-case letters, digits and _, such as leg_weakness",
    _STATEMENT: "the document, a point and a number, such as S1.45",
    _DOCUMENT: "capital letters and digits, such as S1",
    _VERSION: "three numbers, such as 0.1.0",
    _YEAR: "four digits",
    _SHA256: "64 digits and letters from a to f",
}
Id = Annotated[str, StringConstraints(pattern=_ID, max_length=60)]
StatementId = Annotated[str, StringConstraints(pattern=_STATEMENT)]
Words = Annotated[str, StringConstraints(min_length=1)]
S = TypeVar("S")


def _once_each(entries: list[S]) -> list[S]:
    first: dict[S, int] = {}
    again = [index for index, entry in enumerate(entries) if first.setdefault(entry, index) != index]
    if again:
        raise PydanticCustomError("twice", "an entry stands here twice", {"again": again})
    return entries


Distinct: TypeAlias = Annotated[list[S], AfterValidator(_once_each)]
"""A list in which nothing stands twice: a second time it is a slip, often for another word."""


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sourced(Shape):
    statements: Distinct[StatementId] = []
    editorial: str = ""


class SourceShape(Sourced):
    supports: Distinct[str] = Field(min_length=1)


class BookShape(Shape):
    title: Words
    version: Annotated[str, StringConstraints(pattern=_VERSION)]
    status: Literal["draft", "reviewed"]
    scope: dict[str, object]
    outside_scope: Words
    editorial: Words


class LevelShape(Sourced):
    name: Words
    patient: Words
    nurse: Words
    safety_net: Words


class NamedShape(Sourced):
    name: Words


class ExamShape(NamedShape):
    plain: Words


class ScreenShape(Shape):
    ask: Words
    nurse: Words


class NumberShape(Shape):
    unit: Words
    from_: Words = Field(alias="from")
    to: Words
    step: Words
    worse: Literal["up", "down", "outside", "no"] = "no"
    usual: str = ""


class FactShape(Sourced):
    ask: Words
    short: Words
    nurse: Words
    answers: dict[Id, Words] = {}
    number: NumberShape | None = None
    ordered: Literal["yes", "no"] = "no"
    not_known: dict[Id, Words] = {}
    kind: Literal["symptom", "finding", "background"]
    asked_of: Literal["patient", "record", "nurse"]
    lasts: Literal["call", "always"]
    screen: Id


class FindingShape(Shape):
    title: Words
    when: dict[str, object]
    sources: list[SourceShape] = Field(min_length=1)


class RuleShape(Shape):
    title: Words
    urgency: LevelName
    suspects: Distinct[Id]
    when: dict[str, object]
    because: Words
    exams: Distinct[Id]
    safety_net: str = ""
    sources: list[SourceShape] = Field(min_length=1)
    examples: list[dict[str, str]] = Field(min_length=1)
    status: Literal["draft", "reviewed"]


class ConstraintShape(Shape):
    never: dict[str, object]
    because: Words


class AdviceShape(Sourced):
    text: Words
    shown_to: Literal["patient", "nurse", "both"]
    when: dict[str, object] | None = None


class GuaranteeShape(Shape):
    name: Words
    given: dict[str, object]
    at_least: LevelName | None = None
    at_most: LevelName | None = None
    includes: Distinct[Id] = []
    nothing_else: Literal["yes", "no"] = "no"
    because: Words


class ExceptionShape(Shape):
    name: Words
    because: Words


class GuaranteesShape(Shape):
    guarantees: list[GuaranteeShape]
    exceptions: list[ExceptionShape]


class StatementShape(Shape):
    quote: str = ""
    says: str = ""
    left_out: str = ""


class DocumentShape(Shape):
    id: Annotated[str, StringConstraints(pattern=_DOCUMENT)]
    title: Words
    publisher: str = ""
    year: Annotated[str, StringConstraints(pattern=_YEAR)] = ""
    kind: Literal["web page, translated", "web page", "guideline", "paper", "summary"]
    read: Literal["directly", "secondary"] = "directly"
    address: str = ""
    file: str = ""
    sha256: Annotated[str, StringConstraints(pattern=_SHA256)] = ""
    statements: dict[StatementId, StatementShape] = Field(min_length=1)


class ExpectShape(Shape):
    urgency: LevelName
    rules: Distinct[str]
    possible: LevelName | None = None
    advice: LevelName | None = None
    status: Literal["decided", "unfinished", "unresolved", "out_of_scope"] | None = None
    suspects: Distinct[Id] | None = None
    exams: Distinct[Id] | None = None
    open: Distinct[Id] | None = None


class CaseShape(Shape):
    name: Words
    story: str = ""
    facts: dict[str, str]
    denied: Literal["everything else"] | Distinct[str] = []
    expect: ExpectShape | None = None
    ticked: Distinct[str] = []
    asked_on: str = ""
    rules_hash: str = ""


def shape_page(page: Page, shape: type[S] | TypeAdapter[S], place: Place = ()) -> S:
    """The data of a page in a shape. Raises Problems (codes S…) that point into the page."""
    adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    data = _part(page, place)
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        details = [detail for detail in error.errors() if not _is_other_branch(detail)]
        raise Problems(_problem(page, place, one) for detail in details for one in _each(detail)) from None


def _part(page: Page, place: Place) -> object:
    data: object = page.data
    for step in place:
        data = data[step]  # type: ignore[index]
    return data


def _each(detail: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """An error about several entries of a list, as one error for each."""
    if detail["type"] != "twice":
        return [detail]
    again = detail["ctx"]["again"]
    return [{**detail, "loc": (*detail["loc"], index), "input": detail["input"][index]} for index in again]


def _problem(page: Page, place: Place, detail: Mapping[str, Any]) -> Problem:
    kind, said, context = detail["type"], detail["input"], detail.get("ctx", {})
    steps = [step for step in detail["loc"] if not _is_branch(step)]
    at, is_key = (*place, *steps), "[key]" in detail["loc"]
    name = _name(steps)
    if kind == "missing":
        return page.problem(at[:-1], "S001", f"the key {name} is missing", f"{steps[-1]}: …")
    if kind == "extra_forbidden":
        hint = nearest(str(steps[-1]), _free_keys(_part(page, at[:-1])))
        return page.problem(at, "S002", f"unknown key {name}", hint, key=True)
    if kind == "literal_error" and isinstance(said, str):
        hint = nearest(said, re.findall("'([^']*)'", context["expected"]))
        return page.problem(at, "S003", f'"{said}" is not possible here', hint)
    if kind == "string_pattern_mismatch":
        hint = _IN_WORDS[context["pattern"]]
        return page.problem(at, "S004", f'"{said}" is not written right', hint, key=is_key)
    if kind == "string_too_long":
        hint = f"at most {context['max_length']} letters"
        return page.problem(at, "S004", f'"{said}" is too long', hint, key=is_key)
    if kind in ("too_short", "string_too_short"):
        hint = "write a text" if kind == "string_too_short" else "write at least one"
        return page.problem(at, "S005", f"{name} is empty", hint)
    if kind == "twice":
        return page.problem(at, "S007", f'"{said}" stands here twice', "keep one, or write what was meant")
    return page.problem(at, "S006", f"{name} has the wrong form", _FORMS.get(kind, "one word"))


_LISTS = ("list[", "function-after[")
_FORMS = {
    "string_type": "one text",
    "list_type": "a list, such as [first, second]",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}


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


def _shapes_under(shape: type[Shape]) -> list[type[Shape]]:
    return [s for child in shape.__subclasses__() for s in (child, *_shapes_under(child))]


def _free_keys(data: object) -> set[str]:
    """The keys that could still stand beside these: those of the shape that knows most of them."""
    present = set(data) if isinstance(data, dict) else set()
    keys = [{field.alias or key for key, field in s.model_fields.items()} for s in _shapes_under(Shape)]
    return max(keys, key=lambda known: (len(known & present), -len(known - present))) - present
