"""Factors: numbers, names, brackets, commands, functions, and what is written behind them (powers,
primes, !).
"""

from __future__ import annotations

from flint import fmpq

from services.math_checker.symbolic.nodes import (
    Const,
    Group,
    Malformed,
    Node,
    Num,
    Op,
    Sym,
    render,
)
from services.math_checker.symbolic.parse.brackets import CLOSERS, Brackets
from services.math_checker.symbolic.parse.numbers import decimal, mixed_part, numeral, repeating
from services.math_checker.symbolic.parse.tokens import Token

#: Letters that name a function before a bracket; any other letter there is a factor.
_FUNCTION_LETTERS = frozenset("fghFGH")
_INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "cot": "arccot", "sec": "arcsec",
    "csc": "arccsc",
    "sinh": "arcsinh", "cosh": "arccosh", "tanh": "arctanh",
}  # fmt: skip
_SYNONYMS = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "lb": "log2", "sgn": "sign",
    "arsinh": "arcsinh",
    "arcosh": "arccosh", "artanh": "arctanh", "Arg": "arg",
}  # fmt: skip


class Factors(Brackets):
    """The grammar of one factor. `Parser` adds what stands between factors."""

    def power(self) -> Node:
        """A primary with its powers, factorials, primes and percent signs."""
        base = self.primary()
        while True:
            if self.accept("^"):
                base = self._raised(base)
            elif self.accept("!"):
                double = self.accept("!")
                base = Op("factorial2" if double else "factorial", (base,))
            elif self.accept("%"):
                base = Op("div", (base, Num(fmpq(100))))
            elif self.at("_") and isinstance(base, Num):
                self.next()
                base = numeral(self.tokens[self.position - 2].text, self.macro_argument())
            elif self.at("'") and isinstance(base, (Sym, Op)):
                self.next()
                base = Sym(base.name + "'") if isinstance(base, Sym) else Op("prime", (base,))
            else:
                return base

    def _raised(self, base: Node) -> Node:
        if self.accept("circ"):
            return self._degrees(base)
        if self.at("'", "*"):
            return Op("prime" if self.next().text == "'" else "conj", (base,))
        if self.at("+", "-"):
            negative = self.next().text == "-"
            if self.peek().kind not in ("number", "symbol", "const") and not self.at("("):
                return Op("superscript", (base, Sym("-" if negative else "+")))
            exponent = self.primary()
            exponent = Op("neg", (exponent,)) if negative else exponent
        elif self.at("{") and self.peek(1).text in ("circ", "'"):
            return self._marked(base)
        else:
            exponent = self.macro_argument(whole_number=True)
        if self.accept("^"):
            with self.nested(self.bars, self.in_head):
                exponent = self._raised(exponent)
        if exponent == Sym("T") or exponent == Sym("top"):
            return Op("transpose", (base,))
        return Op("pow", (base, exponent))

    def _marked(self, base: Node) -> Node:
        r"""`^{\circ}`, `^{\prime\prime}`."""
        self.next()
        if self.accept("circ"):
            base = self._degrees(base)
        while self.accept("'"):
            base = Sym(base.name + "'") if isinstance(base, Sym) else Op("prime", (base,))
        self.expect("}")
        return base

    @staticmethod
    def _degrees(base: Node) -> Node:
        return Op("mul", (base, Const("pi"), Num(fmpq(1, 180))))

    def macro_argument(self, whole_number: bool = False) -> Node:
        r"""What a command like \frac or ^ applies to: a braced group or one token (of a number,
        one digit).
        """
        if self.at("{"):
            return self.group()
        token = self.peek()
        if token.kind == "number" and not whole_number and len(token.text) > 1:
            first, rest = token.text[0], token.text[1:]
            if not first.isdigit():
                raise Malformed("a decimal where one digit is wanted")
            self.tokens[self.position] = token._replace(text=rest)
            return decimal(first)
        return self.primary(bare=True)

    def primary(self, bare: bool = False) -> Node:
        """One operand. `bare`: as the argument of a command, where no mixed number and no call is
        read.
        """
        token = self.next()
        match token.kind:
            case "number":
                return decimal(token.text) if bare else self._number(token)
            case "repeat":
                return repeating(token.text)
            case "const":
                return self._constant(token)
            case "symbol":
                return self._symbol(token, bare)
            case "decorated":
                return self._decorated(token)
            case "function":
                return self._function(token.text)
            case "command":
                with self.nested(self.bars, self.in_head):
                    return self.command(token.text)
            case "begin":
                return self._environment(token.text)
            case "operator":
                return self._bracketed(token.text)
        raise Malformed(f"unexpected {token.kind}")

    def command(self, name: str) -> Node:
        """See `Commands`."""
        raise NotImplementedError

    def _number(self, token: Token) -> Node:
        whole = decimal(token.text)
        if token.text.isdigit():
            found = mixed_part(self.tokens, self.position, token.end)
            if found is not None:
                self.position = found[1]
                return Num(whole.value + found[0])
        return whole

    def _constant(self, token: Token) -> Node:
        if self.at("_"):  # e_1, i_2: not the constants
            return self._symbol(token, bare=True)
        return Const(token.text)

    def _symbol(self, token: Token, bare: bool) -> Node:
        name = token.text
        if self.accept("_"):
            name += "_" + self._subscript()
        while self.at("'"):
            self.next()
            name += "'"
        if not bare and name[0] in _FUNCTION_LETTERS:
            name += self._inverse_mark()
        if not bare and self.at("(") and self._is_call(name):
            return Op(f"call {name}", self._arguments())
        return Sym(name)

    def _inverse_mark(self) -> str:
        """Takes the "^{-1}" of "f^{-1}(x)", which is no power."""
        for mark in (["^", "{", "-", "1", "}"], ["^", "-", "1"]):
            ahead = [self.peek(k).text for k in range(len(mark) + 1)]
            if ahead == [*mark, "("]:
                self.position += len(mark)
                return "^{-1}"
        return ""

    def _subscript(self) -> str:
        """The subscript as written: it is part of a name, whatever is in it."""
        if not self.accept("{"):
            return self.next().text
        texts: list[str] = []
        depth = 1
        while True:
            token = self.next()
            depth += (token.text == "{") - (token.text == "}") if token.kind == "operator" else 0
            if depth == 0:
                return "".join(texts)
            texts.append(token.text)

    def _is_call(self, name: str) -> bool:
        if name[0] in _FUNCTION_LETTERS:
            return True
        if self.peek(1).text == "0" and self.peek(2).text == ")":
            return True  # "I(0)" is a value of I, not I times 0
        # "P(x) = ...", "a(b) = ...": letters alone in the bracket, and a relation behind it.
        place = 1
        while self.peek(place).kind == "symbol" and self.peek(place + 1).text == ",":
            place += 2
        closed = self.peek(place).kind in ("symbol", "number") and self.peek(place + 1).text == ")"
        return closed and self.peek(place + 2).text == "=" and self.depth == 0

    def _arguments(self) -> tuple[Node, ...]:
        opening = self.next().text
        with self.nested():
            items, _ = self.items()
            self.expect(*CLOSERS[opening])
        return tuple(items)

    def _decorated(self, token: Token) -> Node:
        name = token.text
        if self.accept("_"):
            name += "_" + self._subscript()
        kind, _, body = name.partition(" ")
        if kind in ("bar", "overline") and len(body) == 1 and body in "zw":
            return Op("conj", (Sym(body),))
        if kind in ("vec", "overrightarrow") or len(body) > 1:
            return Sym(f"{kind} {body}")
        return Sym(name)

    # -- functions -------------------------------------------------------------------------------

    def _function(self, name: str) -> Node:
        base: Node | None = None
        exponent: Node | None = None
        while self.at("^", "_"):
            if self.next().text == "_":
                base = self.macro_argument(whole_number=True)
            else:
                exponent = self._function_exponent()
        name = _SYNONYMS.get(name, name)
        if exponent == Num(fmpq(-1)) and name in _INVERSES:
            name, exponent = _INVERSES[name], None
        args = self._function_arguments(name)
        if name == "sqrt" or name == "cbrt":
            applied: Node = Op("root", (args[0], Num(fmpq(2 if name == "sqrt" else 3))))
        elif name in ("log", "lg", "ln") and base is not None:
            applied = Op("log", (args[0], base))
        elif name in ("max", "min", "gcd", "lcm") and len(args) == 1 and isinstance(args[0], Group):
            applied = Op(name, args[0].items)
        elif base is not None:
            applied = Op(f"{name}_{render(base, ordered=False)}", args)
        else:
            applied = Op(name, args)
        return applied if exponent is None else Op("pow", (applied, exponent))

    def _function_exponent(self) -> Node:
        if self.accept("-"):
            return Num(-decimal(self.next().text).value)
        return self.macro_argument(whole_number=True)

    def _function_arguments(self, name: str) -> tuple[Node, ...]:
        if self.at("(", "["):
            return self._arguments()
        if self.at("{"):
            return (self.group(),)
        with self.nested(self.bars, self.in_head):
            negative = self.accept("-")
            factors = [self.power()]
            while self._continues_argument(factors):
                factors.append(self.power())
        argument = factors[0] if len(factors) == 1 else Op("mul", tuple(factors))
        return (Op("neg", (argument,)) if negative else argument,)

    def _continues_argument(self, factors: list[Node]) -> bool:
        token = self.peek()
        if token.kind in ("symbol", "const", "decorated"):
            return True
        if token.kind == "command":
            return token.text in ("frac", "sqrt")
        return self.at("(") and all(isinstance(f, (Num, Const)) for f in factors)
