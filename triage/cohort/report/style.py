"""How the page looks: on a screen of any width, and on paper."""

from __future__ import annotations

from triage.cohort.report.html import Html
from triage.cohort.report.words import COLOURS

_CHIPS = "\n".join(
    f".chip.{level.replace('_', '-')} {{ background: {colour} }}" for level, colour in COLOURS.items()
)
STYLE = Html(
    """
:root { color-scheme: light; --ink: #1d2733; --soft: #4d5966; --line: #d5dbe2; --pale: #f4f6f8 }
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif }
header, nav, main, footer { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 2.25rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.01em }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .4rem }
section { padding: 1.9rem 0 .4rem; border-top: 1px solid var(--line); margin-top: 1.6rem }
p { margin: 0 0 .8rem; max-width: 46rem }
.from { color: var(--soft); margin-bottom: 1.1rem }
code { font: .86em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color: var(--soft); overflow-wrap: anywhere }
.notice { border: 1px solid #d9b36a; border-left-width: 6px; background: #fff8e8; padding: .7rem 1rem;
  margin: 0 0 .8rem; max-width: none; border-radius: 3px }
.loud { border-color: #a3203a; background: #fdf0f2 }
.notice strong { display: block }
dl.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: .7rem;
  margin: 1.2rem 0 0 }
dl.tiles div { border: 1px solid var(--line); border-radius: 5px; padding: .7rem .9rem; display: flex;
  flex-direction: column-reverse; justify-content: flex-end }
dl.tiles dd { margin: 0; font-size: 1.7rem; font-weight: 650; line-height: 1.2;
  font-variant-numeric: tabular-nums }
dl.tiles dt { color: var(--soft); font-size: .9rem; line-height: 1.35 }
nav { margin-top: 1.4rem }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; list-style: none; padding: 0; margin: 0 }
a { color: #1f5590 }
figure { margin: 1rem 0 1.3rem }
figure img { display: block; max-width: 100%; height: auto }
figcaption, .note { color: var(--soft); font-size: .9rem; max-width: 46rem; margin-top: .5rem }
.scroll { overflow-x: auto; margin: 0 0 1rem }
.long { max-height: 34rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 5px }
.long thead th { position: sticky; top: 0 }
.scroll:focus-visible { outline: 2px solid #1f5590; outline-offset: 2px }
table { border-collapse: collapse; width: 100%; font-size: .93rem }
caption { text-align: left; font-weight: 600; padding: .45rem .6rem .5rem .6rem }
th, td { padding: .38rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums }
thead th { background: var(--pale); font-weight: 600; font-size: .87rem; vertical-align: bottom }
tbody th { font-weight: 400; min-width: 10rem; overflow-wrap: anywhere }
tbody th code { display: block }
th:first-child { text-align: left }
.level td:nth-of-type(1), .level thead th:nth-child(2) { text-align: left }
.dates tbody th { white-space: nowrap; min-width: 0 }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0 }
td { white-space: nowrap }
.chip { display: inline-block; width: .8em; height: .8em; border: 1px solid #5b6672; border-radius: 2px;
  margin-right: .45em; vertical-align: -.06em }
footer { color: var(--soft); font-size: .88rem; padding-top: 1.4rem; padding-bottom: 2.5rem }
li { margin-bottom: .35rem; max-width: 46rem }
@media (max-width: 620px) {
  body { font-size: 15px }
  header, nav, main, footer { padding-left: .85rem; padding-right: .85rem }
  h1 { font-size: 1.55rem }
  th, td { padding: .35rem .35rem }
  tbody th { min-width: 7rem }
  table { font-size: .87rem }
  dl.tiles { grid-template-columns: 1fr 1fr }
  figure img { width: 100%; max-width: 28rem }
}
@media print {
  @page { margin: 16mm }
  body { font-size: 10pt; line-height: 1.4 }
  table { font-size: 8.5pt }
  th, td { padding: .18rem .5rem }
  tbody th code { display: inline; margin-left: .4em }
  section { padding-top: 1rem; margin-top: .8rem }
  section > p { break-inside: avoid; break-after: avoid }
  figure img { max-height: 190mm }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0 }
  nav { display: none }
  .scroll, .long { overflow: visible; max-height: none; border: 0 }
  .long thead th { position: static }
  figure, tr, .notice, dl.tiles { break-inside: avoid }
  h2, caption { break-after: avoid }
  thead { display: table-header-group }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
    + _CHIPS
)
