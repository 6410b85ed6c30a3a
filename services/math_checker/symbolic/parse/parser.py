"""Statements: lists, relations, ratios, unions, and the operators between factors. Recursive
descent.
"""

from __future__ import annotations

from flint import fmpq

from services.math_checker.symbolic.nodes import Chain, Group, Malformed, Node, Num, Op, symbols
from services.math_checker.symbolic.parse.commands import Commands
from services.math_checker.symbolic.parse.tokens import Token, tokenize

_SET_OPERATORS = {"cup": "union", "cap": "inter", "minus": "difference"}
_INEQUALITIES = frozenset(("<", "<=", ">", ">=", "!="))
_STARTS = frozenset(
    ("number", "repeat", "symbol", "const", "function", "command", "decorated", "begin")
)
_OPENINGS = frozenset(("(", "[", "{", "{s", "lfloor", "lceil", "norm", "<", "bigcup"))


def parse(text: str) -> Node:
    """Reads a normalised answer. Raises `Unsupported` where it is not in the notation that this
    reader knows.
    """
    return Parser(tokenize(text)).whole()


class Parser(Commands):
    """The grammar above factors. Each method reads what its rule allows and leaves the rest."""

    def whole(self) -> Node:
        """The whole text: one statement, or several as a list or a system."""
        node = self.statements()
        if self.position < len(self.tokens):
            raise Malformed(f"unexpected {self.peek().kind}")
        return node

    def statements(self) -> Node:
        """Statements separated by commas, semicolons, "and", "or" or line breaks."""
        items, separators = self.items()
        if len(items) == 1:
            return items[0]
        if "or" in separators and any(isinstance(item, Chain) for item in items):
            return self._alternatives(items, separators)
        if {",", ";"} <= set(separators) and all(isinstance(item, Chain) for item in items):
            return self._alternatives(items, ["or" if s == ";" else s for s in separators])
        if set(separators) == {"and"} and all(map(_is_inequality, items)) and _of_one_name(items):
            return Op("inter", tuple(items))  # "x > 1 and x < 3" is no list of two statements
        return Group("", "", tuple(items))

    def items(self) -> tuple[list[Node], list[str]]:
        """Statements up to something that is no separator, and the separators between them."""
        items: list[Node] = [self.statement()]
        separators: list[str] = []
        while True:
            separator = self.accept(",", ";", "and", "or", "\\\\", "&")
            if separator is None:
                return items, separators
            while self.at(",", "and", "or", "\\\\"):  # "1, 2, and 3"
                separator = self.next().text
            if not self._starts_statement():
                return items, separators  # a separator at the end
            separators.append(separator)
            items.append(self.statement())

    def _alternatives(self, items: list[Node], separators: list[str]) -> Node:
        """ "x > 1 and x < 2 or x < -1": "or" binds weaker than the comma that means "and"."""
        groups: list[list[Node]] = [[items[0]]]
        for separator, item in zip(separators, items[1:], strict=True):
            if separator == "or" or not isinstance(item, Chain):
                groups.append([item])
            else:
                groups[-1].append(item)
        parts = [g[0] if len(g) == 1 else Group("", "", tuple(g)) for g in groups]
        return Op("or", tuple(parts))

    def statement(self) -> Node:
        """One relation or expression, perhaps under a quantifier."""
        quantifier = self.accept("forall", "exists", "not")
        if quantifier:
            with self.nested():
                return Op(quantifier, (self.statement(),))
        if self.peek().kind == "relation" and self.peek().text in ("=", "~="):
            self.next()  # "= 5"
        sides: list[Node] = [self.union()]
        relations: list[str] = []
        while self.peek().kind == "relation":
            relations.append(self.next().text)
            sides.append(self.union())
        if not relations:
            return sides[0]
        modulus = self._modulus()
        if modulus is not None and relations in (["equiv"], ["="]) and len(sides) == 2:
            return Op("congruent", (sides[0], sides[1], modulus))
        return Chain(tuple(sides), tuple(relations))

    def _modulus(self) -> Node | None:
        r"""`\pmod n`, `(mod n)`, `\bmod n`."""
        token = self.peek()
        if token.kind == "command" and token.text in ("pmod", "mod", "bmod"):
            self.next()
            return self.macro_argument()
        bracketed = self.at("(") and self.peek(1).text == "mod"
        if not bracketed and token.text != "mod":
            return None
        if bracketed:
            self.next()
        self.next()
        modulus = self.union()
        if bracketed:
            self.expect(")")
        return modulus

    def union(self) -> Node:
        r"""Operators on sets, which bind weaker than + and -."""
        left = self.ratio()
        while self.at(*_SET_OPERATORS):
            name = _SET_OPERATORS[self.next().text]
            right = self.ratio()
            if name != "difference" and isinstance(left, Op) and left.name == name:
                left = Op(name, (*left.args, right))
            else:
                left = Op(name, (left, right))
        return left

    def ratio(self) -> Node:
        """a : b : c, outside the head of a set."""
        terms = [self.sum()]
        while not self.in_head and self.accept(":"):
            terms.append(self.sum())
        return terms[0] if len(terms) == 1 else Op("ratio", tuple(terms))

    def sum(self) -> Node:
        """Terms with +, -, and plus-or-minus between them."""
        terms: list[Node] = []
        if self.at("pm", "mp"):
            name = self.next().text
            terms = [Op(name, (self.product(),))]
        else:
            terms = [self.product()]
        while self.at("+", "-", "pm", "mp", "..."):
            name = self.next().text
            if name == "...":
                terms.append(Op("ellipsis", ()))
                continue
            if self.accept("..."):
                terms.append(Op("ellipsis", ()))
                continue
            term = self.product()
            terms.append(
                term if name == "+" else _negated(term) if name == "-" else Op(name, (term,))
            )
        return terms[0] if len(terms) == 1 else Op("add", tuple(terms))

    def product(self) -> Node:
        """Factors with *, / or nothing between them, from left to right."""
        negative = self._signs()
        left = self.power()
        while True:
            operator = self.accept("*", "/", "div")
            if operator:
                flip = self._signs()
                right = self.power()
                right = _negated(right) if flip else right
                left = _quotient(left, right) if operator == "/" else _multiplied(left, right)
            elif self._starts_factor():
                left = _multiplied(left, self.power())
            else:
                break
        return _negated(left) if negative else left

    def _signs(self) -> bool:
        negative = False
        while self.at("+", "-"):
            negative ^= self.next().text == "-"
        return negative

    def _starts_statement(self) -> bool:
        return self.at(
            "+", "-", "pm", "mp", "|", "forall", "exists", "not", "..."
        ) or self._starts_factor(True)

    def _starts_operand(self) -> bool:
        return self._starts_factor()

    def _starts_factor(self, first: bool = False) -> bool:
        token: Token = self.peek()
        if token.kind in _STARTS:
            if token.kind == "number" and not first:
                return self.tokens[self.position - 1].kind != "number"
            return token.kind != "command" or token.text not in ("pmod", "mod", "bmod")
        if token.kind != "operator":
            return False
        if token.text == "(" and self.peek(1).text == "mod":
            return False
        if token.text == "<":
            return first
        return token.text in _OPENINGS or (token.text == "|" and not self.bars and not self.in_head)


def _is_inequality(node: Node) -> bool:
    return isinstance(node, Chain) and set(node.relations) <= _INEQUALITIES


def _of_one_name(nodes: list[Node]) -> bool:
    return len({name for node in nodes for name in symbols(node)}) == 1


def _negated(node: Node) -> Node:
    if isinstance(node, Num):
        return Num(-node.value)
    return Op("neg", (node,))


def _multiplied(left: Node, right: Node) -> Node:
    if isinstance(left, Op) and left.name == "mul":
        return Op("mul", (*left.args, right))
    return Op("mul", (left, right))


def _quotient(left: Node, right: Node) -> Node:
    if isinstance(left, Num) and isinstance(right, Num) and right.value != 0:
        return Num(fmpq(left.value / right.value))
    return Op("div", (left, right))
