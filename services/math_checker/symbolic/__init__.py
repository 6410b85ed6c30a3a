"""Rigorous equality of mathematical answers: our own reader and rules first, SymPy's reader for what ours does not know.

Nothing here evaluates text as code, and nothing expands what only has to be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from services.math_checker.rules import Rules
from services.math_checker.surface import normalise
from services.math_checker.symbolic.compare import Comparer
from services.math_checker.symbolic.nodes import (
    Group,
    Malformed,
    Matrix,
    Node,
    Num,
    Op,
    Unsupported,
    rebuild,
    render,
)
from services.math_checker.symbolic.parse import parse

_MAX_CHARS = 20_000
_MAX_FORM = 400


class GoldUnparseable(ValueError):
    """The gold answer cannot be read by either reader."""


class AnswerUnparseable(ValueError):
    """The answer cannot be read by either reader."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict, both answers in a plain form, and by what means the verdict was reached."""

    equal: bool
    gold_form: str
    answer_form: str
    method: str


def compare(gold: str, answer: str, rules: Rules, scale: Fraction = Fraction(1)) -> Comparison:
    """Whether `answer` times `scale` equals `gold`. Reads LaTeX and plain notation.

    Raises `GoldUnparseable` or `AnswerUnparseable` where neither reader knows the notation. May run for long on hostile
    input: the caller bounds time and memory.
    """
    gold_tree = _read(gold, GoldUnparseable)
    answer_tree = _scaled(
        _read(answer, AnswerUnparseable), fmpq(scale.numerator, scale.denominator)
    )
    comparer = Comparer(rules)
    equal = comparer.compare(gold_tree, answer_tree)
    return Comparison(equal, _form(gold_tree), _form(answer_tree), comparer.method)


def _read(text: str, failure: type[ValueError]) -> Node:
    if len(text) > _MAX_CHARS:
        raise failure(f"longer than {_MAX_CHARS} characters")
    plain = normalise(text)
    try:
        return parse(plain)
    except Malformed as reason:
        raise failure(str(reason)) from None
    except Unsupported as reason:
        from services.math_checker.symbolic import engine

        tree = engine.read(plain)
        if tree is None:
            raise failure(str(reason)) from None
        return tree


def _scaled(node: Node, scale: fmpq) -> Node:
    if scale == 1:
        return node
    if isinstance(node, (Group, Matrix)):
        parts = (
            node.items if isinstance(node, Group) else tuple(c for row in node.rows for c in row)
        )
        return rebuild(node, tuple(_scaled(part, scale) for part in parts))
    return Op("mul", (Num(scale), node))


def _form(node: Node) -> str:
    form = render(node)
    return form if len(form) <= _MAX_FORM else form[:_MAX_FORM] + "..."
