"""Rigorous equality of mathematical answers: our own reader and rules first, SymPy's reader for
what ours does not know.

Nothing here evaluates text as code, and nothing expands what only has to be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from services.math_checker.rules import Rules
from services.math_checker.surface import normalise
from services.math_checker.symbolic.compare import Comparer, Undecided
from services.math_checker.symbolic.nodes import (
    INFINITY,
    Group,
    Malformed,
    Matrix,
    Node,
    Num,
    Op,
    Unsupported,
    rebuild,
    render,
    symbols,
    walk,
)
from services.math_checker.symbolic.parse import parse

__all__ = ["AnswerUnparseable", "Comparison", "GoldUnparseable", "Undecided", "compare"]

_MAX_CHARS = 20_000
_MAX_FORM = 400
_MAX_CALCULUS_NUMBER = 1_000
_MAX_CALCULUS_NAMES = 2  # x and the d of dx: what depends on further variables takes SymPy long


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

    Raises `GoldUnparseable` or `AnswerUnparseable` where neither reader knows the notation, and
    `Undecided` where two numbers can be proved neither equal nor different. May
    run for long on hostile input: the caller bounds time and memory.
    """
    gold_tree = _read(gold, GoldUnparseable)
    factor = fmpq(scale.numerator, scale.denominator)
    answer_read = _read(answer, AnswerUnparseable)
    answer_tree = _scaled(answer_read, factor)
    comparer = Comparer(rules)
    equal = comparer.compare(gold_tree, answer_tree)
    if not equal and (_has_calculus(gold_tree) or _has_calculus(answer_tree)):
        gold_tree = _evaluated(gold, gold_tree)
        answer_tree = _scaled(_evaluated(answer, answer_read), factor)
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


def _evaluated(text: str, tree: Node) -> Node:
    """The tree with its limits, integrals and infinite sums worked out by SymPy, where it can."""
    if not _has_calculus(tree):
        return tree
    from services.math_checker.symbolic import engine

    return engine.evaluate(normalise(text)) or tree


def _has_calculus(tree: Node) -> bool:
    """Whether it has a limit, an integral or an infinite sum, and no number that makes it hard."""
    found = False
    if len(symbols(tree)) > _MAX_CALCULUS_NAMES:
        return False
    for part in walk(tree):
        if isinstance(part, Num) and abs(part.value.p) + part.value.q > _MAX_CALCULUS_NUMBER:
            return False
        if isinstance(part, Op):
            endless = part.name in ("sum", "prod") and part.args[3] == INFINITY
            found = found or endless or part.name in ("int", "limit")
    return found


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
