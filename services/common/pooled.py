"""A scorer whose work is a plain function in killable worker processes."""

from __future__ import annotations

from collections.abc import Sequence

from services.common.outcome import Failed, FailureReason, Outcome, unpack
from services.common.pool import PoolConfig, PoolFault, PoolResult, PoolStats, WorkerPool
from services.common.scorer import Call, Graded

# fault: (reason, whether to try again, what to tell)
_FAULTS = {
    PoolFault.ITEM_TIMEOUT: (
        FailureReason.TIMEOUT,
        False,
        "the sample could not be decided within the scorer's time limit",
    ),
    PoolFault.DEADLINE: (
        FailureReason.TIMEOUT,
        True,
        "the deadline of the call passed first: allow more time or send fewer samples a call",
    ),
    PoolFault.MEMORY: (
        FailureReason.RESOURCE_LIMIT,
        False,
        "the sample needs more memory than the scorer allows",
    ),
    PoolFault.CRASHED: (FailureReason.INTERNAL, True, "the scorer's worker process died"),
    PoolFault.RAISED: (FailureReason.INTERNAL, False, "the scorer failed on this sample"),
}


class PooledScorer:
    """Starts, feeds and ends the pool; a subclass adds `info`, `prepare` and `canaries`.

    The function of the pool returns its outcome through `outcome.pack`.
    """

    def __init__(self, config: PoolConfig) -> None:
        self.pool = WorkerPool(config)

    async def start(self) -> None:
        """Starts the workers."""
        await self.pool.start()

    async def score(self, jobs: Sequence[object], call: Call) -> list[Graded]:
        """One graded outcome a job, in order; what is not done by the deadline is a TIMEOUT."""
        results = await self.pool.run(jobs, deadline=call.deadline, priority=call.priority)
        return [
            Graded(_outcome(result), result.queue_seconds, result.compute_seconds)
            for result in results
        ]

    def pool_stats(self) -> PoolStats:
        """The present state of the pool, for metrics."""
        return self.pool.stats()

    async def close(self) -> None:
        """Ends the workers."""
        await self.pool.close()


def _outcome(result: PoolResult) -> Outcome:
    if result.fault is None:
        return unpack(result.value)
    reason, retryable, message = _FAULTS[result.fault]
    if result.message:
        message = f"{message} ({result.message})"
    return Failed(reason, message, retryable)
