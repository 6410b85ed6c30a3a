"""One spelling for what looks alike, and nothing merged that is not alike."""

import pytest

from services.math_checker.surface import closing_brace, join_thousands, normalise, squeeze


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("18", "18"),
        ("$18", r"\$18"),
        ("$18$", "18"),
        ("$5, $6", r"\$5, \$6"),
        ("$3$ and $4$", "3 and 4"),
        (r"12\,345", "12345"),
        ("12{,}345", "12345"),
        (r"900,\!000,\!000", "900000000"),
        ("12,345", "12345"),
        ("(1,234)", "(1,234)"),
        ("1, 234", "1, 234"),
        ("1,234, 5", "1234, 5"),
        ("1.234,56", "1.234,56"),
        ("√2", r"\sqrt{2}"),
        ("x²", "x^{2}"),
        ("½", r"\frac{1}{2}"),
        (r"\dfrac43", r"\frac{4}{3}"),
        (r"\frac 34", r"\frac{3}{4}"),
        (r"\left( 3, 4 \right)", "( 3, 4 )"),
        (r"\boxed{\text{(B)}}", r"\text{(B)}"),
        ("**73**", "73"),
        (r"90^{\circ}", r"90^\circ"),
        ("90°", r"90^\circ"),
        (r"50\ \%", "50 %"),
        ("{1,2}", r"\{1,2\}"),
        ("{5}", "5"),
        (r"\cos\!x", r"\cos x"),
        ("１２", "12"),
        ("x = 5.", "x = 5"),
        ("0.333...", "0.333..."),
        (r"\begin{align*} x &= 2+3 \\ &= 5 \end{align*}", "x = 2+3 = 5"),
    ],
)
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain
    assert normalise(plain) == plain


def test_spaces_between_digits_matter() -> None:
    assert squeeze("1 1/2") != squeeze("11/2")
    assert squeeze("x + 1") == squeeze("x+1")


def test_thousands_are_joined_outside_brackets_only() -> None:
    assert join_thousands("1,234 + (1,234) + 5,678") == "1234 + (1,234) + 5678"


def test_closing_brace_skips_escaped_braces() -> None:
    assert closing_brace(r"{a\}b{c}}", 0) == 8
    assert closing_brace("{a", 0) == -1
