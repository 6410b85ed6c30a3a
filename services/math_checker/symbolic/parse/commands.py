r"""LaTeX commands with arguments: \frac, \sqrt, \binom, sums, products, limits, integrals,
decorations.
"""

from __future__ import annotations

from flint import fmpq

from services.math_checker.symbolic.nodes import (
    Chain,
    Const,
    Node,
    Num,
    Op,
    Sym,
    Unsupported,
    render,
    replace,
)
from services.math_checker.symbolic.parse.factors import Factors

_FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))
_DECORATIONS = frozenset(
    ("vec", "hat", "bar", "overline", "overrightarrow", "widehat", "tilde", "dot", "ddot")
)
_SHAPES = frozenset(("angle", "triangle", "odot", "square"))


class Commands(Factors):
    """The grammar of commands."""

    def command(self, name: str) -> Node:
        """What the command `name`, already taken, and its arguments stand for."""
        if name in _FRACTIONS:
            return self._fraction()
        if name == "sqrt":
            return self._root()
        if name in ("binom", "dbinom", "tbinom"):
            return Op("binom", (self.macro_argument(), self.macro_argument()))
        if name in ("sum", "prod"):
            return self._big_operator(name)
        if name == "lim":
            return self._limit()
        if name in ("int", "iint", "oint"):
            return self._integral(name)
        if name in _DECORATIONS:
            return Sym(f"{name} {render(self.macro_argument(), ordered=False)}")
        if name in _SHAPES:
            return Sym(f"{name} {render(self.power(), ordered=False)}")
        if name in ("Re", "Im"):
            return Op(name, self._function_arguments(name))
        if name in ("zeta", "Gamma"):
            return Op(name, self._arguments()) if self.at("(") else Sym(name)
        if name in ("partial", "nabla"):
            return Sym(name)
        raise Unsupported("a command that the reader does not know")

    def _fraction(self) -> Node:
        numerator = self.macro_argument()
        denominator = self.macro_argument()
        if _is_differential(numerator) and _is_differential(denominator):
            # dy/dx is one name, not a quotient of products.
            key = f"{render(numerator)}/{render(denominator)}"
            return Sym(key)
        if isinstance(numerator, Num) and isinstance(denominator, Num) and denominator.value != 0:
            return Num(numerator.value / denominator.value)
        return Op("div", (numerator, denominator))

    def _root(self) -> Node:
        degree: Node = Num(fmpq(2))
        if self.accept("["):
            degree = self.union()
            self.expect("]")
        if self.at("("):
            with self.nested():
                self.next()
                radicand = self.union()
                self.expect(")")
        else:
            radicand = self.macro_argument(whole_number=True)
        return Op("root", (radicand, degree))

    def _bounds(self) -> tuple[Node | None, Node | None]:
        lower = upper = None
        while self.at("_", "^"):
            if self.next().text == "_":
                lower = self.macro_argument(whole_number=True)
            else:
                upper = self.macro_argument(whole_number=True)
        return lower, upper

    def _big_operator(self, name: str) -> Node:
        lower, upper = self._bounds()
        if not isinstance(lower, Chain) or lower.relations != ("=",) or upper is None:
            raise Unsupported("a sum without plain bounds")
        index, start = lower.sides
        body = self._body()
        if index == Const("i"):  # as an index it is not the imaginary unit
            index = Sym("i")
            body = replace(body, Const("i"), index)
        if not isinstance(index, Sym):
            raise Unsupported("a sum over something that is no variable")
        return Op(name, (body, index, start, upper))

    def _body(self) -> Node:
        """The operand of a sum: a product, as far as it goes."""
        with self.nested():
            factors = [self.power()]
            while self._starts_operand() or self.at("*", "/"):
                operator = self.accept("*", "/")
                factor = self.power()
                factors.append(Op("pow", (factor, Num(fmpq(-1)))) if operator == "/" else factor)
        return factors[0] if len(factors) == 1 else Op("mul", tuple(factors))

    def _starts_operand(self) -> bool:
        """See `Parser._starts_factor`."""
        raise NotImplementedError

    def _limit(self) -> Node:
        lower, _ = self._bounds()
        if lower is None:
            raise Unsupported("a limit without its variable")
        return Op("limit", (self._body(), lower))

    def _integral(self, name: str) -> Node:
        lower, upper = self._bounds()
        with self.nested():
            body = self.union()
        bounds = tuple(bound for bound in (lower, upper) if bound is not None)
        return Op(name, (body, *bounds))


def _is_differential(node: Node) -> bool:
    if node == Sym("d") or node == Sym("partial"):
        return True
    if isinstance(node, Op) and node.name == "pow":
        return _is_differential(node.args[0])
    if not isinstance(node, Op) or node.name != "mul" or len(node.args) < 2:
        return False
    return _is_differential(node.args[0]) and all(isinstance(a, (Sym, Op)) for a in node.args[1:])
