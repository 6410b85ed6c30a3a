"""Admission control: a service takes what it can hold and refuses the rest at once, with a hint.

What waits inside a service is bounded in samples and bytes. It is a matter of the servicer, not
of the server's `maximum_concurrent_rpcs`, which would turn health checks away as well.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from plaudit.errors import OverloadedError

_RATE_WINDOW_SECONDS = 5.0
_MIN_RETRY_SECONDS = 0.05
_MAX_RETRY_SECONDS = 5.0


class Admission:
    """Counts the samples and bytes of the calls under way. Times are monotonic seconds."""

    def __init__(self, max_samples: int, max_bytes: int) -> None:
        self.max_samples = max_samples
        self.max_bytes = max_bytes
        self.samples = 0
        self.bytes = 0
        self._rate = 0.0  # samples finished per second, exponentially averaged
        self._rate_at = 0.0

    @contextmanager
    def hold(self, samples: int, size: int) -> Iterator[None]:
        """Holds room for a call of `size` bytes; raises `OverloadedError` where there is none."""
        self.acquire(samples, size, time.monotonic())
        try:
            yield
        finally:
            self.release(samples, size, time.monotonic())

    def acquire(self, samples: int, size: int, now: float) -> None:
        """Takes room for a call, or raises `OverloadedError` and takes none."""
        if self.samples + samples > self.max_samples or self.bytes + size > self.max_bytes:
            raise OverloadedError(
                f"the service is full ({self.samples} of {self.max_samples} samples, "
                f"{self.bytes} of {self.max_bytes} bytes under way): try again later",
                retry_after=self.retry_after(samples, size, now),
            )
        self.samples += samples
        self.bytes += size

    def release(self, samples: int, size: int, now: float) -> None:
        """Gives the room of a call back."""
        self.samples -= samples
        self.bytes -= size
        self._rate = self._rate_now(now) + samples / _RATE_WINDOW_SECONDS
        self._rate_at = now

    def retry_after(self, samples: int, size: int, now: float) -> float:
        """Seconds until a call should find room, if work goes on at its recent rate."""
        over_samples = max(0, self.samples + samples - self.max_samples)
        over_bytes = max(0, self.bytes + size - self.max_bytes)
        sample_bytes = self.bytes / max(1, self.samples)
        excess = max(over_samples, over_bytes / max(1.0, sample_bytes))
        rate = self._rate_now(now)
        seconds = excess / rate if rate > 0 else _MAX_RETRY_SECONDS
        return min(max(seconds, _MIN_RETRY_SECONDS), _MAX_RETRY_SECONDS)

    def _rate_now(self, now: float) -> float:
        return self._rate * math.exp((self._rate_at - now) / _RATE_WINDOW_SECONDS)
