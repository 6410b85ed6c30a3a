"""A batch through a scorer: checks, cache, one outcome for every sample whatever happens."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import TypeVar

from plaudit.v1 import result_pb2, reward_service_pb2, sample_pb2
from services.common.cache import ResultCache, cache_key
from services.common.outcome import Failed, FailureReason, Scored
from services.common.results import ResultWriter, read_stored
from services.common.scorer import Call, Graded, GroupScorer, Scorer

T = TypeVar("T")

_log = logging.getLogger(__name__)
_REFRESH = reward_service_pb2.CACHE_POLICY_REFRESH
_BYPASS = reward_service_pb2.CACHE_POLICY_BYPASS
# A scorer that has not come back this long after its deadline is cancelled.
_OVERSTAY_SECONDS = 0.05

_TIMEOUT = Failed(
    FailureReason.TIMEOUT,
    "the deadline of the call passed first: allow more time or send fewer samples a call",
    retryable=True,
)
_INTERNAL = Failed(
    FailureReason.INTERNAL,
    "the scorer failed; the log of the service has the details",
)

Answer = Graded | result_pb2.Score
"""What a sample came to: graded now, or a score out of the cache."""


class BatchScorer:
    """Scores batches. One bad sample never fails its neighbours, nor does a scorer that raises."""

    def __init__(self, scorer: Scorer, cache: ResultCache | None, max_sample_bytes: int) -> None:
        self._scorer = scorer
        self.writer = ResultWriter(scorer.info)
        self._cache = cache
        self._max_sample_bytes = max_sample_bytes
        info = scorer.info
        self._task = info.task
        # What the numbers depend on besides the sample.
        self._version = "\n".join(
            (info.version, info.model, info.weight_digest, info.weight_version)
        )

    async def score(
        self, samples: Sequence[sample_pb2.Sample], size: int, call: Call, policy: int
    ) -> Sequence[Answer]:
        """One answer a sample, in order. `size` is the samples' bytes, `policy` a CachePolicy."""
        # Samples that are small together are small each; weighing each costs as much as decoding.
        weigh = size > self._max_sample_bytes
        if self._cache is None or policy == _BYPASS:
            return await self.grade(samples, call, weigh)
        return await self._score_cached(self._cache, samples, call, weigh, policy != _REFRESH)

    async def _score_cached(
        self,
        cache: ResultCache,
        samples: Sequence[sample_pb2.Sample],
        call: Call,
        weigh: bool,
        look_up: bool,
    ) -> Sequence[Answer]:
        """Identical samples are looked up, scored and stored once."""
        name = self._scorer.info.name
        keys = [cache_key(sample, name, self._version) for sample in samples]
        first = dict(zip(reversed(keys), reversed(samples), strict=True))
        answers: dict[bytes, Answer] = {}
        if look_up:
            stored = map(read_stored, await cache.get_many(list(first)))
            answers = {key: score for key, score in zip(first, stored, strict=True) if score}
        missing = [key for key in first if key not in answers]
        graded = await self.grade([first[key] for key in missing], call, weigh)
        fresh = list(zip(missing, graded, strict=True))
        await cache.put_many(
            [
                (key, self.writer.store(one.outcome))
                for key, one in fresh
                if isinstance(one.outcome, Scored)
            ]
        )
        answers.update(fresh)
        return [answers[key] for key in keys]

    async def grade(
        self, samples: Sequence[sample_pb2.Sample], call: Call, weigh: bool
    ) -> list[Graded]:
        """One graded outcome a sample, in order, without the cache; `weigh` checks sizes."""
        prepared = [self.prepare(sample, weigh) for sample in samples]
        return _merge(prepared, await self._run(_jobs(prepared), call))

    def prepare(self, sample: sample_pb2.Sample, weigh: bool) -> object | Failed:
        """The job of a sample, or why it has none; `weigh` checks its size too."""
        task = sample.WhichOneof("task")
        if task != self._task:
            return _wrong_task(task, self._task)
        if weigh and sample.ByteSize() > self._max_sample_bytes:
            return _too_large(sample.ByteSize(), self._max_sample_bytes)
        try:
            return self._scorer.prepare(sample)
        except Exception:  # the boundary between the chassis and a scorer
            _log.exception("the scorer failed to prepare a sample")
            return _INTERNAL

    async def score_groups(
        self, groups: Sequence[Sequence[sample_pb2.Sample]], method: str, call: Call
    ) -> list[list[Graded]]:
        """One graded outcome a sample, group by group; a bad sample is left out of its group.

        Groups are not cached: they rarely recur.
        """
        if not isinstance(self._scorer, GroupScorer):
            raise TypeError("the scorer's info names group methods, but it has no score_groups")
        prepared = [[self.prepare(sample, weigh=True) for sample in group] for group in groups]
        jobs = [_jobs(group) for group in prepared]
        graded = await _guarded(self._scorer.score_groups(jobs, method, call), call)
        if isinstance(graded, Failed):
            graded = [[Graded(graded)] * len(group) for group in jobs]
        return [
            _merge(whole, self._checked(outcomes, len(group)))
            for whole, outcomes, group in zip(prepared, graded, jobs, strict=True)
        ]

    async def _run(self, jobs: Sequence[object], call: Call) -> list[Graded]:
        if not jobs:
            return []
        graded = await _guarded(self._scorer.score(jobs, call), call)
        return self._checked(graded, len(jobs))

    def _checked(self, graded: list[Graded] | Failed, count: int) -> list[Graded]:
        if isinstance(graded, Failed):
            return [Graded(graded)] * count
        if len(graded) != count:
            _log.error("the scorer gave %d outcomes for %d jobs", len(graded), count)
            return [Graded(_INTERNAL)] * count
        return [self.writer.checked(one) for one in graded]


def _jobs(prepared: Sequence[object | Failed]) -> list[object]:
    return [job for job in prepared if not isinstance(job, Failed)]


def _merge(prepared: Sequence[object | Failed], graded: Sequence[Graded]) -> list[Graded]:
    """The outcomes of the jobs, with the failures of those that never became one, in order."""
    if len(graded) == len(prepared):
        return list(graded)
    fresh = iter(graded)
    return [Graded(job) if isinstance(job, Failed) else next(fresh) for job in prepared]


async def _guarded(work: Coroutine[object, object, T], call: Call) -> T | Failed:
    """What the scorer's work comes to, or the failure of all its jobs if it raises or overstays."""
    end = asyncio.get_running_loop().time() + call.deadline - time.monotonic() + _OVERSTAY_SECONDS
    try:
        async with asyncio.timeout_at(end) as limit:
            return await work
    except Exception:  # the boundary between the chassis and a scorer
        if limit.expired():
            _log.warning("the scorer overstayed the deadline of a call")
            return _TIMEOUT
        _log.exception("the scorer failed")
        return _INTERNAL


def _wrong_task(given: str | None, wanted: str) -> Failed:
    has = f"the task {given!r}" if given else "no task"
    return Failed(
        FailureReason.INVALID_SAMPLE, f"the sample has {has}; this service takes {wanted!r}"
    )


def _too_large(size: int, limit: int) -> Failed:
    return Failed(
        FailureReason.INVALID_SAMPLE, f"the sample has {size} bytes; at most {limit} are taken"
    )
