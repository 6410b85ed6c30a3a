r"""Solutions that run over all integers: "x = \frac{\pi}{4} + k\pi, k \in \mathbb{Z}".

The integer may have any name, and may be counted from any place and in either direction.
"""

from __future__ import annotations

from flint import fmpq

from services.math_checker.symbolic.compare.identities import same_function
from services.math_checker.symbolic.compare.scalars import ball
from services.math_checker.symbolic.nodes import (
    ONE,
    ZERO,
    Builder,
    Chain,
    Const,
    Group,
    Node,
    Num,
    Op,
    Sym,
    replace,
    symbols,
    walk,
)
from services.math_checker.symbolic.numeric.balls import NotNumeric
from services.math_checker.symbolic.numeric.exact import Undefined

#: What the integer is called in both answers once they are aligned; no text gives this name.
PARAMETER = Sym("any integer")
_USUAL_NAMES = ("k", "n", "m", "l")
_BITS = 256


def aligned(gold: Node, answer: Node) -> tuple[Node, Node]:
    r"""Both with their integer under one name. "k \in \mathbb{Z}" may be left out on one side."""
    names = _declared(gold), _declared(answer)
    if names == (None, None):
        return gold, answer
    if None not in names:
        return _renamed(gold, names[0]), _renamed(answer, names[1])
    if names[0] is not None:
        return _renamed(_without_condition(gold), names[0]), _renamed(answer, _usual(answer))
    return _renamed(gold, _usual(gold)), _renamed(_without_condition(answer), names[1])


def same_family(gold: Node, answer: Node) -> bool:
    """Whether two expressions that are linear in the integer run through the same values."""
    if PARAMETER.name not in symbols(gold) or PARAMETER.name not in symbols(answer):
        return False
    start, first = replace(gold, PARAMETER, ZERO), replace(answer, PARAMETER, ZERO)
    step = _minus(replace(answer, PARAMETER, ONE), first)
    shift = _integer(Op("div", (_minus(start, first), step)))
    if shift is None:
        return False
    return any(
        same_function(gold, replace(answer, PARAMETER, Op("add", (place, Num(fmpq(shift))))))[0]
        for place in (PARAMETER, Op("neg", (PARAMETER,)))
    )


def _declared(node: Node) -> Sym | None:
    for part in walk(node):
        if isinstance(part, Chain) and _is_condition(part) and isinstance(part.sides[0], Sym):
            return part.sides[0]
    return None


def _is_condition(node: Node) -> bool:
    if not isinstance(node, Chain) or node.relations != ("in",):
        return False
    return isinstance(node.sides[0], Sym) and node.sides[1] == Const("Z")


def _usual(node: Node) -> Sym | None:
    found = [name for name in _USUAL_NAMES if name in symbols(node)]
    return Sym(found[0]) if len(found) == 1 else None


def _without_condition(node: Node) -> Node:
    if isinstance(node, Group) and node.opening == "" and len(node.items) > 1:
        items = tuple(item for item in node.items if not _is_condition(item))
        return items[0] if len(items) == 1 else Group("", "", items)
    if isinstance(node, Builder) and len(node.conditions) == 1:
        return Group("{", "}", (node.head,))
    return node


def _renamed(node: Node, name: Sym | None) -> Node:
    return node if name is None else replace(node, name, PARAMETER)


def _minus(one: Node, other: Node) -> Node:
    return Op("add", (one, Op("neg", (other,))))


def _integer(node: Node) -> int | None:
    if symbols(node):
        return None
    try:
        value = ball(node, _BITS)
        found = value.unique_fmpz()
    except (Undefined, NotNumeric):
        return None
    return None if found is None else int(found)
