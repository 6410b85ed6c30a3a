"""Equality of tuples, lists, sets, vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from services.math_checker.symbolic.compare.shapes import as_row
from services.math_checker.symbolic.nodes import Group, Matrix, Node, Op, walk

if TYPE_CHECKING:
    from services.math_checker.symbolic.compare.comparer import Comparer

_MAX_UNORDERED = 64
_BRACKETS = frozenset(("(", "[", "<"))
Test = Callable[[Node, Node], bool]


def same_groups(gold: Group, answer: Group, comparer: Comparer) -> bool:
    """Sets and bare lists in any order (a list as often, a set at least once), tuples in order."""
    if _endless(gold) or _endless(answer):
        return gold.opening == answer.opening and in_order(gold.items, answer.items, comparer.equal)
    kinds = {gold.opening, answer.opening}
    if kinds == {""} and not _are_points(gold.items + answer.items):
        return comparer.matched(gold.items, answer.items, comparer.equal)
    if kinds <= {
        "",
        "{",
    }:  # a list of points is a set of solutions, where repeating one does no harm
        return _covers(gold.items, answer.items, comparer.equal) and _covers(
            answer.items, gold.items, lambda one, other: comparer.equal(other, one)
        )
    if "{" in kinds or "cases" in kinds:
        return kinds == {"cases"} and in_order(gold.items, answer.items, comparer.equal)
    return _same_brackets(gold, answer) and in_order(gold.items, answer.items, comparer.equal)


def _are_points(items: Sequence[Node]) -> bool:
    return all(isinstance(item, Group) and item.opening in _BRACKETS for item in items)


def _same_brackets(gold: Group, answer: Group) -> bool:
    if (gold.opening, gold.closing) == (answer.opening, answer.closing):
        return True
    if "" in (gold.opening, answer.opening):
        other = answer if gold.opening == "" else gold
        return len(other.items) != 2 or (other.closing == ")" and other.opening == "(")
    # Two items in "[" may be an interval; more of them, or an angle bracket, mean a vector.
    if "<" in (gold.opening, answer.opening):
        return {gold.closing, answer.closing} <= {">", ")"}
    return len(gold.items) != 2 and {
        gold.opening + gold.closing,
        answer.opening + answer.closing,
    } == {"()", "[]"}


def _endless(node: Node) -> bool:
    return any(isinstance(part, Op) and part.name == "ellipsis" for part in walk(node))


def in_order(gold: Sequence[Node], answer: Sequence[Node], same: Test) -> bool:
    """Whether two sequences agree place by place."""
    return len(gold) == len(answer) and all(same(g, a) for g, a in zip(gold, answer, strict=True))


def any_order(gold: Sequence[Node], answer: Sequence[Node], same: Test) -> bool:
    """Whether two sequences agree as multisets. Equality is transitive enough for taking the first
    that fits.
    """
    if len(gold) != len(answer) or len(gold) > _MAX_UNORDERED:
        return len(gold) == len(answer) and in_order(gold, answer, same)
    left = list(answer)
    for item in gold:
        place = next((i for i, other in enumerate(left) if same(item, other)), None)
        if place is None:
            return False
        del left[place]
    return True


def _covers(items: Sequence[Node], others: Sequence[Node], same: Test) -> bool:
    if len(items) > _MAX_UNORDERED or len(others) > _MAX_UNORDERED:
        return tuple(items) == tuple(others)
    return all(any(same(item, other) for other in others) for item in items)


def same_matrices(gold: Node, answer: Node, comparer: Comparer) -> bool | None:
    """Matrices cell by cell; a row or column also as a vector in brackets. None where neither is a
    matrix.
    """
    if isinstance(gold, Matrix) and isinstance(answer, Matrix):
        return len(gold.rows) == len(answer.rows) and all(
            in_order(one, other, comparer.equal)
            for one, other in zip(gold.rows, answer.rows, strict=True)
        )
    if not isinstance(gold, Matrix) and not isinstance(answer, Matrix):
        return None
    one, other = _nested(gold), _nested(answer)
    if isinstance(one, Matrix) and isinstance(other, Matrix):
        return same_matrices(one, other, comparer)
    row, other_row = as_row(gold), as_row(answer)
    return row is not None and other_row is not None and in_order(row, other_row, comparer.equal)


def _nested(node: Node) -> Node:
    """ "[[1, 2], [3, 4]]" as the matrix it writes."""
    if not isinstance(node, Group) or node.opening not in _BRACKETS:
        return node
    rows = [
        item.items for item in node.items if isinstance(item, Group) and item.opening in _BRACKETS
    ]
    if len(rows) != len(node.items) or len({len(row) for row in rows}) != 1:
        return node
    return Matrix(tuple(rows))
