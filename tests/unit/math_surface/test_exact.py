"""The exact path decides what is certain, both ways, and leaves the rest."""

from fractions import Fraction

import pytest

from services.math_checker.exact.labels import read_choice, read_clock, same_clock
from services.math_checker.exact.quantity import split_quantity
from services.math_checker.exact.rational import read_rational
from services.math_checker.exact.units import read_unit
from services.math_checker.surface import normalise


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18", Fraction(18)),
        ("-0.5", Fraction(-1, 2)),
        (r"\frac43", Fraction(4, 3)),
        ("1 1/2", Fraction(3, 2)),
        (r"-1\frac12", Fraction(-3, 2)),
        ("3e5", Fraction(300_000)),
        (r"3\times10^{-2}", Fraction(3, 100)),
        (r"0.\overline{3}", Fraction(1, 3)),
        ("0.1666...", Fraction(1, 6)),
        ("9 + 9", Fraction(18)),
        ("5!", Fraction(120)),
        ("-2^2", Fraction(-4)),
        ("2^3^2", Fraction(512)),
        ("three hundred and five", Fraction(305)),
        ("two-thirds", Fraction(2, 3)),
    ],
)
def test_rational(text: str, value: Fraction) -> None:
    assert read_rational(normalise(text)) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "1/0", "3.14159...", "1/2(3)", r"2\frac{5}{3}", "2 3", "9^{9^{9^9}}",
     "one two", "5!!!!!!", "1.234,56", "(" * 300 + "1" + ")" * 300, "0^0", "10000!"],
)  # fmt: skip
def test_not_certainly_rational(text: str) -> None:
    assert read_rational(normalise(text)) is None


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("km", "m", 1000), ("cm^2", "square meters", Fraction(1, 10_000)),
     ("km/h", "m/s", Fraction(5, 18)),
     ("minutes", "hour", Fraction(1, 60)), ("cents", "dollar", Fraction(1, 100)),
     ("feet", "inches", 12)],
)  # fmt: skip
def test_units_convert_exactly(one: str, other: str, ratio: Fraction) -> None:
    left, right = read_unit(one), read_unit(other)
    assert left is not None
    assert right is not None
    assert left.powers == right.powers
    assert left.factor / right.factor == ratio


@pytest.mark.parametrize("text", ["apples", "x", "", "m+s", "per", "square"])
def test_no_unit(text: str) -> None:
    assert read_unit(text) is None


@pytest.mark.parametrize(
    ("text", "body", "noun"),
    [("5 apples", "5", "apples"), (r"16\pi\text{ cm}^2", r"16\pi", ""), (r"\$18.50", "18.50", ""),
     ("5x", "5x", ""), ("5m", "5m", ""), (r"2\sin x", r"2\sin x", ""), ("4 and 5", "4 and 5", "")],
)  # fmt: skip
def test_split_quantity(text: str, body: str, noun: str) -> None:
    quantity = split_quantity(normalise(text))
    assert (quantity.body, quantity.noun) == (body, noun)


def test_choices() -> None:
    for text in ("B", "(B)", "B.", "B) 5", "(b)", "Option B"):
        choice = read_choice(text)
        assert choice is not None
        assert choice.letter == "B"
    assert read_choice("Bob") is None
    assert read_choice("x") is None


def test_clock() -> None:
    afternoon, morning, plain = read_clock("4:30 p.m."), read_clock("4:30 AM"), read_clock("16:30")
    assert afternoon is not None
    assert morning is not None
    assert plain is not None
    assert same_clock(afternoon, plain)
    assert not same_clock(afternoon, morning)
    assert read_clock("25:00") is None
    assert read_clock("4.30") is None
