"""Properties that hold for every number, at any magnitude, in every writing."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.outcome import Scored
from services.math_checker.grader import grade
from services.math_checker.rules import AnswerPosition, MathItem, Rules
from services.math_checker.surface import normalise, squeeze

WHOLE = Rules(answer_position=AnswerPosition.WHOLE)
# The first comparison of a run loads the symbolic engine, which takes longer than any deadline.
RELAXED = settings(deadline=None)
integers = st.integers(-(10**40), 10**40)


def value(gold: str, answer: str) -> float:
    outcome = grade(MathItem(answer, (gold,), WHOLE))
    assert isinstance(outcome, Scored), outcome
    return outcome.value


def writings(number: int) -> list[str]:
    grouped = f"{number:,}"
    return [
        f"{number}", grouped, grouped.replace(",", "{,}"), grouped.replace(",", r"\,"),
        f"{number}.0", f"${number}$", rf"\boxed{{{number}}}", rf"\frac{{{2 * number}}}{{2}}",
        f"{number}.", f"{number - 1} + 1", f"{3 * number}/3", rf"\({number}\)", f"x = {number}",
        f"{number} apples",
    ]  # fmt: skip


@RELAXED
@given(integers)
def test_every_writing_of_a_number_is_that_number_and_no_other(number: int) -> None:
    for text in writings(number):
        assert value(str(number), text) == 1, text
        assert value(text, str(number)) == 1, text
        assert value(str(number + 1), text) == 0, text
        assert value(text, str(number + 1)) == 0, text


@RELAXED
@given(st.fractions(), st.fractions())
def test_rationals_compare_exactly_and_symmetrically(one: Fraction, other: Fraction) -> None:
    left, right = (
        rf"\frac{{{one.numerator}}}{{{one.denominator}}}",
        f"{other.numerator}/{other.denominator}",
    )
    assert value(left, right) == value(right, left) == float(one == other)
    assert value(left, left) == 1


@RELAXED
@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=12, min_value=-(10**9), max_value=10**9
    )
)
def test_decimals_are_exact(number: Decimal) -> None:
    text = f"{number:f}"
    assert value(text, f"{text}0") == 1
    assert value(text, f"{text}+10^{{-30}}") == 0


@RELAXED
@given(st.lists(st.integers(-99, 99), min_size=2, max_size=6, unique=True), st.randoms())
def test_lists_have_no_order_and_a_subset_never_scores(numbers: list[int], random: object) -> None:
    shuffled = sorted(numbers, key=lambda _: random.random())  # type: ignore[attr-defined]
    gold = ", ".join(map(str, numbers))
    assert value(gold, " and ".join(map(str, shuffled))) == 1
    assert value(gold, ", ".join(map(str, shuffled[:-1]))) == 0
    assert value(str(numbers[0]), gold) == 0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_normalise_is_total_and_settles(text: str) -> None:
    once = normalise(text)
    assert len(once) <= 20 * len(text) + 20
    assert squeeze(normalise(once)).count("\0") == 0


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789 xyab.,;:=+-*/^_(){}[]$\\%!|<>", min_size=1, max_size=40))
def test_no_answer_breaks_the_checker(text: str) -> None:
    assert value("5", text) in (0, 1)
