"""Numbers with units: read exactly or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.book.quantity import Scale, UnreadableAnswer

TEMPERATURE = Scale.of("°C", "30.0", "45.0", "0.1")
SIZE = Scale.of("mm", "1", "200", "1")
TIME = Scale.of("days", "0", "36500", "1")
AGE = Scale.of("years", "0", "120", "1")
MONTHS = Scale.of("months", "0", "600", "1")
SHARE = Scale.of("percent", "-10", "100", "0.25")

# What a person types when asked: a unit and a comma are theirs to choose.
TYPED = [
    (TEMPERATURE, "38,5", "38.5 °C"),
    (TEMPERATURE, "38.5", "38.5 °C"),
    (TEMPERATURE, "38", "38.0 °C"),
    (TEMPERATURE, " 38.5 °C ", "38.5 °C"),
    (TEMPERATURE, "38.5C", "38.5 °C"),
    (TEMPERATURE, "38.50 celsius", "38.5 °C"),
    (TEMPERATURE, "+38.5", "38.5 °C"),
    (TEMPERATURE, "101.3 F", "38.5 °C"),
    (TEMPERATURE, "101,3 Fahrenheit", "38.5 °C"),
    (TEMPERATURE, "100.4 °F", "38.0 °C"),
    (TEMPERATURE, "100.3 °f", "37.9 °C"),
    (TEMPERATURE, "30.0", "30.0 °C"),
    (TEMPERATURE, "45", "45.0 °C"),
    (SIZE, "20", "20 mm"),
    (SIZE, "2 cm", "20 mm"),
    (SIZE, "2,5cm", "25 mm"),
    (SIZE, "020", "20 mm"),
    (TIME, "3 weeks", "21 days"),
    (TIME, "1 day", "1 days"),
    (TIME, "0", "0 days"),
    (MONTHS, "2.5 years", "30 months"),
    (AGE, "215 months", "17 years"),
    (AGE, "216 months", "18 years"),
    (SIZE, "6.25 cm", "62 mm"),
    (SIZE, "6.35 cm", "64 mm"),
    (SIZE, "6.251 cm", "63 mm"),
    (SHARE, "-3", "-3.00 percent"),
    (SHARE, "0.25 %", "0.25 percent"),
    (SHARE, "-0.25%", "-0.25 percent"),
]

NO_NUMBERS = [
    *("", "NaN", "nan C", "inf", "-inf °C", "none", "°C", "thirty", "38.5.1", "38.", ".5", "- 3", "--3"),
    *("1e3", "38e0 °C", "0x26", "1_000", "1/2", "1 1/2", "~38", "about 38", "<38", "38?", "38 °C 2"),
    *("３８", "38．5", "٣٨", "−3", "²", "38 38", "38;5", "1 000", "9" * 10, "38." + "1" * 10),
]


@pytest.mark.parametrize(("scale", "typed", "means"), TYPED)
def test_what_a_person_types_means_this(scale: Scale, typed: str, means: str) -> None:
    assert scale.write(scale.read(typed, unit_needed=False, comma=True)) == means


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_what_is_no_number_is_never_read_as_one(typed: str) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        TEMPERATURE.read(typed, unit_needed=False, comma=True)
    assert caught.value.write


@pytest.mark.parametrize("typed", ["3-4 days", "3–4", "3 - 4", "3 to 4 days", "3 or 4", "38,5-39"])
def test_a_range_is_called_a_range(typed: str) -> None:
    with pytest.raises(UnreadableAnswer, match=f'^"{typed}" is a range .one number, such as 18250 days.$'):
        TIME.read(typed, unit_needed=False, comma=True)


@pytest.mark.parametrize(
    ("scale", "text", "what", "write"),
    [
        (TEMPERATURE, "38.5", '"38.5" has no unit', "38.5 °C or 38.5 °F"),
        (TEMPERATURE, "38,5 °C", '"38,5 °C" has a comma', "a point: 38.5"),
        (TEMPERATURE, "38.55 °C", '"38.55 °C" is finer than the step', "steps of 0.1 °C"),
        (TEMPERATURE, "29.9 °C", '"29.9 °C" is out of range', "from 30.0 to 45.0 °C"),
        (TEMPERATURE, "45.1 °C", '"45.1 °C" is out of range', "from 30.0 to 45.0 °C"),
        (TEMPERATURE, "385 °C", '"385 °C" is out of range', "from 30.0 to 45.0 °C"),
        (TEMPERATURE, "38.5 °F", '"38.5 °F" is out of range', "from 30.0 to 45.0 °C"),
        (TEMPERATURE, "38.5 K", 'the unit "K" does not fit', "the number in °C or °F"),
        (TEMPERATURE, "38 mm", 'the unit "mm" does not fit', "the number in °C or °F"),
        (SIZE, "0 mm", '"0 mm" is out of range', "from 1 to 200 mm"),
        (SIZE, "-3 mm", '"-3 mm" is out of range', "from 1 to 200 mm"),
        (SIZE, "1.5 mm", '"1.5 mm" is finer than the step', "steps of 1 mm"),
        (MONTHS, "90 days", 'the unit "days" does not fit', "the number in months or years"),
    ],
)
def test_what_does_not_fit_a_file_says_what_to_write(scale: Scale, text: str, what: str, write: str) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        scale.read(text)
    assert (caught.value.what, caught.value.write) == (what, write)


@pytest.mark.parametrize("typed", ["1,000", "1,000 mm", "12,500"])
def test_a_comma_that_may_stand_for_thousands_is_asked_about(typed: str) -> None:
    with pytest.raises(UnreadableAnswer, match="may mean thousands"):
        Scale.of("mm", "1", "20000", "0.001").read(typed, unit_needed=False, comma=True)


@pytest.mark.parametrize("text", ["2 cm", "20 MM", "20 millimetres", "20"])
def test_a_rule_book_writes_a_number_in_the_unit_of_its_fact(text: str) -> None:
    assert SIZE.read("20 mm", own_unit=True) == 20
    with pytest.raises(UnreadableAnswer):
        SIZE.read(text, own_unit=True)


@pytest.mark.parametrize(
    ("unit", "low", "high", "step"),
    [
        ("K", "0", "10", "1"),
        ("mm", "10", "10", "1"),
        ("mm", "10", "1", "1"),
        ("mm", "0", "10", "0"),
        ("mm", "0", "10", "-1"),
        ("mm", "0.5", "10", "1"),
        ("mm", "0", "10.5", "1"),
        ("mm", "0", "10", "NaN"),
        ("mm", "0", "1e1", "1"),
        ("mm", "zero", "10", "1"),
    ],
)
def test_what_makes_no_scale_is_refused(unit: str, low: str, high: str, step: str) -> None:
    with pytest.raises(UnreadableAnswer):
        Scale.of(unit, low, high, step)


steps = st.sampled_from(["1", "0.1", "0.5", "0.25", "0.01", "2", "10"])
units = st.sampled_from(
    ["°C", "°F", "mm", "cm", "days", "weeks", "months", "years", "percent", "points", "kg"]
)


@given(units, steps, st.integers(-2_000, 2_000), st.integers(1, 5_000), st.data())
def test_a_number_that_is_written_is_read_back_as_it_was(
    unit: str, step: str, low: int, width: int, data: st.DataObject
) -> None:
    scale = Scale(unit, low, low + width, Fraction(step))
    number = data.draw(st.integers(low, low + width))
    assert scale.read(scale.write(number)) == number
    assert scale.read(scale.digits(number), unit_needed=False) == number
    assert scale.read(scale.digits(number).replace(".", ","), unit_needed=False, comma=True) == number


@given(st.integers(300, 450))
def test_a_temperature_said_in_fahrenheit_is_exactly_the_one_in_celsius(tenths: int) -> None:
    fahrenheit = Fraction(tenths, 10) * 9 / 5 + 32
    hundredths = int(fahrenheit * 100)
    assert Fraction(hundredths, 100) == fahrenheit
    assert TEMPERATURE.read(f"{hundredths // 100}.{hundredths % 100:02d} °F") == tenths


@given(st.integers(860, 1130))
def test_a_temperature_in_tenths_of_fahrenheit_is_rounded_to_the_nearest_step(tenths: int) -> None:
    exact = (Fraction(tenths, 10) - 32) * 5 / 9
    assert abs(TEMPERATURE.read(f"{tenths // 10}.{tenths % 10} F") * TEMPERATURE.step - exact) <= Fraction(
        1, 20
    )


@given(st.integers(-(10**6), 10**6), st.sampled_from(["°C", "°F", "F", "C"]))
def test_a_number_out_of_range_is_refused_and_never_clamped(tenths: int, unit: str) -> None:
    text = f"{Fraction(tenths, 10).numerator / Fraction(tenths, 10).denominator:.1f} {unit}"
    celsius = Fraction(tenths, 10) if unit.endswith("C") else (Fraction(tenths, 10) - 32) * 5 / 9
    try:
        read = TEMPERATURE.read(text)
    except UnreadableAnswer:
        assert not 30 <= celsius <= 45
    else:
        assert abs(read * TEMPERATURE.step - celsius) <= Fraction(1, 20)


@given(st.text(max_size=20))
def test_any_text_is_a_number_inside_the_scale_or_unreadable(text: str) -> None:
    try:
        read = TEMPERATURE.read(text, unit_needed=False, comma=True)
    except UnreadableAnswer:
        return
    assert 300 <= read <= 450
    assert any(letter in "0123456789" for letter in text)
