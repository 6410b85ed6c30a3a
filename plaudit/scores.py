"""The two outcomes of a sample, a score and a failure: thin faces of the contract's messages."""

from __future__ import annotations

from typing import NamedTuple

from plaudit.enums import FailureReason, ScoreKind, SpanUnit
from plaudit.info import score_kind
from plaudit.text import short
from plaudit.v1 import result_pb2

_Reason = result_pb2.Failure.Reason
_Unit = result_pb2.Span.Unit


class Span(NamedTuple):
    """A part [start, end) of the response; `value` is None where it only marks a place."""

    start: int
    end: int
    unit: SpanUnit | None
    value: float | None
    label: str
    comment: str


class Provenance(NamedTuple):
    """Which software and weights gave a score: enough to get the same number again."""

    service: str
    service_version: str
    model: str
    weight_digest: str
    weight_version: str
    template_id: str
    parser_id: str
    seed: int | None
    isolation: str


class Score:
    """A score. `value` is of the kind `kind`, in the range that `get_info` names."""

    __slots__ = ("_proto",)

    def __init__(self, proto: result_pb2.Score) -> None:
        self._proto = proto

    @property
    def value(self) -> float:
        """The score."""
        return self._proto.value

    @property
    def kind(self) -> ScoreKind | None:
        """What kind of number it is; None for a kind newer than this client."""
        return score_kind(self._proto.kind)

    @property
    def raw(self) -> float | None:
        """The number before calibration or normalisation, where there is one."""
        return self._proto.raw if self._proto.HasField("raw") else None

    @property
    def components(self) -> dict[str, float]:
        """Named parts of the score, for example "answer_found"."""
        return dict(self._proto.components)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Values of parts of the response."""
        return tuple(_span(span) for span in self._proto.spans)

    @property
    def explanation(self) -> str:
        """Why, in words, for a person. May quote the response, so it is hostile text."""
        return self._proto.explanation

    @property
    def provenance(self) -> Provenance:
        """Which software and weights gave the score."""
        proto = self._proto.provenance
        seed = proto.seed if proto.HasField("seed") else None
        return Provenance(
            proto.service, proto.service_version, proto.model, proto.weight_digest,
            proto.weight_version, proto.template_id, proto.parser_id, seed, proto.isolation,
        )  # fmt: skip

    @property
    def queue_seconds(self) -> float:
        """Time between the arrival of the call and the start of work on the sample."""
        return self._proto.timing.queue.ToNanoseconds() / 1e9

    @property
    def compute_seconds(self) -> float:
        """Time of the work itself."""
        return self._proto.timing.compute.ToNanoseconds() / 1e9

    @property
    def cached(self) -> bool:
        """Whether it came from the service's result cache."""
        return self._proto.cached

    @property
    def prompt_tokens(self) -> int:
        """Tokens read."""
        return self._proto.usage.prompt_tokens

    @property
    def completion_tokens(self) -> int:
        """Tokens written."""
        return self._proto.usage.completion_tokens

    def __repr__(self) -> str:
        kind = f", {self.kind}" if self.kind else ""
        why = f", explanation={short(self.explanation)}" if self.explanation else ""
        return f"Score({self.value:g}{kind}{why})"


class Failure:
    """Why a sample could not be scored."""

    __slots__ = ("_proto",)

    def __init__(self, proto: result_pb2.Failure) -> None:
        self._proto = proto

    @property
    def reason(self) -> FailureReason:
        """Why; INTERNAL for a reason newer than this client."""
        number = self._proto.reason
        name = _Reason.Name(number) if number in _Reason.values() else ""
        return FailureReason.__members__.get(name, FailureReason.INTERNAL)

    @property
    def message(self) -> str:
        """What is wrong and what to do. May quote the sample, so it is hostile text."""
        return self._proto.message

    @property
    def retryable(self) -> bool:
        """Whether the same sample may succeed if it is sent again."""
        return self._proto.retryable

    @property
    def partial(self) -> dict[str, float]:
        """Components that were found before the failure."""
        return dict(self._proto.partial)

    def __repr__(self) -> str:
        return f"Failure({self.reason}, {short(self.message)}, retryable={self.retryable})"


def _span(proto: result_pb2.Span) -> Span:
    name = _Unit.Name(proto.unit) if proto.unit in _Unit.values() else ""
    unit = SpanUnit.__members__.get(name.removeprefix("UNIT_"))
    value = proto.value if proto.HasField("value") else None
    return Span(proto.start, proto.end, unit, value, proto.label, proto.comment)
