"""Literal numbers: decimals, repeating decimals, mixed numbers, numerals with a base."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from services.math_checker.symbolic.nodes import Malformed, Node, Num, Op, Sym, render
from services.math_checker.symbolic.parse.tokens import Token


def decimal(text: str) -> Num:
    """The exact value of "12", "1.50", ".5" or "1.5e-3"."""
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not (whole + fraction).isdigit():
        raise Malformed("not a number")
    value = fmpq(int(whole + fraction), 10 ** len(fraction))
    if exponent:
        value *= fmpq(10) ** int(exponent)
    return Num(value)


def repeating(text: str) -> Num:
    r"""The exact value of "0.1\overline{6}"."""
    start, _, period = text.partition("\\")
    period = "".join(filter(str.isdigit, period))
    whole, _, fixed = start.partition(".")
    base = int((whole or "0") + fixed)
    cycle = fmpq(int(period), 10 ** len(period) - 1)
    return Num((base + cycle) / 10 ** len(fixed))


def mixed_part(tokens: Sequence[Token], place: int, end: int) -> tuple[fmpq, int] | None:
    r"""The fraction of a mixed number, `\frac{1}{2}` or " 1/2", and the place behind it. `end`:
    where the integer ends.
    """
    ahead = tokens[place : place + 7]
    texts = [token.text for token in ahead]
    if (
        len(texts) == 7
        and texts[0] == "frac"
        and texts[1] == texts[4] == "{"
        and texts[3] == texts[6] == "}"
    ):
        top, bottom, after = ahead[2], ahead[5], place + 7
    elif len(texts) >= 3 and texts[1] == "/" and ahead[0].start > end:
        top, bottom, after = ahead[0], ahead[2], place + 3
    else:
        return None
    if not (top.kind == bottom.kind == "number" and top.text.isdigit() and bottom.text.isdigit()):
        return None
    numerator, denominator = int(top.text), int(bottom.text)
    if not 0 < numerator < denominator:
        return None
    return fmpq(numerator, denominator), after


def numeral(digits: str, base: Node) -> Node:
    """A numeral with its base written out: 101_2. The base stays in the tree: 52_8 does not answer
    a question for 42.
    """
    if not isinstance(base, Num) or base.value.q != 1 or not 2 <= base.value.p <= 36:
        return Sym(f"{digits}_{render(base)}")
    try:
        value = int(digits, int(base.value.p))
    except ValueError:
        raise Malformed("a digit that the base does not have") from None
    return Op("numeral", (Num(fmpq(value)), base))
