"""What a scorer says of one sample, in plain Python, so that scoring code needs no protobuf."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from plaudit.enums import FailureReason, ScoreKind, SpanUnit

__all__ = [
    "Failed",
    "FailureReason",
    "Outcome",
    "ScoreKind",
    "Scored",
    "SpanMark",
    "SpanUnit",
    "pack",
    "unpack",
]


class SpanMark(NamedTuple):
    """A part [start, end) of the response, with a value or only marked."""

    start: int
    end: int
    unit: SpanUnit = SpanUnit.CHAR
    value: float | None = None
    label: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score. `value` has the kind and range that the service's info names."""

    value: float
    components: dict[str, float] = field(default_factory=dict)
    explanation: str = ""
    spans: tuple[SpanMark, ...] = ()
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The sample could not be scored. Never a number."""

    reason: FailureReason
    message: str
    retryable: bool = False
    partial: dict[str, float] = field(default_factory=dict)


Outcome = Scored | Failed

_UNITS = {str(unit): unit for unit in SpanUnit}


def pack(outcome: Outcome) -> tuple[object, ...]:
    """The outcome as a plain tuple: between processes it travels several times faster."""
    if isinstance(outcome, Failed):
        return str(outcome.reason), outcome.message, outcome.retryable, outcome.partial
    spans = [(m.start, m.end, str(m.unit), m.value, m.label, m.comment) for m in outcome.spans]
    return outcome.value, outcome.components, outcome.explanation, spans, outcome.raw


def unpack(packed: Any) -> Outcome:
    """The outcome that `pack` made a tuple of."""
    if len(packed) == 4:
        reason, message, retryable, partial = packed
        return Failed(FailureReason(reason), message, retryable, partial)
    value, components, explanation, spans, raw = packed
    marks = tuple([SpanMark(start, end, _UNITS[unit], *rest) for start, end, unit, *rest in spans])
    return Scored(value, components, explanation, marks, raw)
