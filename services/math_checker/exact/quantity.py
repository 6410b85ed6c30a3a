r"""Splits an answer into the bare mathematics and what stands around it: currency, unit, percent
sign, counted noun.

"5 apples", "\$18.50", "16\pi\text{ cm}^2", "50\%", "45^\circ", "3 million dollars", "1 hour 30
minutes".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from services.math_checker.exact.rational import read_rational
from services.math_checker.exact.units import (
    CURRENCY_SIGNS,
    DEGREE,
    MULTIPLIERS,
    TEMPERATURES,
    Unit,
    read_unit,
)
from services.math_checker.exact.words import number_in_words


@dataclass(frozen=True, slots=True)
class Quantity:
    """`body` times `multiplier` is the value, in `unit` if it names one; `noun` is what it counts,
    in words.

    `is_letter` says that the unit is one bare letter ("5 m"), which may be a variable as well.
    """

    body: str
    unit: Unit | None = None
    percent: bool = False
    noun: str = ""
    multiplier: int = 1
    is_letter: bool = False


_PLAIN = re.compile(r"[\d\s.,+\-*/^(){}=]*")
_CURRENCY = re.compile(
    r"(?P<before>-? ?)(?:US ?)?(?P<sign>\\\$|£|€|₹|¥|\\pounds|\\euro|Rs\.?) ?(?=[-.\d(\\])"
)
_PERCENT = re.compile(
    r"(?:%|\\text ?\{ ?(?:%|percent|per cent) ?\}"
    r"|\bpercent(?:age)?|\bper cent|\bpct\.?)(?: of [a-z ]{1,40})?$",
    re.IGNORECASE,
)
_TRIGONOMETRIC = re.compile(r"\\(?:sin|cos|tan|cot|sec|csc)(?![A-Za-z])")
_DEGREES = re.compile(r"\^\\circ ?(?:\\(?:text|mathrm) ?\{ ?([CF]) ?\}|([CF]))?$")
# The longest tail that can be a unit or a noun: \text{} groups, words, powers, "/".
_WRAPPED = re.compile(r"\\(?:text|mathrm|operatorname|mathbf|mathit|rm) ?\{([^{}]*)\}")
_TAIL = re.compile(
    r"(?:(?<=[\d)}\]|!'A-Za-z])) ?(\\(?:text|mathrm|mathbf|mathit) ?\{[^{}]*[A-Za-z][^{}]*\}"
    r"(?: ?\^ ?\{? ?-?\d ?\}?| ?/ ?| ?\\cdot ?|\\(?:text|mathrm|mathbf|mathit) ?\{[^{}]*\}| )*)$"
)
_WORDS_TAIL = re.compile(
    r"(?<=[\d)}]) ?"
    r"(/? ?[A-Za-z]+\.?(?: ?[/*] ?[A-Za-z]+\.?| [A-Za-z]+\.?| ?\^ ?\{? ?-?\d ?\}?|-(?=[a-z]))*)$"
)
_COMPOUND = re.compile(r"(\d[\d.]*) ?([A-Za-z]+)\.? ?,? (?:and )?(?=\d)")
_LOGIC_TEXT = """
and or if not is are mod when for to by than no solution solutions all any otherwise but then
where with real integer integers x y z e i t n k sin cos tan cot sec csc log ln exp sqrt pi max
min gcd lcm theta alpha beta infinity squared cubed factorial plus minus times over more less
"""
_LOGIC = frozenset(_LOGIC_TEXT.split())
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
_UNITS_SQUARED = re.compile(r"units? *\^ ?\{? ?[23] ?\}?")
_OHM = re.compile(r" ?\\Omega$")
_MAX_TAIL = 100
_MAX_NOUN_WORDS = 6


def split_quantity(text: str) -> Quantity:
    """What a normalised answer consists of.

    Text in which nothing is recognised comes back as its own body.
    """
    if _PLAIN.fullmatch(text):
        return Quantity(text)
    money = _CURRENCY.match(text)
    if money:
        return _split_money(text, money)
    percent = _PERCENT.search(text[-_MAX_TAIL:]) if "%" in text or "p" in text.lower() else None
    if percent and (start := max(0, len(text) - _MAX_TAIL) + percent.start()):
        return Quantity(text[:start].rstrip(" "), percent=True)
    degrees = _DEGREES.search(text)
    if degrees and degrees.start() and not _TRIGONOMETRIC.search(text):
        letter = degrees.group(1) or degrees.group(2)
        return Quantity(
            text[: degrees.start()].rstrip(" "), TEMPERATURES[letter] if letter else DEGREE
        )
    if text[-1] not in "}0123456789." and not text[-1].isalpha():
        return Quantity(text)
    return read_duration(text) or _split_tail(text)


def _split_money(text: str, money: re.Match[str]) -> Quantity:
    sign = money.group("sign")
    unit = CURRENCY_SIGNS.get(sign) or CURRENCY_SIGNS["₹"]
    rest = split_quantity(money.group("before").strip() + text[money.end() :])
    if rest.unit is not None and unit.powers[0] not in rest.unit.powers:  # "$5 per hour"
        powers = tuple(sorted((*unit.powers, *rest.unit.powers)))
        unit = Unit(unit.factor * rest.unit.factor, powers)
    elif rest.unit is not None:  # "$5 dollars"
        unit = rest.unit
    return replace(rest, unit=unit, is_letter=False)


def read_duration(text: str) -> Quantity | None:
    """The sum of "1 hour 30 minutes" or "5 feet 6 inches": the same kind of unit, and from larger
    to smaller.
    """
    if not text[:1].isdigit() or not _COMPOUND.match(text):
        return None
    parts = _COMPOUND.sub(r"\1 \2|", text).split("|")
    total = Fraction(0)
    previous: Unit | None = None
    for part in parts:
        piece = _split_tail(part.strip())
        value = read_rational(piece.body)
        if value is None or piece.unit is None or piece.noun:
            return None
        if previous and (
            previous.powers != piece.unit.powers or previous.factor <= piece.unit.factor
        ):
            return None
        total += value * piece.unit.factor
        previous = piece.unit
    if previous is None:
        return None
    return Quantity(str(total), Unit(Fraction(1), previous.powers))


def _split_tail(text: str) -> Quantity:
    spelled, _, noun = text.partition(" ")
    if noun and text[0].isalpha() and noun.isalpha() and (number := number_in_words(spelled)):
        return replace(_split_tail(f"{number} {noun}"), is_letter=False)  # "five people"
    text = _OHM.sub(r" \\text{ohm}", text)
    window = text[-_MAX_TAIL:]
    tail = _TAIL.search(window)
    wrapped = tail is not None
    if tail is None:
        tail = _WORDS_TAIL.search(window)
    if tail is None:
        return Quantity(text)
    body = text[: len(text) - len(window) + tail.start()].rstrip(" ")
    words = _UNITS_SQUARED.sub("square units", _WRAPPED.sub(r" \1 ", tail.group(1)))
    found = _read_words(words, wrapped=wrapped, spaced=tail.group()[0] == " ")
    if found is None or not body:
        return Quantity(text)
    multiplier, unit, noun = found
    is_letter = unit is not None and not wrapped and len(words.strip(" ")) == 1
    return Quantity(body, unit, noun=noun, multiplier=multiplier, is_letter=is_letter)


def _read_words(words: str, *, wrapped: bool, spaced: bool) -> tuple[int, Unit | None, str] | None:
    """Multiplier, unit and noun that the words after a number stand for; None where they are
    mathematics.
    """
    pieces = _HYPHEN.sub(" ", words).split()
    multiplier = MULTIPLIERS.get(pieces[0].lower(), 1)
    if multiplier > 1:
        pieces = pieces[1:]
    if not pieces:
        return multiplier, None, ""
    unit = read_unit(" ".join(pieces))
    if unit is not None:
        # "5m" is a product; a bare letter is a unit only apart from its number: "5 m".
        return (
            None if len(pieces[0]) == 1 and not wrapped and not spaced else (multiplier, unit, "")
        )
    lowered = {piece.lower() for piece in pieces}
    if len(pieces) > _MAX_NOUN_WORDS or not all(map(_is_word, pieces)) or lowered & _LOGIC:
        return None
    for end in range(len(pieces) - 1, 0, -1):
        unit = read_unit(" ".join(pieces[:end]))
        if unit is not None and (wrapped or len(pieces[0]) > 1):
            return multiplier, unit, " ".join(pieces[end:]).lower()
    if not wrapped and (len(pieces[0]) < 3 or not spaced) and multiplier == 1:
        return None
    return multiplier, None, " ".join(pieces).lower()


def _is_word(piece: str) -> bool:
    return piece.replace("'", "").rstrip(".,").isalpha()
