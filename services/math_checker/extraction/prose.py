"""Answers in running text: whether a text is nothing but an answer, and which expression of a
sentence is its answer.
"""

from __future__ import annotations

import re
from itertools import pairwise

from services.math_checker.exact.quantity import split_quantity
from services.math_checker.exact.rational import read_rational
from services.math_checker.exact.units import MULTIPLIERS, read_unit
from services.math_checker.exact.words import number_in_words
from services.math_checker.extraction.answer import Answer, Source
from services.math_checker.surface import normalise, plain_unicode

_NUMBER = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)"
_CURRENCY = r"(?:\\?\$ ?|[£€₹] ?)?"
_ATOM = rf"√?(?:{_NUMBER}(?:[a-zπ](?![A-Za-z])|(?!\w*\d))|[A-Za-zπ](?![A-Za-z']))[²³]?"
_TERM = rf"(?:[-(] ?)*{_CURRENCY}(?:[-(] ?)?{_ATOM}[%)]*(?:\\%)?"
_REGION = r"\$\$.+?\$\$|\$[^$\n]+\$(?!\d)|\\\(.+?\\\)|\\\[.+?\\\]"
# A formula, or plain numbers and letters joined by operators: "9 + 9 = 18", "x = 5", "4:30",
# "$1,234.50", "3/4".
_VALUE = re.compile(
    rf"{_REGION}|(?<![\w\\.{{^]){_TERM}(?: ?(?:[-+*/=^×·÷:≈−]|x(?= ?\d)) ?{_TERM})*", re.DOTALL
)
_MATH = re.compile(_REGION, re.DOTALL)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|-(?:year|digit|hour|day|sided|th)")
_LONE_NAME = re.compile(r"[\s$\\(\[]*\\?[A-Za-z]\w{0,3}[\s$\\)\]]*")
_WORD = re.compile(r"(?<![\\A-Za-z])[^\W\d_]+(?:'[a-z]+)?")
_TEXT = re.compile(
    r"\\(?:begin|end)\{[a-z*]+\}|\\(?:text|mathrm|mathbf|textbf|operatorname)\*? ?\{[^{}]*\}"
)
_BREAK = re.compile(r"(?<![ap]\.m)(?<!\b[A-Z])(?<=[.!?])\**\s+(?=[\"'(*$\\]*[A-Z])|\n")
_REASON = re.compile(
    r"[,;]? *\(?\b(?:because|since|as|which|when|so|given|where|I hope|this is|that is|and the"
    r"|after|if|not|rather than|instead of|or (?:about|approximately|roughly))\b"
    r"| \((?=[a-z][a-z ]+\))"
)
_VERB = re.compile(
    r"(?:\b(?:is|are|was|were|be|equals?|get|obtain|gives?|yields?|equal to)\b|:(?=[\s*$\\]))"
    r"[:* ]*"
    r"(?:(?:exactly|therefore|thus|simply|just|either|approximately|about|roughly|the) )?",
)
_DOUBT = re.compile(
    r"\b(?:not|least|most|more than|less than|greater than|fewer than|between|maybe|perhaps"
    r"|possibly|neither|might|could be|isn't|aren't|over|under|cannot)\b",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"( ?(?:\\?%|[ap]\.?m\b\.?|°|\^\\circ)"
    r"| ?[A-Za-z]+(?:[/ ][A-Za-z]+){0,3}(?:\^\{?[23]\}?|[²³])?)",
    re.IGNORECASE,
)
_ALLOWED_TEXT = """
sqrt infinity option choice percent square cubic noon midnight degrees dollars cents sinh cosh
tanh arcsin arccos arctan solution solutions negative minus
"""
_ALLOWED = frozenset(_ALLOWED_TEXT.split())
# Words of up to three letters that are English; any other is a product of variables, a unit or a
# function.
_SHORT_ENGLISH_TEXT = """
so is we it he at on by be do go if me my no of to up us an as the but for not has had was are
you she her his can all any our out who how why its one two may get got let now see that this
then
"""
_SHORT_ENGLISH = frozenset(_SHORT_ENGLISH_TEXT.split())
# What makes another value of the one that it stands before or behind.
_CHANGED_BEFORE = re.compile(
    r"(?:half|third|quarter|root|square|cube|twice|double|triple|log|logarithm|factorial)(?: of)? $"
    r"|up to $",
    re.IGNORECASE,
)
_CHANGED_AFTER = re.compile(
    r"\$? (?:squared|cubed|factorial|at (?:most|least)|to the power"
    r"|or (?:more|less|fewer|greater|so)|(?:more|less|greater) than \$?[a-z]\b)"
)
_REFUTED = re.compile(r"\b(?:incorrect|wrong|false|invalid)\b|\?[*\"')]*$", re.IGNORECASE)
# "8 cookies in each of the 5 bags": what follows is no second value.
_CIRCUMSTANCE = re.compile(
    r" [a-z]+(?: [a-z]+)? (?:in|for|from|on|after|at|per)\b(?:(?!\b(?:and|or)\b)[^,;])*$"
)
_CONDITION = re.compile(r"\b(?:at|when|where|if|for|attained|with|taking)\b[a-z ]*$", re.IGNORECASE)
_ROUNDED = re.compile(r"\b(?:approximately|about|roughly|around|approx\.?) *\$?$")
_LONGEST_CHANGE = 20
_JOIN = re.compile(r",? *(?:and|or)? *")
_LONG_WORD = 4
_MAX_WORDS = 4
_MAX_SENTENCE = 2_000
_ENVIRONMENT_END = re.compile(r"\\end\{((?:align|equation|gather|multline)\*?)\}$")
_MATHS_SIGN = re.compile(r"[\d$\\=+*/^<>√π]")
# In running text "!" ends a sentence; a factorial there would be in math mode.
_ENDING = " \t\n*_.,!。"
_EDGE = " \t\n*_\"'"


def is_bare_answer(text: str) -> bool:
    """Whether a short text is nothing but an answer: a formula, a number with its unit, a choice, a
    few words.
    """
    text = text.strip(_EDGE).rstrip(".").strip(_EDGE)
    if not text or "\n\n" in text:
        return False
    if not text.isascii():
        text = plain_unicode(text)
    has_math = bool(_MATHS_SIGN.search(text))
    outside = _TEXT.sub(" ", _MATH.sub(" ", text))
    words = _WORD.findall(outside)
    if not has_math:
        is_short = len(words) <= _MAX_WORDS and not any(mark in text for mark in ";!?\n")
        return is_short and not _VERB.search(text)
    prose = [word for word in words if not _is_allowed(word)]
    if not prose:
        return "\n" not in text.strip() or text.startswith(("\\", "$"))
    quantity = split_quantity(normalise(text))
    return bool(quantity.noun or quantity.unit) and read_rational(quantity.body) is not None


def _is_allowed(word: str) -> bool:
    lowered = word.lower()
    if len(word) < _LONG_WORD and word.isascii():
        return lowered not in _SHORT_ENGLISH or lowered in ("one", "two")
    return (
        lowered in _ALLOWED
        or lowered in MULTIPLIERS
        or read_unit(word) is not None
        or number_in_words(word) is not None
    )


def find_lone(
    response: str, begin: int, end: int, *, first_sentence: bool = False
) -> Answer | None:
    """The one value that the last sentence (or the first) of `response[begin:end]` comes to; None
    where it has several.

    Values joined by operators are one. Of several values the one behind the last "is", "=" or "get"
    counts, if nothing else follows it.
    """
    display = None if first_sentence else _closing_display(response, begin, end)
    if display:
        return display
    begin, end = _sentence(response, begin, end, first=first_sentence)
    if response.startswith(">", begin) and not first_sentence:  # a block quote
        begin += 1
    if first_sentence and (answer := _leading(response, begin, end)):
        return answer
    verb = next(reversed(list(_VERB.finditer(response, begin, end))), None)
    if verb and not _DOUBT.search(response, begin, end):
        clause = _bare(response, verb.end(), end)
        # "$x > 5$ is the solution": words behind the verb are no answer where the sentence has one.
        if clause and (_MATHS_SIGN.search(clause.text) or not _values(response, begin, end)):
            return clause
    values = _values(response, begin, end)
    if verb and len(values) > 1:
        values = [value for value in values if value[0] >= verb.start()]
        if len(values) > 1 and _CIRCUMSTANCE.match(response, *_between(values)):
            values = values[:1] if values[0][0] == verb.end() else values
    values = _joined(response, _without_asides(response, begin, values), end)
    if len(values) != 1 or _DOUBT.search(response, begin, values[0][0]):
        return None
    if _is_changed(response, begin, *values[0], end):
        return None
    if not first_sentence and _REFUTED.search(response[begin:end]):
        return None
    return _with_unit(response, *values[0], end)


def _between(values: list[tuple[int, int]]) -> tuple[int, int]:
    return values[0][1], values[-1][0]


def _without_asides(
    response: str, begin: int, values: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The values without conditions ("attained at $x = 2$") and without rounded second writings."""
    kept: list[tuple[int, int]] = []
    for start, stop in values:
        before = response[max(begin, start - _LONGEST_CHANGE) : start]
        is_condition = "=" in response[start:stop] and _CONDITION.search(before)
        if not is_condition and not (kept and _ROUNDED.search(before)):
            kept.append((start, stop))
    return kept if kept else values


def _joined(response: str, values: list[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """Several values as one, where they are parts of one list or the last is an equation."""
    if len(values) < 2:
        return values
    # "After 3 days she has 9 * 2 = 18": the one equation, if it comes last.
    equations = [value for value in values if "=" in response[slice(*value)]]
    if equations == values[-1:]:
        return equations
    return [(values[0][0], values[-1][1])] if _are_one_list(response, values, end) else values


def _is_changed(response: str, begin: int, start: int, stop: int, end: int) -> bool:
    """Whether words next to a value make another of it: "half of 5", "5 squared"."""
    before = response[max(begin, start - _LONGEST_CHANGE) : start]
    return bool(_CHANGED_BEFORE.search(before) or _CHANGED_AFTER.match(response, stop, end))


def _are_one_list(response: str, values: list[tuple[int, int]], end: int) -> bool:
    """Whether the values are formulas, joined by "and", "or" or commas, that end the sentence."""
    if not all(response[begin] in "$\\" for begin, _ in values):
        return False
    gaps = [response[one[1] : other[0]] for one, other in pairwise(values)]
    return all(map(_JOIN.fullmatch, gaps)) and not response[values[-1][1] : end].strip(_ENDING)


def find_last_value(response: str, begin: int, end: int) -> Answer | None:
    """The last number or formula, looked for near the end."""
    values = _values(response, max(begin, end - _MAX_SENTENCE), end)
    return _with_unit(response, *values[-1], end) if values else None


def _closing_display(response: str, begin: int, end: int) -> Answer | None:
    """The formula in a display that ends the text."""
    tail = response[max(begin, end - 30) : end].rstrip(" .")
    for opening, closing in (("\\[", "\\]"), ("$$", "$$")):
        if tail.endswith(closing):
            stop = response.rfind(closing, begin, end)
            start = response.rfind(opening, begin, stop) + 2
            if 2 <= start < stop < start + _MAX_SENTENCE:
                return Answer(response[start:stop], start, stop, Source.LAST)
    environment = _ENVIRONMENT_END.search(tail)
    start = response.rfind("\\begin{" + environment.group(1), begin, end) if environment else -1
    if 0 <= start > end - _MAX_SENTENCE:
        return Answer(response[start:end], start, end, Source.LAST)
    return None


def _sentence(response: str, begin: int, end: int, *, first: bool) -> tuple[int, int]:
    if first:
        stop = _BREAK.search(response, begin, min(end, begin + _MAX_SENTENCE))
        return begin, stop.start() if stop else min(end, begin + _MAX_SENTENCE)
    begin = max(begin, end - _MAX_SENTENCE, response.rfind("\n", begin, end) + 1)
    for stop in _BREAK.finditer(response, begin, end):
        begin = stop.end()
    return begin, end


def _leading(response: str, begin: int, end: int) -> Answer | None:
    """The answer that a stated clause starts with, up to a reason that is given for it."""
    answer = _bare(response, begin, end)
    if answer:
        return answer
    reason = _REASON.search(response, begin, end)
    if reason and reason.start() > begin:
        return _bare(response, begin, reason.start())
    return None


def _bare(response: str, begin: int, end: int) -> Answer | None:
    while begin < end and response[begin] in _EDGE:
        begin += 1
    while end > begin and response[end - 1] in _ENDING:
        end -= 1
    if begin >= end or not is_bare_answer(response[begin:end]):
        return None
    return Answer(response[begin:end], begin, end, Source.LAST)


def _values(response: str, begin: int, end: int) -> list[tuple[int, int]]:
    found = [
        match.span()
        for match in _VALUE.finditer(response, begin, end)
        if not _ORDINAL.match(response, match.end())
    ]
    # "a" is an article, and "for all $x$" names a variable: no values, unless a formula stands
    # alone.
    named = [span for span in found if not _LONE_NAME.fullmatch(response, *span)]
    return named or [span for span in found if response[span[0]] in "$\\"]


def _with_unit(response: str, begin: int, stop: int, end: int) -> Answer:
    """The value with the unit that follows it, if one does."""
    after = _UNIT_AFTER.match(response, stop, end)
    if after:
        words = after.group().strip()
        while words:
            if (
                not words[0].isalpha()
                or read_unit(words)
                or words.lower().startswith(("am", "pm", "a.m", "p.m", "percent"))
            ):
                stop += after.group().index(words) + len(words)
                break
            words = words.rpartition(" ")[0]
    return Answer(response[begin:stop], begin, stop, Source.LAST)
