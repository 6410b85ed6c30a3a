"""Laws that equality must keep on generated expressions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.math_checker.rules import Rules
from services.math_checker.symbolic import Undecided, compare

_LEAVES = st.one_of(
    st.integers(-50, 50).map(str),
    st.sampled_from(["x", "y", "n", r"\pi", "e", r"\sqrt{2}", r"\frac{3}{7}", r"\alpha", "a_1"]),
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: f"({p[0]})+({p[1]})"),
        pairs.map(lambda p: f"({p[0]})-({p[1]})"),
        pairs.map(lambda p: rf"({p[0]})\cdot({p[1]})"),
        pairs.map(lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
        inner.map(lambda e: rf"\sqrt{{{e}}}"),
        inner.map(lambda e: rf"\sin\left({e}\right)"),
        st.tuples(inner, st.integers(-3, 4)).map(lambda p: f"({p[0]})^{{{p[1]}}}"),
    )


EXPRESSIONS = st.recursive(_LEAVES, _combined, max_leaves=8)
POLYNOMIALS = st.lists(st.fractions(-9, 9, max_denominator=12), min_size=1, max_size=5)
FEW = settings(max_examples=60, deadline=None)


def equal(gold: str, answer: str) -> bool:
    try:
        return compare(gold, answer, Rules()).equal
    except Undecided:  # such as the undefined \sin(0/0) as a gold answer
        return False


def polynomial(coefficients: list[Fraction]) -> str:
    return "+".join(f"({c})*x^{{{k}}}" for k, c in enumerate(coefficients))


def product(one: list[Fraction], other: list[Fraction]) -> list[Fraction]:
    result = [Fraction(0)] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            result[i + j] += a * b
    return result


@FEW
@given(EXPRESSIONS)
def test_reflexive(expression: str) -> None:
    assert equal(expression, expression)


@FEW
@given(EXPRESSIONS, EXPRESSIONS)
def test_symmetric(one: str, other: str) -> None:
    assert equal(one, other) == equal(other, one)


@FEW
@given(EXPRESSIONS, EXPRESSIONS)
def test_commutative(one: str, other: str) -> None:
    assert equal(f"({one})+({other})", f"({other})+({one})")


@FEW
@given(POLYNOMIALS, POLYNOMIALS)
def test_factored_is_expanded(one: list[Fraction], other: list[Fraction]) -> None:
    factored = f"({polynomial(one)})({polynomial(other)})"
    assert equal(factored, polynomial(product(one, other)))


@FEW
@given(POLYNOMIALS, POLYNOMIALS, st.integers(0, 4), st.integers(1, 60))
def test_one_changed_coefficient_is_seen(
    top: list[Fraction], bottom: list[Fraction], place: int, digits: int
) -> None:
    bottom = [*bottom, Fraction(1)]
    changed = list(top)
    changed[place % len(top)] += Fraction(1, 10**digits)
    quotients = [rf"\frac{{{polynomial(p)}}}{{{polynomial(bottom)}}}" for p in (top, changed)]
    assert not equal(*quotients)


@pytest.mark.parametrize(
    "number", ["e", r"\sqrt{2}", r"\frac{1}{7}", r"\pi^2", "10^{20}", r"\ln 3"]
)
@pytest.mark.parametrize("digits", [*range(1, 40), *range(40, 1_001, 96), 999, 1_000])
def test_no_difference_is_too_small(number: str, digits: int) -> None:
    assert not equal(number, rf"{number}+10^{{-{digits}}}")
    assert not equal(rf"{number}\cdot 10^{{-{digits}}}", rf"2\cdot {number}\cdot 10^{{-{digits}}}")


@FEW
@given(st.fractions(max_denominator=10**6), st.fractions(max_denominator=10**6))
def test_rational_numbers_are_exact(one: Fraction, other: Fraction) -> None:
    assert equal(str(one), str(other)) == (one == other)


@FEW
@given(st.integers(2, 60), st.integers(2, 60))
def test_nested_radicals_are_proved(a: int, b: int) -> None:
    nested = rf"\sqrt{{{a + b}+2\sqrt{{{a * b}}}}}"
    assert equal(rf"\sqrt{{{a}}}+\sqrt{{{b}}}", nested)
    assert not equal(rf"\sqrt{{{a}}}+\sqrt{{{b}}}+10^{{-60}}", nested)
