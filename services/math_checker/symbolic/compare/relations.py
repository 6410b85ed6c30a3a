"""Equality of equations, inequalities and other statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.math_checker.symbolic.compare.identities import proportional
from services.math_checker.symbolic.compare.shapes import definition, is_scalar
from services.math_checker.symbolic.nodes import Chain, Group, Node, Num, Op, Sym, symbols

if TYPE_CHECKING:
    from services.math_checker.symbolic.compare.comparer import Comparer

_ORDERED = {"<": False, "<=": True, ">": False, ">=": True}
_GREATER = frozenset((">", ">="))


def same_chains(gold: Chain, answer: Chain, comparer: Comparer) -> bool:
    """Whether two relations say the same: the same definition, or the same equation or inequality
    up to scale.
    """
    one, other = definition(gold), definition(answer)
    if one is not None and other is not None and _same_name(one[0], other[0], comparer):
        return _claims_agree(one[1], other[1], comparer)
    if len(gold.sides) != len(answer.sides):
        return False
    if _all_equations(gold) and _all_equations(answer):
        return _same_equations(gold, answer, comparer)
    if set(gold.relations) | set(answer.relations) <= _ORDERED.keys():
        return _same_inequalities(gold, answer, comparer)
    return _same_sides(gold, answer, comparer)


def claims(chain: Chain) -> tuple[Node, ...] | None:
    """What "x = 5" or "1 + 1 = 2" says its value is; None where the chain is an equation."""
    found = definition(chain)
    return found[1] if found is not None else None


def _same_name(one: Node | None, other: Node | None, comparer: Comparer) -> bool:
    if one is None or other is None or one == other:
        return True
    if _is_output(one) and _is_output(other):
        return not (isinstance(one, Op) and isinstance(other, Op)) or comparer.equal(one, other)
    return False


def _is_output(name: Node) -> bool:
    return name == Sym("y") or isinstance(name, Op)


def _claims_agree(gold: tuple[Node, ...], answer: tuple[Node, ...], comparer: Comparer) -> bool:
    return all(comparer.equal(gold[-1], claim) for claim in answer) and all(
        comparer.equal(claim, answer[-1]) for claim in gold
    )


def _all_equations(chain: Chain) -> bool:
    return set(chain.relations) == {"="}


def _same_equations(gold: Chain, answer: Chain, comparer: Comparer) -> bool:
    if not all(is_scalar(side) for side in (*gold.sides, *answer.sides)):
        return _same_sides(gold, answer, comparer)
    if symbols(gold) != symbols(answer) or not symbols(gold):
        # Two equations between constants say nothing of one another: f(2) = 5 and f(3) = 7.
        return _same_sides(gold, answer, comparer)
    pairs = zip(_differences(gold), _differences(answer), strict=True)
    return all(same_zero_set(one, other) for one, other in pairs)


def _differences(chain: Chain) -> list[Node]:
    return [_minus(left, right) for left, right in zip(chain.sides, chain.sides[1:], strict=False)]


def _minus(left: Node, right: Node) -> Node:
    return left if right == Num(0) else Op("add", (left, Op("neg", (right,))))


def same_zero_set(one: Node, other: Node) -> bool:
    """Whether f = 0 and g = 0 are one equation: f is a constant times g, also after clearing
    denominators.
    """
    if proportional(one, other):
        return True
    if not (_has_denominator(one) or _has_denominator(other)):
        return False
    return proportional(_cleared(one)[0], _cleared(other)[0])


def _has_denominator(node: Node) -> bool:
    return _cleared(node)[1] != []


def _cleared(node: Node) -> tuple[Node, list[Node]]:
    """The numerator over a common denominator, and the factors of that denominator that hold
    variables.
    """
    if isinstance(node, Op) and node.name == "div" and symbols(node.args[1]):
        return node.args[0], [node.args[1]]
    if isinstance(node, Op) and node.name == "neg":
        numerator, factors = _cleared(node.args[0])
        return Op("neg", (numerator,)), factors
    if isinstance(node, Op) and node.name == "mul":
        parts = [_cleared(arg) for arg in node.args]
        return Op("mul", tuple(part for part, _ in parts)), [f for _, fs in parts for f in fs]
    if isinstance(node, Op) and node.name == "add":
        parts = [_cleared(arg) for arg in node.args]
        common = list(dict.fromkeys(f for _, fs in parts for f in fs))
        terms: list[Node] = []
        for numerator, factors in parts:
            missing = tuple(factor for factor in common if factor not in factors)
            terms.append(Op("mul", (numerator, *missing)) if missing else numerator)
        return Op("add", tuple(terms)), common
    return node, []


def _same_inequalities(gold: Chain, answer: Chain, comparer: Comparer) -> bool:
    """Each step f < g as g - f > 0; the steps may come in the other direction."""
    one, other = _steps(gold), _steps(answer)
    return comparer.matched(one, other, _same_step)


def _steps(chain: Chain) -> list[Chain]:
    steps: list[Chain] = []
    for left, relation, right in zip(chain.sides, chain.relations, chain.sides[1:], strict=False):
        if relation in _GREATER:
            left, right = right, left
        steps.append(Chain((left, right), ("<=" if _ORDERED[relation] else "<",)))
    return steps


def _same_step(one: Node, other: Node) -> bool:
    if (
        not (isinstance(one, Chain) and isinstance(other, Chain))
        or one.relations != other.relations
    ):
        return False
    if one.sides == other.sides:
        return True
    if not all(is_scalar(side) for side in (*one.sides, *other.sides)) or symbols(one) != symbols(
        other
    ):
        return False
    return proportional(_minus(*one.sides), _minus(*other.sides), positive=True)


def _same_sides(gold: Chain, answer: Chain, comparer: Comparer) -> bool:
    return gold.relations == answer.relations and all(
        comparer.equal(one, other) for one, other in zip(gold.sides, answer.sides, strict=True)
    )


def solutions(node: Node) -> Group | None:
    """ "x = 1 or x = 2", "x_1 = 1, x_2 = 2" and "x = 1, 2" as the list of the values; None where
    it is none.
    """
    items = node.args if isinstance(node, Op) and node.name == "or" else ()
    if isinstance(node, Group) and node.opening in ("", "{"):
        items = node.items
    if not items or not isinstance(items[0], (Chain, Group)):
        return None
    values: list[Node] = []
    bases: set[str] = set()
    points = [named_values(item) for item in items]
    if all(points):
        return _points([point for point in points if point])
    for item in items:
        if not isinstance(item, Chain):
            values.append(item)
            continue
        found = definition(item)
        if found is None or found[0] is None or len(found[1]) != 1:
            return None
        bases.add(_base(found[0]))
        values.append(found[1][0])
    return Group("", "", tuple(values)) if len(bases) == 1 and "" not in bases else None


def _points(systems: list[dict[str, Node]]) -> Group | None:
    """ "x = 1, y = 2; x = 3, y = 4" as the list of the points (x, y)."""
    if len({frozenset(system) for system in systems}) != 1:
        return None
    return Group(
        "", "", tuple(Group("(", ")", tuple(s[name] for name in sorted(s))) for s in systems)
    )


def _base(name: Node) -> str:
    if isinstance(name, Sym):
        return name.name.split("_")[0]
    if isinstance(name, Group):
        return str([item.name for item in name.items if isinstance(item, Sym)])
    return ""


def named_values(node: Node) -> dict[str, Node] | None:
    """ "x = 1, y = 2" as names with values; None where it is not that."""
    if not (isinstance(node, Group) and node.opening == ""):
        return None
    values: dict[str, Node] = {}
    for item in node.items:
        found = definition(item) if isinstance(item, Chain) else None
        if found is None or not isinstance(found[0], Sym) or len(found[1]) != 1:
            return None
        if found[0].name in values:
            return None
        values[found[0].name] = found[1][0]
    return values
