"""Spellings that take more than one command to recognise: binomials, units with powers, colours.

`surface` puts a text through them before anything reads it. Every pattern is bounded, so that the
time is linear.
"""

from __future__ import annotations

import re

_UNIT = r"(?:\\(?:text|mathrm) ?\{[^{}]{1,20}\}(?: ?\^ ?\{? ?\d ?\}?)? ?)"
_UNIT_GROUP = re.compile(
    r"\\(?:text|mathrm|operatorname) ?\{[^{}]{0,40}(?:\^ ?\{ ?-?\d ?\}[^{}]{0,40}){1,4}\}"
)
_BRACED_POWER = re.compile(r"\^ ?\{ ?(-?\d) ?\}")
_UNIT_FRACTION = re.compile(rf"\\frac ?\{{ ?({_UNIT}{{1,3}})\}} ?\{{ ?({_UNIT}{{1,3}})\}}")
_COLOUR = re.compile(r"\\(?:text)?color ?\{[^{}]{0,20}\}")
_TEXT_MARK = re.compile(r"\\text ?\{ ?(\\\$|[,;]|\\?%|) ?\}")
_CHOOSE = re.compile(r"\{ ?([^{}\\]{1,40})\\choose(?![A-Za-z]) ?([^{}\\]{1,40})\}")
_TERM = r"(?:\{ ?(\w{1,8}) ?\}|(\w))"
_COMBINATIONS = (
    re.compile(rf"(?:\{{ ?\}})? ?_ ?{_TERM} ?C ?_ ?{_TERM}"),  # _{n}C_{k}
    re.compile(rf"(?<![A-Za-z\\])C ?_ ?{_TERM} ?\^ ?{_TERM}"),  # C_n^k
)
_SET_DIFFERENCE = re.compile(r"(\\mathbb ?\{[RNZQC]\}) ?- ?(?=\\\{)")
_TIMES_TEN = re.compile(r"(?<=\d) ?x ?(?=10 ?\^)")
_EXPONENT = re.compile(r"(?<=\d) ?\\(?:mathrm|text) ?\{ ?[eE] ?\} ?(?=-?\d)")
_CONTINENTAL = re.compile(r" ?([\[\]])([^\[\]()]{1,80}[,;][^\[\]()]{1,80})([\[\]]) ?")
_MODULE = re.compile(r"(?<![\w.])(?:np|numpy|math|sympy)\.(?=[a-z])")


def spell_plain(text: str) -> str:
    """What is written for programs or by hand: "1.5 x 10^3", "np.sqrt(2)"."""
    if "x" in text and "10" in text:
        text = _TIMES_TEN.sub(r"\\times ", text)
    return _MODULE.sub("", text) if "." in text and "(" in text else text


def spell_latex(text: str) -> str:
    """LaTeX whose meaning takes several tokens, in its plain form."""
    if "color" in text:
        text = _COLOUR.sub("", text)
    if "\\text" in text or "\\mathrm" in text:
        text = _EXPONENT.sub("e", text)
        text = _TEXT_MARK.sub(r"\1 ", text)
        text = _UNIT_GROUP.sub(lambda group: _BRACED_POWER.sub(r"^\1", group.group()), text)
        text = _UNIT_FRACTION.sub(r"\1/\2", text)
    if "\\choose" in text:
        text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
    return _SET_DIFFERENCE.sub(r"\1 \\setminus ", text) if "\\mathbb" in text else text


def spell_intervals(text: str) -> str:
    """Intervals with outward brackets, "]0, 5[", with parentheses: "(0, 5)"."""
    if not (text.startswith("]") or text.endswith("[")):
        return text
    intervals = [_CONTINENTAL.fullmatch(part) for part in text.split("\\cup")]
    return (
        "\\cup ".join(
            f"{'[' if found[1] == '[' else '('}{found[2]}{']' if found[3] == ']' else ')'}"
            for found in intervals
            if found
        )
        if all(intervals)
        else text
    )


def spell_combinations(text: str) -> str:
    """C_n^k and _nC_k as binomials."""
    if "C" not in text or "_" not in text:
        return text
    for pattern in _COMBINATIONS:
        text = pattern.sub(_binomial, text)
    return text


def _binomial(found: re.Match[str]) -> str:
    upper, lower = (part for part in found.groups() if part)
    return rf"\binom{{{upper}}}{{{lower}}}"
