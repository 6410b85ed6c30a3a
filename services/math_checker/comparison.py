"""Is this answer equal to this gold answer? The exact path decides what it can; the rest goes to
the symbolic one.

Answers of several parts are compared part by part, so that each part has the benefit of both paths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from services.math_checker import symbolic
from services.math_checker.exact.decide import (
    Decision,
    Matched,
    decide_labels,
    decide_values,
    match_units,
    same_number,
)
from services.math_checker.exact.items import Items, Shape, is_name
from services.math_checker.exact.naming import (
    by_name,
    is_singleton,
    may_be_one_value,
    names_clash,
    numbered,
    renamed,
)
from services.math_checker.exact.quantity import Quantity
from services.math_checker.exact.reading import Reading, read
from services.math_checker.rules import Rules
from services.math_checker.surface import normalise, squeeze, tidy

_LETTER = re.compile(r"(?<![\\A-Za-z])[A-Za-z]")
_DECIMALS = re.compile(r"\.(\d+)")
# A polynomial in coordinates: "3x+4y", "x^2 - 5", but not "x+y", which may be the quantity that was
# asked for.
_CURVE = re.compile(
    r"(?=.*[xyz])(?=.*(?:\d|\^))(?:[xyz\d\s+\-*/^{}().]|\\(?:frac|cdot|sqrt|le|ge)(?![A-Za-z]))+"
)
_OUTPUT_NAME = re.compile(r"y|[fgh](?:\^\{?-1\}?)?\([a-z]\)")
# No expression: an ellipsis stands for nothing that can be computed, "1 2 3" is a list of values.
_NO_VALUE = re.compile(r"\\ldots|\.\.\.|(?<![_\d.])\d[\d.]* +\d")
_POINT = re.compile(r"[A-Z]'?(?:_\{?\w\}?)? ?(?=\()")
_SETS_OF_NOTHING = (("\\emptyset",), ("\\{\\}",))
_MAX_DEPTH = 4
_AS_THEY_ARE = Matched((Fraction(1),))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the two are equal, both in their canonical form, and whether no algebra was needed to
    tell.
    """

    equal: bool
    gold_form: str
    answer_form: str
    exact: bool = True


def compare_answers(gold: str, answer: str, rules: Rules) -> Verdict:
    """Compares two raw answers.

    Raises `symbolic.GoldUnparseable` where the gold answer cannot be read.
    """
    gold_text, answer_text = normalise(gold), normalise(answer)
    if squeeze(gold_text) == squeeze(answer_text):
        return Verdict(True, gold_text, answer_text)
    if "," in gold and "," in answer and squeeze(tidy(gold)) == squeeze(tidy(answer)):
        return Verdict(True, gold_text, answer_text)  # "100,200" and "100, 200"
    return _Comparison(rules).compare(read(gold_text), read(answer_text))


class _Comparison:
    """One comparison under one set of rules; methods return a verdict, and recurse into parts."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.depth = 0

    def compare(self, gold: Reading, answer: Reading) -> Verdict:
        if gold.value is not None and answer.value is not None:
            equal = same_number(gold.value, answer.value, self.rules)
            return Verdict(equal, str(gold.value), str(answer.value))
        if squeeze(gold.text) == squeeze(answer.text):
            return Verdict(True, gold.text, answer.text)
        if self.depth and _same_label(gold, answer):
            assert gold.choice is not None
            assert answer.choice is not None
            return self.compare(read(gold.choice.rest), read(answer.choice.rest))
        decision = decide_labels(gold, answer, self.rules)
        if decision is not Decision.UNDECIDED:
            return _verdict(decision is Decision.EQUAL, gold, answer)
        if answer.choice and answer.choice.rest and not gold.choice:
            return self.compare(gold, read(answer.choice.rest))
        if gold.choice and gold.choice.rest:
            return self.compare(read(gold.choice.rest), answer)
        if (gold.words or answer.words) and _folded(gold) == _folded(answer):
            return _verdict(True, gold, answer)
        if gold.items or answer.items:
            return self._compare_items(gold, answer)
        if gold.relations or answer.relations:
            return self._compare_relations(gold, answer)
        return self._compare_single(gold, answer)

    # -- one expression each -------------------------------------------------------------------

    def _compare_single(self, gold: Reading, answer: Reading) -> Verdict:
        gold_quantity, answer_quantity = _quantities(gold, answer)
        matched = match_units(gold_quantity, answer_quantity, self.rules)
        if gold.words or answer.words:
            return _verdict(False, gold, answer)
        decision = decide_values(gold_quantity, answer_quantity, matched, self.rules)
        if decision is not Decision.UNDECIDED:
            return _verdict(decision is Decision.EQUAL, gold, answer)
        if matched.degrees:
            gold_quantity, answer_quantity = (
                _in_radians(gold_quantity),
                _in_radians(answer_quantity),
            )
        return self._symbolic(gold_quantity.body, answer_quantity.body, matched)

    def _symbolic(self, gold: str, answer: str, matched: Matched = _AS_THEY_ARE) -> Verdict:
        verdict = Verdict(False, gold, answer, exact=False)
        if _NO_VALUE.search(gold) or _NO_VALUE.search(answer):
            return verdict
        for scale in matched.scales:
            try:
                found = symbolic.compare(gold, answer, self.rules, scale)
            except symbolic.AnswerUnparseable:
                return verdict
            verdict = Verdict(found.equal, found.gold_form, found.answer_form, exact=False)
            if verdict.equal:
                break
        return verdict

    # -- several parts ---------------------------------------------------------------------------

    def _compare_items(self, gold: Reading, answer: Reading) -> Verdict:
        if self.depth >= _MAX_DEPTH:
            return _verdict(False, gold, answer)
        self.depth += 1
        try:
            return self._match_items(gold, answer)
        finally:
            self.depth -= 1

    def _match_items(self, gold: Reading, answer: Reading) -> Verdict:
        if gold.items and answer.items:
            if is_singleton(gold.items) and not is_singleton(answer.items):
                return self.compare(read(gold.items.parts[0]), answer)  # "\{(1, 2)\}"
            if is_singleton(answer.items) and not is_singleton(gold.items):
                return self.compare(gold, read(answer.items.parts[0]))
            equal = self._match_shapes(gold.items, answer.items)
            if equal is not None:
                return _verdict(equal, gold, answer)
            return self._symbolic(gold.text, answer.text)
        several, single = (gold.items, answer) if gold.items else (answer.items, gold)
        assert several is not None
        if single.relations and is_name(single.sides[0]):  # "S = \{1, 2\}"
            value = read(single.sides[-1])
            if value.items and self._is_consistent(single):
                return self._match_items(*((gold, value) if gold.items else (value, answer)))
        if several.shape is Shape.ROUND and (point := _POINT.match(single.text)):  # "A(3, 4)"
            bare = read(single.text[point.end() :])
            if bare.items and bare.items.shape is Shape.ROUND:
                return self._match_items(*((gold, bare) if gold.items else (bare, answer)))
        if several.shape is Shape.SET and several.parts not in _SETS_OF_NOTHING:
            if is_singleton(several):
                return self._with_each(several, gold, answer)
        elif may_be_one_value(several) and "\\pm" not in gold.text + answer.text:
            return self._with_each(several, gold, answer)
        if several.shape is Shape.BARE or single.value is not None or single.words:
            return _verdict(False, gold, answer)
        return self._symbolic(gold.text, answer.text)

    def _with_each(self, several: Items, gold: Reading, answer: Reading) -> Verdict:
        """Equal only if every part of the one side equals the whole of the other."""
        parts = map(read, several.parts)
        pairs = ((part, answer) if several is gold.items else (gold, part) for part in parts)
        return _verdict(all(self.compare(*pair).equal for pair in pairs), gold, answer)

    def _match_shapes(self, gold: Items, answer: Items) -> bool | None:
        shapes = {gold.shape, answer.shape}
        if names_clash(gold, answer):
            return False
        if gold.names and answer.names and set(gold.names) == set(answer.names):
            order = [answer.names.index(name) for name in gold.names]
            return self._in_order(gold.parts, [answer.parts[place] for place in order])
        if Shape.SET in shapes and shapes & {Shape.ROUND, Shape.SQUARE}:
            return None if len(gold.parts) == len(answer.parts) == 2 else False
        if len(shapes) == 1 and gold.shape is not Shape.BARE and gold.shape is not Shape.SET:
            return self._in_order(gold.parts, answer.parts)
        if shapes == {Shape.ROUND, Shape.SQUARE}:
            return False if len(gold.parts) == 2 else None
        if shapes & {Shape.ROUND, Shape.SQUARE}:  # against a bare list
            if Shape.SQUARE in shapes and len(gold.parts) == 2:
                return False
            return self._in_order(by_name(gold), by_name(answer))
        if bool(gold.names) != bool(answer.names) and not numbered(gold.names or answer.names):
            return self._in_order(gold.parts, answer.parts)
        if shapes == {Shape.SET}:
            return self._covers(gold.parts, answer.parts) and self._covers(
                answer.parts, gold.parts, True
            )
        return len(gold.parts) == len(answer.parts) and self._any_order(gold.parts, answer.parts)

    def _in_order(self, gold: Sequence[str], answer: Sequence[str]) -> bool:
        return len(gold) == len(answer) and all(
            self.compare(read(g), read(a)).equal for g, a in zip(gold, answer, strict=True)
        )

    def _any_order(self, gold: Sequence[str], answer: Sequence[str]) -> bool:
        left = list(answer)
        for part in gold:
            match = self._find(part, left)
            if match is None:
                return False
            left.remove(match)
        return True

    def _covers(self, gold: Sequence[str], answer: Sequence[str], swapped: bool = False) -> bool:
        return all(self._find(part, answer, swapped) is not None for part in gold)

    def _find(self, part: str, among: Sequence[str], swapped: bool = False) -> str | None:
        if part in among:
            return part
        for other in among:
            pair = (read(other), read(part)) if swapped else (read(part), read(other))
            if self.compare(*pair).equal:
                return other
        return None

    # -- equations ---------------------------------------------------------------------------------

    def _compare_relations(self, gold: Reading, answer: Reading) -> Verdict:
        if not answer.relations:
            return self._value_of_gold(gold, answer)
        claimed = _claims(answer)
        if not gold.relations:
            for claim in claimed:
                verdict = self._compare_part(gold, claim)
                if verdict.equal:
                    return verdict if self._is_consistent(answer) else _verdict(False, gold, answer)
            return self._compare_identity(gold, answer)
        gold_left, answer_left = squeeze(gold.sides[0]), squeeze(answer.sides[0])
        both_outputs = _OUTPUT_NAME.fullmatch(gold_left) and _OUTPUT_NAME.fullmatch(answer_left)
        if is_name(gold.sides[0]) and (gold_left == answer_left or both_outputs):
            value = renamed(answer.sides[-1], answer_left, gold_left)
            if value is None:
                return _verdict(False, gold, answer)
            verdict = self._compare_part(read(gold.sides[-1]), value)
            if verdict.equal and not self._sides_agree(gold, answer):
                return _verdict(False, gold, answer)
            return (
                verdict
                if not verdict.equal or self._is_consistent(answer)
                else _verdict(False, gold, answer)
            )
        if len(gold.sides) == len(answer.sides) == 2:
            if is_name(gold.sides[0]) and is_name(answer.sides[0]) and _is_closed(gold.sides[1]):
                return _verdict(False, gold, answer)  # x = 5 is not y = 5
            return self._symbolic(gold.text, answer.text)
        return _verdict(False, gold, answer)

    def _compare_identity(self, gold: Reading, answer: Reading) -> Verdict:
        """A gold answer "x^2 - 1" against "(x - 1)(x + 1) = x^2 - 1", whose sides are all equal."""
        sides = [read(side) for side in answer.sides]
        if "" in answer.sides or is_name(answer.sides[0]):
            return _verdict(False, gold, answer)
        equal = all(self.compare(gold, side).equal for side in sides)
        return _verdict(equal, gold, answer)

    def _sides_agree(self, gold: Reading, answer: Reading) -> bool:
        """Whether two chains of the same length agree between their ends as well.

        All sides of a true chain are equal; "y_1 = x + 1 y_2 = x" only looks like one.
        """
        if len(gold.sides) != len(answer.sides):
            return True
        return self._in_order(gold.sides[1:-1], answer.sides[1:-1])

    def _value_of_gold(self, gold: Reading, answer: Reading) -> Verdict:
        """A gold answer "x = 5" against the answer "5"."""
        verdict = _verdict(False, gold, answer)
        for claim in _claims(gold) if is_name(gold.sides[0]) or is_name(gold.sides[-1]) else ():
            verdict = self.compare(read(claim), answer)
            if verdict.equal:
                break
        return verdict

    def _compare_part(self, gold: Reading, answer: str) -> Verdict:
        return self.compare(gold, read(answer))

    def _is_consistent(self, chain: Reading) -> bool:
        """Whether the sides of "1 = 2 = 3" that are plain values agree: a chain may not list
        values.
        """
        closed = [place for place, side in enumerate(chain.sides) if _is_closed(side)]
        for one, other in pairwise(closed):
            left, right = chain.sides[one], chain.sides[other]
            rules = Rules()
            if "\\approx" in chain.relations[one:other]:
                decimals = min(_decimals(left), _decimals(right))
                rules = replace(rules, absolute_tolerance=10.0**-decimals)
            try:
                verdict = _Comparison(rules).compare(read(left), read(right))
            except symbolic.GoldUnparseable:
                continue  # only what is read can contradict
            if not verdict.equal:
                return False
        return True


def _verdict(equal: bool, gold: Reading, answer: Reading) -> Verdict:
    return Verdict(equal, _form(gold), _form(answer))


def _form(reading: Reading) -> str:
    if reading.value is not None:
        return str(reading.value)
    return reading.choice.letter if reading.choice else reading.words or reading.text


def _same_label(gold: Reading, answer: Reading) -> bool:
    """Whether both are values under one letter: "J: 4 h" in "J: 4 h, S: 9 h" is no choice."""
    if not (gold.choice and answer.choice and gold.choice.rest and answer.choice.rest):
        return False
    return gold.choice.letter == answer.choice.letter


def _folded(reading: Reading) -> str:
    return reading.words or squeeze(reading.text).casefold()


def _claims(equation: Reading) -> list[str]:
    r"""What an equation says its value is: the last side, and before "\approx" the exact one."""
    sides, relations = equation.sides, equation.relations
    if (
        is_name(sides[-1])
        and not is_name(sides[0])
        and len(sides) == 2
        and not _LETTER.search(sides[0])
    ):
        return [sides[0]]  # "5 = x"
    last = sides[-1]
    if _CURVE.fullmatch(sides[0]) and not is_name(sides[0]):
        return []  # an equation, of a line or to solve: its right side is no value
    claims = [last]
    if "\\approx" in relations:
        claims.append(sides[relations.index("\\approx")])
    return claims


def _is_closed(side: str) -> bool:
    reading = read(side)
    if reading.value is not None:
        return True
    body = reading.quantity.body if reading.quantity else side
    return any(map(str.isdigit, body)) and not _LETTER.search(body) and not reading.items


def _decimals(side: str) -> int:
    found = _DECIMALS.search(side)
    return len(found.group(1)) if found else 0 if side.strip(" -").isdigit() else 99


def _quantities(gold: Reading, answer: Reading) -> tuple[Quantity, Quantity]:
    """Both as quantities.

    A bare letter counts as a unit only where the other side can't mean it as a variable.
    """
    one, other = gold.quantity or Quantity(gold.text), answer.quantity or Quantity(answer.text)
    if (one.is_letter and _LETTER.search(other.body)) or (
        other.is_letter and _LETTER.search(one.body)
    ):
        return Quantity(gold.text), Quantity(answer.text)
    return one, other


def _in_radians(quantity: Quantity) -> Quantity:
    is_degrees = quantity.unit is not None and quantity.unit.powers == (("degree", 1),)
    return Quantity(rf"({quantity.body}) \cdot \pi / 180") if is_degrees else quantity
