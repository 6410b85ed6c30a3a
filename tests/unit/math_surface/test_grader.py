"""What a grade says besides its value: components, spans, explanation, failures, limits."""

import pytest

from services.common.outcome import Failed, FailureReason, Scored
from services.math_checker import limits
from services.math_checker.grader import grade
from services.math_checker.rules import MathItem


def score(response: str, *gold: str) -> Scored:
    outcome = grade(MathItem(response, gold))
    assert isinstance(outcome, Scored), outcome
    return outcome


def test_right_boxed_answer() -> None:
    response = r"Clearly $\boxed{\frac{1}{2}}$."
    outcome = score(response, "0.5")
    assert outcome.components == {
        "answer_found": 1.0, "format_boxed": 1.0, "equivalent": 1.0, "exact": 1.0,
    }  # fmt: skip
    assert outcome.explanation == "answer '1/2' equals gold '1/2'"
    (span,) = outcome.spans
    assert response[span.start : span.end] == r"\frac{1}{2}"


def test_no_answer_is_a_score() -> None:
    outcome = score("I give up on this one, sorry about that.", "5")
    assert outcome.value == 0
    assert outcome.components["answer_found"] == 0
    assert outcome.spans == ()


def test_answer_over_the_limits_scores_zero() -> None:
    outcome = score(r"\boxed{" + "1+" * limits.MAX_CHARS + "1}", "5")
    assert (outcome.value, outcome.components["over_limit"]) == (0, 1)


@pytest.mark.parametrize("gold", [(), ("",), ("  $ ",), ("(" * 100 + "1" + ")" * 100,)])
def test_gold_that_cannot_be_used_is_a_failure(gold: tuple[str, ...]) -> None:
    outcome = grade(MathItem(r"\boxed{5}", gold))
    assert isinstance(outcome, Failed)
    assert outcome.reason is FailureReason.INVALID_SAMPLE


def test_a_gold_over_the_limits_does_not_hide_another() -> None:
    bad = "(" * 100 + "1" + ")" * 100
    assert score(r"\boxed{5}", bad, "5").value == 1
    assert isinstance(grade(MathItem(r"\boxed{6}", (bad, "5"))), Failed)


def test_explanation_is_short_printable_ascii() -> None:
    outcome = score("\\boxed{\x00\ud800\x1b[31m" + "é" * 2_000 + "}", "5")
    assert outcome.explanation.isascii()
    assert outcome.explanation.isprintable()
    assert len(outcome.explanation) < 2_000


@pytest.mark.parametrize(
    "text", ["9^{9^{9^{9^{9^{9}}}}}", "2^{12345678901}", "1000000!", "9" * 4_001, "x" * 5_000]
)
def test_limits(text: str) -> None:
    assert limits.exceeded(text)
    assert score(rf"\boxed{{{text}}}", "5").components["over_limit"] == 1


@pytest.mark.parametrize("text", ["18", r"\frac{1}{2^{99}}", "1/2004!", "2^{2^{2^2}}", "9" * 3_000])
def test_within_limits(text: str) -> None:
    assert not limits.exceeded(text)
