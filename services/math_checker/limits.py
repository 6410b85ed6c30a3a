"""What is too big to be looked at: checked on the bare text, before anything parses it.

An answer over a limit scores 0 (a model could otherwise turn a wrong answer into a masked failure
by writing a tower of exponents); a gold answer over a limit makes the sample invalid.
"""

from __future__ import annotations

import re

#: Characters of one answer.
MAX_CHARS = 4_096
#: Nesting depth of brackets of any kind.
MAX_DEPTH = 40
#: Digits of one number. Python itself refuses to read more than 4,300.
MAX_DIGITS = 4_000
#: Digits of a literal exponent, and of the argument of a factorial.
MAX_EXPONENT_DIGITS = 9
MAX_FACTORIAL_DIGITS = 5
#: Exponents stacked directly on one another, as in 2^{3^{4^5}}.
MAX_TOWER = 4

_LONG_NUMBER = re.compile(rf"\d{{{MAX_DIGITS + 1}}}")
_LONG_EXPONENT = re.compile(rf"\^[{{(\s+-]*\d{{{MAX_EXPONENT_DIGITS + 1}}}")
_LONG_FACTORIAL = re.compile(rf"\d{{{MAX_FACTORIAL_DIGITS + 1}}}[\s}})]*!")
_TOWER = re.compile(rf"(?:\^[{{(\s]*\w{{1,12}}\s*){{{MAX_TOWER + 1}}}")
_BRACKET = re.compile(r"[(\[{)\]}]")


def exceeded(text: str) -> str:
    """The limit that `text` exceeds, in words, or "" where it is within all of them.

    Linear in `MAX_CHARS`.
    """
    if len(text) <= 12 and "^" not in text and "!" not in text:
        return ""
    if len(text) > MAX_CHARS:
        return f"longer than {MAX_CHARS} characters"
    if _deepest(text) > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    if len(text) > MAX_DIGITS and _LONG_NUMBER.search(text):
        return f"a number of more than {MAX_DIGITS} digits"
    if "^" in text and _LONG_EXPONENT.search(text):
        return f"an exponent of more than {MAX_EXPONENT_DIGITS} digits"
    if "^" in text and _TOWER.search(text):
        return f"a tower of more than {MAX_TOWER} exponents"
    if "!" in text and _LONG_FACTORIAL.search(text):
        return f"a factorial of a number of more than {MAX_FACTORIAL_DIGITS} digits"
    return ""


def _deepest(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        if bracket in "([{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth = max(0, depth - 1)
    return deepest
