"""The exact rational value of a tree, where it has one of moderate size. Refuses to build anything
bigger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flint import fmpq, fmpz

from services.math_checker.symbolic.nodes import Node, Num, Op, Sym, operators

#: Bits of the largest numerator or denominator that is built.
MAX_BITS = 40_000
MAX_FACTORIAL = 3_000
MAX_TERMS = 2_000

Values = Mapping[str, Any]


class Inexact(Exception):
    """The value is not rational, or too big to be built."""


class Undefined(Exception):
    """There is no value here: division by zero, the root or logarithm of a negative number in the
    reals.
    """


def rational(node: Node, values: Values | None = None) -> fmpq | None:
    """The value with `values` for the variables, or None where it is not exact. Raises
    `Undefined`.
    """
    try:
        return _value(node, values or {})
    except Inexact:
        return None


def integer(node: Node, values: Values | None = None) -> int | None:
    """The value where it is an integer of moderate size, else None."""
    try:
        value = rational(node, values)
    except Undefined:
        return None
    return int(value.p) if value is not None and value.q == 1 else None


def _value(node: Node, values: Values) -> fmpq:
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Sym):
        value = values.get(node.name)
        if isinstance(value, fmpq):
            return value
        raise Inexact
    if not isinstance(node, Op):
        raise Inexact
    name, args = node.name, node.args
    if name == "add":
        total = _value(args[0], values)
        for arg in args[1:]:
            total = total + _value(arg, values)
        return _bounded(total)
    if name == "mul":
        product = _value(args[0], values)
        for arg in args[1:]:
            product = _bounded(product * _value(arg, values))
        return product
    if name == "neg":
        return -_value(args[0], values)
    if name == "div":
        divisor = _value(args[1], values)
        if divisor == 0:
            raise Undefined
        return _bounded(_value(args[0], values) / divisor)
    if name == "pow":
        return _power(_value(args[0], values), _value(args[1], values))
    if name in ("sum", "prod"):
        return _iterated(node, values)
    function = _FUNCTIONS.get(name)
    if function is None:
        raise Inexact
    return _bounded(function(*[_value(arg, values) for arg in args]))


def size(value: fmpq) -> int:
    """Bits of the numerator and denominator together."""
    return int(value.p).bit_length() + int(value.q).bit_length()


def _bounded(value: fmpq) -> fmpq:
    if value.height_bits() > MAX_BITS:
        raise Inexact
    return value


def _power(base: fmpq, exponent: fmpq) -> fmpq:
    if exponent.q != 1:
        return _fractional_power(base, exponent)
    if base == 0:
        if exponent <= 0:
            raise Undefined
        return base
    if base == 1 or base == -1:
        return base if exponent.p % 2 else fmpq(1)
    if abs(exponent) * base.height_bits() > MAX_BITS:
        raise Inexact
    return base ** int(exponent.p)


def _fractional_power(base: fmpq, exponent: fmpq) -> fmpq:
    """4^(1/2) and 8^(2/3), where the root is rational."""
    degree = int(exponent.q)
    if base <= 0 or degree > 64:
        raise Inexact
    top, bottom = base.p.root(degree), base.q.root(degree)
    root = fmpq(top, bottom)
    if root**degree != base:
        raise Inexact
    return _power(root, fmpq(exponent.p))


def _root(base: fmpq, degree: fmpq) -> fmpq:
    if degree.q != 1 or degree < 2:
        raise Inexact
    if base == 0:
        return base
    if base < 0 and degree.p % 2:
        return -_fractional_power(-base, 1 / degree)
    return _fractional_power(base, 1 / degree)


def _iterated(node: Op, values: Values) -> fmpq:
    body, index, lower, upper = node.args
    if {"sum", "prod"} & operators(body):
        raise Inexact  # terms would multiply
    start, stop = _value(lower, values), _value(upper, values)
    if (
        start.q != 1
        or stop.q != 1
        or not 0 <= stop - start < MAX_TERMS
        or not isinstance(index, Sym)
    ):
        raise Inexact
    result = fmpq(0 if node.name == "sum" else 1)
    for k in range(int(start.p), int(stop.p) + 1):
        term = _value(body, {**values, index.name: fmpq(k)})
        result = _bounded(result + term if node.name == "sum" else result * term)
    return result


def _whole(value: fmpq, most: int) -> int:
    if value.q != 1 or not 0 <= value <= most:
        raise Inexact
    return int(value.p)


def _factorial(value: fmpq) -> fmpq:
    return fmpq(fmpz.fac_ui(_whole(value, MAX_FACTORIAL)))


def _double_factorial(value: fmpq) -> fmpq:
    result = fmpz(1)
    for factor in range(_whole(value, MAX_FACTORIAL), 1, -2):
        result *= factor
    return fmpq(result)


def _binomial(top: fmpq, bottom: fmpq) -> fmpq:
    return fmpq(fmpz.bin_uiui(_whole(top, 30_000), _whole(bottom, 30_000)))


def _gcd(*values: fmpq) -> fmpq:
    result = fmpz(0)
    for value in values:
        if value.q != 1:
            raise Inexact
        result = result.gcd(value.p)
    return fmpq(result)


def _lcm(*values: fmpq) -> fmpq:
    result = fmpz(1)
    for value in values:
        if value.q != 1:
            raise Inexact
        result = result.lcm(value.p)
    return fmpq(result)


def _sign(value: fmpq) -> fmpq:
    return fmpq((value > 0) - (value < 0))


_FUNCTIONS: dict[str, Callable[..., fmpq]] = {
    "root": _root,
    "factorial": _factorial,
    "factorial2": _double_factorial,
    "binom": _binomial,
    "abs": abs,
    "floor": lambda value: fmpq(value.floor()),
    "ceil": lambda value: fmpq(value.ceil()),
    "gcd": _gcd,
    "lcm": _lcm,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "sign": _sign,
    "numeral": lambda value, base: value,
    "conj": lambda value: value,
    "Re": lambda value: value,
    "Im": lambda value: fmpq(0),
}
