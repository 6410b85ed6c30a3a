"""The quota of a key: samples per second and samples in flight."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from plaudit.errors import InvalidRequestError, QuotaExceededError

_IN_FLIGHT_RETRY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Quota:
    """What a key may use. None is unlimited."""

    samples_per_second: float | None = None
    burst: int | None = None
    """Samples that may come at once after a rest; None is one second's worth."""
    max_in_flight_samples: int | None = None


class TokenBucket:
    """Lets `rate` samples a second through, and up to `burst` at once. Times are in seconds.

    A call larger than the burst is let through a full bucket and leaves it in debt, so that the
    rate holds in the long run and no size of call is locked out for ever.
    """

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._updated = now

    def take(self, samples: int, now: float) -> float:
        """Takes the samples and returns 0, or takes none and returns the seconds to wait."""
        self._tokens = min(self._burst, self._tokens + (now - self._updated) * self._rate)
        self._updated = now
        missing = min(float(samples), self._burst) - self._tokens
        if missing > 0:
            return missing / self._rate
        self._tokens -= samples
        return 0.0


class QuotaMeter:
    """Holds the calls of one key to its quota."""

    def __init__(self, quota: Quota, now: float) -> None:
        self.quota = quota
        self.in_flight = 0
        rate = quota.samples_per_second
        self._bucket = TokenBucket(rate, quota.burst or max(1.0, rate), now) if rate else None

    @contextmanager
    def hold(self, samples: int) -> Iterator[None]:
        """Charges a call to the quota; raises `QuotaExceededError` where it is used up."""
        self.acquire(samples, time.monotonic())
        try:
            yield
        finally:
            self.release(samples)

    def acquire(self, samples: int, now: float) -> None:
        """Charges a call to the quota, or raises and charges nothing."""
        limit = self.quota.max_in_flight_samples
        if limit is not None and samples > limit:
            raise InvalidRequestError(
                f"{samples} samples in one call; this key may have {limit} in flight: send fewer"
            )
        if limit is not None and self.in_flight + samples > limit:
            raise QuotaExceededError(
                f"this key has {self.in_flight} of {limit} samples in flight: wait for results",
                retry_after=_IN_FLIGHT_RETRY_SECONDS,
            )
        wait = self._bucket.take(samples, now) if self._bucket else 0.0
        if wait > 0:
            raise QuotaExceededError(
                f"this key may send {self.quota.samples_per_second:g} samples a second: slow down",
                retry_after=wait,
            )
        self.in_flight += samples

    def release(self, samples: int) -> None:
        """Ends a call."""
        self.in_flight -= samples
