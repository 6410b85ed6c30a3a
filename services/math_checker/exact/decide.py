"""Decides two single answers where that can be done for certain, without any algebra."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from services.math_checker.exact.labels import same_clock
from services.math_checker.exact.quantity import Quantity
from services.math_checker.exact.rational import read_rational
from services.math_checker.exact.reading import Reading
from services.math_checker.exact.units import DEGREE, POUND, STERLING, Unit
from services.math_checker.rules import PercentRule, Rules, UnitRule


class Decision(Enum):
    """EQUAL and DIFFERENT are certain; UNDECIDED is for the symbolic comparison."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


def decided(equal: bool) -> Decision:
    """The certain decision."""
    return Decision.EQUAL if equal else Decision.DIFFERENT


def same_number(gold: Fraction, answer: Fraction, rules: Rules) -> bool:
    """Exact equality, or equality within the tolerance of the rules."""
    if gold == answer:
        return True
    if not (rules.relative_tolerance or rules.absolute_tolerance):
        return False
    distance = abs(gold - answer)
    return distance <= Fraction(rules.relative_tolerance) * abs(gold) or distance <= Fraction(
        rules.absolute_tolerance
    )


def decide_labels(gold: Reading, answer: Reading, rules: Rules) -> Decision:
    """Choices, times of day, ratios and numerals with a base."""
    if gold.choice:
        if answer.choice:
            return decided(gold.choice.letter == answer.choice.letter)
        # "i" and "e" are numbers too; "c" stays a choice, since it is also any constant.
        is_variable = gold.text.islower() and gold.text != "c"
        return Decision.UNDECIDED if gold.choice.rest or is_variable else Decision.DIFFERENT
    if gold.relations or answer.relations:
        return Decision.UNDECIDED  # "AB : CD = 3:2" has its value on the right
    if gold.clock and answer.clock:
        return decided(same_clock(gold.clock, answer.clock))
    if gold.clock and gold.clock.half:
        return decided(answer.value is not None and _is_bare_hour(gold.clock.seconds, answer.value))
    if gold.ratio or answer.ratio:
        return _decide_ratio(gold, answer, rules)
    if gold.based or answer.based:
        return _decide_based(gold, answer)
    return Decision.UNDECIDED


def _is_bare_hour(seconds: int, hour: Fraction) -> bool:
    return seconds % 3600 == 0 and hour in (seconds // 3600, (seconds // 3600 - 1) % 12 + 1)


def _decide_ratio(gold: Reading, answer: Reading, rules: Rules) -> Decision:
    if gold.ratio and answer.ratio:
        if len(gold.ratio) != len(answer.ratio):
            return Decision.DIFFERENT
        scale = gold.ratio[0] / answer.ratio[0]
        return decided(all(g == a * scale for g, a in zip(gold.ratio, answer.ratio, strict=True)))
    ratio, other = (gold.ratio, answer) if gold.ratio else (answer.ratio, gold)
    if len(ratio) == 2 and other.value is not None:
        return decided(same_number(ratio[0] / ratio[1], other.value, rules))
    return Decision.DIFFERENT


def _decide_based(gold: Reading, answer: Reading) -> Decision:
    if gold.based and answer.based:
        return decided(gold.based.value == answer.based.value)
    based, other = (gold.based, answer) if gold.based else (answer.based, gold)
    if based is None or other.value is None:
        return Decision.UNDECIDED
    # A base that only one side names is understood on the other: 101_2 is written "101", or is 5.
    return decided(other.text.upper() == based.digits or other.value == based.value)


@dataclass(frozen=True, slots=True)
class Matched:
    """How two quantities compare once units and percent signs are settled: gold == answer * scale
    for some scale.
    """

    scales: tuple[Fraction, ...]
    #: One side is in degrees and the other in radians: the factor is not rational.
    degrees: bool = False


_DIFFERENT = Matched(())
_RADIAN = (("radian", 1),)
_GENERIC_NOUNS = frozenset(
    {"units", "unit", "square units", "cubic units", "total", "in total", "altogether"}
)
_MONEY = frozenset({"dollar", "euro", "sterling", "rupee", "yen", "yuan", "peso"})


def match_units(gold: Quantity, answer: Quantity, rules: Rules) -> Matched:
    """The scales under which the two bare values may be equal; none where the units say that they
    differ.
    """
    base = Fraction(answer.multiplier, gold.multiplier)
    unit = _unit_scale(gold, answer, rules)
    if not isinstance(unit, Fraction):
        return unit
    base *= unit
    if gold.percent == answer.percent or rules.percent is PercentRule.IGNORE:
        return Matched((base,))
    strict = base / 100 if answer.percent else base * 100
    return Matched((strict, base) if rules.percent is PercentRule.OPTIONAL else (strict,))


def _unit_scale(gold: Quantity, answer: Quantity, rules: Rules) -> Fraction | Matched:
    if rules.units is UnitRule.IGNORE:
        return Fraction(1)
    if gold.unit and answer.unit:
        if gold.unit.powers == answer.unit.powers:
            return answer.unit.factor / gold.unit.factor
        if {gold.unit.powers, answer.unit.powers} == {DEGREE.powers, _RADIAN}:
            return Matched((Fraction(1),), degrees=True)
        is_same = _same_money(gold.unit, answer.unit) or {gold.unit, answer.unit} == {
            POUND,
            STERLING,
        }
        return Fraction(1) if is_same else _DIFFERENT
    if _is_angle(gold, answer) or _is_angle(answer, gold):
        return Matched((Fraction(1),), degrees=True)
    if gold.unit and (rules.units is UnitRule.REQUIRED or _names_something(answer)):
        return _DIFFERENT
    if answer.unit and _names_something(gold):
        return _DIFFERENT
    return Fraction(1)


def _is_angle(one: Quantity, other: Quantity) -> bool:
    """Whether `one` is in degrees and `other` a bare multiple of pi, which can only be radians."""
    in_degrees = one.unit is not None and one.unit.powers == DEGREE.powers
    return in_degrees and other.unit is None and "\\pi" in other.body and "\\pi" not in one.body


def _names_something(quantity: Quantity) -> bool:
    return bool(quantity.noun) and quantity.noun not in _GENERIC_NOUNS


def _same_money(one: Unit, other: Unit) -> bool:
    """ "$18 per day" against "$18": what the money is paid for is understood."""
    money = [{base for base, _ in unit.powers} & _MONEY for unit in (one, other)]
    fewest = min(len(one.powers), len(other.powers))
    return bool(money[0]) and money[0] == money[1] and fewest == 1


def decide_values(gold: Quantity, answer: Quantity, matched: Matched, rules: Rules) -> Decision:
    """Compares the bare values of two quantities, where both are rational numbers."""
    if not matched.scales:
        return Decision.DIFFERENT
    if matched.degrees:
        return Decision.UNDECIDED
    if gold.body == answer.body and Fraction(1) in matched.scales:
        return Decision.EQUAL
    gold_value, answer_value = read_rational(gold.body), read_rational(answer.body)
    if gold_value is None or answer_value is None:
        return Decision.UNDECIDED
    return decided(
        any(same_number(gold_value, answer_value * scale, rules) for scale in matched.scales)
    )
