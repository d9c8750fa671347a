"""Results as lines of text: CSV for people, and JSON lines. Columns become texts, and these become lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

_Make: TypeAlias = Callable[[pa.Array], pa.Array]
_RUNS = r"^(?:[\s\pZ]*[=+\-@]|[\t\r])"  # what a spreadsheet would take for a formula
_QUOTED_IN_CSV = '[",\r\n]'
_ESCAPED_IN_JSON = r'["\\\x00-\x1f]'


def plain(column: pa.Array) -> pa.Array:
    """The same column without dictionaries: texts, and lists of texts. Other types stay as they are."""
    return _with_words(column, lambda words: words)


def csv_lines(columns: Sequence[pa.Array]) -> pa.Buffer:
    """The lines of a CSV table, with yes or no, and lists of names separated by spaces.

    A cell that a spreadsheet would run as a formula becomes text.
    """
    cells = [_cells(column, "yes", "no", _csv_texts, _csv_list) for column in columns]
    return _lines([pc.fill_null(column, "") for column in cells], "", ",", "\n")


def json_lines(results: pa.RecordBatch) -> pa.Buffer:
    """One object on each line, with the names of the columns as keys."""
    cells = [_cells(column, "true", "false", _json_texts, _json_list) for column in results.columns]
    values = [
        _around(f"{json.dumps(name)}: ", pc.fill_null(column, "null"), "")
        for name, column in zip(results.schema.names, cells, strict=True)
    ]
    return _lines(values, "{", ", ", "}\n")


def _lines(columns: Sequence[pa.Array], begin: str, between: str, end: str) -> pa.Buffer:
    """The texts of each row in one line, one line after the other."""
    lines = _around(begin, pc.binary_join_element_wise(*columns, between), end)
    _, ends, text = lines.buffers()
    assert lines.offset == 0
    return text.slice(0, int.from_bytes(ends[4 * len(lines) : 4 * len(lines) + 4], "little"))


def _cells(column: pa.Array, yes: str, no: str, texts: _Make, lists: _Make) -> pa.Array:
    """A column as texts: its truths, its texts and its lists of texts as is said, and its numbers."""
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, yes, no)
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    return lists(column) if pa.types.is_list(column.type) else _with_words(column, texts)


def _csv_list(names: pa.Array) -> pa.Array:
    """Lists of names as cells of a CSV table; where the names need no care, nor do the cells."""
    joined = pc.binary_join(plain(names), " ")
    return joined if _are_harmless(names.values) else _csv_texts(joined)


def _are_harmless(names: pa.Array) -> bool:
    """Whether these names, joined by spaces, need no care in a CSV table; each word is looked at once."""
    words = names.dictionary if pa.types.is_dictionary(names.type) else names
    return bool(_csv_texts(words).equals(words))


def _csv_texts(texts: pa.Array) -> pa.Array:
    """Texts as cells of a CSV table."""
    runs = pc.match_substring_regex(texts, _RUNS)
    if pc.any(runs).as_py():
        texts = pc.if_else(runs, _around("'", texts, ""), texts)
    breaks = pc.match_substring_regex(texts, _QUOTED_IN_CSV)
    if pc.any(breaks).as_py():
        texts = pc.if_else(breaks, _around('"', pc.replace_substring(texts, '"', '""'), '"'), texts)
    return texts


def _json_list(names: pa.Array) -> pa.Array:
    return _around("[", pc.binary_join(_with_words(names, _json_texts), ", "), "]")


def _json_texts(texts: pa.Array) -> pa.Array:
    """Texts as values of JSON."""
    if not pc.any(pc.match_substring_regex(texts, _ESCAPED_IN_JSON)).as_py():
        return _around('"', texts, '"')
    write = json.JSONEncoder(ensure_ascii=False).encode
    return pa.array([None if text is None else write(text) for text in texts.to_pylist()], pa.string())


def _with_words(column: pa.Array, texts: _Make) -> pa.Array:
    """A column of texts, or of lists of them, made into others; each of a dictionary is made once."""
    if pa.types.is_list(column.type):
        return pa.ListArray.from_arrays(column.offsets, _with_words(column.values, texts))
    if pa.types.is_dictionary(column.type):
        words = texts(column.dictionary.cast(pa.string()))
        return pa.DictionaryArray.from_arrays(column.indices, words).cast(pa.string())
    return texts(column) if pa.types.is_string(column.type) else column


def _around(begin: str, texts: pa.Array, end: str) -> pa.Array:
    return pc.binary_join_element_wise(begin, texts, end, "")
