"""Bytes that are no page, and what is said about them."""

from __future__ import annotations

from triage.book.reading.text import MAX_BYTES, MAX_NODES

_UTF8 = "(save it as UTF-8)"
_DELETE = "(delete it)"
RAW: dict[str, tuple[bytes, list[str]]] = {
    "T002 bytes too many to be read": (
        b"a" * (MAX_BYTES + 1),
        ["1:1: T002: the file is larger than 8,000,000 bytes (split it)"],
    ),
    "T002 too many values": (
        b"[" + b"a," * MAX_NODES + b"]",
        ["1:1: T002: more than 600,000 values (split the file)"],
    ),
    "T003 UTF-16": ("cancer: lung".encode("utf-16"), [f"1:1: T003: the file is UTF-16 {_UTF8}"]),
    "T003 UTF-16 without a mark": (
        "name: Müller\ncancer: lung\n".encode("utf-16-le"),
        [f"1:1: T003: the file is UTF-16 {_UTF8}"],
    ),
    "T003 UTF-16 without a mark, the other way round": (
        "cancer: lung\n".encode("utf-16-be"),
        [f"1:1: T003: the file is UTF-16 {_UTF8}"],
    ),
    "T003 byte-order mark": (
        b"\xef\xbb\xbfcancer: lung\n",
        ["1:1: T003: the file starts with a byte-order mark (save it as UTF-8 without one)"],
    ),
    "T003 Latin-1": (
        b"a: b\nname: M\xfcller\n",
        ["2:8: T003: this byte is not UTF-8 (save the file as UTF-8)"],
    ),
    "T004 no bytes": (b"", ["1:1: T004: the file is empty"]),
    "T004 blank lines": (b"\n \n", ["1:1: T004: the file is empty"]),
    "T005 NUL": (
        b"cancer: lu\0ng\n",
        [f"1:11: T005: an invisible or control character (U+0000) {_DELETE}"],
    ),
    "T005 zero-width space": (
        "cancer: lu\u200bng\n".encode(),
        [f"1:11: T005: an invisible or control character (U+200B) {_DELETE}"],
    ),
    "T005 right to left": (
        "cancer: \u202egnul\n".encode(),
        [f"1:9: T005: an invisible or control character (U+202E) {_DELETE}"],
    ),
    "T005 no-break space": (
        "size: 5\u00a0mm\n".encode(),
        [f"1:8: T005: an invisible or control character (U+00A0) {_DELETE}"],
    ),
    "T005 line separator": (
        "name: a\u2028b: c\n".encode(),
        [f"1:8: T005: an invisible or control character (U+2028) {_DELETE}"],
    ),
    "T005 a carriage return alone": (
        b"a: b\rc: d\n",
        [f"1:5: T005: an invisible or control character (U+000D) {_DELETE}"],
    ),
    "T005 escape": (b"a: \x1b[2J\n", [f"1:4: T005: an invisible or control character (U+001B) {_DELETE}"]),
    "T005 separate accents": (
        "a: b\nname: Mu\u0308ller\n".encode(),
        ["2:8: T005: a letter with a separate accent (save it as Unicode NFC)"],
    ),
    "T006 tabs, each line once": (
        b"a:\n\tb: c\n\t\td: e\nf:\tg\n",
        [
            "2:1: T006: a tab (use spaces)",
            "3:1: T006: a tab (use spaces)",
            "4:3: T006: a tab (use spaces)",
        ],
    ),
}
