"""The outcomes of cases as JUnit XML, for continuous integration."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from triage.assurance.cases.outcome import Outcome
from triage.book.legible import one_line
from triage.book.problems import Problem


def junit_xml(outcomes: Sequence[Outcome], found: Sequence[Problem]) -> bytes:
    """One test case per case, and one error per problem that kept a case from being read."""
    failed = sum(bool(outcome.differences) for outcome in outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name="triage",
        tests=str(len(outcomes) + len(found)),
        failures=str(failed),
        errors=str(len(found)),
    )
    for outcome in outcomes:
        case = outcome.case
        item = ElementTree.SubElement(
            suite,
            "testcase",
            classname=one_line(case.file),  # XML has no room for control characters
            name=case.name,
            file=one_line(case.file),
            line=str(case.line),
        )
        if outcome.differences:
            failure = ElementTree.SubElement(
                item, "failure", message=outcome.differences[0].partition("\n")[0]
            )
            failure.text = "\n".join(outcome.differences)
    for problem in found:
        item = ElementTree.SubElement(suite, "testcase", classname=one_line(problem.file), name=str(problem))
        ElementTree.SubElement(item, "error", message=one_line(problem.what))
    written: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written
