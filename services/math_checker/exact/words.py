"""Numbers in English words: "seven", "twenty-one", "three hundred and five", "two-thirds"."""

from __future__ import annotations

from fractions import Fraction

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_SMALL)}
_VALUES |= {word: 10 * (place + 2) for place, word in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "fourth": 4, "quarter": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_FIRST_WORDS = frozenset(_VALUES)
_MAX_WORDS = 14


def number_in_words(text: str) -> Fraction | None:
    """The number that `text` spells, or None where it spells none. Case does not matter."""
    words = text.lower().replace("-", " ").split()
    if words and words[0] in ("negative", "minus"):
        positive = number_in_words(" ".join(words[1:])) if len(words) > 1 else None
        return -positive if positive is not None else None
    if words in (["half"], ["a", "half"]):
        return Fraction(1, 2)
    if not words or len(words) > _MAX_WORDS or words[0] not in _FIRST_WORDS:
        return None
    last = words[-1].removesuffix("s") if words[-1] != "halves" else "halves"
    if len(words) == 2 and last in _PARTS and words[0] in _VALUES:
        return Fraction(_VALUES[words[0]], _PARTS[last])
    return _cardinal(words)


def _cardinal(words: list[str]) -> Fraction | None:
    total = group = 0
    previous = 10**12
    for place, word in enumerate(words):
        if word == "and" and 0 < place < len(words) - 1:
            previous = 100
        elif word in _VALUES:
            value = _VALUES[word]
            # "twenty one" and "hundred one" go on; "one two" and "ten one" do not.
            if previous <= value or previous < 20 or (previous < 100 and value >= 10):
                return None
            group += value
            previous = value if value else 1
        elif word == "hundred" and 0 < group < 100:
            group *= 100
            previous = 100
        elif word in _SCALES and word != "hundred" and group:
            total += group * _SCALES[word]
            group = 0
            previous = 10**12
        else:
            return None
    return Fraction(total + group)
