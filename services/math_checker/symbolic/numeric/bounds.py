"""How many bits tell two different values apart.

For an algebraic number there is a proven bound on how small it can be without being zero
(Burnikel, Fleischer, Mehlhorn and Schirra, "A strong and easily computable separation bound for
arithmetic expressions involving radicals", 2000): an expression with numerator bound u,
denominator bound l and product of root degrees D is zero or at least 1 / (l * u^(D^2 - 1)) in
size. Agreement beyond that many bits is a proof of equality.
"""

from __future__ import annotations

from math import log2

from flint import fmpq

from services.math_checker.symbolic.nodes import Const, Node, Num, Op, walk
from services.math_checker.symbolic.numeric.exact import Undefined, rational

#: Bits of precision that a comparison may ask for.
MAX_BITS = 60_000
_MAX_DEGREE = 4_096


class _NotAlgebraic(Exception):
    """The bound does not cover the expression, or is too large to be of use."""


def separation_bits(node: Node) -> int | None:
    """Bits b such that the value of `node` is zero or at least 2^-b in size; None where no useful
    bound is known.
    """
    degrees: dict[Node, int] = {}
    try:
        upper, lower = _bound(node, degrees)
    except (_NotAlgebraic, Undefined):
        return None
    degree = 1
    for each in degrees.values():
        degree *= each
        if degree > _MAX_DEGREE:
            return None
    bits = lower + (degree * degree - 1) * upper
    return int(bits) + 2 if bits < MAX_BITS else None


def _bound(node: Node, degrees: dict[Node, int]) -> tuple[float, float]:
    """Base-2 logarithms of u and l."""
    if isinstance(node, Num):
        return float(int(abs(node.value.p)).bit_length()), float(int(node.value.q).bit_length())
    if node == Const("i"):
        degrees[node] = 2
        return 0.0, 0.0
    if not isinstance(node, Op):
        raise _NotAlgebraic
    name, args = node.name, node.args
    if name == "add":
        upper, lower = _bound(args[0], degrees)
        for arg in args[1:]:
            u, v = _bound(arg, degrees)
            upper, lower = max(upper + v, u + lower) + 1, lower + v
        return upper, lower
    if name == "mul":
        pairs = [_bound(arg, degrees) for arg in args]
        return sum(u for u, _ in pairs), sum(v for _, v in pairs)
    if name in ("neg", "numeral"):
        return _bound(args[0], degrees)
    if name == "div":
        (u, v), (x, y) = _bound(args[0], degrees), _bound(args[1], degrees)
        return u + y, v + x
    if name in ("root", "pow"):
        return _power_bound(node, degrees)
    raise _NotAlgebraic


def _power_bound(node: Op, degrees: dict[Node, int]) -> tuple[float, float]:
    exponent = rational(node.args[1])
    if exponent is None or exponent == 0 or abs(exponent.p) > 10_000 or exponent.q > 64:
        raise _NotAlgebraic
    if node.name == "root":
        exponent = 1 / exponent
    upper, lower = _bound(node.args[0], degrees)
    degree, power = int(exponent.q), int(exponent.p)
    if degree > 1:
        degrees[Op("root", (node.args[0], Num(exponent / exponent.p)))] = degree
        upper = (upper + (degree - 1) * lower) / degree
    if power < 0:
        upper, lower, power = lower, upper, -power
    return upper * power, lower * power


def size_bits(node: Node) -> int | None:
    """Bits of all literals and exponents: twice as many, and some, tell practical different values
    apart.

    None where exponents make the value too large for that.
    """
    total = 0.0
    for part in walk(node):
        if isinstance(part, Num):
            total += int(abs(part.value.p)).bit_length() + int(part.value.q).bit_length()
        elif isinstance(part, Op) and part.name == "pow":
            total += _exponent_bits(part)
        elif isinstance(part, Op) and part.name in ("factorial", "factorial2", "binom"):
            total += _factorial_bits(part)
        if total > MAX_BITS:
            return None
    return int(total)


def _exponent_bits(node: Op) -> float:
    base, exponent = (_known(arg) for arg in node.args)
    if exponent is None:
        return 64.0
    height = base.height_bits() if base is not None else 2
    return min(float(abs(exponent)), 2.0 * MAX_BITS) * height if exponent.q == 1 else 64.0


def _factorial_bits(node: Op) -> float:
    argument = _known(node.args[0])
    if argument is None:
        return 64.0
    count = min(float(abs(argument)), float(MAX_BITS))
    return count * log2(count + 2) + 64


def _known(node: Node) -> fmpq | None:
    try:
        return rational(node)
    except Undefined:
        return None
