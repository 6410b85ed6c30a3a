"""Spellings of several tokens, wordings of one answer, and what the grader does when undecided."""

from __future__ import annotations

import pytest

from services.common.outcome import Failed, FailureReason, Scored
from services.math_checker.exact.phrases import read_date, same_words, says_all_reals
from services.math_checker.exact.quantity import read_duration
from services.math_checker.grader import grade
from services.math_checker.rules import MathItem
from services.math_checker.surface import normalise

_UNPROVABLE = (r"\binom{10^{12}}{10^{11}}", r"\binom{10^{12}}{9\cdot 10^{11}}")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"{2n \choose n}", r"\binom{2n }{n}"),
        ("_{2n}C_n", r"\binom{2n}{n}"),
        ("C_{2n}^{n}", r"\binom{2n}{n}"),
        ("C_1", "C_1"),
        (r"9\mathrm{m\,s^{-2}}", r"9\mathrm{m s^-2}"),
        ("1.5 x 10^3", r"1.5\times 10^3"),
        ("2 x 3", "2 x 3"),
        ("np.sqrt(2)", "sqrt(2)"),
        ("]0,5[", "(0,5)"),
        (r"]0,1]\cup [2,3[", r"(0,1]\cup [2,3)"),
        ("[0,5]", "[0,5]"),
        (r"\\frac{1}{2}", r"\frac{1}{2}"),
        (
            r"\begin{pmatrix}1\\\frac{1}{2}\end{pmatrix}",
            r"\begin{pmatrix}1\\\frac{1}{2}\end{pmatrix}",
        ),
    ],
)
def test_spellings(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("there is no solution", "no solution"),
        ("no real solutions", "no solution"),
        ("an infinite number of solutions", "infinitely many"),
        ("the limit does not exist", "does not exist"),
        ("no", "no"),
        ("one solution", "one solution"),
    ],
)
def test_wordings(words: str, same: str) -> None:
    assert same_words(words) == same


def test_dates_and_reals() -> None:
    assert read_date("March 5th") == read_date("5 March") == read_date("5th of march")
    assert read_date("March 5, 2024") != read_date("March 5")
    assert read_date("3-5") == read_date("march") == read_date("may be 5") == ""
    assert says_all_reals("All real numbers")
    assert not says_all_reals("all integers")


def test_durations() -> None:
    total = read_duration("1 hour and 30 minutes")
    assert total is not None
    assert total.body == "5400"
    assert read_duration("30 minutes 1 hour") is None
    assert read_duration("3 cats 4 dogs") is None


def test_undecided_is_a_failure() -> None:
    gold, answer = _UNPROVABLE
    outcome = grade(MathItem(rf"\boxed{{{answer}}}", (gold,)))
    assert isinstance(outcome, Failed)
    assert outcome.reason is FailureReason.ABSTAINED
    assert not outcome.retryable


def test_undecided_gold_does_not_hide_one_that_matches() -> None:
    gold, answer = _UNPROVABLE
    outcome = grade(MathItem(rf"\boxed{{{answer}}}", (gold, answer)))
    assert isinstance(outcome, Scored)
    assert outcome.value == 1
