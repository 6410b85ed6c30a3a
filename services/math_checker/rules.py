"""The options of one comparison: where the answer is, and how percent signs and units are read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerPosition(StrEnum):
    """Which part of the response is its answer. See `MathTask.AnswerPosition`."""

    FINAL = "FINAL"
    BOXED = "BOXED"
    LAST = "LAST"
    WHOLE = "WHOLE"


class PercentRule(StrEnum):
    """What a percent sign means where only one side has one. See `MathTask.PercentRule`."""

    STRICT = "STRICT"
    OPTIONAL = "OPTIONAL"
    IGNORE = "IGNORE"


class UnitRule(StrEnum):
    """How units, currencies and degrees are compared. See `MathTask.UnitRule`."""

    STRICT = "STRICT"
    REQUIRED = "REQUIRED"
    IGNORE = "IGNORE"


@dataclass(frozen=True, slots=True)
class Rules:
    """The options of one comparison. A tolerance of 0 means exact equality at any magnitude."""

    answer_position: AnswerPosition = AnswerPosition.FINAL
    percent: PercentRule = PercentRule.STRICT
    units: UnitRule = UnitRule.STRICT
    relative_tolerance: float = 0.0
    absolute_tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class MathItem:
    """One response to grade: plain data, as it goes to a worker process."""

    response: str
    gold: tuple[str, ...]
    rules: Rules = Rules()
