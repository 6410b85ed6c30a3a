"""A position in a list of tokens, with a bound on depth, so that hostile nesting can't exhaust the
stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.math_checker.symbolic.nodes import Malformed
from services.math_checker.symbolic.parse.tokens import END, Token

#: Deepest nesting of groups. The parser takes about ten Python frames a level.
MAX_DEPTH = 42


class Cursor:
    """Reads tokens one by one; `bars` counts the open bars of the innermost absolute value."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.bars = 0
        self.in_head = False

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` places from here, or `END`."""
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else END

    def next(self) -> Token:
        """Takes the next token; `Unsupported` at the end."""
        token = self.peek()
        if token is END:
            raise Malformed("the text ends too early")
        self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these operators."""
        token = self.peek()
        return token.kind == "operator" and token.text in texts

    def accept(self, *texts: str) -> str | None:
        """Takes the next token if it is one of these operators, and gives its text."""
        if self.at(*texts):
            return self.next().text
        return None

    def expect(self, *texts: str) -> str:
        """Takes the next token, which must be one of these operators."""
        if not self.at(*texts):
            raise Malformed(f"expected {' or '.join(texts)}")
        return self.next().text

    @contextmanager
    def nested(self, bars: int = 0, in_head: bool = False) -> Iterator[None]:
        """One level deeper; bars and set heads outside are out of sight inside."""
        if self.depth >= MAX_DEPTH:
            raise Malformed("nested too deeply")
        kept = self.bars, self.in_head
        self.depth += 1
        self.bars, self.in_head = bars, in_head
        try:
            yield
        finally:
            self.depth -= 1
            self.bars, self.in_head = kept
