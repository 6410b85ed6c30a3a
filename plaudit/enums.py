"""The closed sets of the contract as Python enums. Imports nothing: scoring code may use it.

The names are those of the contract; a test compares them with it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ScoreKind(StrEnum):
    """What kind of number a score is."""

    BINARY = "BINARY"
    FRACTION = "FRACTION"
    PROBABILITY = "PROBABILITY"
    LOGIT = "LOGIT"
    RATING = "RATING"
    WIN_RATE = "WIN_RATE"


class FailureReason(StrEnum):
    """Why a sample could not be scored."""

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
    """What the ends of a span count."""

    CHAR = "CHAR"
    TOKEN = "TOKEN"
    STEP = "STEP"
    TURN = "TURN"


class Priority(IntEnum):
    """How urgent a call is. Under load, higher priorities are taken from the queue first."""

    LOW = 1
    NORMAL = 2
    HIGH = 3


class CachePolicy(IntEnum):
    """How the service's result cache is used: look up and store, only store, or neither."""

    USE = 1
    REFRESH = 2
    BYPASS = 3
