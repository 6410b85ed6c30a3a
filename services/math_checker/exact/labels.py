"""Answers that are not mathematics: the letter of a multiple choice, words, a time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.math_checker.exact.phrases import same_words
from services.math_checker.surface import squeeze

_TEXT_GROUP = re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname|emph)\*? ?\{([^{}]*)\}")
_CHOICE = re.compile(
    r"(?:(?i:option|choice|answer) )?"
    r"(?:[(\[] ?([A-Ja-j]) ?[)\]]|([A-J])(?=[.:)]|$))(?: ?[.:)])?(?: (.+)|\s*$|(?<=\)) ?(.+))",
    re.DOTALL,
)
_LABELLED = re.compile(r"(?<![A-Za-z])[A-Z] ?:")
_CLOCK = re.compile(
    r"(\d{1,2})(?: ?[:.] ?(\d{2}))?(?::(\d{2}))? ?(?:o'clock )?(?:([AaPp])\.? ?[Mm]\.?)?"
    r"(?: ?,? ?(?:in the|on)? ?[A-Za-z]*)?"
)
_NAMED_HOURS = {"noon": 720, "12 noon": 720, "midnight": 0, "12 midnight": 0}
# Letters of any script that make a word; TeX commands are not words.
_WORD = re.compile(r"(?<![\\A-Za-z])[^\W\d_]{2,}")
_ENVIRONMENT = re.compile(r"\\(?:begin|end) ?\{[A-Za-z]+\*?\}(?:\{[lcr|]*\})?")
_NOT_WORDS_TEXT = """
sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp sqrt cbrt max min gcd
lcm mod abs floor ceil det arg deg pi infinity theta alpha beta gamma lambda omega frac cdot
times and or dim ker sgn inf sup lim
"""
_NOT_WORDS = frozenset(_NOT_WORDS_TEXT.split())
_SHORT_WORDS_TEXT = """
yes no odd not none all red the true false even mon tue wed thu fri sat sun
"""
_SHORT_WORDS = frozenset(_SHORT_WORDS_TEXT.split())
_LOGIC = re.compile(r"\\(?:forall|exists|implies|iff|Leftrightarrow|therefore)(?![A-Za-z])")
_LONG_WORD = 4
_SENTENCE_WORDS = 5
_SHORTEST_SENTENCE = 30
_ARTICLES = re.compile(r"^(?:the|an?|only) (?=\w{2})")
_PUNCTUATION = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])|[;:!?\"'`~$]|[.,](?!\d)")
_ENDINGS = re.compile(r"(?<=\w)(?<!^no) solutions?$")


@dataclass(frozen=True, slots=True)
class Choice:
    """The letter of a multiple-choice answer, and what is written after it."""

    letter: str
    rest: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds since midnight; without a.m. or p.m. (`half` is "") a time before 13:00 may be either
    half of the day.
    """

    seconds: int
    half: str


def plain_text(text: str) -> str:
    r"""`text` with the content of its `\text{}` groups in place of the groups."""
    if "\\" not in text:
        return text
    return " ".join(_TEXT_GROUP.sub(r" \1 ", text).split())


def read_choice(plain: str) -> Choice | None:
    """The choice that `plain_text` names: "B", "(B)", "B.", "(b) 5", "Option B", "B: 5"."""
    found = _CHOICE.fullmatch(plain) or _CHOICE.fullmatch(plain.capitalize())
    if found is None:
        return None
    if _LABELLED.search(found.group(3) or ""):
        return None  # "J: 4 hr, S: 14 hr"
    letter = found.group(1) or found.group(2)
    return Choice(letter.upper(), (found.group(3) or found.group(4) or "").strip())


def read_clock(plain: str) -> Clock | None:
    """The time of day that `plain_text` names: "4:30 p.m.", "4 pm", "16:30", "noon"."""
    named = _NAMED_HOURS.get(plain.lower())
    if named is not None:
        return Clock(named * 60, "am" if named == 0 else "pm")
    if not plain[:1].isdigit():
        return None
    found = _CLOCK.fullmatch(plain)
    if found is None or not (found.group(2) or found.group(4)):
        return None
    hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
    half = found.group(4)
    colon = ":" in plain
    if hour > 23 or minute > 59 or second > 59 or not (half or colon) or (half and hour > 12):
        return None
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return Clock((hour * 60 + minute) * 60 + second, f"{half.lower()}m" if half else "")


def same_clock(one: Clock, other: Clock) -> bool:
    """Whether two times of day can be the same: a missing a.m. or p.m. is understood."""
    if one.seconds == other.seconds and (one.half == other.half or not (one.half and other.half)):
        return True
    if one.half and other.half:
        return False
    unmarked = one if not one.half else other
    return unmarked.seconds < 13 * 3600 and (one.seconds - other.seconds) % (12 * 3600) == 0


def is_statement(text: str) -> bool:
    r"""Whether `text` is a logical statement (\forall, \implies, ...), compared as words."""
    return "\\" in text and bool(_LOGIC.search(text))


def is_sentence(text: str, plain: str) -> bool:
    """Whether `text` is running text in which formulas stand, rather than a formula with words in
    it.
    """
    if len(plain) < _SHORTEST_SENTENCE:
        return False
    words = [word for word in _words_of(plain) if len(word) >= _LONG_WORD]
    return len(words) >= _SENTENCE_WORDS


def read_words(text: str, plain: str) -> str | None:
    """The folded form of an answer in words; None where it is mathematics.

    Case, articles and spacing do not count.
    """
    folded = same_words(text.lower())
    if folded != text.lower():
        return squeeze(folded)
    in_text = "\\text" in text
    if not is_statement(text) and not any(_is_word(word, in_text) for word in _words_of(plain)):
        return None
    words = _PUNCTUATION.sub(" ", plain.casefold())
    words = same_words(_ARTICLES.sub("", " ".join(words.split())))
    return squeeze(_ENDINGS.sub("", words))


def _words_of(plain: str) -> list[str]:
    return _WORD.findall(_ENVIRONMENT.sub(" ", plain) if "\\begin" in plain else plain)


def _is_word(word: str, in_text: bool) -> bool:
    lowered = word.lower()
    if lowered in _NOT_WORDS:
        return False
    return in_text or len(word) >= _LONG_WORD or lowered in _SHORT_WORDS or not word.isascii()
