"""What an answer is on its own: read once, kept for the next response to the same problem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from services.math_checker.exact.items import Items, split_items, split_relation
from services.math_checker.exact.labels import (
    Choice,
    Clock,
    is_sentence,
    is_statement,
    plain_text,
    read_choice,
    read_clock,
    read_words,
)
from services.math_checker.exact.quantity import Quantity, split_quantity
from services.math_checker.exact.rational import read_rational

_MEMBER = re.compile(r"[A-Za-z] ?\\in(?![A-Za-z]) ?(?=[\[({]|\\[{m])")
_RATIO = re.compile(r"(\d+(?:\.\d+)?)(?: ?: ?\d+(?:\.\d+)?){1,5}|(\d+) to (\d+)")
_RATIO_SEPARATOR = re.compile(r" ?: ?| to ")
_BASED = re.compile(
    r"(?:\\text ?\{)?([0-9A-Za-z]{1,64})\}?_(?:\{ ?)?(?:\\text ?\{ ?)?([a-z]+|\d{1,2})[ }]*"
)
_BASE_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "sixteen": 16,
}  # fmt: skip
_INFINITIES = {
    **dict.fromkeys(("infinity", "positive infinity", r"+\infty"), r"\infty"),
    **dict.fromkeys(("negative infinity", "minus infinity", "-infinity"), r"-\infty"),
}


@dataclass(frozen=True, slots=True)
class Based:
    """A numeral with its base written out: 101_2."""

    digits: str
    base: int
    value: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The kinds of answer that a normalised text may be; for a plain number only `value` is set."""

    text: str
    value: Fraction | None = None
    choice: Choice | None = None
    clock: Clock | None = None
    ratio: tuple[Fraction, ...] = ()
    based: Based | None = None
    items: Items | None = None
    sides: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    quantity: Quantity | None = None
    words: str | None = None


@lru_cache(maxsize=4_096)
def read(text: str) -> Reading:
    """The reading of a normalised text. Pure, so that answers seen before cost nothing."""
    value = read_rational(text)
    if value is not None or not text:
        return Reading(text, value)
    text = _INFINITIES.get(text.lower(), text)
    member = _MEMBER.match(text)
    if member:
        text = text[member.end() :]
    plain = plain_text(text)
    if is_statement(text) or is_sentence(text, plain):
        return Reading(text, words=read_words(text, plain))
    choice = read_choice(plain)
    clock = read_clock(plain)
    ratio = _read_ratio(plain)
    if clock or ratio:
        return Reading(text, clock=clock, ratio=ratio)
    items = split_items(text)
    sides, relations = split_relation(text)
    quantity = words = None
    if len(sides) == 1:
        quantity = split_quantity(text)
        if quantity.body == text:
            words = read_words(text, plain)
    return Reading(
        text,
        choice=choice,
        based=_read_based(text),
        items=items,
        sides=tuple(sides),
        relations=tuple(relations),
        quantity=quantity,
        words=words,
    )


def _read_ratio(plain: str) -> tuple[Fraction, ...]:
    if not _RATIO.fullmatch(plain):
        return ()
    terms = tuple(Fraction(term) for term in _RATIO_SEPARATOR.split(plain))
    return terms if all(terms) else ()


def _read_based(text: str) -> Based | None:
    if "_" not in text:
        return None
    found = _BASED.fullmatch(text)
    if found is None:
        return None
    digits, name = found.groups()
    base = int(name) if name.isdigit() else _BASE_WORDS.get(name, 0)
    if not 2 <= base <= 36 or not digits[0].isalnum():
        return None
    try:
        return Based(digits.upper(), base, int(digits, base))
    except ValueError:
        return None  # a digit that the base does not have
