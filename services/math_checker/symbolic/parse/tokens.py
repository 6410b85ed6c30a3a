"""Splits a normalised answer into tokens: numbers, names, functions, commands, operators,
relations, words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from services.math_checker.symbolic.nodes import Malformed, Unsupported

MAX_TOKENS = 3_000
MAX_DIGITS = 4_000

_FUNCTIONS_NAMES = """
    sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arccot arcsec
    arccsc arcsinh arccosh arctanh arsinh arcosh artanh asin acos atan sqrt cbrt abs ln log lg
    lb exp gcd lcm max min floor ceil sgn sign erf erfc det Re Im arg Arg Gamma zeta
    operatorname mod
"""
FUNCTIONS = frozenset(_FUNCTIONS_NAMES.split())
_GREEK_NAMES = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    omicron rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta
    Lambda Xi Pi Sigma Phi Psi Omega hbar ell
"""
GREEK = frozenset(_GREEK_NAMES.split())
_VARIANTS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho"}
_RELATION_COMMANDS = {
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!=", "lt": "<",
    "gt": ">", "in": "in",
    "notin": "notin", "subset": "subset", "subseteq": "subseteq", "approx": "~=",
    "equiv": "equiv", "to": "->",
    "implies": "=>", "iff": "<=>", "parallel": "parallel", "perp": "perp", "sim": "sim",
    "cong": "cong",
    "Leftrightarrow": "<=>", "mapsto": "mapsto", "divides": "divides",
}  # fmt: skip
_OPERATOR_COMMANDS = {
    "cdot": "*", "times": "*", "div": "/", "pm": "pm", "mp": "mp", "cup": "cup", "cap": "cap",
    "setminus": "minus",
    "backslash": "minus", "lor": "or", "land": "and", "{": "{s", "}": "}s", "langle": "<",
    "rangle": ">", "lfloor": "lfloor",
    "rfloor": "rfloor", "lceil": "lceil", "rceil": "rceil", "|": "norm", "circ": "circ",
    "forall": "forall",
    "exists": "exists", "&": "&", "\\": "\\\\", "ldots": "...", "dots": "...", "cdots": "...",
    "bmod": "mod", "_": "_",
    "lnot": "not", "therefore": " ", "because": " ", "bigcup": "bigcup", "prime": "'",
    "bullet": "*", "star": "*", "oplus": "oplus",
}  # fmt: skip
_WORDS = {
    "and": "and", "or": "or", "inf": "inf", "infinity": "inf", "oo": "inf", "union": "cup",
    "in": "in", "infty": "inf",
    "times": "*", "intersect": "cap", "mod": "mod",
}  # fmt: skip
_UNSEEN = frozenset(["underline", "mathop", "mathord", "ensuremath", "mathstrut", "boxed", "fbox"])
_CONNECTORS = frozenset(["and", "or", "if", "when", "where", "for", "with"])
_DECORATIONS = frozenset(
    ["vec", "hat", "bar", "overline", "overrightarrow", "widehat", "tilde", "dot", "ddot"]
)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<repeat>\d*\.\d*\\(?:overline|bar|dot)\s*\{\d+\})
    | (?P<number>(?:\d+(?:\.\d+|\.(?![\d.]))?|\.\d+)(?:[eE][+-]?\d{1,4}(?![\d.]))?)
    | \\begin\s*\{\s*(?P<begin>[A-Za-z]+\*?)\s*\}(?:(?<=array\})\s*\{[^{}]*\})?
    | (?P<skip>\\(?:hspace|vspace|color|phantom|hphantom|label|tag|textcolor)\*?\s*\{[^{}]*\})
    | \\end\s*\{\s*(?P<end>[A-Za-z]+\*?)\s*\}
    |
    \\(?P<style>mathrm|mathbf|mathit|mathsf|mathcal|mathfrak|mathscr|operatorname\*?|text|mathbb|vec|hat|bar|overline
        |overrightarrow|widehat|tilde|ddot|dot)(?![A-Za-z])\s*(?:\{(?P<content>[^{}]*)\}|(?P<letter>[A-Za-z0-9])|(?=\\|\{))
    | \\(?P<command>[A-Za-z]+|.)
    | (?P<relation><=>|<=|>=|!=|==|=>|->|[=<>~])
    | (?P<word>[A-Za-z]+)
    | (?P<ellipsis>\.\.\.+)
    | (?P<operator>\*\*|[-+*/^_!(){}\[\]|,;:'&%])
    )""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A token: its kind, its canonical text, and where it begins and ends."""

    kind: str
    text: str
    start: int = 0
    end: int = 0


END = Token("end", "")


def tokenize(text: str) -> list[Token]:
    """The tokens of a text. Raises `Unsupported` on a character that has no meaning here, or over
    a limit.
    """
    tokens: list[Token] = []
    position, length = 0, len(text.rstrip())
    while position < length:
        found = _TOKEN.match(text, position)
        if found is None or len(tokens) > MAX_TOKENS:
            raise Unsupported("a character that is not mathematics, or too many tokens")
        kind = found.lastgroup or ""
        if kind in ("content", "letter", "style"):
            _add_styled(tokens, found)
        else:
            _add(tokens, kind, found.group(kind), found.start(kind), found.end())
        position = found.end()
    return tokens


def _add(tokens: list[Token], kind: str, body: str, start: int, end: int) -> None:
    if kind in ("number", "repeat"):
        if len(body) > MAX_DIGITS:
            raise Malformed("a number with too many digits")
        tokens.append(Token(kind, body, start, end))
    elif kind == "word":
        _add_word(tokens, body, start, end)
    elif kind == "skip":
        pass  # spacing and colour
    elif kind == "command":
        _add_command(tokens, body, start, end)
    elif kind == "ellipsis":
        tokens.append(Token("operator", "...", start, end))
    elif kind == "operator":
        tokens.append(Token("operator", "^" if body == "**" else body, start, end))
    elif kind == "relation":
        tokens.append(Token("relation", {"==": "=", "~": "sim"}.get(body, body), start, end))
    else:
        tokens.append(Token(kind, body.rstrip("*"), start, end))


def _add_command(tokens: list[Token], name: str, start: int, end: int) -> None:
    if name in _RELATION_COMMANDS:
        tokens.append(Token("relation", _RELATION_COMMANDS[name], start, end))
    elif name in _OPERATOR_COMMANDS:
        spelled = _OPERATOR_COMMANDS[name]
        if name in ("langle", "rangle"):
            tokens.append(Token("operator", "<" if name == "langle" else ">", start, end))
        elif spelled != " ":
            tokens.append(Token("operator", spelled, start, end))
    elif name in ("pi", "infty"):
        tokens.append(Token("const", "inf" if name == "infty" else name, start, end))
    elif name == "emptyset":
        tokens.append(Token("const", "empty", start, end))
    elif name in FUNCTIONS and name not in ("sqrt", "zeta", "Gamma"):
        tokens.append(Token("function", name, start, end))
    elif name in GREEK:
        tokens.append(Token("symbol", _VARIANTS.get(name, name), start, end))
    elif (
        name in (" ", ",", ";", ":", "!", "quad", "qquad", "left", "right", "displaystyle", "$")
        or name in _UNSEEN
    ):
        pass
    else:
        tokens.append(Token("command", name, start, end))


def _add_word(tokens: list[Token], word: str, start: int, end: int) -> None:
    """A run of letters: a known name, names run together ("sinx", "2pir"), a product of letters,
    or a word.
    """
    known = _WORDS.get(word) or _WORDS.get(word.lower() if len(word) > 3 else "")
    if known:
        tokens.append(_word_token(known, start, end))
    elif word in FUNCTIONS:
        tokens.append(Token("function", word, start, end))
    elif word == "pi":
        tokens.append(Token("const", "pi", start, end))
    elif word == "U" and tokens and tokens[-1].text in (")", "]", "}s"):
        tokens.append(Token("operator", "cup", start, end))  # "(1,2) U (3,4)"
    elif word in GREEK:
        tokens.append(Token("symbol", word, start, end))
    elif len(word) == 1:
        tokens.append(_letter(word, start, end))
    else:
        _split_word(tokens, word, start, end)


def _split_word(tokens: list[Token], word: str, start: int, end: int) -> None:
    for size in (6, 5, 4, 3, 2):
        head = word[:size]
        if len(word) > size and head in FUNCTIONS and len(word) - size <= 2:
            tokens.append(Token("function", head, start, start + size))
            _add_word(tokens, word[size:], start + size, end)
            return
    if "pi" in word and len(word) <= 4:
        before, after = word.split("pi", 1)
        spot = start + len(before)
        if before:
            _add_word(tokens, before, start, spot)
        tokens.append(Token("const", "pi", spot, spot + 2))
        if after:
            _add_word(tokens, after, spot + 2, end)
        return
    order = [ord(letter) for letter in word]
    consecutive = order == list(range(order[0], order[0] + len(order)))
    if len(word) <= 3 or consecutive or not set(word.lower()) & set("aeiou"):
        for offset, letter in enumerate(word):
            tokens.append(_letter(letter, start + offset, start + offset + 1))
    else:
        tokens.append(Token("symbol", word, start, end))


def _letter(letter: str, start: int, end: int) -> Token:
    return Token("const" if letter in "ei" else "symbol", letter, start, end)


def _word_token(known: str, start: int, end: int) -> Token:
    if known == "inf":
        return Token("const", known, start, end)
    return Token("relation" if known == "in" else "operator", known, start, end)


def _add_styled(tokens: list[Token], found: re.Match[str]) -> None:
    r"""`\text{...}`, `\mathbf{...}`, `\overline{...}`: a connector, a function, a decorated letter
    or a word.
    """
    style, start, end = found.group("style"), found.start("style"), found.end()
    content = (
        found.group("content") if found.group("content") is not None else found.group("letter")
    )
    if content is None:
        if style in _DECORATIONS:
            tokens.append(Token("command", style, start, end))
        return  # a style without a group of its own changes nothing
    body = " ".join(content.replace("~", " ").split())
    if style == "mathbb":
        tokens.append(Token("const", body, start, end))
    elif style in _DECORATIONS:
        tokens.append(Token("decorated", f"{style} {body.replace(' ', '')}", start, end))
    elif style == "mathbf" and body in ("i", "j", "k"):
        tokens.append(Token("decorated", f"hat {body}", start, end))
    elif body.strip(",. ").lower() in _CONNECTORS or not body.strip(",.;: "):
        name = body.strip(",. ").lower()
        tokens.append(Token("operator", name if name in ("and", "or") else ",", start, end))
    elif _is_word(style, content, body):
        tokens.append(Token("symbol", body.lower() if style == "text" else body, start, end))
    else:
        for token in tokenize(body):
            tokens.append(token._replace(start=start, end=end))


def _is_word(style: str | None, content: str, body: str) -> bool:
    """Whether the content of a styled group is a word or a unit, not a function, a number or a
    letter.
    """
    if len(body) < 2 or body.replace(".", "").isdigit():
        return False
    if style == "text":
        return body not in FUNCTIONS
    is_spaced = content[0] in "~ "  # "5 \\mathrm{~min}"
    return (
        body.isalpha()
        and body not in GREEK
        and (is_spaced or (body not in FUNCTIONS and body not in _WORDS))
    )
