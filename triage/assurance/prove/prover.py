"""Statements about every patient of a rule book: proved, or refuted by the smallest patient.

A proof is complete for the rule language and the declared ranges, under the constraints on what a
real patient can be. It says nothing on whether the medicine is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from triage.assurance.people import People
from triage.assurance.prove.constraints import constraints
from triage.assurance.prove.directions import worse_is_worse
from triage.assurance.prove.guarantees import guarantees
from triage.assurance.prove.interval import interval
from triage.assurance.prove.rules import different, reachable, redundant
from triage.assurance.prove.statement import Subject, Verdict
from triage.book.book import RuleBook

KINDS: Mapping[str, Callable[[Subject], Iterator[Verdict]]] = {
    "guarantees": guarantees,
    "constraints": constraints,
    "worse is worse": worse_is_worse,
    "reachable": reachable,
    "redundant": redundant,
    "different": different,
    "interval": interval,
}


class Prover:
    """Every statement about one book. With `twice`, a second solver must agree with each proof.

    Raises Problems when by the constraints of the book nobody can be.
    """

    def __init__(self, book: RuleBook, *, twice: bool = False) -> None:
        given = (guarantee.given for guarantee in book.guarantees)
        self._subject = Subject(book, People.of(book, given, twice=twice))

    def of_kind(self, kind: str) -> Iterator[Verdict]:
        """The statements of one of the KINDS."""
        return KINDS[kind](self._subject)

    def everything(self) -> Iterator[Verdict]:
        """All statements, guarantees first."""
        for kind in KINDS:
            yield from self.of_kind(kind)
