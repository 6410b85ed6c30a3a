"""One spelling for what looks alike: Unicode, spacing, delimiters and synonyms of LaTeX become one
plain form.

Every reader behind it (the exact path and the symbolic one) then needs to know one spelling only.
Nothing here changes what a text means; where a spelling is ambiguous, as "(1,234)" is, it is left
alone. All passes are linear.
"""

from __future__ import annotations

import re

from services.math_checker.phrases import (
    spell_combinations,
    spell_intervals,
    spell_latex,
    spell_plain,
)

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "varsigma",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₖₐₓ", "0123456789+-()nkax", strict=True))
_FRACTIONS = dict(
    zip(
        "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒",
        [
            "12",
            "13",
            "23",
            "14",
            "34",
            "15",
            "25",
            "35",
            "45",
            "16",
            "56",
            "17",
            "18",
            "38",
            "58",
            "78",
            "19",
            "1/10",
        ],
        strict=True,
    )
)


def _unicode_table() -> dict[int, str]:
    table = {0x3B1 + i: f"\\{name} " for i, name in enumerate(_GREEK)}
    capitals = ["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"]
    table |= {ord(c): f"\\{name} " for c, name in zip("ΓΔΘΛΞΠΣΦΨΩ", capitals, strict=True)}
    # Full-width ASCII, then what stands for one ASCII character or one command.
    table |= {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    one = {
        "−–‐‑‒—﹣": "-", "∗⁎＊": "*", "⁄∕": "/", "∣": "|", "。．": ".", "，、": ",", "∶：": ":",
        "‘’′ʹ": "'", "“”″": '"',
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2007\u2008\u205f\u3000": " ",
        "\u2006\u2009\u200a\u202f": r"\,", "【": "[", "】": "]", "〈⟨": r"\langle ",
        "〉⟩": r"\rangle ",
        "×✕": r"\times ", "·⋅∙•": r"\cdot ", "÷": r"\div ", "±": r"\pm ", "∓": r"\mp ",
        "≤≦⩽": r"\le ", "≥≧⩾": r"\ge ", "≠": r"\ne ", "≈≃≅": r"\approx ", "≡": r"\equiv ",
        "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ",
        "∈": r"\in ", "∉": r"\notin ", "∅⌀": r"\emptyset ",
        "⊂": r"\subset ", "⊆": r"\subseteq ", "∖": r"\setminus ", "→⟶": r"\to ", "⇒⟹": r"\implies ",
        "∴": r"\therefore ", "∀": r"\forall ", "∃": r"\exists ", "∧": r"\land ",
        "∨": r"\lor ", "¬": r"\lnot ", "…⋯": r"\ldots ",
        "°º˚": r"^\circ ", "∠": r"\angle ", "△": r"\triangle ", "⊥": r"\perp ", "∥": r"\parallel ",
        "∑": r"\sum ", "∏": r"\prod ", "∫": r"\int ",
        "∂": r"\partial ", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}",
        "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}",
        "ϕ": r"\phi ", "ϵ": r"\epsilon ",
        "ℓ": r"\ell ", "℃": r"^\circ C", "℉": r"^\circ F", "％": "%", "＄": r"\$",
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e": "",
    }  # fmt: skip
    table |= {ord(char): spelling for chars, spelling in one.items() for char in chars}
    for char, digits in _FRACTIONS.items():
        top, bottom = digits.split("/") if "/" in digits else list(digits)
        table[ord(char)] = rf"\frac{{{top}}}{{{bottom}}}"
    return table


_UNICODE = _unicode_table()

# Commands by what they are spelled as: synonyms, and those that only shape the look.
_SPELLINGS = {
    r"\frac": "dfrac tfrac cfrac nicefrac",
    r"\binom": "dbinom tbinom",
    r"\le": "leq leqslant leqq",
    r"\ge": "geq geqslant geqq",
    r"\ne": "neq",
    r"\to": "rightarrow longrightarrow",
    r"\implies": "Rightarrow Longrightarrow",
    r"\ldots": "dots cdots dotsc dotsb dotso",
    r"\emptyset": "varnothing oslash",
    r"\land": "wedge",
    r"\lor": "vee",
    r"\text": "textrm textnormal textbf textit textsf texttt textup mbox hbox",
    r"\mathbf": "bold boldsymbol bm mathbfit",
    r"^\circ": "degree degrees",
    r"\$": "dollar textdollar",
    r"\{": "lbrace",
    r"\}": "rbrace",
    r"\|": "Vert lVert rVert",
    "|": "vert lvert rvert mid",
    "[": "lbrack",
    "]": "rbrack",
    "(": "lparen langle",
    ")": "rparen rangle",
    ":": "colon",
    "<": "lt",
    ">": "gt",
    "*": "ast",
    "'": "prime",
    "%": "%",
    "": "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm"
    " underline uline checkmark",
    r"\bmod": "mod",
    " ": "displaystyle textstyle scriptstyle limits nolimits rm bf it centering large Large quad"
    " qquad enspace thinspace medspace thickspace negthinspace space nobreakspace hfill newline"
    " mathstrut strut , ; : > / ! ( ) [ ]",
}
_COMMANDS = {name: spelling for spelling, names in _SPELLINGS.items() for name in names.split()}
_COMMANDS |= dict.fromkeys(" \n\t", " ")

_LAYOUT = re.compile(
    r"\\begin\{(?:align|aligned|equation|gather|gathered|split|multline)\*?\}(.*)"
    r"\\end\{(?:align|aligned|equation|gather|gathered|split|multline)\*?\}",
    re.DOTALL,
)
_CONTINUED_LINE = re.compile(r"\\\\\s*&?\s*=")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|(.))", re.DOTALL)
_EMPTY_DELIMITER = re.compile(r"\\(?:left|right)\s*\.")
_EXPLICIT_GROUPS = re.compile(r"(?<![\d.])\d{1,3}(?:(?:\{,\}|,\\! ?|\\,|\{\\,\})\d{3})+(?!\d)")
_COMMA_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)")
_SUPERSCRIPT_RUN = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_SUBSCRIPT_RUN = re.compile(f"[{''.join(_SUBSCRIPTS)}]+")
_ROOT = re.compile(r"([√∛∜])\s*(\d+(?:\.\d+)?|\\[A-Za-z]+|[A-Za-z]|)")
_ROOT_OPENING = {"√": r"\sqrt", "∛": r"\sqrt[3]", "∜": r"\sqrt[4]"}
_DEGREE = re.compile(r"\^\s*\{\s*\\circ\s*\}|\^\s*\\circ|\^\s*\{\s*\^\\circ\s*\}")
_SHORT_FRACTION = re.compile(r"\\frac\s*(\d|\{[^{}]*\})\s*(\d|[A-Za-z](?![A-Za-z])|\{[^{}]*\})")
# "\\\\frac" of a text that went through JSON twice; a line break comes before no such name.
_ESCAPED_TWICE = re.compile(
    r"(?<!\\)\\\\(d?frac|sqrt|leq?|geq?|neq?|text|mathbb|pi|cdot|times|infty|left|right|cup|cap|pm)"
    r"(?![A-Za-z])"
)
_THEREFORE = re.compile(r"^ ?\\(?:therefore|implies)(?![A-Za-z]) ?")
_SPACES = re.compile(r"\s+")
_LOOSE_SPACE = re.compile(r"(?<!\d) +| +(?!\d)")
_WRAPPERS = (
    ("\\boxed{", "}"),
    ("\\fbox{", "}"),
    ("**", "**"),
    ("`", "`"),
    ('"', '"'),
    ("'", "'"),
    ("<b>", "</b>"),
    ("{", "}"),
)
_NOT_DIGITS = re.compile(r"\D+")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def normalise(text: str) -> str:
    """The plain form of an answer: see `tidy`, and with "12,345" read as one number where it stands
    in no list.
    """
    if text.isalnum() and text.isascii():
        return text
    return join_thousands(tidy(text))


def tidy(text: str) -> str:
    r"""Everything of `normalise` but the comma between thousands.

    Unicode becomes LaTeX or ASCII, synonyms one command (`\dfrac` is `\frac`), marks of layout and
    the outer `$`, `\( \)`, `\boxed{}`, `**` and full stop go. A dollar sign that is money, not a
    delimiter, becomes `\$`.
    """
    if not text.isascii():
        text = plain_unicode(text)
    if "\0" in text:
        text = text.replace("\0", " ")
    if "$" in text:
        text = _drop_math_dollars(text)
    if "\\" in text:
        text = _ESCAPED_TWICE.sub(r"\\\1", text)
        text = _EXPLICIT_GROUPS.sub(_digits_only, text)
        text = _EMPTY_DELIMITER.sub("", text)
        if "\\begin" in text:
            text = _drop_alignment(text)
        text = _COMMAND.sub(_spell_command, text)
        text = _DEGREE.sub(r"^\\circ", text)
        text = spell_latex(_SHORT_FRACTION.sub(_brace_fraction, text))
    elif "{,}" in text:
        text = _EXPLICIT_GROUPS.sub(_digits_only, text)
    text = spell_combinations(spell_plain(text))
    return spell_intervals(_unwrap(_THEREFORE.sub("", _SPACES.sub(" ", text.replace("~", " ")))))


def squeeze(text: str) -> str:
    """`text` without the spaces that carry no meaning: a space between two digits stays ("1 1/2" is
    not "11/2").
    """
    return _LOOSE_SPACE.sub("", text) if " " in text else text


def join_thousands(text: str) -> str:
    """`text` with "12,345" as "12345", outside of brackets, where "(1,234)" may be a pair."""
    if "," not in text:
        return text
    if not ("(" in text or "[" in text or "\\{" in text):
        return _COMMA_GROUPS.sub(_digits_only, text)
    parts: list[str] = []
    depth = begin = 0
    for bracket in re.finditer(r"\\\{|\\\}|[()\[\]]", text):
        opens = bracket.group()[-1] in "([{"
        end = bracket.start() if opens else bracket.end()
        piece = text[begin:end]
        parts.append(piece if depth else _COMMA_GROUPS.sub(_digits_only, piece))
        depth = depth + 1 if opens else max(0, depth - 1)
        begin = end
    parts.append(text[begin:] if depth else _COMMA_GROUPS.sub(_digits_only, text[begin:]))
    return "".join(parts)


def closing_brace(text: str, opening: int) -> int:
    """The index of the brace that closes the one at `opening`, or -1.

    Escaped braces do not count.
    """
    depth = 0
    for token in _BRACE.finditer(text, opening):
        if token.group() == "{":
            depth += 1
        elif token.group() == "}":
            depth -= 1
            if depth == 0:
                return token.start()
    return -1


def plain_unicode(text: str) -> str:
    """Unicode mathematics as LaTeX or ASCII."""
    text = _SUPERSCRIPT_RUN.sub(
        lambda run: "^{" + "".join(_SUPERSCRIPTS[c] for c in run.group()) + "}", text
    )
    text = _SUBSCRIPT_RUN.sub(
        lambda run: "_{" + "".join(_SUBSCRIPTS[c] for c in run.group()) + "}", text
    )
    text = text.translate(_UNICODE)
    if "√" in text or "∛" in text or "∜" in text:
        text = _brace_roots(text)
    return text


def _brace_roots(text: str) -> str:
    """Gives each root sign its radicand in braces: a number, a letter or what stands in
    parentheses.
    """

    def spell(root: re.Match[str]) -> str:
        radicand = root.group(2)
        # An opening parenthesis or brace comes next: LaTeX readers take the group that follows.
        return _ROOT_OPENING[root.group(1)] + (f"{{{radicand}}}" if radicand else "")

    return _ROOT.sub(spell, text)


def _drop_alignment(text: str) -> str:
    r"""Takes off an environment that only lays out lines; `\\\\ &=` goes on with the equation of
    the line before.
    """
    inner = _LAYOUT.fullmatch(text.strip())
    if inner is None:
        return text
    lines = _CONTINUED_LINE.sub("=", inner.group(1).strip()).split("\\\\")
    return ", ".join(line.replace("&", "") for line in lines if line.strip())


def _drop_math_dollars(text: str) -> str:
    r"""Removes `$` where it delimits mathematics; where it means money it becomes `\$`.

    The rule is that of Pandoc: a `$` that a digit follows does not close.
    """
    spots = [m.start() for m in re.finditer(r"\\.|\$", text, re.DOTALL) if m.group() == "$"]
    spelling: dict[int, str] = {}
    position = 0
    while position < len(spots):
        here = spots[position]
        after = spots[position + 1] if position + 1 < len(spots) else None
        if after == here + 1:  # "$$" of a display
            spelling[here] = spelling[after] = " "
            position += 2
        elif after is None or text[after + 1 : after + 2].isdigit():
            is_money = (
                text[here + 1 : here + 3].strip()[:1].isdigit() or text[here + 1 : here + 2] in ".-"
            )
            spelling[here] = "\\$" if is_money else " "
            position += 1
        else:
            spelling[here] = spelling[after] = " "
            position += 2
    pieces: list[str] = []
    begin = 0
    for spot, replacement in spelling.items():
        pieces += (text[begin:spot], replacement)
        begin = spot + 1
    return "".join(pieces) + text[begin:]


def _spell_command(command: re.Match[str]) -> str:
    name = command.group(1) or command.group(2)
    if name.startswith(("quad", "qquad")):  # "\quadx" is written for "\quad x"
        return " " + name.removeprefix("q").removeprefix("uad").removeprefix("quad")
    return _COMMANDS.get(name, command.group())


def _brace_fraction(fraction: re.Match[str]) -> str:
    top, bottom = (part if part[0] == "{" else f"{{{part}}}" for part in fraction.groups())
    return rf"\frac{top}{bottom}"


def _digits_only(number: re.Match[str]) -> str:
    return _NOT_DIGITS.sub("", number.group())


def _unwrap(text: str) -> str:
    """Takes off the outer wrappers and the punctuation that ends a sentence, a few layers deep."""
    for _ in range(6):
        before = text
        text = text.strip(" ")
        while text and text[-1] in ".,;:" and not text.endswith("..."):
            text = text[:-1].rstrip(" ")
        for opening, closing in _WRAPPERS:
            if text.startswith(opening) and text.endswith(closing):
                text = _unwrap_one(text, opening, closing)
        if text == before:
            break
    return text


def _unwrap_one(text: str, opening: str, closing: str) -> str:
    inner = text[len(opening) : -len(closing)]
    if closing == "}":
        if closing_brace(text, len(opening) - 1) != len(text) - 1:
            return text
        return rf"\{{{inner}\}}" if opening == "{" and "," in inner else inner
    return text if not inner or closing in inner else inner
