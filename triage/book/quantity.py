"""Numbers with a unit, a range and a step, kept as whole numbers of their step.

No float ever enters a comparison: 37.5 °C in steps of 0.1 is the integer 375, so a threshold is
exactly where it was written, in every engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

# unit -> (what it measures, factor and offset to the first unit of that kind)
_UNITS: dict[str, tuple[str, Fraction, Fraction]] = {
    "°C": ("temperature", Fraction(1), Fraction(0)),
    "°F": ("temperature", Fraction(5, 9), Fraction(-160, 9)),
    "mm": ("length", Fraction(1), Fraction(0)),
    "cm": ("length", Fraction(10), Fraction(0)),
    "days": ("days", Fraction(1), Fraction(0)),
    "weeks": ("days", Fraction(7), Fraction(0)),
    "months": ("months", Fraction(1), Fraction(0)),
    "years": ("months", Fraction(12), Fraction(0)),
    "kg": ("mass", Fraction(1), Fraction(0)),
    "percent": ("share", Fraction(1), Fraction(0)),
    "points": ("points", Fraction(1), Fraction(0)),
}
_SPELLINGS = (
    {unit.lower(): unit for unit in _UNITS}
    | {"c": "°C", "celsius": "°C", "f": "°F", "fahrenheit": "°F", "%": "percent"}
    | {"day": "days", "week": "weeks", "month": "months", "year": "years", "point": "points"}
    | {"millimetres": "mm", "centimetres": "cm"}
)
_QUANTITY = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)\s*([^\s0-9.,+-][^0-9]*)?", re.ASCII)
_RANGE = re.compile(r"[0-9][0-9.,]*\s*(?:-|–|to|or)\s*[0-9]")


class UnreadableAnswer(ValueError):
    """An answer that the vocabulary does not know; `what` is wrong and `write` says what to write."""

    def __init__(self, what: str, write: str = "") -> None:
        self.what, self.write = what, write
        super().__init__(f"{what} ({write})" if write else what)


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers that a fact can have: from `low` to `high` (in steps) of `step` `unit`s each.

    `usual` is what a well person has, from and to; `worse` says which way a number gets worse:
    `outside` is away from the usual, to either side.
    """

    unit: str
    low: int
    high: int
    step: Fraction
    worse: Literal["up", "down", "outside", "no"] = "no"
    usual: tuple[int, int] | None = None

    @classmethod
    def of(cls, unit: str, low: str, high: str, step: str) -> Scale:
        """A scale without a direction, from words. Raises UnreadableAnswer when they make no scale."""
        if unit not in _UNITS:
            raise UnreadableAnswer(f'unknown unit "{unit}"', "known: " + ", ".join(_UNITS))
        size = _number(step)
        if size <= 0:
            raise UnreadableAnswer(f'the step is "{step}"', "a step above zero")
        ends = [_number(end) / size for end in (low, high)]
        if any(end.denominator != 1 for end in ends) or ends[0] >= ends[1]:
            raise UnreadableAnswer(
                f"from {low} to {high} in steps of {step}", "both ends whole steps, from below to"
            )
        return cls(unit, int(ends[0]), int(ends[1]), size)

    @property
    def units(self) -> list[str]:
        """The units that are understood: its own, then the others of the same kind."""
        kind = _UNITS[self.unit][0]
        return [self.unit, *(unit for unit in _UNITS if _UNITS[unit][0] == kind and unit != self.unit)]

    def unit_spelt(self, spelling: str) -> str | None:
        """The unit that is written like this, such as `Celsius`; None where it is none of `units`."""
        unit = _SPELLINGS.get(spelling.lower())
        return unit if unit in self.units else None

    def read(
        self,
        text: str,
        *,
        unit_needed: bool = True,
        comma: bool = False,
        own_unit: bool = False,
        bare_unit: str = "",
    ) -> int:
        """The number of steps that a text like `38.5 °C` means.

        In files the unit is needed and a comma is refused; a person who is asked may leave the unit
        out and write `38,5`, and a number without a unit is in `bare_unit`, one of `units`, or else
        in the scale's own. Other units of the same kind are converted exactly and then rounded to the
        nearest step, a half to the even one, times down (215 months are 17 years), but a rule book
        writes each number in the unit of its fact (`own_unit`).
        Raises UnreadableAnswer for anything else; nothing is ever clamped.
        """
        text = text.strip()
        if _RANGE.match(text):
            raise UnreadableAnswer(f'"{text}" is a range', f"one number, such as {self.example}")
        match = _QUANTITY.fullmatch(text)
        if match is None:
            raise UnreadableAnswer(f'"{text}" is not a number', f"a number such as {self.example}")
        digits, spelling = match.group(1), (match.group(2) or "").strip()
        if "," in digits and not comma:
            raise UnreadableAnswer(f'"{text}" has a comma', f"a point: {digits.replace(',', '.')}")
        if re.search(",[0-9]{3}$", digits):
            raise UnreadableAnswer(f'"{text}" may mean thousands', "digits without the comma")
        value = _number(digits.replace(",", "."))
        if not spelling:
            if unit_needed:
                meant = [self.unit] if own_unit else self.units
                raise UnreadableAnswer(f'"{text}" has no unit', _either(f"{text} {unit}" for unit in meant))
            spelling = bare_unit or self.unit
        unit = self.unit_spelt(spelling)
        if own_unit and spelling != self.unit:
            raise UnreadableAnswer(f'"{text}" is not in {self.unit}', self._converted(value, unit))
        if unit is None:
            what = f'the unit "{spelling}" does not fit'
            raise UnreadableAnswer(what, f"the number in {_either(self.units)}")
        if unit == self.unit:
            return self._steps(value, text)
        steps = self._in_steps(value, unit)
        return self._inside(floor(steps) if _UNITS[unit][0] in ("days", "months") else round(steps), text)

    def write(self, steps: int) -> str:
        """The number as it is written in files: `38.5 °C`. `read(write(n)) == n`."""
        return f"{self.digits(steps)} {self.unit}"

    def digits(self, steps: int) -> str:
        """The number without its unit, with as many decimals as its step has."""
        places = 0
        while (self.step * 10**places).denominator != 1:
            places += 1
        value = steps * self.step
        whole = int(abs(value) * 10**places)
        sign = "-" if value < 0 else ""
        if places == 0:
            return f"{sign}{whole}"
        return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d}"

    @property
    def is_time(self) -> bool:
        """Whether it counts days or months: such a number is another one by the time of the next call."""
        return _UNITS[self.unit][0] in ("days", "months")

    @property
    def example(self) -> str:
        return self.write((self.low + self.high) // 2)

    def _in_steps(self, value: Fraction, unit: str) -> Fraction:
        """How many steps a number in another unit of the same kind is, exactly."""
        _, factor, offset = _UNITS[unit]
        _, own_factor, own_offset = _UNITS[self.unit]
        return (value * factor + offset - own_offset) / own_factor / self.step

    def _converted(self, value: Fraction, unit: str | None) -> str:
        """What to write for a number that must be in the scale's own unit: the same size in other digits."""
        steps = None if unit is None else self._in_steps(value, unit)
        if steps is None or steps.denominator != 1:
            return f"the number in {self.unit}, the unit that the fact is declared with"
        return self.write(int(steps))

    def _steps(self, value: Fraction, text: str) -> int:
        steps = value / self.step
        if steps.denominator != 1:
            size = self.digits(1)
            raise UnreadableAnswer(f'"{text}" is finer than the step', f"steps of {size} {self.unit}")
        return self._inside(int(steps), text)

    def _inside(self, steps: int, text: str) -> int:
        if not self.low <= steps <= self.high:
            raise UnreadableAnswer(
                f'"{text}" is out of range',
                f"from {self.digits(self.low)} to {self.write(self.high)}",
            )
        return steps


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _number(text: str) -> Fraction:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII):
        raise UnreadableAnswer(f'"{text}" is not a number', "digits, with a point for decimals")
    return Fraction(text)
