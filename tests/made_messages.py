"""Mistakes that a text file in the small book cannot hold: bytes, links, limits, engines that fail.

Each is made in a folder of its own, and `expect` is every line that is said about it.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.message_cases import SMALL, as_lines, nothing, through_a_table
from tests.random_books import random_facts, random_rule
from tests.raw_messages import RAW
from tests.table_messages import TABLES
from triage.assurance.cases.tested import cases_to_test
from triage.assurance.check import check
from triage.assurance.people import People
from triage.book.facts import Fact
from triage.book.logic import All, Condition, Is
from triage.book.logic import Any as AnyOf
from triage.book.reading.case import load_cases
from triage.book.reading.files import book_files
from triage.book.reading.limits import MOST_FILES, MOST_VALUES
from triage.book.reading.load import load_book
from triage.book.reading.text import MAX_BYTES, parse_page
from triage.book.rule import Constraint
from triage.calls.session import Session
from triage.cohort.tables.rows import case_rows
from triage.engines.durable import MAX_FACTS, DurableEngine, EngineFailure
from triage.engines.truth import Firings


@dataclass(frozen=True)
class Made:
    """How a mistake is made, and what is said about it."""

    say: Callable[[Path], list[str]]
    expect: list[str]


def _page(raw: bytes, *expect: str) -> Made:
    """Bytes that are no page."""
    return Made(
        lambda folder: as_lines(lambda: nothing(parse_page(raw, "x.yaml"))),
        [f"x.yaml:{line}" for line in expect],
    )


def _folder_as_a_case(folder: Path) -> list[str]:
    (folder / "empty").mkdir()
    return as_lines(lambda: load_cases([folder / "empty"], load_book(SMALL))[1])


def _case_of_nothing(folder: Path) -> list[str]:
    (folder / "x.yaml").write_text("age: 61 years\n")
    return as_lines(lambda: cases_to_test([folder / "x.yaml"], load_book(SMALL))[1])


def _missing_case(folder: Path) -> list[str]:
    return as_lines(lambda: load_cases([folder / "nobody.yaml"], load_book(SMALL))[1])


def _folder_as_a_session(folder: Path) -> list[str]:
    (folder / "x.yaml").mkdir()
    return as_lines(lambda: nothing(Session.resume(load_book(SMALL), folder / "x.yaml")))


def _huge_case(folder: Path) -> list[str]:
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    return as_lines(lambda: load_cases([folder / "huge.yaml"], load_book(SMALL))[1])


def _no_such_book(folder: Path) -> list[str]:
    return as_lines(lambda: nothing(load_book(folder / "no-book")))


def _strange_files(folder: Path) -> list[str]:
    """A file outside, reached by a link; a linked folder; a pipe, which a reader would wait for; a loop."""
    (folder / "outside.yaml").write_text("age: 61 years\n")
    book = folder / "book"
    (book / "any").mkdir(parents=True)
    (book / "any" / "link.yaml").symlink_to(folder / "outside.yaml")
    (book / "lung").symlink_to(book / "any")
    (book / "loop.yaml").symlink_to(book / "loop.yaml")
    os.mkfifo(book / "pipe.yaml")
    return as_lines(lambda: nothing(book_files(book)))


def _too_many_files(folder: Path) -> list[str]:
    for number in range(MOST_FILES + 1):
        (folder / f"{number}.yaml").touch()
    return [line.replace(f"{folder}:", "book:") for line in as_lines(lambda: nothing(book_files(folder)))]


def _too_many_bytes(folder: Path) -> list[str]:
    """One file alone is too large; of the others it is all together."""
    (folder / "book").mkdir()
    for name, size in (("a", MAX_BYTES + 1), ("b", MAX_BYTES), ("c", MAX_BYTES), ("d", 1)):
        with (folder / "book" / f"{name}.yaml").open("wb") as file:
            file.truncate(size)
    return as_lines(lambda: nothing(book_files(folder / "book")))


def _too_many_values(folder: Path) -> list[str]:
    """Each file by itself is small enough."""
    book = shutil.copytree(SMALL, folder / "book")
    for name in ("a", "b", "c"):
        (book / "any" / f"{name}.yaml").write_text(f"exams: [{'b,' * (MOST_VALUES // 2)}b]\n")
    return as_lines(lambda: nothing(load_book(book)))


def _without_folder(name: str, instead: str = "") -> Callable[[Path], list[str]]:
    """The small book in which a folder is missing, or has another name."""

    def said(folder: Path) -> list[str]:
        book = shutil.copytree(SMALL, folder / "book")
        if instead:
            (book / name).rename(book / instead)
        else:
            shutil.rmtree(book / name)
        return as_lines(lambda: nothing(load_book(book)))

    return said


def _rule(when: Condition) -> Any:
    """A rule with a condition of our own, in a file of its own name."""
    rng = random.Random(0)
    return replace(random_rule(rng, random_facts(rng, 30), "any/wide"), file="any/wide.yaml", when=when)


def _limits(facts: Iterable[Fact], *conditions: Condition) -> list[str]:
    rules = [_rule(when) for when in conditions]
    return as_lines(lambda: nothing(DurableEngine({fact.id: fact for fact in facts}, rules)))


def _named(*names: str) -> list[Fact]:
    """Choices of two answers with these names."""
    choice = next(fact for fact in random_facts(random.Random(0), 30).values() if len(fact.answers) == 2)
    return [replace(choice, id=name) for name in names]


def _numbered(count: int) -> list[Fact]:
    return _named(*(f"fact_{number}" for number in range(count)))


def _many_groups(folder: Path) -> list[str]:
    """Seven pairs of anys, each with one comparison and its joker: more groups than one rule may have."""
    names = iter(f"fact_{number}" for number in range(40))
    anys = [AnyOf((All((_is(next(names)), _is(next(names)))), _is(next(names)))) for _ in range(7)]
    return _limits(_numbered(40), All(tuple(anys)))


def _many_comparisons(folder: Path) -> list[str]:
    return _limits(_numbered(40), AnyOf(tuple(_is(f"fact_{number}") for number in range(40))))


def _many_ways(folder: Path) -> list[str]:
    """One of four, five times over: 4 to the power of 5 ways to be true, within the other limits."""
    names = iter(f"fact_{number}" for number in range(40))
    anys = [AnyOf(tuple(_is(next(names)) for _ in range(4))) for _ in range(5)]
    return _limits(_numbered(40), All(tuple(anys)))


def _is(name: str) -> Is:
    return Is(name, frozenset({"answer_1"}))


def _same_hash(folder: Path) -> list[str]:
    return _limits(_named("left_hip_neck_numb", "dull_sharp_night_leg"), _is("left_hip_neck_numb"))


class _DeafEngine:
    """An engine for which no rule ever fires."""

    def __init__(self, *_: object) -> None:
        pass

    def decide(self, known: object) -> Firings:
        return Firings(frozenset(), frozenset())


class _BrokenEngine(_DeafEngine):
    def decide(self, known: object) -> Firings:
        raise EngineFailure("durable-rules did not run its agenda to the end")


def _checked_by(engine: type[_DeafEngine]) -> Callable[[Path], list[str]]:
    def said(folder: Path) -> list[str]:
        book = load_book(SMALL)
        rule = replace(book.rules["any/cord-sign"], file="any/cord-sign.yaml")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("triage.assurance.check.DurableEngine", engine)
            return as_lines(lambda: check(replace(book, rules={rule.id: rule})))

    return said


def _table(folder: Path) -> list[str]:
    path = folder / "table.csv"
    path.write_text("id,cancer\n1,lung\n", encoding="utf-16")
    return list(through_a_table(folder, path))


def _folder_as_a_table(folder: Path) -> list[str]:
    (folder / "empty").mkdir()
    return as_lines(lambda: nothing(list(case_rows(load_book(SMALL), folder / "empty"))))


def _two_sessions(folder: Path) -> list[str]:
    book = load_book(SMALL)
    first = Session(book, folder / "session.yaml")
    try:
        return as_lines(lambda: nothing(Session(book, folder / "session.yaml")))
    finally:
        first.close()


def _nobody_can_be(folder: Path) -> list[str]:
    nobody = tuple(Constraint(Is("chills", frozenset({answer})), "Planted.") for answer in ("no", "yes"))
    return as_lines(lambda: nothing(People.of(replace(load_book(SMALL), constraints=nobody))))


MADE: dict[str, Made] = {
    **{name: _page(raw, *expect) for name, (raw, expect) in RAW.items()},
    **{name: Made(said, expect) for name, (said, expect) in TABLES.items()},
    "T001 a folder": Made(_folder_as_a_session, ["x.yaml:1:1: T001: this is a folder (name a file)"]),
    "T001 no file": Made(_missing_case, ["nobody.yaml:1:1: T001: cannot be read: No such file or directory"]),
    "T002 a file too large to be read": Made(
        _huge_case, ["huge.yaml:1:1: T002: the file is larger than 8,000,000 bytes (split it)"]
    ),
    "B001 no folder": Made(_no_such_book, ["no-book:1:1: B001: there is no such folder (name a folder)"]),
    "B002 what is no plain file": Made(
        _strange_files,
        [
            "book/any/link.yaml:1:1: B002: a link out of the folder (copy it instead)",
            "book/loop.yaml:1:1: B002: cannot be read: Too many levels of symbolic links",
            "book/lung:1:1: B002: a link to a folder (copy it instead)",
            "book/pipe.yaml:1:1: B002: not a plain file (a .yaml file)",
        ],
    ),
    "B004 no folder of documents": Made(
        _without_folder("documents"), ["book/documents:1:1: B004: the folder is missing"]
    ),
    "B004 no folder of findings although they are named": Made(
        _without_folder("findings"), ["book/findings:1:1: B004: the folder is missing"]
    ),
    "B004 the folder of facts under another name": Made(
        _without_folder("facts", "fact"),
        ['book/facts:1:1: B004: the folder is missing (rename the folder "fact")'],
    ),
    "B010 more files than a rule book has": Made(
        _too_many_files, ["book:1:1: B010: more than 5,000 files (name the folder of a rule book)"]
    ),
    "B010 more than a rule book may hold": Made(
        _too_many_bytes,
        [
            "book:1:1: B010: the files have more than 16,000,000 bytes altogether "
            "(keep only what belongs to the rule book)",
            "book/a.yaml:1:1: T002: the file is larger than 8,000,000 bytes (split it)",
        ],
    ),
    "B010 more values than a rule book has": Made(
        _too_many_values,
        [
            "book:1:1: B010: more than 150,000 values altogether (keep only what belongs to the rule book)",
        ],
    ),
    "E006 an engine that fires nothing": Made(
        _checked_by(_DeafEngine),
        [
            "any/cord-sign.yaml:15:5: E006: durable-rules says `no`, the reference `yes`",
            "any/cord-sign.yaml:16:5: E006: durable-rules says `no`, the reference `yes`",
            "any/cord-sign.yaml:18:5: E006: durable-rules says `no`, the reference `unknown`",
        ],
    ),
    "E006 an engine that fails": Made(
        _checked_by(_BrokenEngine),
        [
            f"any/cord-sign.yaml:{line}:5: E006: durable-rules failed: "
            "durable-rules did not run its agenda to the end"
            for line in (15, 16, 17, 18)
        ],
    ),
    "K001 a folder without cases": Made(_folder_as_a_case, ["empty:1:1: K001: no .yaml file in this folder"]),
    "K008 a case that expects nothing": Made(
        _case_of_nothing,
        [
            'x.yaml:1:1: K008: "x" expects nothing, so it cannot fail '
            "(expect: with `urgency` and `rules`; a saved session is for `triage decide`)"
        ],
    ),
    "L001 too many facts": Made(
        lambda folder: _limits(_numbered(MAX_FACTS + 1), _is("fact_0")),
        ["any/wide.yaml:1:1: L001: 247 facts (at most 246)"],
    ),
    "L002 too many groups": Made(
        _many_groups,
        [
            "any/wide.yaml:1:1: L002: this rule makes 29 and/or groups for durable-rules "
            "(at most 14: split the rule)",
            "any/wide.yaml:1:1: L003: this rule makes 42 comparisons for durable-rules "
            "(with its groups at most 60: split it)",
        ],
    ),
    "L003 too many comparisons": Made(
        _many_comparisons,
        [
            "any/wide.yaml:1:1: L003: this rule makes 80 comparisons for durable-rules "
            "(with its groups at most 60: split it)"
        ],
    ),
    "L004 two names with one hash": Made(
        _same_hash,
        [
            'any/wide.yaml:1:1: L004: durable-rules cannot tell "dull_sharp_night_leg" from '
            '"left_hip_neck_numb" (same 32-bit hash) (rename one)'
        ],
    ),
    "L005 too many ways to be true": Made(
        _many_ways,
        [
            "any/wide.yaml:1:1: L005: this rule can be true in 1024 ways, "
            "and durable-rules fires it for each (at most 256: split the rule)"
        ],
    ),
    "P006 constraints that nobody meets": Made(
        _nobody_can_be,
        ["constraints.yaml:1:1: P006: nobody can be, by these constraints together (weaken one of them)"],
    ),
    "Q001 a table in UTF-16": Made(_table, ["table.csv:1:1: Q001: the table is UTF-16 (save it as UTF-8)"]),
    "Q005 a folder without cases": Made(
        _folder_as_a_table, ["empty:1:1: Q005: no .parquet or .yaml file in this folder"]
    ),
    "A002 two sessions in one file": Made(
        _two_sessions,
        ["session.yaml:1:1: A002: another session is writing this file (end it, or name another file)"],
    ),
}
