"""Some rows of a table, found by their ids, with their answers in words again."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from triage.book.facts import Answer, Fact
from triage.cohort.chunk import Chunk
from triage.cohort.tables.rows import Row
from triage.cohort.tables.source import Source
from triage.engines.codes import TICKED, answer_of


def rows_with_ids(facts: Mapping[str, Fact], source: Source, ids: Container[str]) -> Iterator[Row]:
    """The rows with these ids, in the order of the table, read or refused."""
    for chunk in source.chunks():
        places = [place for place, id in enumerate(chunk.about.column("id").to_pylist()) if id in ids]
        found = [row_at(facts, chunk, place) for place in places]
        found += [Row(row.row, row.id, {}, row.reasons) for row in chunk.refused if row.id in ids]
        yield from sorted(found, key=lambda row: row.line)


def row_at(facts: Mapping[str, Fact], chunk: Chunk, place: int) -> Row:
    """The row at a place of a chunk."""
    answers: dict[str, Answer] = {}
    ticked = []
    for name, column in zip(chunk.codes.schema.names, chunk.codes.columns, strict=True):
        code = column[place].as_py()
        if code == TICKED:
            ticked.append(name)
        elif code is not None:
            answers[name] = answer_of(facts[name], code)
    id, row, date = (column[place].as_py() for column in chunk.about.columns)
    return Row(row, id, answers, ticked=tuple(ticked), date=date)
