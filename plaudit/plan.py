"""How one service's share of a call is sent: the pure state machine behind both clients.

It owns no I/O and no clock. A driver asks `next(now)` what to do and tells it what happened with
`answered` and `failed`; times are seconds of one monotonic clock. The rules:

- A batch stays within the service's limits of count and bytes; so many batches are under way at
  once. An item too large by itself gets a failure, its neighbours are sent.
- An item whose answer is a retryable failure is sent again, alone or with others of its kind, at
  most `retries` times. What was answered is never sent again, and only a batch that is under way
  can be answered, so nothing is counted twice.
- A refusal for want of room stops sending for as long as the service asks, and halves the number
  of batches under way. A lost connection stops sending for a growing time; after so many losses
  in a row the service counts as gone.
- Nothing is sent after the deadline. What has no answer then gets a failure that says why.
- A mistake of the caller is raised: sending it again can't help.
"""

from __future__ import annotations

import heapq
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from plaudit.enums import FailureReason
from plaudit.errors import (
    DeadlineExceededError,
    InternalError,
    OverloadedError,
    PlauditError,
    QuotaExceededError,
    UnavailableError,
)

#: Bytes that an item adds to a request besides its own.
FRAME_BYTES = 6
#: Losses of connection in a row after which a service counts as gone, after some 20 seconds; also
#: the losses after which an item is not sent again.
MAX_LOSSES = 15
_FIRST_BACKOFF_SECONDS = 0.1
_LONGEST_BACKOFF_SECONDS = 2.0
_OVERLOAD_SECONDS = 0.25
# gRPC ends a call at its deadline; a little later we stop to wait for that.
_GRACE_SECONDS = 0.2

_LATE = "the deadline of the call passed before there was an answer"

_A = TypeVar("_A")


class Items(Protocol[_A]):
    """What is sent: samples, or groups of them. `_A` is the answer to one."""

    weights: Sequence[int]
    """Samples of each item."""
    sizes: Sequence[int]
    """Bytes of each item in the request."""

    def failure(self, index: int, reason: FailureReason, message: str, retryable: bool) -> _A:
        """A failure in the place of the answer to an item."""

    def is_retryable(self, answer: _A) -> bool:
        """Whether an answer is a failure that may go away."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a share is sent. The deadline is in seconds of the clock, not from now."""

    deadline: float
    batch_samples: int
    batch_bytes: int
    item_bytes: int
    max_inflight: int = 8
    retries: int = 2


@dataclass(eq=False, slots=True)
class Batch:
    """Items that go out in one RPC, which may take `timeout` seconds."""

    indices: list[int]
    timeout: float
    sent_at: float


class Wait(NamedTuple):
    """Nothing to send: ask again after an event, or at the time `until` at the latest."""

    until: float


class Plan(Generic[_A]):
    """Sends items, gives `answers`: one an item, in order, once `next` returns None."""

    def __init__(
        self,
        items: Items[_A],
        rules: Rules,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        self._answers: list[_A | None] = [None] * len(items.weights)
        self.lost_contact = False
        self._items = items
        self._rules = rules
        self._jitter = jitter or _uniform
        self._fresh: deque[int] = deque()
        self._again: list[tuple[float, int]] = []  # a heap of (when, index)
        self._resends: dict[int, int] = {}
        self._lost_with: dict[int, int] = {}
        self._inflight: set[Batch] = set()
        self._window = rules.max_inflight
        self._resume_at = float("-inf")
        self._losses = 0
        self._setback: tuple[FailureReason, str] | None = None
        for index in range(len(items.weights)):
            self._admit(index)

    @property
    def answers(self) -> list[_A]:
        """One answer an item, in order, once `next` has returned None."""
        return [answer for answer in self._answers if answer is not None]

    def next(self, now: float) -> Batch | Wait | None:
        """What to do now: send a batch, wait, or (None) stop: every item has its answer."""
        deadline = self._rules.deadline
        if now >= deadline:
            self._expire()
            if now >= deadline + _GRACE_SECONDS:
                self._abandon()
        if not (self._fresh or self._again):
            return Wait(deadline + _GRACE_SECONDS) if self._inflight else None
        if len(self._inflight) >= self._window:
            return Wait(deadline)
        if now < self._resume_at:
            return Wait(min(self._resume_at, deadline))
        if not self._fresh and self._again[0][0] > now:
            return Wait(min(self._again[0][0], deadline))
        batch = Batch(self._take(now), deadline - now, now)
        self._inflight.add(batch)
        return batch

    def answered(self, batch: Batch, answers: Sequence[_A], now: float) -> None:
        """The service answered a batch, in order. A second answer to it changes nothing."""
        if len(answers) != len(batch.indices):
            problem = f"{len(answers)} results for {len(batch.indices)} samples or groups"
            return self.failed(batch, InternalError(f"the service gave {problem}"), now)
        if not self._close(batch):
            return None
        self._losses = 0
        self._setback = None
        self._window = min(self._window + 1, self._rules.max_inflight)
        for index, answer in zip(batch.indices, answers, strict=True):
            self._answers[index] = answer
            if self._items.is_retryable(answer):
                self._send_again(index, now)
        return None

    def failed(self, batch: Batch, error: PlauditError, now: float) -> None:
        """The RPC of a batch failed. Raises `error` if it is a mistake of the caller."""
        if not self._close(batch):
            return
        match error:
            case OverloadedError() | QuotaExceededError():
                self._overloaded(batch, error, now)
            case UnavailableError():
                self._lost(batch, error, now)
            case DeadlineExceededError():
                late = (FailureReason.TIMEOUT, f"{_LATE} ({error})")
                self._settle(batch.indices, *(self._setback or late))
            case InternalError():
                for index in batch.indices:
                    self._put_failure(index, FailureReason.INTERNAL, str(error))
                    self._send_again(index, now)
            case _:
                raise error

    def _admit(self, index: int) -> None:
        size, limit = self._items.sizes[index], self._rules.item_bytes
        weight, most = self._items.weights[index], self._rules.batch_samples
        if size > limit:
            message = f"{size} bytes are more than the {limit} that the service takes"
        elif weight > most:
            message = f"{weight} samples in one group are more than the {most} of a batch"
        else:
            self._fresh.append(index)
            return
        self._put_failure(index, FailureReason.INVALID_SAMPLE, message, retryable=False)

    def _take(self, now: float) -> list[int]:
        """The next batch: what is due to be sent again, then what was not sent yet."""
        samples, size = self._rules.batch_samples, self._rules.batch_bytes
        taken: list[int] = []
        while self._fresh or (self._again and self._again[0][0] <= now):
            due = bool(self._again) and self._again[0][0] <= now
            index = self._again[0][1] if due else self._fresh[0]
            samples -= self._items.weights[index]
            size -= self._items.sizes[index] + FRAME_BYTES
            if taken and (samples < 0 or size < 0):
                break
            taken.append(index)
            if due:
                heapq.heappop(self._again)
            else:
                self._fresh.popleft()
        return taken

    def _close(self, batch: Batch) -> bool:
        """Whether the batch was under way, which it is no longer."""
        known = batch in self._inflight
        self._inflight.discard(batch)
        return known

    def _send_again(self, index: int, now: float) -> None:
        resends = self._resends.get(index, 0)
        if resends < self._rules.retries:
            self._resends[index] = resends + 1
            heapq.heappush(self._again, (now + _backoff(resends), index))

    def _overloaded(self, batch: Batch, error: PlauditError, now: float) -> None:
        self._fresh.extendleft(reversed(batch.indices))
        self._setback = (FailureReason.OVERLOADED, str(error))
        if batch.sent_at >= self._resume_at:  # the first refusal since we last stopped
            self._window = max(1, self._window // 2)
        wait = _OVERLOAD_SECONDS if error.retry_after is None else error.retry_after
        self._resume_at = max(self._resume_at, now + wait * (1 + self._jitter() / 4))

    def _lost(self, batch: Batch, error: PlauditError, now: float) -> None:
        self.lost_contact = True
        self._setback = (FailureReason.BACKEND_UNAVAILABLE, str(error))
        for index in reversed(batch.indices):
            self._lost_with[index] = self._lost_with.get(index, 0) + 1
            if self._lost_with[index] <= MAX_LOSSES:
                self._fresh.appendleft(index)
            else:  # perhaps the service dies of it
                self._settle([index], *self._setback)
        if batch.sent_at >= self._resume_at:  # batches that were lost together are one loss
            self._losses += 1
            self._resume_at = now + _backoff(self._losses) * (0.5 + self._jitter() / 2)
        if self._losses > MAX_LOSSES:
            self._expire()

    def _expire(self) -> None:
        """Gives up what waits to be sent."""
        waiting = [*self._fresh, *(index for _, index in self._again)]
        self._fresh.clear()
        self._again.clear()
        self._settle(waiting, *self._reason_at_deadline())

    def _abandon(self) -> None:
        """Gives up what is under way."""
        for batch in self._inflight:
            self._settle(batch.indices, *self._reason_at_deadline())
        self._inflight.clear()

    def _reason_at_deadline(self) -> tuple[FailureReason, str]:
        return self._setback or (FailureReason.TIMEOUT, _LATE)

    def _settle(self, indices: Sequence[int], reason: FailureReason, message: str) -> None:
        """A failure for each item that has no answer from an earlier try."""
        for index in indices:
            if self._answers[index] is None:
                self._put_failure(index, reason, message)

    def _put_failure(
        self, index: int, reason: FailureReason, message: str, *, retryable: bool = True
    ) -> None:
        self._answers[index] = self._items.failure(index, reason, message, retryable)


def _backoff(attempt: int) -> float:
    return min(_FIRST_BACKOFF_SECONDS * 2.0**attempt, _LONGEST_BACKOFF_SECONDS)


def _uniform() -> float:
    """A random number in [0, 1); `random` would take longer to import than all of this file."""
    return int.from_bytes(os.urandom(4)) / 2**32
