"""Whether a clinic's words name somebody whom a patient can call or find: no gap, no form left to fill in."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_LETTERS = 120
_KEPT = "whom to call, or leave the key out"
_UNSEEN = re.compile(r"[\u115f\u1160\u2800\u3164\uffa0\s]")
_TO_FILL_IN = re.compile(
    r"[{}<>]|\$\w|%\w+%|__|\.\.|…|\?\?|##|\*\*"
    r"|\[\D*\]|(?-i:\b[A-Z]+(_[A-Z]+)+\b)"
    r"|\bx{3,}\b|\bxx([ ./-]+xx)+\b|\d[ ./-]*xx+\b"
    r"|\b(todo|tbd|tba|tbc|fixme|placeholder|change ?me|fill (me )?in|insert|dummy|lorem|example|sample)\b"
    r"|\bnumber (goes )?here\b|\((phone |telephone )?(number|name)\)",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    (
        *("no", "yes", "true", "false", "on", "off", "null", "none", "none yet", "nil", "nan", "na", "n a"),
        *("undefined", "unknown", "not known", "not applicable", "not available", "not set", "nothing"),
        *(
            "nobody",
            "no one",
            "nowhere",
            "number",
            "phone",
            "phone number",
            "telephone number",
            "your number",
        ),
        *("name", "text", "string", "value", "test", "foo", "bar", "abc", "asdf"),
        *("emergency", "emergency number", "team", "out of hours", "reviewer"),
    )
)
_NUMBER = re.compile(r"(?<![\w.,])\+?\d[\d ()/.-]*(?!\w)")
_OF_A_SPREADSHEET = re.compile(r"\d+\.0+")


class Wrong(NamedTuple):
    """What is wrong with a setting, and what to write instead."""

    code: str
    what: str
    write: str


def wrong_words(name: str, text: str) -> Wrong | None:
    """What is wrong with the name of people or of a place, or None."""
    seen = _UNSEEN.sub("", text)
    if not seen:
        return Wrong("G003", f"{name} is empty", "a text, or leave the key out")
    wrong_form = _wrong_form(name, text)
    if wrong_form:
        return Wrong("G007", wrong_form, f"one line of at most {MOST_LETTERS} letters")
    words = " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())
    names_something = sum(map(str.isalnum, seen)) >= 2 and words not in _NOTHING
    if not names_something or _TO_FILL_IN.search(text) or _has_one_digit_only(text):
        return Wrong("G005", f'{name} is "{text}", which nobody can call or find', _KEPT)
    return None


def wrong_number(name: str, text: str) -> Wrong | None:
    """What is wrong with whom to call in an emergency, or None: a number must be in it."""
    if wrong := wrong_words(name, text):
        return wrong
    numbers = [sum(map(str.isdecimal, number)) for number in _NUMBER.findall(text)]
    if not any(2 <= digits <= 20 for digits in numbers) or _OF_A_SPREADSHEET.fullmatch(text):
        what = f'{name} is "{text}", in which no number can be called'
        return Wrong("G006", what, 'a number, such as "112", or leave the key out')
    return None


def _wrong_form(name: str, text: str) -> str:
    if not text.isprintable():
        return f"{name} {'has several lines' if len(text.splitlines()) > 1 else 'has what cannot be seen'}"
    if text != text.strip():
        return f"{name} begins or ends with a blank"
    return f"{name} is longer than {MOST_LETTERS} letters" if len(text) > MOST_LETTERS else ""


def _has_one_digit_only(text: str) -> bool:
    """Whether a number is one digit again and again, as `0000000` stands for one that is not known yet."""
    numbers = (re.sub(r"\D", "", number) for number in _NUMBER.findall(text))
    return any(len(number) >= 5 and len(set(number)) == 1 for number in numbers)
