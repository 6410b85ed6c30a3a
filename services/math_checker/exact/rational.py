r"""Reads a text as an exact rational number, or says that it is none that can be told for certain.

Integers, decimals, fractions, mixed numbers, scientific notation, repeating decimals, number words,
and arithmetic of them. Nothing is rounded: the value is a `Fraction`. A text that needs more than
arithmetic is left to the symbolic comparison, by returning None.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import factorial

from services.math_checker.exact.words import number_in_words

#: Bits of the largest power or factorial that is worked out here.
MAX_BITS = 20_000
_MAX_DEPTH = 40
_MAX_TOKENS = 400
_MAX_FACTORIAL = 1_000

_INTEGER = re.compile(r"[+-]?\d+")
_SPACED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")
_FRACTION = re.compile(
    r"([+-]?) ?(?:\\frac ?\{ ?([+-]?\d+(?:\.\d+)?) ?\} ?\{ ?([+-]?\d+(?:\.\d+)?) ?\}"
    r"|(\d+) ?/ ?(\d+))"
)
_MIXED = re.compile(
    r"([+-]?) ?(\d+) ?(?:\+ ?)?\\frac ?\{ ?(\d+) ?\} ?\{ ?(\d+) ?\}|([+-]?) ?(\d+) (\d+) ?/ ?(\d+)"
)
_REPEATING = re.compile(
    r"([+-]?)(\d*)\.(\d*)(?:\\(?:overline|bar|dot) ?\{? ?(\d+) ?\}?|(?: ?\\ldots|\.\.\.))"
)
_NEGATIVE = re.compile(r"(?:negative|minus) ([\d.\\].*)")
_REPEATED_BLOCK = re.compile(r"(\d{2,}?)\1+$|(\d)\2{2,}$")
_TOKEN = re.compile(
    r" *(?:(\d+\.?\d*|\.\d+)|(\\frac|\\cdot|\\times|\\div|[-+*/^(){}!])|(\S))", re.DOTALL
)
_TIMES = {r"\cdot": "*", r"\times": "*", r"\div": "/"}


def read_rational(text: str) -> Fraction | None:
    """The value of a normalised text that is a rational number for certain, else None.

    Never raises.
    """
    if _INTEGER.fullmatch(text):
        return Fraction(int(text))
    if not text or len(text) > 4_000:
        return None
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    found = _FRACTION.fullmatch(text)
    if found:
        sign, top, bottom, plain_top, plain_bottom = found.groups()
        numerator, denominator = Fraction(top or plain_top), Fraction(bottom or plain_bottom)
        return _signed(sign, numerator / denominator) if denominator else None
    return _read_longer(text)


def _read_longer(text: str) -> Fraction | None:
    if _SPACED.fullmatch(text):  # "1 000 000"
        return Fraction(int(text.replace(" ", "")))
    mixed = _MIXED.fullmatch(text)
    if mixed:
        sign, whole, top, bottom = (part for part in mixed.groups() if part is not None)
        if int(bottom) > int(top):
            return _signed(sign, int(whole) + Fraction(int(top), int(bottom)))
        return None  # "2\frac{5}{3}" may be a product
    if "." in text:
        repeating = _REPEATING.fullmatch(text)
        if repeating:
            return _repeating_value(*repeating.groups())
    if text[0].isalpha():
        negative = _NEGATIVE.fullmatch(text)
        if negative:
            value = read_rational(negative.group(1))
            return -value if value is not None and value >= 0 else None
        return number_in_words(text)
    try:
        return _Arithmetic(text).value()
    except _NotArithmeticError:
        return None


def _signed(sign: str, value: Fraction) -> Fraction:
    return -value if sign == "-" else value


def _repeating_value(sign: str, whole: str, fixed: str, block: str | None) -> Fraction | None:
    """0.1\\overline{6}, or 0.1666... where the end shows the block often enough to be sure."""
    if block is None:
        shown = _REPEATED_BLOCK.search(fixed[-60:])
        if shown is None:
            return None
        block = shown.group(1) or shown.group(2)
        fixed = fixed[: len(fixed) - len(shown.group())]
    nines = (10 ** len(block) - 1) * 10 ** len(fixed)
    value = Fraction(int((whole + fixed) or "0"), 10 ** len(fixed)) + Fraction(int(block), nines)
    return _signed(sign, value)


class _NotArithmeticError(Exception):
    """The text is not plain arithmetic, or its value is too large to work out here."""


class _Arithmetic:
    r"""A recursive descent over + - * / ^ ! \frac and brackets, in exact rationals and within
    bounds.

    What a reader could take two ways ("1/2(3)", "2 3", "2\frac{5}{3}") is refused.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        for number, operator, other in _TOKEN.findall(text.rstrip(" ")):
            if other or len(self.tokens) > _MAX_TOKENS:
                raise _NotArithmeticError
            self.tokens.append(number or _TIMES.get(operator, operator))
        self.position = 0
        self.depth = 0

    def value(self) -> Fraction:
        result = self.sum()
        if self.position != len(self.tokens):
            raise _NotArithmeticError
        return result

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.position += 1
        return True

    def sum(self) -> Fraction:
        total = self.product()
        while True:
            if self.take("+"):
                total += self.product()
            elif self.take("-"):
                total -= self.product()
            else:
                return total

    def product(self) -> Fraction:
        total = self.signed()
        divided = False
        while True:
            if self.take("*"):
                total = _bounded(total * self.signed())
            elif self.take("/"):
                total = _divide(total, self.signed())
                divided = True
            elif self.peek() == "(":
                if divided:
                    raise _NotArithmeticError
                total = _bounded(total * self.power())
            else:
                return total

    def signed(self) -> Fraction:
        if self.take("-"):
            return -self.signed()
        return self.signed() if self.take("+") else self.power()

    def power(self) -> Fraction:
        base = self.atom()
        if self.take("!"):
            base = _factorial(base)
        if self.take("^"):
            negative = self.take("-")
            exponent = self.power()
            return _power(base, -exponent if negative else exponent)
        return base

    def atom(self) -> Fraction:
        token = self.peek()
        if token in ("(", "{"):
            return self.group(token)
        if token == r"\frac":
            self.position += 1
            top = self.group("{")
            return _divide(top, self.group("{"))
        if not token[:1].isdigit() and token[:1] != ".":
            raise _NotArithmeticError
        self.position += 1
        after = self.peek()
        if after[:1].isdigit() or after in (r"\frac", "{", "."):
            raise _NotArithmeticError
        return Fraction(token)

    def group(self, opening: str) -> Fraction:
        self.depth += 1
        if self.depth > _MAX_DEPTH or not self.take(opening):
            raise _NotArithmeticError
        inner = self.sum()
        if not self.take(")" if opening == "(" else "}"):
            raise _NotArithmeticError
        self.depth -= 1
        return inner


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MAX_BITS:
        raise _NotArithmeticError
    return value


def _divide(top: Fraction, bottom: Fraction) -> Fraction:
    if not bottom:
        raise _NotArithmeticError
    return _bounded(top / bottom)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) * _bits(base) > MAX_BITS:
        raise _NotArithmeticError
    if not base and exponent <= 0:
        raise _NotArithmeticError
    return base ** int(exponent)


def _factorial(value: Fraction) -> Fraction:
    if value.denominator != 1 or not 0 <= value <= _MAX_FACTORIAL:
        raise _NotArithmeticError
    return Fraction(factorial(int(value)))
