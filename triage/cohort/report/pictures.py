"""The pictures: bars with their numbers beside them, and levels over time, drawn by Altair as SVG.

Each picture is drawn twice, for a wide and for a narrow screen. Nothing is told by colour alone.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.cohort.report.html import Html, element, readable
from triage.cohort.report.masking import Shown

WIDE, NARROW = 820, 330
NARROW_SCREEN = "(max-width: 620px)"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, SOFT, LINE = "#1d2733", "#4d5966", "#5b6672"
_HEADING, _BAR, _GAP, _LETTER = 17, 16, 12, 6.9
_SMALL = {"fill": "#ffffff", "dash": [3, 2]}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands before it, and its count."""

    shown: Shown
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading, in one colour."""

    heading: str
    colour: str
    bars: tuple[Bar, ...]


def picture(wide: str, narrow: str, alt: str) -> Html:
    """Two drawings of one picture as an element that shows the one that fits, and needs no other file."""
    return element(
        "picture",
        element("source", media=NARROW_SCREEN, srcset=_uri(narrow)),
        element("img", src=_uri(wide), alt=alt),
    )


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def bars(groups: Sequence[Group], alt: str) -> Html:
    """A picture of bars under headings, all on one scale, with the count at the end of each."""
    return picture(_bars(groups, WIDE), _bars(groups, NARROW), alt)


def _bars(groups: Sequence[Group], width: int) -> str:
    import altair as alt

    texts: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    longest = max((len(bar.label) for group in groups for bar in group.bars), default=0)
    left, y = round(longest * _LETTER), 4
    scale = alt.Scale(
        domain=[0, max([1, *(bar.shown.number for group in groups for bar in group.bars)])],
        range=[left, width - 66],
    )
    for group in groups:
        for line in _lines(group.heading, int(width / _LETTER)):
            texts.append({"at": 0, "y": y + 8, "text": line, "size": "heading"})
            y += _HEADING
        lines.append({"zero": 0, "top": y, "end": y + len(group.bars) * (_BAR + 1)})
        for bar in group.bars:
            middle = {"y": y + _BAR / 2 + 1}
            if bar.label:
                texts.append({"at": 0, "text": bar.label, "size": "label", **middle})
            texts.append({"number": bar.shown.number, "text": bar.shown.text, "size": "count", **middle})
            look = _SMALL if bar.shown.small else {"fill": group.colour, "dash": [1, 0]}
            if bar.shown.number:
                shapes.append(
                    {"zero": 0, "number": bar.shown.number, "top": y + 1, "end": y + _BAR - 1, **look}
                )
            y += _BAR + 1
        y += _GAP
    text = alt.Chart(_data(texts)).encode(y=alt.Y("y:Q", scale=None, axis=None), text=alt.Text("text:N"))
    at = alt.X("at:Q", scale=None, axis=None)
    number = alt.X("number:Q", scale=scale, axis=None)
    top, end = alt.Y("top:Q", scale=None, axis=None), alt.Y2("end:Q")
    layers = [
        text.transform_filter("datum.size === 'heading'")
        .mark_text(align="left", baseline="middle", fontSize=13, color=INK)
        .encode(x=at),
        text.transform_filter("datum.size === 'label'")
        .mark_text(align="left", baseline="middle", fontSize=12, color=SOFT)
        .encode(x=at),
        alt.Chart(_data(shapes))
        .mark_bar(stroke=LINE, strokeWidth=0.8)
        .encode(
            x=number,
            x2="zero:Q",
            y=top,
            y2=end,
            fill=alt.Fill("fill:N", scale=None),
            strokeDash=alt.StrokeDash("dash:N", scale=None),
        ),
        text.transform_filter("datum.size === 'count'")
        .mark_text(align="left", baseline="middle", fontSize=12, fontWeight="bold", color=INK, dx=6)
        .encode(x=number),
        alt.Chart(_data(lines))
        .mark_rule(color=LINE)
        .encode(x=alt.X("zero:Q", scale=scale, axis=None), y=top, y2=end),
    ]
    return _svg(alt.layer(*layers).resolve_scale(x="independent").properties(width=width, height=y))


def _lines(text: str, letters: int) -> list[str]:
    return textwrap.wrap(readable(text), letters, max_lines=3, placeholder=" …") or [""]


@dataclass(frozen=True, slots=True)
class Row:
    """One level over time: its heading, its colour, and its counts by period."""

    heading: str
    colour: str
    shown: Mapping[str, Shown]


def over_time(rows: Sequence[Row], alt: str) -> Html:
    """A picture with a row of bars for each level, each on its own scale, and the periods below."""
    return picture(_over_time(rows, WIDE), _over_time(rows, NARROW), alt)


def _over_time(rows: Sequence[Row], width: int) -> str:
    import altair as alt

    names = list(rows[0].shown)
    room = 44
    every = -(-len(names) * 80 // (width - room))
    charts = []
    for row in rows:
        last = row is rows[-1]
        values = [
            {"period": name, "number": shown.number, **(_SMALL if shown.small else {"fill": row.colour})}
            for name, shown in row.shown.items()
        ]
        axis = alt.Axis(
            values=names[::every], labels=last, ticks=last, title=None, labelAngle=0, domainColor=LINE
        )
        most = max(shown.number for shown in row.shown.values())
        charts.append(
            alt.Chart(_data([{"dash": [1, 0], **value} for value in values]))
            .mark_bar(stroke=LINE, strokeWidth=0.6)
            .encode(
                x=alt.X("period:N", sort=None, scale=alt.Scale(domain=names, paddingInner=0.2), axis=axis),
                y=alt.Y(
                    "number:Q",
                    scale=alt.Scale(domain=[0, most or 1]),
                    axis=alt.Axis(
                        values=sorted({0, most}), format=",d", title=None, minExtent=room, maxExtent=room
                    ),
                ),
                fill=alt.Fill("fill:N", scale=None),
                strokeDash=alt.StrokeDash("dash:N", scale=None),
            )
            .properties(
                width=width - room - 8,
                height=46,
                title=alt.TitleParams(
                    _lines(row.heading, int((width - room) / _LETTER)),
                    anchor="start",
                    frame="group",
                    fontSize=13,
                ),
            )
        )
    return _svg(alt.vconcat(*charts, spacing=10))


def _data(values: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.InlineData(values=values)


def _svg(chart: Any) -> str:
    drawn = io.StringIO()
    chart.configure(font=FONT, padding=2, background="white").configure_view(stroke=None).configure_title(
        fontWeight="normal", color=INK
    ).configure_axis(
        labelColor=SOFT, labelFontSize=11, gridColor="#e3e7ec", labelLimit=120, labelOverlap=True
    ).save(drawn, format="svg")
    return drawn.getvalue()
