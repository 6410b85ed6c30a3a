"""The check before readiness: samples with known outcomes, through the scorer as calls will go."""

from __future__ import annotations

import time
from collections.abc import Sequence

from services.common.scorer import Call, Canary
from services.common.scoring import BatchScorer


class CanaryError(Exception):
    """A canary came out wrong: the scorer cannot be trusted, so the service does not start."""


async def run_canaries(scoring: BatchScorer, canaries: Sequence[Canary], seconds: float) -> None:
    """Scores all canaries as one batch, within `seconds`; raises `CanaryError` if one is wrong."""
    if not canaries:
        return
    call = Call(time.monotonic() + seconds, request_id="canaries")
    graded = await scoring.grade([canary.sample for canary in canaries], call, weigh=False)
    wrong = [
        f"{canary.name!r} came to {one.outcome}"
        for canary, one in zip(canaries, graded, strict=True)
        if not canary.expect(one.outcome)
    ]
    if wrong:
        raise CanaryError(f"the scorer failed its own checks: {'; '.join(wrong)}")
