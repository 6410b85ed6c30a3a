"""The calls that wait for workers, in the order in which they are served. Pure.

Higher priorities first, first come first served within one. A task that comes back (its worker
died, or was too slow to start it) takes its old place, so it is never overtaken by later ones.
"""

from __future__ import annotations

import time
from bisect import insort
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count

from services.common.pool.config import PoolFault, PoolResult

_tickets = count()


class Task:
    """One item of a call on its way through the pool."""

    __slots__ = ("assigned_at", "call", "index", "payload", "tries")

    def __init__(self, call: Call, index: int, payload: bytes) -> None:
        self.call = call
        self.index = index
        self.payload = payload
        #: How many workers have died on it.
        self.tries = 0
        #: When it was given to a worker, in time.monotonic() seconds.
        self.assigned_at = 0.0

    def __lt__(self, other: Task) -> bool:
        return self.index < other.index


class Call:
    """One call of `run`: its tasks that wait, and the results so far."""

    def __init__(self, payloads: Sequence[bytes], priority: int) -> None:
        self.order = (-priority, next(_tickets))
        self.entered = time.monotonic()
        self.waiting = deque(Task(self, index, data) for index, data in enumerate(payloads))
        self._results: list[PoolResult | None] = [None] * len(payloads)
        self._open = len(payloads)
        self._given_up = False

    @property
    def finished(self) -> bool:
        """Whether nobody waits for any of its tasks: all are done, or the caller has gone."""
        return self._given_up or not self._open

    def resolve(self, task: Task, result: PoolResult) -> None:
        """Sets the result of a task that has none."""
        self._results[task.index] = result
        self._open -= 1

    def give_up(self) -> None:
        """Nobody waits for the call any more."""
        self._given_up = True

    def results(self) -> list[PoolResult]:
        """The results, with DEADLINE for what is not done."""
        late = PoolResult(None, PoolFault.DEADLINE, "", time.monotonic() - self.entered, 0.0)
        return [late if result is None else result for result in self._results]


class CallQueue:
    """The waiting tasks. A call is in here exactly while it has some."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._size = 0

    def __len__(self) -> int:
        """How many tasks wait."""
        return self._size

    def add(self, call: Call) -> None:
        """Queues a new call with all its tasks."""
        self._insert(call)
        self._size += len(call.waiting)

    def discard(self, call: Call) -> None:
        """Forgets the tasks of a call."""
        if call.waiting:
            self._calls.remove(call)
            self._size -= len(call.waiting)
            call.waiting.clear()

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Queues tasks again, in their old places; those of finished calls are dropped."""
        for task in tasks:
            if task.call.finished:
                continue
            if not task.call.waiting:
                self._insert(task.call)
            insort(task.call.waiting, task)
            self._size += 1

    def take(self, number: int, max_bytes: int) -> list[Task]:
        """The next tasks: at most `number`, and at most `max_bytes` of payload unless it is one."""
        taken: list[Task] = []
        room = max_bytes
        while self._calls and len(taken) < number:
            waiting = self._calls[0].waiting
            room -= len(waiting[0].payload)
            if taken and room < 0:
                break
            taken.append(waiting.popleft())
            if not waiting:
                del self._calls[0]
        self._size -= len(taken)
        return taken

    def _insert(self, call: Call) -> None:
        insort(self._calls, call, key=lambda other: other.order)


class Pace:
    """How many tasks go to a worker at once: many quick ones, few slow ones."""

    # A worker holds about this much work, so that it need not wait for the next message.
    _AHEAD_SECONDS = 0.004
    # One long task says little about the next ones, so it counts as no more than this.
    _LONGEST_SECONDS = 0.02
    _WEIGHT = 1 / 16

    def __init__(self, chunk_items: int) -> None:
        self._chunk_items = chunk_items
        self._typical = self._AHEAD_SECONDS / 8

    def observe(self, seconds: float) -> None:
        """Learns from the time that a task took."""
        seconds = min(self._LONGEST_SECONDS, max(0.0, seconds))
        self._typical += (seconds - self._typical) * self._WEIGHT

    @property
    def ahead(self) -> int:
        """How many tasks a worker may hold, at least 1."""
        return max(1, min(2 * self._chunk_items, int(self._AHEAD_SECONDS / (self._typical + 1e-9))))

    def chunk(self, queued: int, workers: int) -> int:
        """How many tasks to send now: a fair share of what is queued, but no mere handful."""
        limit = -(-self.ahead // 2)
        # A share that halves with every message would end in messages of one task.
        share = max(-(-queued // workers), limit // 4)
        return max(1, min(limit, share))
