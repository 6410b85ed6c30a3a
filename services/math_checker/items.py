"""Items on their way to a worker, as plain tuples: these travel faster than dataclasses."""

from __future__ import annotations

from typing import TypeAlias

from services.math_checker.rules import AnswerPosition, MathItem, PercentRule, Rules, UnitRule

PackedItem: TypeAlias = tuple[str, tuple[str, ...], tuple[str, str, str, float, float] | None]
"""Response, gold answers, and the rules unless they are the default."""

_DEFAULT_RULES = Rules()


def pack_item(response: str, gold: tuple[str, ...], rules: Rules) -> PackedItem:
    """The item as a tuple."""
    if rules is _DEFAULT_RULES or rules == _DEFAULT_RULES:
        return response, gold, None
    options = (str(rules.answer_position), str(rules.percent), str(rules.units))
    return response, gold, (*options, rules.relative_tolerance, rules.absolute_tolerance)


def unpack_item(packed: PackedItem) -> MathItem:
    """The item that `pack_item` made a tuple of."""
    response, gold, options = packed
    if options is None:
        return MathItem(response, gold, _DEFAULT_RULES)
    position, percent, units, *tolerances = options
    rules = Rules(AnswerPosition(position), PercentRule(percent), UnitRule(units), *tolerances)
    return MathItem(response, gold, rules)
