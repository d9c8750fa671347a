"""What a clinic calls itself: a patient reads it in an emergency, so that each setting is checked."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.here import run_here
from triage.book.problems import Problems
from triage.decision.settings import Settings, load_settings

NOBODY = [  # neither a number nor a name: blanks, gaps of forms, and words for nothing
    *("   ", "\u3164\u3164", "\u2800", "\u0301\u0301", "-", "~", "...", "…", "???", "__", "#", "A", "\u00b2"),
    *("no", "No.", "yes", "TRUE", "off", "null", "None", "none yet", "N/A", "n.a.", "Nobody", "unknown"),
    *("TODO", "TODO: ask Ann", "to be told, TBC", "FIXME", "xxx", "01 234 xxx", "07 XX XX XX XX", "0000000"),
    *("<number>", "[number]", "(number)", "${NUMBER}", "$NUMBER", "%NUMBER%", "YOUR_NUMBER", "number here"),
    *(
        "the ward on …",
        "the ward on ____",
        "call ... now",
        "112 or TBD",
        "name",
        "phone number",
        "your number",
    ),
    *("{emergency}", "{team}", "emergency", "team", "out_of_hours", "Out-of-hours", "reviewer"),
    *("ward 3\nroom 4", " ward 3 on 112", "ward 3 on 112 ", "ward 12 " * 20),
]
NO_NUMBER = [*NOBODY, "the ambulance", "ward 3", "0", "1", "112.0", "1.12e2", "0x70", "one one two", "1" * 40]
NUMBERS = [
    *("112", "999", "000", "911", "144", "15", "112.", "+49 89 123456", "(01) 234-567", "01.23.45.67.89"),
    *("112, 999 or 911", "the ambulance on 112", "1-800-555-0100", "112 (999 in the UK)", "tel:112", "١١٢"),
    *("*112#", "Notruf: 112", "112/144", "112, then 01 234 999 ext. 4"),
]
PEOPLE = [
    *(*NUMBERS, "ward 3", "the follow-up nurse on 01 234 567", "Dr Ann Lee", "night_nurse@hospital.org"),
    *(
        "病房",
        "Station XX",
        "Onkologie, Tel. 089/1234-0",
        "the nurse (Mon–Fri 9–17)",
        "the hospital’s night line",
    ),
]


def settings_file(folder: Path, **said: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=False, default_style='"'), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("emergency", text) for text in NO_NUMBER),
        *((name, text) for name in ("team", "out_of_hours") for text in NOBODY),
    ],
)
def test_nobody_is_told_to_call_what_cannot_be_called(name: str, text: str, tmp_path: Path) -> None:
    path = settings_file(tmp_path, **{name: text})
    with pytest.raises(Problems) as caught:
        load_settings(path)
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == (str(path), 1)
    assert problem.column == len(f'"{name}": ') + 1
    assert problem.what.startswith(f"{name} ")
    with pytest.raises(ValueError, match=f"^{name} "):
        Settings(**{name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("emergency", text) for text in NUMBERS),
        *((name, text) for name in ("team", "out_of_hours") for text in PEOPLE),
    ],
)
def test_whom_one_can_call_or_find_is_told_as_it_was_written(name: str, text: str, tmp_path: Path) -> None:
    settings = load_settings(settings_file(tmp_path, **{name: text}))
    assert settings.fill(f"Call {{{name}}} now.") == f"Call {text} now."
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_decided(tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("leg_weakness: both_legs\n")
    (tmp_path / "clinic.yaml").write_text(
        'emergency: "   "\nteam: TODO\nout_of_hours: [a]\nreviewer: maybe\nhotline: 112\n'
    )
    said = run_here(tmp_path, "decide", "patient.yaml", "--settings", "clinic.yaml")
    assert (said.code, said.out) == (2, "")
    places = [line.split(": ")[:2] for line in said.err.splitlines()]
    assert places == [
        ["clinic.yaml:1:12", "G003"],
        ["clinic.yaml:2:7", "G005"],
        ["clinic.yaml:3:15", "G003"],
        ["clinic.yaml:4:11", "G004"],
        ["clinic.yaml:5:1", "G002"],
    ]


@given(st.text(max_size=130), st.sampled_from(["emergency", "team", "out_of_hours"]))
def test_whatever_passes_can_be_seen_and_stands_in_one_line(text: str, name: str) -> None:
    try:
        told = Settings(**{name: text}).fill(f"{{{name}}}")
    except ValueError:
        return
    assert told == text
    assert text.isprintable()
    assert sum(map(str.isalnum, text)) >= 2
    assert name != "emergency" or sum(map(str.isdecimal, text)) >= 2
