"""Answers that are said in many ways: no solution, infinitely many, all reals, a date."""

from __future__ import annotations

import re

_SAME = {
    "none": "no solution", r"\emptyset": "no solution", r"\{\}": "no solution",
    r"\{ \}": "no solution", "empty set": "no solution", "empty": "no solution",
    "null set": "no solution", "dne": "does not exist",
    "infinite": "infinitely many", "one half": "half", "a half": "half",
}  # fmt: skip
_COUNTED = (
    r"(?: (?:real|valid|possible|such|integer))?(?: (?:solution|root|answer|value|number)s?)?"
)
_NO_SOLUTION = re.compile(
    r"(?:(?:there (?:is|are|exists?)|it has|has|the equation has|the system has) )?"
    r"no(?: real)? (?:solution|root)s?(?: exists?)?"
)
_INFINITELY_MANY = re.compile(
    r"(?:there (?:is|are) )?(?:an )?(?:infinitely many|infinite number of|infinite)" + _COUNTED
)
_NO_LIMIT = re.compile(r"(?:the )?(?:limit|value|integral|it) does not exist")
_ALL_REALS = re.compile(
    r"(?:x (?:is|can be) )?(?:the )?(?:set of )?(?:all|any) (?:the )?real(?: numbers?| values?|s)?"
    r"|reals"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS)
_DATE = re.compile(
    rf"(?:(?P<m1>{_MONTH})\.? (?P<d1>\d{{1,2}})|(?P<d2>\d{{1,2}}) (?:of )?(?P<m2>{_MONTH}))"
    r"(?:,? (?P<year>\d{4}))?"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")


def same_words(words: str) -> str:
    """The one wording of what `words` (lower case, single spaces) say, or `words` themselves."""
    if _NO_SOLUTION.fullmatch(words):
        return "no solution"
    if _INFINITELY_MANY.fullmatch(words):
        return "infinitely many"
    if _NO_LIMIT.fullmatch(words):
        return "does not exist"
    return _SAME.get(words, words)


def says_all_reals(plain: str) -> bool:
    """Whether the text says "all real numbers"."""
    return bool(_ALL_REALS.fullmatch(plain.lower()))


def read_date(plain: str) -> str:
    """ "March 5th" and "5 March" as "date 3 5", with a year behind it if there is one; else ""."""
    found = _DATE.fullmatch(_ORDINAL.sub("", plain.lower()))
    if found is None:
        return ""
    month = found["m1"] or found["m2"]
    number = 1 + next(place for place, name in enumerate(_MONTHS) if name.startswith(month[:3]))
    day = int(found["d1"] or found["d2"])
    return f"date {number} {day} {found['year'] or ''}"
