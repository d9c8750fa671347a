"""HTML from texts: what is no Html is escaped, so that a text from a file is only ever a text."""

from __future__ import annotations

import html

_VOID = ("meta", "img", "source")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def readable(text: str) -> str:
    """The text with everything that cannot be seen, or turns the direction of others, as a �."""
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "�" for letter in text)


def joined(*content: str) -> Html:
    """The contents after each other; what is no Html is escaped."""
    parts = (one if isinstance(one, Html) else html.escape(readable(one)) for one in content)
    return Html("".join(parts))


def element(name: str, /, *content: str, **attributes: str) -> Html:
    """An element. `class_` is the attribute `class`, and `_` in an attribute's name is `-`."""
    told = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{html.escape(readable(value))}"'
        for key, value in attributes.items()
    )
    return Html(f"<{name}{told}>") if name in _VOID else Html(f"<{name}{told}>{joined(*content)}</{name}>")


def table(
    caption: str,
    head: list[str],
    rows: list[list[str]],
    *,
    total: list[str] | None = None,
    kind: str = "",
    long: int = 16,
) -> Html:
    """A table whose first cell of each row names the row; more than `long` rows scroll on a screen."""
    names = joined(*(element("th", name, scope="col") for name in head))
    made = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", names)),
        element("tbody", *map(_line, rows)),
        *([element("tfoot", _line(total))] if total else []),
        **({"class": kind} if kind else {}),
    )
    scrolls = "scroll long" if len(rows) > long else "scroll"
    return element("div", made, class_=scrolls, role="region", tabindex="0", aria_label=caption)


def _line(row: list[str]) -> Html:
    return element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:]))
