"""Rigorous numerical values: each is a ball that certainly holds the true value (Arb, through
python-flint).

In the reals, an even root or a logarithm of a negative number has no value, and an odd root of one
is negative. In the complex numbers, principal values hold, except that an odd root of a real
number stays real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from flint import acb, arb, ctx, fmpq

from services.math_checker.symbolic.nodes import Const, Node, Num, Op, Sym, operators, render
from services.math_checker.symbolic.numeric.exact import (
    MAX_TERMS,
    Undefined,
    Values,
    integer,
    rational,
)


class NotNumeric(Exception):
    """The tree has a part that stands for no number."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls are computed to `bits` bits inside."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def real_ball(node: Node, values: Values) -> arb:
    """The real value at the current precision. Raises `Undefined` or `NotNumeric`."""
    return _Balls(values, arb).value(node)


def complex_ball(node: Node, values: Values) -> acb:
    """The complex value at the current precision. Raises `Undefined` or `NotNumeric`."""
    return _Balls(values, acb).value(node)


class _Balls:
    """Evaluates one tree over one kind of ball."""

    def __init__(self, values: Values, ball: Any) -> None:
        self.values = values
        self.ball = ball
        self.is_real = ball is arb

    def value(self, node: Node) -> Any:
        if isinstance(node, Num):
            return self.ball(node.value)
        if isinstance(node, Sym):
            if node.name not in self.values:
                raise NotNumeric
            return self.ball(self.values[node.name])
        if isinstance(node, Const):
            return self._constant(node.name)
        if not isinstance(node, Op):
            raise NotNumeric
        handler = _HANDLERS.get(node.name)
        if handler is not None:
            result = handler(self, node.args)
        elif node.name in _METHODS:
            result = getattr(self.value(node.args[0]), _METHODS[node.name])()
        else:
            result = self._uninterpreted(node)
        if not result.is_finite():
            raise Undefined
        return result

    def _constant(self, name: str) -> Any:
        if name == "pi":
            return self.ball(arb.pi())
        if name == "e":
            return self.ball(arb.const_e())
        if name == "i":
            if self.is_real:
                raise Undefined
            return acb(0, 1)
        raise NotNumeric

    def _uninterpreted(self, node: Op) -> Any:
        """A function that nothing is known of: a cubic drawn from its name."""
        if not node.name.startswith(
            ("call ", "prime", "transpose", "superscript", "norm", "log_", "det")
        ):
            raise NotNumeric
        result = _drawn(self.ball, node.name)
        for place, arg in enumerate(node.args):
            value, power = self._argument_value(arg), self.ball(1)
            for degree in (1, 2, 3):
                power = power * value
                result = result + power * _drawn(self.ball, f"{node.name} {place} {degree}")
        return result

    def _argument_value(self, node: Node) -> Any:
        """What an unknown function is applied to; where that is no number, one for its writing."""
        try:
            return self.value(node)
        except NotNumeric:
            return _drawn(self.ball, render(node, ordered=False))

    # -- operators -------------------------------------------------------------------------------

    def add(self, args: tuple[Node, ...]) -> Any:
        total = self.value(args[0])
        for arg in args[1:]:
            total = total + self.value(arg)
        return total

    def mul(self, args: tuple[Node, ...]) -> Any:
        product = self.value(args[0])
        for arg in args[1:]:
            product = product * self.value(arg)
        return product

    def neg(self, args: tuple[Node, ...]) -> Any:
        return -self.value(args[0])

    def div(self, args: tuple[Node, ...]) -> Any:
        return self.value(args[0]) / self.value(args[1])

    def pow(self, args: tuple[Node, ...]) -> Any:
        base, exponent = args
        if base == Const("e"):
            return self.value(exponent).exp()
        known = rational(exponent, self.values)
        ball = self.value(base)
        if known is None:
            return ball ** self.value(exponent)
        if known.q == 1:
            return ball ** self.ball(known)
        if known.q % 2 and self._is_negative(ball):
            root = (-ball) ** self.ball(abs(known))
            root = -root if known.p % 2 else root
            return root if known > 0 else 1 / root
        return ball ** self.ball(known)

    def root(self, args: tuple[Node, ...]) -> Any:
        ball = self.value(args[0])
        if ball == 0:
            return ball
        degree = integer(args[1], self.values)
        if degree is None or not 2 <= degree <= 10_000:
            return ball ** (1 / self.value(args[1]))
        if degree == 2:
            return ball.sqrt()
        if degree % 2 and self._is_negative(ball):
            return -((-ball).root(degree))
        return ball.root(degree)

    def _is_negative(self, ball: Any) -> bool:
        if self.is_real:
            return bool(ball < 0)
        return bool(ball.imag.is_zero()) and bool(ball.real < 0)

    # -- functions -------------------------------------------------------------------------------

    def log(self, args: tuple[Node, ...]) -> Any:
        logarithm = self.value(args[0]).log()
        return logarithm / self.value(args[1]).log() if len(args) == 2 else logarithm

    def log10(self, args: tuple[Node, ...]) -> Any:
        return self.value(args[0]).log() / self.ball(arb.const_log10())

    def log2(self, args: tuple[Node, ...]) -> Any:
        return self.value(args[0]).log() / self.ball(arb.const_log2())

    def factorial(self, args: tuple[Node, ...]) -> Any:
        return (self.value(args[0]) + 1).gamma()

    def binom(self, args: tuple[Node, ...]) -> Any:
        top, bottom = self.value(args[0]), self.value(args[1])
        known = integer(args[1], self.values)
        if known is not None and 0 <= known <= 200:
            product = self.ball(1)
            for k in range(known):
                product = product * (top - k) / (k + 1)
            return product
        return (top + 1).gamma() * (bottom + 1).rgamma() * (top - bottom + 1).rgamma()

    def abs(self, args: tuple[Node, ...]) -> Any:
        return self.ball(abs(self.value(args[0])))

    def arccot(self, args: tuple[Node, ...]) -> Any:
        return self.ball(arb.pi()) / 2 - self.value(args[0]).atan()

    def arcsec(self, args: tuple[Node, ...]) -> Any:
        return (1 / self.value(args[0])).acos()

    def arccsc(self, args: tuple[Node, ...]) -> Any:
        return (1 / self.value(args[0])).asin()

    def extreme(self, args: tuple[Node, ...], largest: bool) -> Any:
        if not self.is_real:
            raise NotNumeric
        best = self.value(args[0])
        for arg in args[1:]:
            other = self.value(arg)
            best = best.max(other) if largest else best.min(other)
        return best

    def floor(self, args: tuple[Node, ...]) -> Any:
        return self._real_only(args[0]).floor()

    def ceil(self, args: tuple[Node, ...]) -> Any:
        return self._real_only(args[0]).ceil()

    def sign(self, args: tuple[Node, ...]) -> Any:
        return self._real_only(args[0]).sgn()

    def _real_only(self, node: Node) -> arb:
        if not self.is_real:
            raise NotNumeric
        return self.value(node)

    def conj(self, args: tuple[Node, ...]) -> Any:
        value = self.value(args[0])
        return value if self.is_real else value.conjugate()

    def real_part(self, args: tuple[Node, ...]) -> Any:
        return self.ball(self.value(args[0]).real)

    def imaginary_part(self, args: tuple[Node, ...]) -> Any:
        return self.ball(self.value(args[0]).imag)

    def argument(self, args: tuple[Node, ...]) -> Any:
        return self.ball(acb(self.value(args[0])).arg())

    def iterated(self, args: tuple[Node, ...], is_sum: bool) -> Any:
        body, index, lower, upper = args
        if {"sum", "prod"} & operators(body):
            raise NotNumeric  # terms would multiply
        start, stop = integer(lower, self.values), integer(upper, self.values)
        if (
            start is None
            or stop is None
            or not 0 <= stop - start < MAX_TERMS
            or not isinstance(index, Sym)
        ):
            raise NotNumeric
        result = self.ball(0 if is_sum else 1)
        for k in range(start, stop + 1):
            term = _Balls({**self.values, index.name: fmpq(k)}, self.ball).value(body)
            result = result + term if is_sum else result * term
        return result

    def numeral(self, args: tuple[Node, ...]) -> Any:
        return self.value(args[0])


def _drawn(ball: Any, key: str) -> Any:
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return ball(fmpq(int.from_bytes(digest, "big"), 1 << 60))


_METHODS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "coth": "coth", "sech": "sech", "csch": "csch", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "ln": "log", "exp": "exp",
    "erf": "erf", "erfc": "erfc",
    "Gamma": "gamma", "zeta": "zeta",
}  # fmt: skip

_HANDLERS: dict[str, Callable[[_Balls, tuple[Node, ...]], Any]] = {
    "add": _Balls.add,
    "mul": _Balls.mul,
    "neg": _Balls.neg,
    "div": _Balls.div,
    "pow": _Balls.pow,
    "root": _Balls.root,
    "log": _Balls.log,
    "lg": _Balls.log10,
    "log2": _Balls.log2,
    "factorial": _Balls.factorial,
    "binom": _Balls.binom,
    "abs": _Balls.abs,
    "arccot": _Balls.arccot,
    "arcsec": _Balls.arcsec,
    "arccsc": _Balls.arccsc,
    "max": lambda balls, args: balls.extreme(args, True),
    "min": lambda balls, args: balls.extreme(args, False),
    "floor": _Balls.floor,
    "ceil": _Balls.ceil,
    "sign": _Balls.sign,
    "conj": _Balls.conj,
    "Re": _Balls.real_part,
    "Im": _Balls.imaginary_part,
    "arg": _Balls.argument,
    "sum": lambda balls, args: balls.iterated(args, True),
    "prod": lambda balls, args: balls.iterated(args, False),
    "numeral": _Balls.numeral,
}
