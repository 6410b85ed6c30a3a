"""The tree that a mathematical answer is read into: few kinds of node, plain data, no evaluation.

The tree is our own, and not SymPy's, because building a SymPy object already computes with it: a
tower of exponents or a factorial would be expanded before anything could refuse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flint import fmpq


class Unsupported(ValueError):
    """The text is not in the notation that the reader knows, or the tree can't be computed with."""


class Malformed(Unsupported):
    """The notation is known and the text breaks its rules: no other reader should guess at it."""


@dataclass(frozen=True, slots=True)
class Num:
    """An exact rational number."""

    value: fmpq


@dataclass(frozen=True, slots=True)
class Sym:
    """A variable, with its subscript and primes in the name; a word in a text is one too."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """ "pi", "e", "i", "inf", or a named set: "R", "Q", "Z", "N", "C", "empty"."""

    name: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or function with its arguments: "add", "mul", "pow", "sin", "call f", ..."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Several items between delimiters; a list without delimiters has empty ones, a system
    "system".
    """

    opening: str
    closing: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Sides with relations between them: `len(relations) == len(sides) - 1`."""

    sides: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of equal length."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Builder:
    """A set {head | conditions}."""

    head: Node
    conditions: tuple[Node, ...]


Node = Num | Sym | Const | Op | Group | Chain | Matrix | Builder

ZERO, ONE = Num(fmpq(0)), Num(fmpq(1))
INFINITY, NEGATIVE_INFINITY = Const("inf"), Op("neg", (Const("inf"),))


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, in order."""
    match node:
        case Op(_, args):
            return args
        case Group(_, _, items):
            return items
        case Chain(sides, _):
            return sides
        case Matrix(rows):
            return tuple(cell for row in rows for cell in row)
        case Builder(head, conditions):
            return (head, *conditions)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(children(current))


def symbols(node: Node) -> frozenset[str]:
    """The names of the variables in a tree."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Sym))


def operators(node: Node) -> frozenset[str]:
    """The names of the operators and functions in a tree."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Op))


def replace(node: Node, old: Node, new: Node) -> Node:
    """The tree with each occurrence of `old` replaced."""
    if node == old:
        return new
    return rebuild(node, tuple(replace(child, old, new) for child in children(node)))


def rebuild(node: Node, parts: tuple[Node, ...]) -> Node:
    """A node of the same kind with other children."""
    match node:
        case Op(name, _):
            return Op(name, parts)
        case Group(opening, closing, _):
            return Group(opening, closing, parts)
        case Chain(_, relations):
            return Chain(parts, relations)
        case Matrix(rows):
            width = len(rows[0])
            return Matrix(tuple(parts[i : i + width] for i in range(0, len(parts), width)))
        case Builder():
            return Builder(parts[0], parts[1:])
        case _:
            return node


_INFIX = {"add": " + ", "mul": "*", "div": "/", "pow": "^", "union": " union ", "ratio": ":"}


def render(node: Node, ordered: bool = True) -> str:
    """A plain form for people. With `ordered=False`, terms and factors are sorted: a key that
    ignores their order.
    """
    match node:
        case Num(value):
            return str(value)
        case Sym(name) | Const(name):
            return name
        case Op(name, args):
            parts = [render(arg, ordered) for arg in args]
            if not ordered and name in ("add", "mul", "union", "inter", "gcd", "lcm", "max", "min"):
                parts.sort()
            if name == "neg":
                return f"-({parts[0]})" if isinstance(args[0], Op) else f"-{parts[0]}"
            if name in _INFIX:
                return "(" + _INFIX[name].join(parts) + ")"
            return f"{name}({', '.join(parts)})"
        case Group(opening, closing, items):
            return opening + ", ".join(render(item, ordered) for item in items) + closing
        case Chain(sides, relations):
            text = render(sides[0], ordered)
            for relation, side in zip(relations, sides[1:], strict=True):
                text += f" {relation} {render(side, ordered)}"
            return text
        case Matrix(rows):
            return "[" + "; ".join(", ".join(render(c, ordered) for c in row) for row in rows) + "]"
        case Builder(head, conditions):
            return (
                f"{{{render(head, ordered)} | {', '.join(render(c, ordered) for c in conditions)}}}"
            )
