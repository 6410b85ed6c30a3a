r"""Splits an answer of several parts: "1, 2", "x = 1 or x = 2", "\{1, 2\}", "(1, 2)", "3 \pm
\sqrt{2}", "a = 1 = 2".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from services.math_checker.surface import squeeze


class Shape(Enum):
    """How the parts of an answer are held together."""

    BARE = "bare"
    SET = "set"
    ROUND = "()"
    SQUARE = "[]"


@dataclass(frozen=True, slots=True)
class Items:
    """The parts in order of writing.

    `names` are the left sides where each part is "name = value" and the names differ, else empty;
    `common` is the one name of "x = 1 or x = 2".
    """

    shape: Shape
    parts: tuple[str, ...]
    names: tuple[str, ...] = ()
    common: str = ""


_TOKEN = re.compile(
    r"\\text ?\{ ?,? ?(?:and|or) ?\}|\\lor(?![A-Za-z])|(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])"
    r"|[,;]|\\[{}]|[()\[\]{}]|\\[A-Za-z]+|\\."
)
_RELATION = re.compile(r"\\approx(?![A-Za-z])|\\[{}]|[()\[\]{}]|(?<![<>!:=])=(?!=)|\\[A-Za-z]+|\\.")
_INEQUALITY = re.compile(r"[<>]|\\(?:le|ge|ne|in|notin|cup|cap|subset)(?![A-Za-z])")
NAME = re.compile(
    r"\\?[A-Za-z]+(?:_(?:\w|\{[^{}]*\}))?'*(?:\^\{?-1\}?)?(?: ?\([\w, \\^{}]*\))?"
    r"|(?:m ?)?\\(?:angle|overline|vec|hat|bar|text|mathrm|mathbf|mathbb|triangle)[ {][\w \\]*\}?"
    r"(?:_(?:\w|\{[^{}]*\}))?"
    r"|\|[A-Za-z]{1,2}\||[A-Za-z]+(?: [A-Za-z]+){0,5}"
    # ratios of named lengths and areas: "V_{1}:V_{2}", "\frac{AB}{CD}"
    r"|[A-Za-z]+(?:_(?:\w|\{\w*\}))?(?: ?[:/] ?[A-Za-z]+(?:_(?:\w|\{\w*\}))?)+"
    r"|\\frac\{(?:[A-Z]+\}\{[A-Z]+|d[a-zA-Z]?\}\{d[a-z])\}"
)
_NOT_NAMES = re.compile(r"\\(?:sqrt|sum|int|pi|infty|pm|ldots|cdot|times)(?![A-Za-z])|^(?:pi|e|i)$")
_BRACES = re.compile(r"[{}]")
_PM = re.compile(r"\\(?:pm|mp)(?![A-Za-z])")
MAX_PARTS = 64


def split_items(text: str) -> Items | None:
    """The parts of a normalised answer that lists several; None where it is one expression (or has
    too many parts).
    """
    if text.startswith("(") and "=" in text and (named := _split_named_tuple(text)):
        return named
    if _PM.search(text) and (signs := _split_signs(text)):
        return signs
    if not ("," in text or ";" in text or "or" in text or "and" in text or text.startswith("\\{")):
        return None
    shape, inner = _outer_brackets(text)
    parts = _split_bare(inner)
    if parts is None or len(parts) > MAX_PARTS or not all(parts):
        return None
    if len(parts) == 1:
        is_singleton = shape is Shape.SET and "|" not in inner and ":" not in inner
        return (
            Items(shape, tuple(parts)) if is_singleton and not _INEQUALITY.search(inner) else None
        )
    if _INEQUALITY.search(inner):
        return None
    names, common, values = _split_names(parts)
    expanded: list[str] = []
    for value in values:
        signs = _split_signs(value) if _PM.search(value) else None
        expanded += signs.parts if signs else (value,)
    if (
        names and shape is Shape.SET
    ):  # "\\{x = 1, y = 2\\}" names its parts and is no set of numbers
        shape = Shape.BARE
    return Items(shape, tuple(expanded), names if len(expanded) == len(names) else (), common)


def _split_named_tuple(text: str) -> Items | None:
    """The parts of "(x, y) = (1, 2)" under their names."""
    sides, relations = split_relation(text)
    if relations != ["="]:
        return None
    names, values = split_items(sides[0]), split_items(sides[1])
    if not (names and values and names.shape is values.shape is Shape.ROUND):
        return None
    if len(names.parts) != len(values.parts) or not all(map(is_name, names.parts)):
        return None
    return Items(Shape.ROUND, values.parts, tuple(map(squeeze, names.parts)))


def split_relation(text: str) -> tuple[list[str], list[str]]:
    r"""The sides of "a = b \approx c" and the relations between them; one side where the text holds
    no equation.
    """
    if "=" not in text and "\\approx" not in text:
        return [text], []
    sides: list[str] = []
    relations: list[str] = []
    depth = begin = 0
    for token in _RELATION.finditer(text):
        symbol = token.group()
        if symbol in ("=", "\\approx"):
            if depth <= 0:
                sides.append(text[begin : token.start()].strip(" "))
                relations.append(symbol)
                begin = token.end()
        else:
            depth += _turn(symbol)
    return [*sides, text[begin:].strip(" ")], relations


def is_name(text: str) -> bool:
    """Whether `text` names a quantity ("x", "f(x)", "\\angle ABC", "Total cost") and is no
    expression itself.
    """
    return bool(NAME.fullmatch(text)) and not _NOT_NAMES.search(text)


def _turn(symbol: str) -> int:
    last = symbol[-1]
    return 1 if last in "([{" else -1 if last in ")]}" and len(symbol) <= 2 else 0


def _outer_brackets(text: str) -> tuple[Shape, str]:
    for opening, closing, shape in (
        ("\\{", "\\}", Shape.SET), ("(", ")", Shape.ROUND), ("[", "]", Shape.SQUARE),
    ):  # fmt: skip
        if text.startswith(opening) and text.endswith(closing) and _closes_at_end(text):
            return shape, text[len(opening) : -len(closing)].strip(" ")
    return Shape.BARE, text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += _turn(token.group())
        if depth == 0 and token.end() < len(text) and token.group()[-1] in ")]}":
            return False
    return depth == 0


def _split_bare(text: str) -> list[str] | None:
    if ";" in text:  # "p=5, q=2; p=7, q=2" lists pairs
        parts = _split_at(text, ";")
        if parts is None or len(parts) > 1:
            return parts
    return _split_at(text, ",")


def _split_at(text: str, mark: str) -> list[str] | None:
    """The parts of `text` between the marks and words that stand outside of brackets."""
    parts: list[str] = []
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        symbol = token.group()
        is_bracket = symbol in ("(", ")", "[", "]", "{", "}", "\\{", "\\}")
        if is_bracket:
            depth += _turn(symbol)
        elif depth == 0 and _separates(symbol, mark):
            part = text[begin : token.start()].strip(" ")
            begin = token.end()
            # ", and" and ", or" are one separator.
            if part or symbol == mark:
                parts.append(part)
    if depth:
        return None
    return [*parts, text[begin:].strip(" ")]


def _separates(symbol: str, mark: str) -> bool:
    if symbol in (",", ";"):
        return symbol == mark
    return mark == "," and (symbol[0] != "\\" or symbol == "\\lor" or symbol[-1] == "}")


def _split_names(parts: list[str]) -> tuple[tuple[str, ...], str, list[str]]:
    """The names that differ, the one name that all share, and the values of "x = 1, y = 2"."""
    names: list[str] = []
    values: list[str] = []
    for part in parts:
        sides, relations = split_relation(part)
        if len(sides) == 2 and relations == ["="] and is_name(sides[0]):
            names.append(_BRACES.sub("", squeeze(sides[0])))
            values.append(sides[1])
        else:
            values.append(part)
    if len(names) == len(parts) and len(set(names)) > 1:
        return tuple(names), "", values
    if len(names) == len(parts) or (len(names) == 1 and parts[0] != values[0]):  # "x = 1, 2"
        return (), names[0], values
    return (), "", parts if names else values


def _split_signs(text: str) -> Items | None:
    r"""The two values of "x = 3 \pm \sqrt{2}"; None where several signs may vary on their own."""
    if len(_PM.findall(text)) > 1 and "\\mp" not in text:
        return None
    sides, relations = split_relation(text)
    common = ""
    if len(sides) == 2 and relations == ["="] and is_name(sides[0]):
        common, text = squeeze(sides[0]), sides[1]
    if len(_split_bare(text) or "") > 1:
        return None
    upper = _PM.sub(lambda sign: "+" if sign.group() == "\\pm" else "-", text)
    lower = _PM.sub(lambda sign: "-" if sign.group() == "\\pm" else "+", text)
    parts = (upper.strip(" ").removeprefix("+").strip(" "), lower.strip(" "))
    return Items(Shape.BARE, parts, common=common)
