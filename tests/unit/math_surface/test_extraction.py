"""Which part of a response is its answer, where it stands, and at what cost in time."""

import time

import pytest

from services.math_checker.extraction import Source, find_answer
from services.math_checker.rules import AnswerPosition

FINAL = AnswerPosition.FINAL


@pytest.mark.parametrize(
    ("response", "text", "source"),
    [
        (r"\boxed{5} wait, actually \boxed{6}", "6", Source.BOXED),
        (r"$x=\boxed{1}$ or $x=\boxed{2}$", "x = 1, x = 2", Source.BOXED),
        (r"\boxed{5}, again \boxed{5}", "5", Source.BOXED),
        (r"\boxed{\frac{1}{2}", r"\frac{1}{2}", Source.BOXED),
        (r"\boxed 5 apples", "5", Source.BOXED),
        (r"\fbox{7}", "7", Source.BOXED),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}", Source.BOXED),
        (r"\boxed{5} and so \boxed{", "5", Source.BOXED),
        ("Work.\nA: 18", "18", Source.STATED),
        ("Work.\n#### 1,234", "1,234", Source.STATED),
        ("The answer is $18$. I hope it is correct.", "$18$", Source.STATED),
        ("The answer is 4:30 p.m. on Monday.", "4:30 p.m.", Source.STATED),
        ("The answer is 5, because 2 + 3 = 5.", "5", Source.STATED),
        ("**Final Answer**\n\n42", "42", Source.STATED),
        ("The answer is 41 or 42.", "41 or 42", Source.STATED),
        ("So she makes 18 dollars.", "18 dollars", Source.LAST),
        ("Thus\n\\[ x = 5 \\]", " x = 5 ", Source.LAST),
        ("She makes 9 * 2 = $18 every day.", "9 * 2 = $18", Source.LAST),
        ("The solutions are $x=1$ and $x=2$.", "$x=1$ and $x=2$", Source.LAST),
        ("(B)", "(B)", Source.WHOLE),
        (r"\frac{1}{2}", r"\frac{1}{2}", Source.WHOLE),
        ("<think>\\boxed{1}</think>\nThe answer is 2.", "2", Source.STATED),
        ("<think>a</think><answer>2</answer>", "2", Source.WHOLE),
    ],
)
def test_answer_is_found_where_it_stands(response: str, text: str, source: Source) -> None:
    answer = find_answer(response, FINAL)
    assert answer is not None
    assert (answer.text, answer.source) == (text, source)
    if ", " not in text:
        assert response[answer.start : answer.end] == text


@pytest.mark.parametrize(
    "response",
    [
        "",
        "   ",
        r"\boxed{}",
        "She has 3 apples and 5 oranges.",
        "The answer is not 42.",
    ],
)
def test_no_answer(response: str) -> None:
    assert find_answer(response, FINAL) is None


def test_positions() -> None:
    response = "First 41 and then 42"
    assert find_answer(response, FINAL) is None
    assert find_answer(response, AnswerPosition.BOXED) is None
    last = find_answer(response, AnswerPosition.LAST)
    assert last is not None
    assert last.text == "42"
    whole = find_answer(f"  {response}\n", AnswerPosition.WHOLE)
    assert whole is not None
    assert (whole.text, whole.start) == (response, 2)


HOSTILE = {
    "unclosed boxes": r"\boxed{" * 700_000,
    "open braces": r"\boxed{" + "{" * 5_000_000,
    "box": "box" * 1_600_000,
    "numbers": "1 " * 2_500_000,
    "dollars": "$" * 5_000_000,
    "cues": "answer is " * 500_000,
    "marks": "#### " * 1_000_000,
    "sums": "1+" * 2_500_000,
    "blank": "\n" * 5_000_000 + "x",
    "parentheses": "The answer is " + "(" * 5_000_000,
    "closings": "</think>" * 600_000,
    "boxes": r"\boxed{1}, " * 450_000,
    "NUL": "\0" * 5_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_five_megabytes_of_hostile_text_take_linear_time(name: str) -> None:
    begin = time.process_time()
    find_answer(HOSTILE[name], FINAL)
    find_answer(HOSTILE[name], AnswerPosition.LAST)
    assert time.process_time() - begin < 10  # quadratic work on 5 MB would take hours
