"""Brings a tree into the shape that is compared: plus-or-minus written out, matrices computed,
names read.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, product

from services.math_checker.symbolic.nodes import (
    Builder,
    Chain,
    Const,
    Group,
    Matrix,
    Node,
    Op,
    Sym,
    children,
    rebuild,
    replace,
    symbols,
    walk,
)

_MAX_SIGNS = 4
_MAX_WRITTEN_OUT = 400
_SETS = frozenset(("R", "Q", "Z", "N", "C", "empty", "inf"))
_NOT_SCALAR = frozenset(
    (
        "union",
        "inter",
        "difference",
        "or",
        "ratio",
        "forall",
        "exists",
        "not",
        "congruent",
        "ellipsis",
        "pm",
        "mp",
    )
)


def is_scalar(node: Node) -> bool:
    """Whether the tree is an expression for one number."""
    for part in walk(node):
        if isinstance(part, (Group, Chain, Matrix, Builder)):
            return False
        if isinstance(part, Op) and part.name in _NOT_SCALAR:
            return False
        if isinstance(part, Const) and part.name in _SETS:
            return False
    return True


def shaped(node: Node) -> Node:
    """The tree with each sign written out as a list of both cases, and with matrix arithmetic
    done.
    """
    parts = children(node)
    if not parts:
        return node
    if isinstance(node, (Group, Matrix, Builder)) or (
        isinstance(node, Op) and node.name in ("or", "union")
    ):
        return _flattened(rebuild(node, tuple(shaped(part) for part in parts)))
    if any(isinstance(part, Matrix) for part in walk(node)):
        node = _computed(node)
    return _both_signs(node)


def _flattened(node: Node) -> Node:
    """Lists inside a list or set are part of it: {1 \\pm \\sqrt 5, -2} has three elements."""
    if isinstance(node, Group) and node.opening in ("", "{"):
        items: list[Node] = []
        for item in node.items:
            inner = isinstance(item, Group) and item.opening == item.closing == ""
            items.extend(item.items if inner else (item,))  # type: ignore[union-attr]
        return Group(node.opening, node.closing, tuple(items))
    return node


def _both_signs(node: Node) -> Node:
    signs = [part for part in walk(node) if isinstance(part, Op) and part.name in ("pm", "mp")]
    distinct = list(dict.fromkeys(signs))
    if not distinct or len(distinct) > _MAX_SIGNS:
        return node
    tied = any(sign.name == "mp" for sign in distinct)
    choices = (
        [(1,) * len(distinct), (-1,) * len(distinct)]
        if tied
        else product((1, -1), repeat=len(distinct))
    )
    cases: list[Node] = []
    for choice in choices:
        case = node
        for sign, direction in zip(distinct, choice, strict=True):
            plus = (direction == 1) == (sign.name == "pm")
            case = replace(case, sign, sign.args[0] if plus else Op("neg", sign.args))
        cases.append(case)
    return Group("", "", tuple(dict.fromkeys(cases)))


def _computed(node: Node) -> Node:
    """Sums, differences and products of matrices and numbers, cell by cell."""
    if isinstance(node, Chain):
        return rebuild(node, tuple(_computed(side) for side in node.sides))
    if not isinstance(node, Op):
        return node
    args = tuple(_computed(arg) for arg in node.args)
    if node.name == "neg" and isinstance(args[0], Matrix):
        return _map(args[0], lambda cell: Op("neg", (cell,)))
    if node.name == "div" and isinstance(args[0], Matrix) and is_scalar(args[1]):
        return _map(args[0], lambda cell: Op("div", (cell, args[1])))
    if node.name == "transpose" and isinstance(args[0], Matrix):
        return Matrix(tuple(zip(*args[0].rows, strict=True)))
    if node.name == "add":
        total: Node = args[0]
        for arg in args[1:]:
            total = _sum(total, arg)
        return total
    if node.name == "mul":
        result: Node = args[0]
        for arg in args[1:]:
            result = _product(result, arg)
        return result
    return Op(node.name, args)


def _sum(one: Node, other: Node) -> Node:
    if isinstance(one, Matrix) and isinstance(other, Matrix) and _size(one) == _size(other):
        rows = zip(one.rows, other.rows, strict=True)
        return Matrix(
            tuple(tuple(Op("add", pair) for pair in zip(*row, strict=True)) for row in rows)
        )
    return Op("add", (one, other))


def _product(one: Node, other: Node) -> Node:
    if isinstance(one, Matrix) and isinstance(other, Matrix):
        if _size(one)[1] != _size(other)[0] or _is_large(one) or _is_large(other):
            return Op("mul", (one, other))
        columns = list(zip(*other.rows, strict=True))
        return Matrix(tuple(tuple(_dot(row, column) for column in columns) for row in one.rows))
    if isinstance(one, Matrix) and is_scalar(other):
        return _map(one, lambda cell: Op("mul", (cell, other)))
    if isinstance(other, Matrix) and is_scalar(one):
        return _map(other, lambda cell: Op("mul", (one, cell)))
    return Op("mul", (one, other))


def _is_large(node: Node) -> bool:
    """Whether its products should stay unwritten: each one multiplies the size of its cells."""
    return sum(1 for _ in islice(walk(node), _MAX_WRITTEN_OUT)) == _MAX_WRITTEN_OUT


def _dot(row: tuple[Node, ...], column: tuple[Node, ...]) -> Node:
    return Op("add", tuple(Op("mul", pair) for pair in zip(row, column, strict=True)))


def _map(matrix: Matrix, function: Callable[[Node], Node]) -> Matrix:
    return Matrix(tuple(tuple(function(cell) for cell in row) for row in matrix.rows))


def _size(matrix: Matrix) -> tuple[int, int]:
    return len(matrix.rows), len(matrix.rows[0])


def is_name(node: Node) -> bool:
    """Whether the tree only names something: x, f(x), (x, y), P(2)."""
    if isinstance(node, Sym) or (isinstance(node, Op) and node.name.startswith("call ")):
        return True
    if isinstance(node, Op):
        return _is_measure(node)
    return (
        isinstance(node, Group)
        and bool(node.items)
        and all(isinstance(item, Sym) for item in node.items)
    )


def _is_measure(node: Node) -> bool:
    """Whether the tree names a length, an area or a quotient: AB, |AB|, NO/BO, S_1 : S_2."""
    if isinstance(node, Op):
        return node.name in ("mul", "div", "abs", "ratio") and all(
            _is_measure(arg) for arg in node.args
        )
    return isinstance(node, Sym) and node.name[0].isupper()


def definition(chain: Chain) -> tuple[Node | None, tuple[Node, ...]] | None:
    r"""What a chain of "=" defines and the values it claims; None where it is to be solved.

    Behind "\approx" stands only an approximation of the value before it.
    """
    sides, relations = chain.sides, chain.relations
    if not set(relations) <= {"=", "~="}:
        return None
    if "~=" in relations[1:]:
        end = relations.index("~=", 1) + 1
        sides, relations = sides[:end], relations[: end - 1]
    if len(sides) == 2 and is_name(sides[1]) and not is_name(sides[0]):
        sides = sides[::-1]
    names = [side for side in sides if is_name(side)]
    values = tuple(side for side in sides if not is_name(side))
    if not is_name(sides[0]):
        return None if any(symbols(side) for side in sides) else (None, sides)
    if len(names) == len(sides):
        names, values = names[:1], tuple(sides[1:])
    own = symbols(names[0]) if not isinstance(names[0], Op) else frozenset()
    if any(own & symbols(value) for value in values):
        return None
    if not symbols(values[-1]):
        values = tuple(value for value in values if not symbols(value))
    return names[0], values


def as_row(node: Node) -> tuple[Node, ...] | None:
    """The entries of a tuple, vector, row or column, in order."""
    if (
        isinstance(node, Group)
        and node.opening in ("(", "[", "<")
        and (node.closing in (")", "]", ">"))
    ):
        return node.items
    if isinstance(node, Matrix):
        if len(node.rows) == 1:
            return node.rows[0]
        if len(node.rows[0]) == 1:
            return tuple(row[0] for row in node.rows)
    return None
