"""Sets of real numbers: intervals, unions, inequalities in one variable, all brought to sorted
disjoint pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

from flint import fmpq

from services.math_checker.symbolic.compare.scalars import ball, same_constant
from services.math_checker.symbolic.compare.shapes import is_scalar
from services.math_checker.symbolic.nodes import (
    INFINITY,
    NEGATIVE_INFINITY,
    Builder,
    Chain,
    Const,
    Group,
    Node,
    Num,
    Op,
    Sym,
    symbols,
)
from services.math_checker.symbolic.nodes import replace as substitute
from services.math_checker.symbolic.numeric.balls import NotNumeric
from services.math_checker.symbolic.numeric.exact import Undefined

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_MAX_PIECES = 200


class NotARealSet(Exception):
    """The tree is not a set of real numbers with constant ends."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An interval; a single point has equal closed ends."""

    low: Node
    low_closed: bool
    high: Node
    high_closed: bool


RealSet = tuple[Piece, ...]
_LINE: RealSet = (Piece(NEGATIVE_INFINITY, False, INFINITY, False),)


def real_set(node: Node, variable: str | None = None) -> RealSet:
    """The set that `node` denotes or that its relations describe. Raises `NotARealSet`."""
    match node:
        case Const("R"):
            return _LINE
        case Const("empty"):
            return ()
        case Group("{", "}", items):
            return _union([_point(item) for item in items])
        case Group(opening, closing, (low, high)) if opening in ("(", "[") and closing in (
            ")",
            "]",
        ):
            return _interval(low, opening == "[", high, closing == "]")
        case Op("union" | "or", args):
            return _union([real_set(arg, variable) for arg in args])
        case Op("inter", args):
            return _intersection([real_set(arg, variable) for arg in args])
        case Op("difference", (whole, part)):
            return _intersection([real_set(whole, variable), _complement(real_set(part, variable))])
        case Builder(Sym(name), conditions):
            return _intersection([real_set(condition, name) for condition in conditions])
        case Chain():
            return _described(node, variable)
        case Group("", "", items) if all(isinstance(item, (Chain, Op)) for item in items):
            names = {name for item in items for name in symbols(item)}
            if len(names) != 1:
                raise NotARealSet
            sets = [real_set(item, min(names)) for item in items]
            # "x < 1, x > 3": a comma between what excludes each other means "or".
            return _intersection(sets) or _union(sets)
        case _:
            raise NotARealSet


def same_sets(one: RealSet, other: RealSet) -> bool:
    """Whether two sets in canonical form are equal."""
    if len(one) != len(other):
        return False
    return all(
        a.low_closed == b.low_closed
        and a.high_closed == b.high_closed
        and _order(a.low, b.low) == 0
        and _order(a.high, b.high) == 0
        for a, b in zip(one, other, strict=True)
    )


def _described(chain: Chain, variable: str | None) -> RealSet:
    chain = _with_plain_variable(chain)
    names = symbols(chain)
    if len(names) != 1 or (variable is not None and names != {variable}):
        raise NotARealSet
    (name,) = names
    if chain.relations == ("in",) and chain.sides[0] == Sym(name):
        return real_set(chain.sides[1])
    if chain.relations == ("notin",) and chain.sides[0] == Sym(name):
        return _complement(real_set(chain.sides[1]))
    steps = zip(chain.sides, chain.relations, chain.sides[1:], strict=False)
    return _intersection([_solved(left, relation, right, name) for left, relation, right in steps])


def _with_plain_variable(chain: Chain) -> Chain:
    """ "0 < f(x) < 1" as a relation for the value of f."""
    calls = {side for side in chain.sides if isinstance(side, Op) and side.name.startswith("call ")}
    if len(calls) != 1:
        return chain
    (call,) = calls
    sides = tuple(Sym("value") if side == call else side for side in chain.sides)
    return Chain(sides, chain.relations)


def _solved_absolute(inner: Node, relation: str, bound: Node, name: str) -> RealSet:
    """|u| < c as -c < u < c, |u| > c as u < -c or u > c."""
    opposite: Node = Op("neg", (bound,))
    if relation in ("<", "<=", "=") and _order(bound, Num(fmpq(0))) < 0:
        return ()
    upper = _solved(inner, relation, bound, name)
    lower = _solved(inner, _FLIPPED[relation], opposite, name)
    return (
        _intersection([lower, upper]) if relation in ("<", "<=", "!=") else _union([lower, upper])
    )


def _solved(left: Node, relation: str, right: Node, name: str) -> RealSet:
    """The solutions of a relation that is linear in its only variable."""
    if relation not in _FLIPPED or (not is_scalar(left) and not is_scalar(right)):
        raise NotARealSet
    if isinstance(right, Op) and right.name == "abs" and not symbols(left):
        left, relation, right = right, _FLIPPED[relation], left
    if isinstance(left, Op) and left.name == "abs" and not symbols(right):
        return _solved_absolute(left.args[0], relation, right, name)
    if left == Sym(name) and name not in symbols(right):
        end = right
    elif right == Sym(name) and name not in symbols(left):
        end, relation = left, _FLIPPED[relation]
    else:
        end, positive = _root_of_linear(Op("add", (left, Op("neg", (right,)))), name)
        relation = relation if positive else _FLIPPED[relation]
    return _half_line(end, relation)


def _half_line(end: Node, relation: str) -> RealSet:
    if relation in ("<", "<="):
        return _interval(NEGATIVE_INFINITY, False, end, relation == "<=")
    if relation in (">", ">="):
        return _interval(end, relation == ">=", INFINITY, False)
    return _point(end) if relation == "=" else _complement(_point(end))


def _root_of_linear(difference: Node, name: str) -> tuple[Node, bool]:
    """Where a*x + b is zero, and whether a > 0. Linearity is checked at further points."""

    def at(place: int) -> Node:
        return substitute(difference, Sym(name), Num(fmpq(place)))

    if not is_scalar(difference):
        raise NotARealSet
    base = at(0)
    slope = Op("add", (at(1), Op("neg", (base,))))
    for place in (2, 7, -5):
        line = Op("add", (base, Op("mul", (Num(fmpq(place)), slope))))
        if not same_constant(line, at(place))[0]:
            raise NotARealSet
    sign = _order(slope, Num(fmpq(0)))
    if sign == 0:
        raise NotARealSet
    return Op("div", (Op("neg", (base,)), slope)), sign > 0


# -- canonical form ------------------------------------------------------------------------------


def _interval(low: Node, low_closed: bool, high: Node, high_closed: bool) -> RealSet:
    order = _order(low, high)
    if order > 0 or (order == 0 and not (low_closed and high_closed)):
        return ()
    return (
        Piece(low, low_closed and not _infinite(low), high, high_closed and not _infinite(high)),
    )


def _point(node: Node) -> RealSet:
    if not is_scalar(node):
        raise NotARealSet
    return _interval(node, True, node, True)


def _infinite(node: Node) -> int:
    if node == INFINITY:
        return 1
    return -1 if node == NEGATIVE_INFINITY else 0


def _order(one: Node, other: Node) -> int:
    """-1, 0 or 1 as `one` is less than, equal to or greater than `other`."""
    if _infinite(one) or _infinite(other):
        return (_infinite(one) > _infinite(other)) - (_infinite(one) < _infinite(other))
    if not (is_scalar(one) and is_scalar(other)) or symbols(one) or symbols(other):
        raise NotARealSet
    if same_constant(one, other)[0]:
        return 0
    for bits in (64, 512, 4_096):
        try:
            a, b = ball(one, bits), ball(other, bits)
            if not a.overlaps(b):
                return -1 if a < b else 1
        except (Undefined, NotNumeric, TypeError):
            break
    raise NotARealSet


def _union(sets: Sequence[RealSet]) -> RealSet:
    pieces = [piece for each in sets for piece in each]
    if len(pieces) > _MAX_PIECES:
        raise NotARealSet
    pieces.sort(key=cmp_to_key(_by_low))
    merged: list[Piece] = []
    for piece in pieces:
        if merged and _touches(merged[-1], piece):
            merged[-1] = _joined(merged[-1], piece)
        else:
            merged.append(piece)
    return tuple(merged)


def _by_low(one: Piece, other: Piece) -> int:
    return _order(one.low, other.low) or int(other.low_closed) - int(one.low_closed)


def _touches(one: Piece, other: Piece) -> bool:
    order = _order(other.low, one.high)
    return order < 0 or (order == 0 and (other.low_closed or one.high_closed))


def _joined(one: Piece, other: Piece) -> Piece:
    order = _order(one.high, other.high)
    if order == 0:
        return replace(one, high_closed=one.high_closed or other.high_closed)
    return one if order > 0 else replace(one, high=other.high, high_closed=other.high_closed)


def _complement(pieces: RealSet) -> RealSet:
    gaps: list[RealSet] = []
    low: Node = NEGATIVE_INFINITY
    low_closed = False
    for piece in pieces:
        gaps.append(_interval(low, low_closed, piece.low, not piece.low_closed))
        low, low_closed = piece.high, not piece.high_closed
    gaps.append(_interval(low, low_closed, INFINITY, False))
    return tuple(piece for gap in gaps for piece in gap)


def _intersection(sets: Sequence[RealSet]) -> RealSet:
    return _complement(_union([_complement(each) for each in sets]))
