"""Outcomes in plain Python as messages of the contract."""

from __future__ import annotations

import logging
import sys

from google.protobuf import duration_pb2
from google.protobuf.message import DecodeError

from plaudit.v1 import result_pb2
from services.common.outcome import Failed, FailureReason, Scored, SpanUnit
from services.common.scorer import Graded, ScorerInfo

_REASONS = dict(result_pb2.Failure.Reason.items())
_UNITS = {unit: result_pb2.Span.Unit.Value(f"UNIT_{unit}") for unit in SpanUnit}
_MAX_FLOAT = sys.float_info.max
_MAX_FAILURE_CHARS = 2000
_BROKEN = Failed(FailureReason.INTERNAL, "the scorer gave a value outside its range")

_log = logging.getLogger(__name__)


class ResultWriter:
    """Writes results. What is the same for all of them is set once, in a template."""

    def __init__(self, info: ScorerInfo) -> None:
        # Bounds that no NaN or infinity meets either.
        self._low = -_MAX_FLOAT if info.min_value is None else info.min_value
        self._high = _MAX_FLOAT if info.max_value is None else info.max_value
        provenance = result_pb2.Provenance(
            service=info.name,
            service_version=info.version,
            model=info.model,
            weight_digest=info.weight_digest,
            weight_version=info.weight_version,
            isolation=info.isolation,
        )
        self._bare = result_pb2.Score(kind=info.score_kind.value, provenance=provenance)
        self._template = result_pb2.Result(score=self._bare)
        self._template.score.cached = False
        self._template.score.timing.queue.SetInParent()
        self._template.score.timing.compute.SetInParent()

    def write(self, result: result_pb2.Result, graded: Graded, waited: float) -> None:
        """Writes an outcome into an empty result; `waited` seconds passed before the scorer."""
        outcome = graded.outcome
        if isinstance(outcome, Failed):
            write_failure(result, outcome)
            return
        result.CopyFrom(self._template)
        score = result.score
        write_score(score, outcome)
        timing = score.timing
        write_seconds(timing.queue, waited + graded.queue_seconds)
        write_seconds(timing.compute, graded.compute_seconds)

    def write_stored(self, result: result_pb2.Result, score: result_pb2.Score) -> None:
        """Writes a score that came from the cache."""
        result.score.CopyFrom(score)
        result.score.cached = True
        result.score.timing.SetInParent()

    def store(self, outcome: Scored) -> bytes:
        """A score as the cache holds it: without timing and `cached`."""
        score = result_pb2.Score()
        score.CopyFrom(self._bare)
        write_score(score, outcome)
        return score.SerializeToString()

    def checked(self, graded: Graded) -> Graded:
        """The outcome, or a failure in place of a score that breaks what the info promises."""
        outcome = graded.outcome
        if isinstance(outcome, Failed) or self._low <= outcome.value <= self._high:
            return graded
        _log.error("the scorer gave a value outside its range")
        return Graded(_BROKEN, graded.queue_seconds, graded.compute_seconds)


def read_stored(stored: bytes | None) -> result_pb2.Score | None:
    """The score that the cache held; None where it held none, or nothing that can be read."""
    if stored is None:
        return None
    try:
        return result_pb2.Score.FromString(stored)
    except DecodeError:
        return None


def write_score(score: result_pb2.Score, outcome: Scored) -> None:
    """Writes value, components, spans and explanation."""
    score.value = outcome.value
    if outcome.raw is not None:
        score.raw = outcome.raw
    components = score.components
    for name, part in outcome.components.items():  # much faster than `update`
        components[name] = part
    if outcome.explanation:
        score.explanation = utf8(outcome.explanation)
    for mark in outcome.spans:
        span = score.spans.add()
        span.start = mark.start
        span.end = mark.end
        span.unit = _UNITS[mark.unit]  # type: ignore[assignment]
        span.label = mark.label
        if mark.comment:
            span.comment = utf8(mark.comment)
        if mark.value is not None:
            span.value = mark.value


def write_seconds(duration: duration_pb2.Duration, seconds: float) -> None:
    """Writes a time of at least 0."""
    if seconds < 1:  # much faster than FromNanoseconds, and nearly always so
        duration.nanos = int(seconds * 1e9)
    else:
        duration.FromNanoseconds(int(seconds * 1e9))


def write_failure(result: result_pb2.Result, failed: Failed) -> None:
    """Writes a failure."""
    failure = result.failure
    failure.reason = _REASONS[failed.reason]  # type: ignore[assignment]
    failure.message = utf8(failed.message[:_MAX_FAILURE_CHARS])
    failure.retryable = failed.retryable
    if failed.partial:
        failure.partial.update(failed.partial)


def utf8(text: str) -> str:
    """The text with lone surrogates, which no message can carry, as escapes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
