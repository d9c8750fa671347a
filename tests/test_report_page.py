"""The page of `triage report`: what it says, that it is inert and whole, and how a real browser shows it."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.commands import SMALL, run
from tests.test_report import FORMS, ROWS, result, write
from tests.told import KEPT
from triage.book.book import RuleBook
from triage.book.reading.load import load_book
from triage.cohort.report.counts import LEVELS, count_results
from triage.cohort.report.figures import figures
from triage.cohort.report.page import page
from triage.cohort.report.words import COLOURS, PLAIN, is_book, shortened, words

VOID = {"meta", "img", "source"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img/src=x/onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "&lt;b&gt;",
    "\u202egnirts",
    "a\x0bb",
    "{{7*7}}",
    "https://example.org/x",
    "x" * 500,
]


class Read(HTMLParser):
    """A page as a parser reads it: its elements with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open and data.strip():
            self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def report(results: Path, least: int = 0) -> str:
    """The page of these results by the small book, which is also left beside them as `page.html`."""
    book = load_book(SMALL)
    counts = count_results(results)
    fits = all(is_book(book, name) for name in counts.books)
    shown = figures(counts, book if fits else None, least)
    made = page(shown, words(book, shown), results)
    results.with_name("page.html").write_bytes(made)
    return made.decode()


def drawings(read: Read) -> list[str]:
    """The SVG texts in a page."""
    links = [image["src"] for image in read.named("img")] + [one["srcset"] for one in read.named("source")]
    prefix = "data:image/svg+xml;base64,"
    assert all(link.startswith(prefix) for link in links)
    return [base64.b64decode(link.removeprefix(prefix)).decode() for link in links]


def by(book: RuleBook, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**row, "rule_book": book.name} for row in rows]


@pytest.mark.parametrize("name", FORMS)
def test_the_page_says_how_many_by_which_book_and_that_it_is_a_draft(
    name: str, small_book: RuleBook, tmp_path: Path
) -> None:
    read = Read(report(write(tmp_path / name, by(small_book, ROWS))))
    for wanted in (
        "Triage of 8 patients",
        f"Rule book {small_book.name} .",
        "The rules behind this are a draft: no clinician has reviewed them.",
        "8 patients decided, a row each",
        "not known rows refused, in no other number",
        "2 without a level: no all-clear",
        "A sign of pressure on the spinal cord any/cord-sign now 2",
        "What this page does not show",
        "Refused rows. No problems file stands beside the results",
    ):
        assert wanted in swapped(read.text), wanted
    assert "rule book given is not" not in read.text
    assert "MIXED" not in read.text


def swapped(text: str) -> str:
    """The text with the number of each tile first, as it is shown."""
    return re.sub(r"((?:patients decided|without|rows refused)[^0-9]*?) (\d+|not known)\b", r"\2 \1", text)


def test_each_picture_has_its_table_and_words_for_who_cannot_see_it(
    small_book: RuleBook, tmp_path: Path
) -> None:
    read = Read(report(write(tmp_path / "out.csv", by(small_book, ROWS))))
    assert len(read.named("figure")) == len(read.named("img")) == len(read.named("table")) == 6
    assert len(read.named("caption")) == len(read.named("figcaption")) == 6
    assert all(len(image["alt"]) > 40 for image in read.named("img"))
    assert {scope["scope"] for scope in read.named("th")} == {"col", "row"}
    assert read.named("html") == [{"lang": "en"}]
    levels = [int(name[1]) for name, _ in read.elements if re.fullmatch(r"h\d", name)]
    assert levels == [1] + [2] * 7
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in read.named("a")} <= {f"#{id}" for id in ids}
    for drawing in drawings(read):
        assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_none_is_never_green_and_levels_differ_in_grey() -> None:
    light = {}
    for level in LEVELS:
        red, green, blue = (int(COLOURS[level][at : at + 2], 16) for at in (1, 3, 5))
        assert not (green > red and green > blue), level
        light[level] = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    steps = list(light.values())
    assert all(darker + 15 < lighter for darker, lighter in pairwise(steps))


def test_the_page_refers_to_nothing_outside_and_runs_nothing(small_book: RuleBook, tmp_path: Path) -> None:
    made = report(write(tmp_path / "out.csv", by(small_book, ROWS)))
    read = Read(made)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert {"http-equiv": "Content-Security-Policy", "content": policy} in read.named("meta")
    assert "http://" not in made
    assert "https://" not in made
    for drawing in drawings(read):
        outside = re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/[a-z0-9/]*"', "", drawing)
        assert "http" not in outside
        assert "url(" not in outside
    assert not {"script", "link", "iframe", "object", "base", "form"} & {name for name, _ in read.elements}
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl"])
def test_hostile_names_are_only_ever_text(name: str, small_book: RuleBook, tmp_path: Path) -> None:
    columns = ("rules", "open_rules", "review", "counted", "open")
    rows = [{**result("now", rule_book=f"{id} 0"), **{name: [id] for name in columns}} for id in HOSTILE]
    made = report(write(tmp_path / name, rows))
    read = Read(made)
    clean = Read(report(write(tmp_path / "out.csv", by(small_book, ROWS))))
    assert {name for name, _ in read.elements} <= {name for name, _ in clean.elements} | {"i"}
    assert {a for _, given in read.elements for a in given} <= {
        a for _, given in clean.elements for a in given
    }
    assert not [letter for letter in made if not letter.isprintable() and letter != "\n"]
    for id in ("<script>alert(1)</script>", "{{7*7}}", "&lt;b&gt;", "�gnirts", "a b"):
        assert f"{id} not in the rule book given" in read.text
    assert "x" * 79 + "…" in read.text
    assert "x" * 500 not in read.text.replace("x" * 500 + " 0", "")
    for drawing in drawings(read):
        names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawing).iter()}
        assert names <= {"svg", "g", "path", "rect", "text", "tspan", "line", "title"}


def test_mixed_books_and_a_stranger_are_said_loudly(small_book: RuleBook, tmp_path: Path) -> None:
    rows = [*by(small_book, ROWS[:1] * 3), result("now", rules=["any/gone"], rule_book="0.0.9 ffffffffffff")]
    results = write(tmp_path / "out.csv", rows)
    said = run(tmp_path, "report", "out.csv", "-o", "by_command.html")
    assert (said.code, said.out) == (0, "")
    assert f"MIXED: 3 patients by rule book {small_book.name}\n" in said.err
    text = Read(report(results)).text
    assert "MIXED: these results come from 2 rule books." in text
    assert f"Patients by book: {small_book.name} (3); 0.0.9 ffffffffffff (1)." in text
    assert "The rule book given is not the one behind some of these results." in text
    assert "any/gone not in the rule book given" in text
    assert "Patients by rule book" in text


def test_a_book_is_known_by_its_version_and_hash(small_book: RuleBook, tmp_path: Path) -> None:
    for name, is_strange in (
        (small_book.name, False),
        (f"{small_book.version} {small_book.hash}", False),
        (f"{small_book.version} {small_book.hash[:3]}", True),
        (f"9.9 {small_book.hash[:12]}", True),
    ):
        results = write(tmp_path / "out.csv", [result("now", rule_book=name)])
        text = Read(report(results)).text
        assert ("not the one behind these results" in text) == is_strange
        assert ("take them for a draft" in text) == is_strange
        assert ("a draft: no clinician has reviewed them" in text) != is_strange


def test_results_without_dates_rules_or_unknown_facts_say_so(small_book: RuleBook, tmp_path: Path) -> None:
    row = by(small_book, [result()])[0]
    text = Read(report(write(tmp_path / "out.parquet", [row]))).text
    assert "Triage of 1 patient From" in text
    for wanted in ("No rule fired.", "No rule is open", "No unknown fact stands in the way of a level."):
        assert wanted in text
    assert "it needs a date, and no row has one" in text
    del row["date"]
    text = Read(report(write(tmp_path / "out.csv", [row]))).text
    assert "it needs a date, and the results have no column for it" in text


def test_dates_without_end_are_drawn_for_the_last_years_and_listed_whole(
    small_book: RuleBook, tmp_path: Path
) -> None:
    rows = [result("now", date=f"{year:04}-01-01") for year in range(1, 1500)]
    text = Read(report(write(tmp_path / "out.parquet", by(small_book, rows)))).text
    assert "all but the last 60" in text
    assert " 0001 1 0 0 0 0 0 0 " in text


MANY = [*ROWS * 3, *[result("now", rules=["any/cord-sign"], date="2026-01-08")] * 40]


def test_a_mask_hides_small_counts_everywhere_and_says_so(small_book: RuleBook, tmp_path: Path) -> None:
    results = write(tmp_path / "out.csv", by(small_book, MANY))
    (tmp_path / "out.csv.problems.csv").write_text("row,id,column,reason\n9,a,b,c\n")
    read = Read(report(results, 5))
    assert "Counts from 1 to 4 are shown as <5, and as a dashed bar." in read.text
    assert "20 stands for 20 to 24" in read.text
    shown = [text for text in read.texts if re.fullmatch(r"<?[\d,]+", text)]
    assert {text for text in shown if text.startswith("<")} == {"<5"}
    assert all(int(text.replace(",", "")) % 5 == 0 for text in shown if not text.startswith("<"))
    for drawing in drawings(read):
        for text in ElementTree.fromstring(drawing).itertext():
            if re.fullmatch(r"[\d,]+", text):
                assert int(text.replace(",", "")) % 5 == 0
    for label in re.findall(r"number: (\d+)", " ".join(drawings(read))):
        assert int(label) % 5 == 0


def test_small_counts_that_differ_make_the_same_masked_page(small_book: RuleBook, tmp_path: Path) -> None:
    pages = []
    for few, more in ((1, 4), (4, 1)):
        rows = [result("now", rules=["any/cord-sign"])] * 50
        rows += [result("now", rules=["any/cord-sign", "any/fever-signs"])] * few
        rows += [result("now", rules=["any/cord-sign", "liver/back-pain"])] * more
        results = write(tmp_path / "out.csv", by(small_book, rows))
        os.utime(results, (0, 0))
        pages.append(report(results, 5))
    assert pages[0] == pages[1]


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: chromium)")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
)


def browse(folder: Path, shown: Path, *what: str) -> str:
    """What Chromium says of a page, in a profile of its own."""
    assert CHROMIUM is not None
    profile = folder / "profile"
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *what, shown.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
    )
    shutil.rmtree(profile, ignore_errors=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def measured(folder: Path, script: str, body: str) -> Any:
    """What a script of ours, in a page of ours around the page, measures."""
    outside = folder / "outside.html"
    told = f"document.body.textContent = JSON.stringify({script})"
    outside.write_text(f"<!DOCTYPE html><body>{body}<script>onload = () => {{ {told} }}</script>")
    found = re.search(r"<body>(.*)</body>", browse(folder, outside, "--dump-dom"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@browser
@pytest.mark.parametrize(("width", "drawn"), [(1200, 820), (360, 330)])
def test_a_browser_shows_every_picture_and_nothing_stands_out_sideways(
    width: int, drawn: int, small_book: RuleBook, tmp_path: Path
) -> None:
    report(write(tmp_path / "out.csv", by(small_book, ROWS)))
    look = """((page) => ({
        heading: page.querySelector("h1").innerText,
        images: [...page.images].map((image) => image.naturalWidth),
        shown: [...page.images].map((image) => image.getBoundingClientRect().height),
        room: page.documentElement.clientWidth,
        needed: page.documentElement.scrollWidth,
        boxed: getComputedStyle(page.querySelector(".notice")).borderLeftWidth,
    }))(document.getElementById("page").contentDocument)"""
    frame = f'<iframe id="page" src="page.html" width="{width}" height="900"></iframe>'
    found: Mapping[str, Any] = measured(tmp_path, look, frame)
    assert found["heading"] == "Triage of 8 patients"
    assert len(found["images"]) == 6
    assert all(abs(image - drawn) < 12 for image in found["images"])
    assert all(height > 40 for height in found["shown"])
    assert found["needed"] <= found["room"] <= width
    assert found["boxed"] == "6px", "the style is let in"


@browser
def test_the_page_as_an_image_has_the_colours_of_its_levels(small_book: RuleBook, tmp_path: Path) -> None:
    report(write(tmp_path / "out.csv", by(small_book, ROWS)))
    image = tmp_path / "page.png"
    browse(tmp_path, tmp_path / "page.html", "--window-size=1000,2600", f"--screenshot={image}")
    look = """((image) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
        const counts = {};
        for (let at = 0; at < data.length; at += 4) {
            const colour = data[at] * 65536 + data[at + 1] * 256 + data[at + 2];
            counts[colour] = (counts[colour] || 0) + 1;
        }
        return counts;
    })(document.images[0])"""
    picture = base64.b64encode(image.read_bytes()).decode()
    counts = measured(tmp_path, look, f'<img src="data:image/png;base64,{picture}">')
    for level in ("now", "today", "none"):
        assert counts.get(str(int(COLOURS[level][1:], 16)), 0) > 500, level
    assert counts[str(0xFFFFFF)] > 1_000_000


@browser
def test_a_hostile_page_runs_nothing_in_a_browser(tmp_path: Path) -> None:
    rows = [result("now", rules=[id], open=[id], rule_book=f"{id} 0") for id in HOSTILE]
    report(write(tmp_path / "out.parquet", rows))
    shown = browse(tmp_path, tmp_path / "page.html", "--dump-dom")
    assert Read(shown.replace("<!DOCTYPE html>", "")).named("script") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_command_writes_this_page_small_enough_to_be_sent(small_book: RuleBook, tmp_path: Path) -> None:
    results = write(tmp_path / "out.csv", by(small_book, MANY))
    for least, options in ((0, []), (5, ["--mask", "5"])):
        said = run(tmp_path, "report", "out.csv", "-o", "by_command.html", *options)
        assert (said.code, said.out) == (0, "")
        assert said.err == f"{60 if least else 64} patients: by_command.html\n"
        made = (tmp_path / "by_command.html").read_text(encoding="utf-8")
        assert made == report(results, least)
        assert len(made) < 1_000_000


@pytest.mark.parametrize(("length", "shown"), [(79, 79), (80, 80), (81, 80), (500, 80)])
def test_an_id_that_is_cut_is_not_longer_than_one_that_is_not(length: int, shown: int) -> None:
    id = shortened("x" * length)
    assert len(id) == shown
    assert id.endswith("…") is (length > 80)


def test_two_pages_of_the_same_results_withhold_the_same_counts(tmp_path: Path) -> None:
    """Who has both would read in one what the other withholds, and subtract the small counts back."""
    shutil.copy(KEPT / "results.csv", tmp_path / "out.csv")
    pages = set()
    for seed in range(6):
        name = f"{seed}.html"
        said = run(
            tmp_path, "report", "out.csv", "-o", name, "--mask", "5", env={"PYTHONHASHSEED": str(seed)}
        )
        assert said.code == 0, said.err
        pages.add((tmp_path / name).read_text("utf-8"))
    assert len(pages) == 1
    assert "withheld" in pages.pop()


def test_the_bar_of_a_rule_has_the_colour_of_its_level_and_that_of_a_fact_has_none(
    small_book: RuleBook, tmp_path: Path
) -> None:
    """A red bar says "now" before anybody has read a word."""
    rows = [result("none", "now", open_rules=["any/cord-sign"], open=["chills"])]
    read = Read(report(write(tmp_path / "out.csv", by(small_book, rows))))
    alts = [image["alt"] for image in read.named("img")]
    drawn = dict(zip(alts, drawings(read)[: len(alts)], strict=True))
    [rule] = [svg for alt, svg in drawn.items() if alt.startswith("Bars of patients by rule.")]
    [fact] = [svg for alt, svg in drawn.items() if alt.startswith("Bars of patients by fact.")]
    assert COLOURS["now"] in rule
    assert PLAIN in fact
    assert not any(colour in fact for level, colour in COLOURS.items() if colour != PLAIN)
    assert PLAIN not in rule
