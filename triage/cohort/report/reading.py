"""What `triage batch` wrote, in blocks of rows: Parquet, CSV or JSON lines, never all of it at once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from triage.decision.level_told import RESULTS

TEXTS = ("advice", "urgency", "possible", "status", "rule_book", "schema")
LISTS = ("rules", "counted", "review", "open_rules", "open")
DATE = "date"
BLOCK_ROWS = 1 << 18
BLOCK_BYTES = 1 << 24
MAX_HEADER = 1_000_000
DECIDE_AGAIN = (
    f"and this report reads {RESULTS}: before, `none` also stood where nobody could tell a level. "
    "Decide the table again with `triage batch`"
)

Block: TypeAlias = Any
"""A pyarrow Table: the TEXTS and the DATE as texts, plain or as a dictionary, and the LISTS as lists."""


class NotResults(Exception):
    """A file that is not what `triage batch` writes; the message names it and says what is wrong."""

    def __init__(self, path: Path, wrong: str) -> None:
        super().__init__(f"{path}: {wrong}")


def blocks(path: Path) -> Iterator[Block]:
    """The rows of a result file. Raises NotResults, also in the middle, and OSError."""
    return _told(path, _READERS[path.suffix.lower()])


def problem_blocks(path: Path) -> Iterator[Block]:
    """The rows of a problems file, `row` and `id` as texts. Raises what `blocks` raises."""
    return _told(path, lambda path: _csv(path, ("row", "id"), ()))


def _told(path: Path, read: Callable[[Path], Iterator[Block]]) -> Iterator[Block]:
    """The same blocks, with what Arrow says of a broken file in one line that names the file."""
    import pyarrow as pa

    try:
        yield from read(path)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        said = " ".join(str(error).split())
        raise NotResults(path, f"cannot be read: {said:.200}") from error


def _wanted(path: Path, names: Iterable[str]) -> list[str]:
    """The columns to read. Raises NotResults where one is missing that every result has."""
    there = set(names)
    missing = [name for name in (*TEXTS, *LISTS) if name not in there]
    if missing == ["schema"]:
        raise NotResults(path, f"does not say which results it holds, {DECIDE_AGAIN}")
    if missing:
        what = f"column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise NotResults(path, f"is not what `triage batch` writes: without the {what}")
    return [*TEXTS, *LISTS, *([DATE] if DATE in there else [])]


def _parquet(path: Path) -> Iterator[Block]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from triage.decision.packed import names_of

    with pq.ParquetFile(path) as file:
        columns = _wanted(path, file.schema_arrow.names)
        for name in columns:
            kind = file.schema_arrow.field(name).type
            if names_of(file.schema_arrow.field(name)) is not None and name in LISTS:
                continue
            if not (_is_list(kind) if name in LISTS else _is_text(kind)):
                raise NotResults(path, f"is not what `triage batch` writes: the column {name} holds {kind}")
        for group in range(file.num_row_groups):  # lists of two groups cannot be read as one batch
            for batch in file.iter_batches(BLOCK_ROWS, [group], columns):
                yield _with_lists(pa.Table.from_batches([batch]))


def _with_lists(block: Block) -> Block:
    """The same block, with lists in place of packed sets."""
    from triage.decision.packed import names_of, unpacked

    for at, field in enumerate(block.schema):
        if (names := names_of(field)) is not None:
            sets = block.column(at).combine_chunks()
            block = block.set_column(at, field.name, unpacked(sets, names))
    return block


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any((pa.types.is_string(held), pa.types.is_large_string(held), pa.types.is_null(held)))


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_text(kind.value_type)


def _csv_results(path: Path) -> Iterator[Block]:
    return _csv(path, _wanted(path, _header(path)), LISTS)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader([file.readline(MAX_HEADER)]), [])


def _csv(path: Path, columns: Iterable[str], lists: Iterable[str]) -> Iterator[Block]:
    """The rows of a CSV file; a list is one cell with its ids separated by spaces."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pa_csv

    with pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            include_columns=list(columns), column_types={name: pa.string() for name in columns}
        ),
    ) as reader:
        for batch in reader:
            block = pa.Table.from_batches([batch])
            for name in lists:
                cells = pc.if_else(pc.equal(block[name], ""), None, block[name])
                at = block.column_names.index(name)
                block = block.set_column(at, name, pc.split_pattern(cells, " "))
            yield block


def _json_lines(path: Path) -> Iterator[Block]:
    import pyarrow as pa
    import pyarrow.json as pa_json

    columns = _wanted(path, _first_object(path))
    schema = pa.schema({name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in columns})
    with pa_json.open_json(
        path,
        read_options=pa_json.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    ) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _first_object(path: Path) -> Mapping[str, object]:
    with path.open("rb") as file:
        line = next((line for line in iter(lambda: file.readline(MAX_HEADER), b"") if line.strip()), b"")
    if not line:
        raise NotResults(path, "is empty")
    read = json.loads(line)
    if not isinstance(read, dict):
        raise NotResults(path, "is not what `triage batch` writes: a line must be one JSON object")
    return read


_READERS = {".parquet": _parquet, ".csv": _csv_results, ".jsonl": _json_lines}
ENDINGS = tuple(_READERS)
