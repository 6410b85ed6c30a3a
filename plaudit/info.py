"""What a reward service tells about itself: what its scores mean and how much it takes at once."""

from __future__ import annotations

from dataclasses import dataclass

from plaudit.enums import ScoreKind
from plaudit.v1 import result_pb2, reward_service_pb2


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """How much a service takes at once. 0 means that it named no limit."""

    max_batch_samples: int
    max_batch_bytes: int
    max_sample_bytes: int
    max_inflight_samples: int
    max_inflight_bytes: int
    max_sample_seconds: float


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """What a reward service tells about itself. A bound of None means unbounded."""

    name: str
    version: str
    model: str
    weight_digest: str
    score_kind: ScoreKind | None
    min_value: float | None
    max_value: float | None
    limits: ServiceLimits
    option_schema: str
    group_methods: tuple[str, ...]

    @classmethod
    def from_proto(cls, proto: reward_service_pb2.RewardServiceGetInfoResponse) -> ServiceInfo:
        """The info in a reply of GetInfo."""
        limits = proto.limits
        return cls(
            name=proto.name,
            version=proto.version,
            model=proto.model,
            weight_digest=proto.weight_digest,
            score_kind=score_kind(proto.score_kind),
            min_value=proto.min_value if proto.HasField("min_value") else None,
            max_value=proto.max_value if proto.HasField("max_value") else None,
            limits=ServiceLimits(
                limits.max_batch_samples,
                limits.max_batch_bytes,
                limits.max_sample_bytes,
                limits.max_inflight_samples,
                limits.max_inflight_bytes,
                limits.max_sample_time.ToNanoseconds() / 1e9,
            ),
            option_schema=proto.option_schema,
            group_methods=tuple(proto.group_methods),
        )


def score_kind(number: int) -> ScoreKind | None:
    """The kind of a number of the contract; None if unset, or newer than this client."""
    name = result_pb2.Score.Kind.Name(number) if number in result_pb2.Score.Kind.values() else ""
    return ScoreKind(name) if name in ScoreKind.__members__ else None
