"""What a scorer says of one sample, in plain Python, so that scoring code needs no protobuf."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ScoreKind(StrEnum):
    """What kind of number a score is. The names are those of `Score.Kind`."""

    BINARY = "BINARY"
    FRACTION = "FRACTION"
    PROBABILITY = "PROBABILITY"
    LOGIT = "LOGIT"
    RATING = "RATING"
    WIN_RATE = "WIN_RATE"


class FailureReason(StrEnum):
    """Why a sample could not be scored. The names are those of `Failure.Reason`."""

    INVALID_SAMPLE = "INVALID_SAMPLE"
    TIMEOUT = "TIMEOUT"
    RESOURCE_LIMIT = "RESOURCE_LIMIT"
    UNPARSEABLE_VERDICT = "UNPARSEABLE_VERDICT"
    ABSTAINED = "ABSTAINED"
    REFUSED = "REFUSED"
    BACKEND_UNAVAILABLE = "BACKEND_UNAVAILABLE"
    OVERLOADED = "OVERLOADED"
    TRUNCATED_INPUT = "TRUNCATED_INPUT"
    INTERNAL = "INTERNAL"


class SpanUnit(StrEnum):
    """What the ends of a span count. The names are those of `Span.Unit` without their prefix."""

    CHAR = "CHAR"
    TOKEN = "TOKEN"
    STEP = "STEP"
    TURN = "TURN"


@dataclass(frozen=True, slots=True)
class SpanMark:
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
