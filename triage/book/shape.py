"""The shape of every file, as pydantic models, and their errors in our words.

A shape says which keys a file has and what each holds. What the words mean (facts, answers,
statements) is checked where they are joined, in `load`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from triage.book.problems import Problem, Problems, nearest
from triage.book.text import Page, Place

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
StatementId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*\.[0-9]+$")]
Words = Annotated[str, StringConstraints(min_length=1)]
LevelName = Literal["none", "next_visit", "this_week", "today", "now"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sourced(Shape):
    statements: list[StatementId] = []
    editorial: str = ""


class SourceShape(Sourced):
    supports: list[str] = Field(min_length=1)


class BookShape(Shape):
    title: Words
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
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
    suspects: list[Id]
    when: dict[str, object]
    because: Words
    exams: list[Id]
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


class StatementShape(Shape):
    quote: str = ""
    says: str = ""
    left_out: str = ""


class DocumentShape(Shape):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*$")]
    title: Words
    publisher: str = ""
    year: Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")] = ""
    kind: Literal["web page, translated", "web page", "guideline", "paper", "summary"]
    read: Literal["directly", "secondary"] = "directly"
    address: str = ""
    file: str = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    statements: dict[StatementId, StatementShape] = Field(min_length=1)


class ExpectShape(Shape):
    urgency: LevelName
    rules: list[str]
    possible: LevelName | None = None
    advice: LevelName | None = None
    status: Literal["decided", "unfinished", "unresolved", "out_of_scope"] | None = None
    suspects: list[Id] | None = None
    exams: list[Id] | None = None
    open: list[Id] | None = None


class CaseShape(Shape):
    name: Words
    story: str = ""
    facts: dict[str, str]
    denied: Literal["everything else"] | list[str] = []
    expect: ExpectShape | None = None
    asked_on: str = ""
    rules_hash: str = ""


S = TypeVar("S")


def shape_page(page: Page, shape: type[S] | TypeAdapter[S], place: Place = ()) -> S:
    """The data of a page in a shape. Raises Problems (codes S…) that point into the page."""
    adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    data: object = page.data
    for step in place:
        data = data[step]  # type: ignore[index]
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise Problems(_problem(page, place, detail) for detail in error.errors()) from None


def _problem(page: Page, place: Place, detail: object) -> Problem:
    assert isinstance(detail, dict)
    kind, context = detail["type"], detail.get("ctx", {})
    steps = [step for step in detail["loc"] if not _is_branch(step)]
    at = (*place, *steps)
    name = str(steps[-1]) if steps else "this"
    if kind == "missing":
        return page.problem(at[:-1], "S001", f'the key "{name}" is missing', f"{name}: …")
    if kind == "extra_forbidden":
        return page.problem(at, "S002", f'unknown key "{name}"', _known_keys(name), key=True)
    if kind == "literal_error":
        known = [word.strip("' ") for word in context["expected"].replace(" or ", ",").split(",")]
        return page.problem(
            at, "S003", f'"{detail["input"]}" is not possible here', nearest(str(detail["input"]), known)
        )
    if kind == "string_pattern_mismatch":
        return page.problem(
            at, "S004", f'"{detail["input"]}" is not written right', f"as {context['pattern']}"
        )
    if kind in ("too_short", "string_too_short"):
        return page.problem(at, "S005", f'"{name}" is empty', "write at least one")
    return page.problem(at, "S006", f'"{name}" has the wrong form', _FORMS.get(kind, ""))


_FORMS = {
    "string_type": "one text",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}


def _is_branch(step: object) -> bool:
    """Pydantic adds the name of a union's branch to the path; a page has no such step."""
    return isinstance(step, str) and (step.startswith(("list[", "literal[", "dict[")) or step == "[key]")


def _known_keys(name: str) -> str:
    shapes = Shape.__subclasses__() + [s for c in Shape.__subclasses__() for s in c.__subclasses__()]
    keys = {field.alias or key for shape in shapes for key, field in shape.model_fields.items()}
    return nearest(name, keys)
