"""Which tasks one worker holds, and what to do about a worker that does not get on with them. Pure.

A task belongs to exactly one worker at a time. A worker numbers its tasks from 1 and takes them in
order. What it reports about a task that it no longer holds is dropped: the task is, or was,
somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from services.common.pool.queue import Task

# A worker that has not got through its tasks in this time gives back those that it has not started.
STALL_SECONDS = 0.02
# How long a worker may go on with a task that nobody waits for any more.
_ORPHAN_SECONDS = 0.05
# How long a worker that holds tasks may do nothing at all (it was stopped, or starved by the
# machine).
_SILENT_SECONDS = 5.0


class Verdict(Enum):
    """What a worker's board says about the worker. All but FINE are reasons to kill it."""

    FINE = "fine"
    OVER_BUDGET = "its item ran over its time"
    ORPHANED = "nobody waits for its item any more"
    SILENT = "it does nothing"


class Ledger:
    """The tasks of one worker. Times are time.monotonic() seconds."""

    def __init__(self) -> None:
        self.held: dict[int, Task] = {}
        self.acknowledged = 0
        #: Whether the worker is on something that takes long; it gets no more until it reports.
        self.held_up = False
        self._sent = 0
        self._seen_at = 0.0

    @property
    def outstanding(self) -> int:
        """How many tasks were sent to the worker that it has neither finished nor skipped."""
        return self._sent - self.acknowledged

    def assign(self, tasks: Sequence[Task], now: float) -> int:
        """Gives the worker the tasks; returns the number of the first."""
        if not self.outstanding:
            self._seen_at = now
        first = self._sent + 1
        for number, task in enumerate(tasks, first):
            task.assigned_at = now
            self.held[number] = task
        self._sent += len(tasks)
        return first

    def settle(self, number: int, now: float) -> Task | None:
        """Books that the worker is through with a task; the task, if the worker still held it."""
        self.acknowledged = max(self.acknowledged, number)
        self._seen_at = now
        self.held_up = False
        return self.held.pop(number, None)

    def revoke(self, current: int) -> tuple[int, list[Task]]:
        """Takes back all tasks but the one it is on; returns the last number to skip, and them."""
        running = self.held.pop(current, None)
        tasks = list(self.held.values())
        self.held = {} if running is None else {current: running}
        self.held_up = True
        return self._sent, tasks

    def stalled(self, now: float) -> bool:
        """Whether the worker has had a task for long, and still has the others behind it."""
        if not self.held or self.held_up:
            return False
        oldest = next(iter(self.held.values()))
        return now - oldest.assigned_at > STALL_SECONDS

    def examine(self, current: int, started: float, now: float, item_seconds: float) -> Verdict:
        """What to do about a worker whose board shows task `current` (0 is none)."""
        if not self.outstanding:
            return Verdict.FINE
        if current <= self.acknowledged:
            silent = now - self._seen_at > _SILENT_SECONDS
            return Verdict.SILENT if silent else Verdict.FINE
        self._seen_at = now
        task = self.held.get(current)
        if task is not None and not task.call.finished:
            return Verdict.OVER_BUDGET if now - started > item_seconds else Verdict.FINE
        return Verdict.ORPHANED if now - started > _ORPHAN_SECONDS else Verdict.FINE
