"""The shape of every file, as pydantic models.

A shape says which keys a file has and what each holds. What the words mean (facts, answers,
statements) is checked where they are joined, in `load`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic_core import PydanticCustomError, ValidationError

from triage.book.problems import Problems
from triage.book.reading.misfits import NOT_BLANK, misfits
from triage.book.reading.text import Page, Place
from triage.book.rule import LevelName, ToldName

_ID, _STATEMENT, _DOCUMENT = r"^[a-z][a-z0-9_]*$", r"^[A-Z][A-Z0-9]*\.[0-9]+$", r"^[A-Z][A-Z0-9]*$"
_VERSION, _YEAR, _SHA256 = r"^[0-9]+\.[0-9]+\.[0-9]+$", r"^([0-9]{4})?$", r"^([0-9a-f]{64})?$"
_FILE = r"^([^./\\][^/\\]*)?$"
_IN_WORDS = {
    _ID: "lower-case letters, digits and _, such as leg_weakness",
    _STATEMENT: "the document, a point and a number, such as S1.45",
    _DOCUMENT: "capital letters and digits, such as S1",
    _VERSION: "three numbers, such as 0.1.0",
    _YEAR: "four digits",
    _SHA256: "64 digits and letters from a to f",
    _FILE: "the name of a file, without a folder",
}
Id = Annotated[str, StringConstraints(pattern=_ID, max_length=60)]
StatementId = Annotated[str, StringConstraints(pattern=_STATEMENT)]
Words = Annotated[str, StringConstraints(pattern=NOT_BLANK)]
S = TypeVar("S")
ConditionShape = Annotated[
    dict[str, object], Field(description="a condition, such as `leg_weakness: both_legs`")
]
SourceList = Annotated[
    list["SourceShape"],
    Field(min_length=1, description="a list of `{statements: [S1.4], supports: [urgency]}`"),
]


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
    editorial: Words = ""


class SourceShape(Sourced):
    supports: Distinct[str] = Field(
        min_length=1, description="a list of parts: facts, exams, findings, `when`, `urgency`, `suspects`"
    )


class BookShape(Shape):
    title: Words
    version: Annotated[str, StringConstraints(pattern=_VERSION)]
    status: Literal["draft", "reviewed"]
    scope: ConditionShape
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
    denied: Words = ""
    usual: Words = ""
    not_known: dict[Id, Words] = {}
    kind: Literal["symptom", "finding", "background"]
    asked_of: Literal["patient", "record", "nurse"]
    lasts: Literal["call", "always"]
    screen: Id = Field(description="a name in screens.yaml")


class FindingShape(Shape):
    title: Words
    when: ConditionShape
    sources: SourceList


class RuleShape(Shape):
    title: Words
    urgency: LevelName
    suspects: Distinct[Id] = Field(description="a list of names in suspicions.yaml, or []")
    when: ConditionShape
    because: Words
    exams: Distinct[Id] = Field(description="a list of names in exams.yaml, or []")
    safety_net: Words = ""
    sources: SourceList
    examples: list[dict[str, str]] = Field(
        min_length=1, description="a list of `{fires: yes, leg_weakness: both_legs}`"
    )
    status: Literal["draft", "reviewed"]


class ConstraintShape(Shape):
    never: ConditionShape
    because: Words


class AdviceShape(Sourced):
    text: Words
    shown_to: Literal["patient", "nurse", "both"]
    when: ConditionShape | None = None


class GuaranteeShape(Shape):
    name: Words
    given: ConditionShape
    at_least: LevelName | None = None
    at_most: LevelName | None = None
    includes: Distinct[Id] = []
    nothing_else: Literal["yes", "no"] = "no"
    because: Words


class ExceptionShape(Shape):
    name: Words
    because: Words


class GuaranteesShape(Shape):
    guarantees: list[GuaranteeShape] = Field(description="a list of guarantees, or []")
    exceptions: list[ExceptionShape] = Field(description="a list of `{name: …, because: …}`, or []")


class StatementShape(Shape):
    quote: Words = ""
    says: Words = ""
    left_out: Words = ""


class DocumentShape(Shape):
    id: Annotated[str, StringConstraints(pattern=_DOCUMENT)]
    title: Words
    publisher: str = ""
    year: Annotated[str, StringConstraints(pattern=_YEAR)] = ""
    kind: Literal["web page, translated", "web page", "guideline", "paper", "summary"]
    read: Literal["directly", "secondary"] = "directly"
    address: str = ""
    file: Annotated[str, StringConstraints(pattern=_FILE)] = ""
    sha256: Annotated[str, StringConstraints(pattern=_SHA256)] = ""
    statements: dict[StatementId, StatementShape] = Field(min_length=1, description="`S1.1: {says: …}`")


class ExpectShape(Shape):
    urgency: LevelName
    rules: Distinct[str] = Field(description="a list of the rules that fire, or []")
    possible: LevelName | None = None
    advice: ToldName | None = None
    status: Literal["decided", "unfinished", "unresolved", "out_of_scope"] | None = None
    suspects: Distinct[Id] | None = None
    exams: Distinct[Id] | None = None
    open: Distinct[Id] | None = None


class GivenShape(Shape):
    on: Words
    first: str = ""
    facts: Distinct[str] = Field(description="a list of facts")


class EarlierShape(Shape):
    asked_on: str
    rules_hash: str
    facts: dict[str, str] = Field(description="`leg_weakness: none`")
    ticked: Distinct[str] = []


class UnconfirmedShape(Shape):
    facts: dict[str, str] = Field(description="`leg_weakness: none`")
    ticked: Distinct[str] = []


class SessionShape(Shape):
    """What a saved session keeps besides its answers: when each was given, by which words, and old ones."""

    id: Words
    begun_on: Words
    finished_on: str = ""
    unconfirmed: UnconfirmedShape | None = None
    given: list[GivenShape] = []
    wording: dict[str, Words] = {}
    earlier: list[EarlierShape] = []


class CaseShape(Shape):
    name: Words
    story: str = ""
    facts: dict[str, str] = Field(description="`leg_weakness: both_legs`, or {}")
    denied: Literal["everything else"] | Distinct[str] = []
    expect: ExpectShape | None = None
    ticked: Distinct[str] = []
    asked_on: str = ""
    rules_hash: str = ""
    session: SessionShape | None = None
    checksum: str = ""


def shape_page(page: Page, shape: type[S] | TypeAdapter[S], place: Place = ()) -> S:
    """The data of a page in a shape. Raises Problems (codes S…) that point into the page."""
    adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    try:
        return adapter.validate_python(page.part(place))
    except ValidationError as error:
        raise Problems(
            misfits(page, place, error.errors(include_url=False), adapter.json_schema(), _IN_WORDS)
        ) from None
