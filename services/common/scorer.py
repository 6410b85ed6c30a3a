"""What a scorer is to the chassis: the one interface between scoring code and the server.

A scorer knows samples and outcomes. Batching, caching, deadlines, admission, errors and telemetry
are the chassis' business, and so is gRPC, which neither this module nor scoring code imports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from plaudit.v1 import sample_pb2
from services.common.outcome import Failed, Outcome, ScoreKind
from services.common.pool import PoolStats


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerInfo:
    """What a scorer is and what its scores mean; read once, after `start`."""

    name: str
    """The name of the service, which clients use: "math"."""
    version: str
    """Scores may differ between versions, never within one. Part of the cache key."""
    task: str
    """The field of the sample's `task` that the scorer takes: "math"."""
    score_kind: ScoreKind
    min_value: float | None
    """Smallest value; None is unbounded."""
    max_value: float | None
    """Largest value; None is unbounded."""
    max_sample_seconds: float
    """Compute time of one sample, the queue not counted."""
    model: str = ""
    weight_digest: str = ""
    """SHA-256 of the weights, in hexadecimal."""
    weight_version: str = ""
    isolation: str = ""
    """How strongly untrusted code is isolated; empty where none is run."""
    group_methods: tuple[str, ...] = ()
    """The methods of `score_groups`; empty where the scorer has none."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a scorer needs to know of the call that its jobs came with."""

    deadline: float
    """`time.monotonic()` seconds by which to return; the margin for the reply is already off."""
    priority: int = 2
    """1 (bulk) to 3 (a person waits)."""
    request_id: str = ""


class Graded(NamedTuple):
    """The outcome of one job and where its time went."""

    outcome: Outcome
    queue_seconds: float = 0.0
    """Time from the start of `score` to the start of work on this job."""
    compute_seconds: float = 0.0
    """Time of the work itself."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A sample with a known outcome. All must come out right before the service is ready."""

    Expect = Callable[[Outcome], bool]

    name: str
    """What is checked, in words: "gold scores 1"."""
    sample: sample_pb2.Sample
    expect: Expect


class Scorer(Protocol):
    """Scores samples. All methods run on the event loop, so none may block it."""

    info: ScorerInfo

    async def start(self) -> None:
        """Loads what is heavy and warms up. Called once, before anything below."""

    def prepare(self, sample: sample_pb2.Sample) -> object | Failed:
        """The job of a sample, or `Failed(INVALID_SAMPLE)`. Cheap; the task is already checked."""

    async def score(self, jobs: Sequence[object], call: Call) -> list[Graded]:
        """One graded outcome a job, in order.

        Returns by `call.deadline`, with `Failed(TIMEOUT, retryable=True)` for what is not done. On
        cancellation everything that the jobs held is freed.
        """

    def canaries(self) -> Sequence[Canary]:
        """The samples that must come out right before the service is ready."""

    async def close(self) -> None:
        """Frees everything. Called once, when no call is left."""


@runtime_checkable
class GroupScorer(Protocol):
    """The part of a scorer that scores siblings together; its info names `group_methods`."""

    async def score_groups(
        self, groups: Sequence[Sequence[object]], method: str, call: Call
    ) -> list[list[Graded]]:
        """One graded outcome a job, group by group, in order; otherwise as `Scorer.score`.

        A sample that could not be prepared is left out of its group. `method` is one of the
        info's `group_methods`.
        """


@runtime_checkable
class PoolOwner(Protocol):
    """The part of a scorer whose work runs in a worker pool: its state goes to the metrics."""

    def pool_stats(self) -> PoolStats:
        """The present state of the pool."""
