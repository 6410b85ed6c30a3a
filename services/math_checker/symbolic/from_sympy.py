"""Turns a SymPy object, as Math-Verify's parser builds it, into one of our trees."""

from __future__ import annotations

from typing import Any

import sympy
from flint import fmpq
from sympy import core, sets
from sympy.core.relational import Relational

from services.math_checker.symbolic.nodes import Chain, Const, Group, Matrix, Node, Num, Op, Sym

_CONSTANTS = {
    sympy.pi: Const("pi"), sympy.E: Const("e"), sympy.I: Const("i"), sympy.oo: Const("inf"),
    sympy.S.EmptySet: Const("empty"), sympy.S.Reals: Const("R"), sympy.S.Integers: Const("Z"),
    sympy.S.Naturals: Const("N"), sympy.S.Complexes: Const("C"), sympy.S.Rationals: Const("Q"),
}  # fmt: skip
_FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "log": "ln",
    "exp": "exp", "Abs": "abs",
    "floor": "floor", "ceiling": "ceil", "factorial": "factorial", "factorial2": "factorial2",
    "binomial": "binom",
    "conjugate": "conj", "re": "Re", "im": "Im", "gamma": "Gamma", "Max": "max", "Min": "min",
    "sign": "sign",
}  # fmt: skip
_RELATIONS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MAX_DEPTH = 60


class NotConvertible(ValueError):
    """The object is of a kind that our trees don't have."""


def convert(value: Any, depth: int = 0) -> Node:
    """The tree of a SymPy object. Raises `NotConvertible`."""
    if depth > _MAX_DEPTH:
        raise NotConvertible
    if value in (sympy.S.NegativeInfinity,):
        return Op("neg", (Const("inf"),))
    if isinstance(value, core.Basic) and value in _CONSTANTS:
        return _CONSTANTS[value]
    if isinstance(value, sympy.Rational):
        return Num(fmpq(int(value.p), int(value.q)))
    if isinstance(value, sympy.Float):
        # Floats come from decimals: the text they were read from, not their neighbour in binary.
        exact = sympy.Rational(str(value))
        return Num(fmpq(int(exact.p), int(exact.q)))
    if isinstance(value, sympy.Symbol):
        return Sym(value.name)

    def parts(items: Any) -> tuple[Node, ...]:
        return tuple(convert(item, depth + 1) for item in items)

    if isinstance(value, (sympy.Add, sympy.Mul, sympy.Pow)):
        return Op(
            {"Add": "add", "Mul": "mul", "Pow": "pow"}[type(value).__name__], parts(value.args)
        )
    if isinstance(value, Relational):
        return Chain(parts(value.args[:2]), (_RELATIONS[value.rel_op],))
    if isinstance(value, sympy.MatrixBase):
        return Matrix(tuple(parts(value.row(i)) for i in range(value.rows)))
    return _collection(value, parts)


def _collection(value: Any, parts: Any) -> Node:
    if isinstance(value, sets.Interval):
        opening, closing = "(" if value.left_open else "[", ")" if value.right_open else "]"
        return Group(opening, closing, parts((value.start, value.end)))
    if isinstance(value, sets.FiniteSet):
        return Group("{", "}", parts(value.args))
    if isinstance(value, sets.Union):
        return Op("union", parts(value.args))
    if isinstance(value, (tuple, list, sympy.Tuple)):
        return Group("(", ")", parts(value))
    if isinstance(value, (sympy.Function, sympy.Max, sympy.Min)):
        name = type(value).__name__
        if name in _FUNCTIONS:
            return Op(_FUNCTIONS[name], parts(value.args))
        if isinstance(value, sympy.core.function.AppliedUndef):
            return Op(f"call {name}", parts(value.args))
    raise NotConvertible
