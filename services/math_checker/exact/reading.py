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
from services.math_checker.exact.phrases import read_date, says_all_reals
from services.math_checker.exact.quantity import Quantity, read_duration, split_quantity
from services.math_checker.exact.rational import read_rational

_MEMBER = re.compile(
    r"(?:[A-Za-z]|\( ?[a-z](?: ?, ?[a-z]){1,5} ?\)) ?\\in(?![A-Za-z]) ?(?=[\[({]|\\[{m])"
)
# "f(x) = x for all x", "f(x) = x, \forall x \in \mathbb{R}": nothing that restricts.
_QUANTIFIER = re.compile(
    r" ?,? ?(?:\(?(?:\\text ?\{ ?)?for (?:all|any|every|each) ?"
    r"(?:real |integers? ?|numbers? ?){0,2}\}?|\\forall)"
    r" ?[a-z]?(?: ?\\in ?\\mathbb ?\{[A-Z]\})? ?\)?$"
)
# "x \in \mathbb{R}, x \ne 1": that a number is real goes without saying.
_IN_REALS = r"\\in ?\\mathbb ?\{R\}"
_REAL = re.compile(
    rf"^([a-z]) ?{_IN_REALS} ?, ?(?=\1(?![A-Za-z]))|(?<=[\w}}]) ?, ?[a-z] ?{_IN_REALS}$"
)
_WHOLE_TEXT = re.compile(r"\\(?:text|mathrm|mathbf) ?\{([^{}]*)\}")
_LETTERS = re.compile(r"\(?[A-J]\)?(?:(?:, ?|,? and )\(?[A-J]\)?)+")
_GLOSS = re.compile(r"([-\d.,]+|[a-z -]+) ?\(([-\d.,]+|[a-z -]+)\)")
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
    text = _plainer(text)
    member = _MEMBER.match(text)
    if member:
        text = text[member.end() :]
    plain = plain_text(text)
    value = read_rational(plain) if plain != text else None
    if value is not None:  # "\text{five}"
        return Reading(plain, value)
    return _read_special(text, plain) or _read_mathematics(text, plain)


def _read_special(text: str, plain: str) -> Reading | None:
    """A date, running text, a time of day, a ratio or a duration."""
    date = read_date(plain)
    if date or is_statement(text) or is_sentence(text, plain):
        return Reading(text, words=date or read_words(text, plain))
    clock, ratio = read_clock(plain), _read_ratio(plain)
    if clock or ratio:
        return Reading(text, clock=clock, ratio=ratio)
    duration = read_duration(plain)
    return Reading(text, sides=(text,), quantity=duration) if duration else None


def _read_mathematics(text: str, plain: str) -> Reading:
    sides, relations = split_relation(text)
    quantity = words = None
    if len(sides) == 1:
        quantity = split_quantity(text)
        words = read_words(text, plain) if quantity.body == text else None
        value = read_rational(words) if words else None
        if words and value is not None:  # "7 solutions"
            return Reading(words, value)
    return Reading(
        text,
        choice=read_choice(plain),
        based=_read_based(text),
        items=split_items(text),
        sides=tuple(sides),
        relations=tuple(relations),
        quantity=quantity,
        words=words,
    )


def _plainer(text: str) -> str:
    r"""`text` without what says nothing: a quantifier over everything, its value in words behind
    it, an outer `\text{}` around a quantity.
    """
    whole = _WHOLE_TEXT.fullmatch(text)
    inner = whole.group(1).strip() if whole else ""
    if inner and (inner[0] in "-+.$\\0123456789" or _LETTERS.fullmatch(inner)):
        text = inner
    if "=" in text and "for" in text:
        text = _QUANTIFIER.sub("", text)
    if "\\mathbb" in text:
        text = _REAL.sub("", text)
    if "\\equiv" in text and "mod" not in text:
        text = text.replace("\\equiv", "=")
    gloss = _GLOSS.fullmatch(plain_text(text))
    if gloss:  # "7 (seven)"
        value = read_rational(gloss.group(1).strip())
        if value is not None and value == read_rational(gloss.group(2)):
            text = gloss.group(1).strip()
    text = _INFINITIES.get(text.lower(), text)
    return r"(-\infty,\infty)" if says_all_reals(plain_text(text)) else text


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
