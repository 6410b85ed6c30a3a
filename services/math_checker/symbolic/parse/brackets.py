"""What stands in brackets: groups, tuples, intervals, sets, absolute values, matrices and cases."""

from __future__ import annotations

from services.math_checker.symbolic.nodes import (
    Builder,
    Chain,
    Const,
    Group,
    Malformed,
    Matrix,
    Node,
    Op,
    Unsupported,
)
from services.math_checker.symbolic.parse.cursor import Cursor

_MATRICES = frozenset(
    ("matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array")
)
_STACKS = frozenset(("cases", "aligned", "align", "gathered", "split", "eqnarray", "rcases"))
CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "<": (">",), "{s": ("}s",), "{": ("}",)}


class Brackets(Cursor):
    """The grammar of brackets. `Parser` adds what they hold."""

    def statement(self) -> Node:
        """See `Parser`."""
        raise NotImplementedError

    def statements(self) -> Node:
        """See `Parser`."""
        raise NotImplementedError

    def items(self) -> tuple[list[Node], list[str]]:
        """See `Parser`."""
        raise NotImplementedError

    def union(self) -> Node:
        """See `Parser`."""
        raise NotImplementedError

    def group(self) -> Node:
        """A group in braces that the writer's tool needs and the reader does not see."""
        self.expect("{")
        with self.nested():
            if self.accept("}"):
                return Group("", "", ())
            inner = self.statements()
            self.expect("}")
        return inner

    def _bracketed(self, opening: str) -> Node:
        if opening in CLOSERS:
            return self._group(opening)
        if opening == "|":
            with self.nested(bars=1):
                inner = self.union()
                self.expect("|")
            return Op("abs", (inner,))
        if opening in ("lfloor", "lceil"):
            with self.nested():
                inner = self.union()
                self.expect("r" + opening[1:])
            return Op("floor" if opening == "lfloor" else "ceil", (inner,))
        if opening == "norm":
            with self.nested():
                inner = self.union()
                self.expect("norm")
            return Op("norm", (inner,))
        if opening == "...":
            return Op("ellipsis", ())
        raise Malformed("an operator without an operand")

    def _group(self, opening: str) -> Node:
        with self.nested(in_head=opening == "{s"):
            if opening == "{s" and self.accept("}s"):
                return Const("empty")
            if opening == "{s" and self.peek().kind == "begin":
                return self._piecewise()
            items, separators = self.items()
            if opening == "{s" and self.accept("|", ":"):
                self.in_head = False
                return self._builder(items)
            if opening == "<" and self.peek().text == ">":
                self.next()
                closing = ">"
            else:
                closing = self.expect(*CLOSERS[opening])
        if opening == "{":
            return items[0] if len(items) == 1 else Group("", "", tuple(items))
        if opening == "{s":
            return Group("{", "}", tuple(items))
        if (
            len(items) == 1
            and opening in "(["
            and closing in ")]"
            and (opening, closing) in (("(", ")"), ("[", "]"))
        ):
            return items[0]
        if "or" in separators:
            return Op("or", tuple(items))
        return Group(opening, closing, tuple(items))

    def _builder(self, head: list[Node]) -> Node:
        with self.nested():
            conditions, separators = self.items()
            self.expect("}s")
        if "or" in separators:
            conditions = [Op("or", tuple(conditions))]
        subject = head[0] if len(head) == 1 else Group("(", ")", tuple(head))
        if isinstance(subject, Chain) and subject.relations == ("in",):
            return Builder(subject.sides[0], (subject, *conditions))
        return Builder(subject, tuple(conditions))

    def _environment(self, name: str) -> Node:
        if name not in _MATRICES and name not in _STACKS:
            raise Unsupported("an environment that is not a matrix")
        rows: list[tuple[Node, ...]] = []
        with self.nested():
            while self.peek().kind != "end":
                rows.append(self._row(stacked=name in _STACKS))
            if self.next().text != name:
                raise Malformed("environments that do not match")
        rows = [row for row in rows if row]
        if not rows:
            raise Malformed("an empty matrix")
        if name in _STACKS:
            if all(len(row) == 1 for row in rows):
                return Group("", "", tuple(row[0] for row in rows))
            return Group("cases", "", tuple(Group("", "", row) for row in rows))
        if len({len(row) for row in rows}) > 1:
            raise Malformed("rows of different lengths")
        matrix = Matrix(tuple(rows))
        return Op("det", (matrix,)) if name == "vmatrix" else matrix

    def _piecewise(self) -> Node:
        r"""`\{\begin{array}...`, whose brace is never closed."""
        stack = self._environment(self.next().text)
        self.accept("}s")
        if not isinstance(stack, Matrix):
            return stack
        if len(stack.rows[0]) == 1:
            return Group("", "", tuple(row[0] for row in stack.rows))
        return Group("cases", "", tuple(Group("", "", row) for row in stack.rows))

    def _row(self, stacked: bool) -> tuple[Node, ...]:
        cells: list[Node] = []
        while True:
            if self.accept("\\\\") or self.peek().kind == "end":
                return tuple(cells)
            if self.accept("&"):
                continue
            if stacked and self.accept(",", ";"):
                continue
            cells.append(self.statement())
