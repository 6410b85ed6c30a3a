"""The worker pool: a plain function in processes that can be killed, off the event loop.

The way of an item: `run` puts it into the queue (`queue.py`), `_dispatch` gives it with others to
the worker that has least to do (`ledger.py`), the worker runs it (`worker.py`) and reports,
`on_report` sets its result. Beside that, `_tick` looks at the workers' boards a hundred times a
second while there is work, and `_keep_staffed` replaces each worker that has ended, for whatever
reason, after `on_lost` has saved what it held.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from services.common.pool.config import PoolConfig, PoolError, PoolFault, PoolResult, PoolStats
from services.common.pool.ledger import Verdict
from services.common.pool.process import Template, WorkerProcess, spawn
from services.common.pool.protocol import Report, Status, decode_plain, encode
from services.common.pool.queue import Call, CallQueue, Pace, Task

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.01
# A chunk is cut off at this size, so that one message does not hold up the worker with reading.
_CHUNK_BYTES = 1 << 20
# An item is given to at most this many workers that die on it.
_TRIES = 2
# The pause before the next worker after so many in a row that did not start or ended without work.
_PAUSE_SECONDS = (0.0, 0.0, 0.05, 0.2, 1.0)


class WorkerPool:
    """Runs `config.target` on items. One event loop; `start` first, `close` last."""

    def __init__(self, config: PoolConfig) -> None:
        self._config = config
        self._queue = CallQueue()
        self._pace = Pace(config.chunk_items)
        self._workers: list[WorkerProcess] = []
        self._template: Template | None = None
        self._template_lock = asyncio.Lock()
        self._keepers: list[asyncio.Task[None]] = []
        self._callers: dict[Call, asyncio.Future[None]] = {}
        self._ticker: asyncio.TimerHandle | None = None
        self._closed = False
        self._restarts = 0
        self._kills = 0

    async def start(self) -> None:
        """Returns when all workers are up. PoolError if the target cannot be imported."""
        await self._living_template()
        up = [asyncio.Event() for _ in range(self._config.workers)]
        self._keepers = [asyncio.create_task(self._keep_staffed(event)) for event in up]
        await asyncio.gather(*(event.wait() for event in up))

    async def close(self) -> None:
        """Ends all processes; calls that still run raise PoolError."""
        self._closed = True
        for caller in self._callers.values():
            if not caller.done():
                caller.set_exception(PoolError("the worker pool was closed"))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        while self._workers:
            self._workers.pop().end()
        if self._ticker is not None:
            self._ticker.cancel()
        if self._template is not None:
            await self._template.closed()

    async def run(
        self, items: Sequence[object], *, deadline: float, priority: int = 2
    ) -> list[PoolResult]:
        """One result an item, in the order of the items.

        `deadline` is in time.monotonic() seconds; at it the call returns with DEADLINE for what is
        not done. When it returns or is cancelled, what it left in the queue is gone, and a worker
        that is still on an item of it has a moment to finish before it is replaced. PoolError if
        the pool is closed.
        """
        if self._closed:
            raise PoolError("the worker pool was closed")
        if not items:
            return []
        call = Call([encode(item) for item in items], priority)
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._callers[call] = finished
        self._queue.add(call)
        self._dispatch()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline - time.monotonic()):
                    await finished
            return call.results()
        finally:
            call.give_up()
            self._queue.discard(call)
            del self._callers[call]

    def stats(self) -> PoolStats:
        """The present state, for metrics."""
        return PoolStats(
            alive=len(self._workers),
            busy=sum(worker.ledger.outstanding > 0 for worker in self._workers),
            queued=len(self._queue),
            restarts=self._restarts,
            kills=self._kills,
        )

    # Tasks ---------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        """Gives waiting tasks to workers that have room, those with least to do first."""
        now = time.monotonic()
        workers = [worker for worker in self._workers if not worker.ledger.held_up]
        while self._queue and workers:
            worker = min(workers, key=lambda worker: worker.ledger.outstanding)
            # A worker that is half through what it holds gets more; so there are few messages and
            # no pauses.
            if worker.ledger.outstanding > self._pace.ahead // 2:
                break
            chunk = self._pace.chunk(len(self._queue), len(workers))
            tasks = self._queue.take(chunk, _CHUNK_BYTES)
            first = worker.ledger.assign(tasks, now)
            worker.send(first, [task.payload for task in tasks])
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def on_reports(self, worker: WorkerProcess, reports: list[Report]) -> None:
        """Sets the results that a worker has sent. Called by the worker."""
        self._settle(worker, reports)
        self._dispatch()

    def _settle(self, worker: WorkerProcess, reports: Iterable[Report]) -> None:
        now = time.monotonic()
        for report in reports:
            task = worker.ledger.settle(report.number, now)
            if task is not None:
                self._pace.observe(report.seconds)
                self._resolve(task, self._result(task, report))

    def _result(self, task: Task, report: Report) -> PoolResult:
        times = report.started - task.call.entered, report.seconds
        if report.status == Status.MEMORY:
            return PoolResult(None, PoolFault.MEMORY, "", *times)
        if report.status == Status.RAISED:
            return PoolResult(None, PoolFault.RAISED, report.data.decode(errors="replace"), *times)
        try:
            value = decode_plain(report.data)
        except pickle.UnpicklingError:
            return PoolResult(None, PoolFault.RAISED, "UnpicklingError", *times)
        return PoolResult(value, None, "", *times)

    def _resolve(self, task: Task, result: PoolResult) -> None:
        call = task.call
        if call.finished:
            return
        call.resolve(task, result)
        if call.finished and not self._callers[call].done():
            self._callers[call].set_result(None)

    # Workers -------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Kills the workers that have to go, and takes work from those that are held up."""
        now = time.monotonic()
        self._ticker = None
        for worker in list(self._workers):
            current, started = worker.board.read()
            verdict = worker.ledger.examine(current, started, now, self._config.item_seconds)
            if verdict is not Verdict.FINE:
                self._kill(worker, verdict, current, now - started)
            elif worker.ledger.stalled(now):
                self._settle(worker, worker.unsent_reports(current))
                through, tasks = worker.ledger.revoke(current)
                worker.board.revoke(through)
                self._queue.put_back(tasks)
        if self._queue or any(worker.ledger.outstanding for worker in self._workers):
            self._dispatch()

    def _kill(
        self, worker: WorkerProcess, verdict: Verdict, current: int, compute_seconds: float
    ) -> None:
        _log.warning("worker %d is killed: %s", worker.pid, verdict.value)
        self._kills += 1
        if verdict is Verdict.OVER_BUDGET:
            self._fail(worker.ledger.held.pop(current), PoolFault.ITEM_TIMEOUT, compute_seconds)
        self.on_lost(worker)

    def on_joined(self, worker: WorkerProcess) -> None:
        """Puts a new worker to work. Called by the worker."""
        self._workers.append(worker)
        self._dispatch()

    def on_lost(self, worker: WorkerProcess) -> None:
        """Saves the tasks of a worker that has ended. Called by the worker, or to end it."""
        self._workers.remove(worker)
        current, started = worker.board.read()
        self._settle(worker, worker.unsent_reports(current))
        culprit = worker.ledger.held.get(current)
        if culprit is not None:
            _log.warning("worker %d died on an item", worker.pid)
            culprit.tries += 1
            if culprit.tries >= _TRIES:
                del worker.ledger.held[current]
                self._fail(culprit, PoolFault.CRASHED, time.monotonic() - started)
        self._queue.put_back(worker.ledger.held.values())
        worker.end()
        self._dispatch()

    def _fail(self, task: Task, fault: PoolFault, compute_seconds: float) -> None:
        waited = time.monotonic() - task.call.entered - compute_seconds
        self._resolve(task, PoolResult(None, fault, "", waited, compute_seconds))

    async def _keep_staffed(self, up: asyncio.Event) -> None:
        """Keeps one worker in place for the life of the pool; sets `up` when it is there first."""
        useless = 0
        while True:
            await asyncio.sleep(_PAUSE_SECONDS[min(useless, len(_PAUSE_SECONDS) - 1)])
            useless += 1
            try:
                worker = await spawn(await self._living_template(), self)
            except (PoolError, OSError) as error:
                _log.error("a worker could not be started: %s", error)
                continue
            up.set()
            await worker.gone.wait()
            self._restarts += 1
            if worker.ledger.acknowledged:
                useless = 0

    async def _living_template(self) -> Template:
        """The template; a new one if it has died. PoolError if it cannot import the target."""
        async with self._template_lock:
            if self._template is None or self._template.dead:
                if self._template is not None:
                    await self._template.closed()
                self._template = Template(self._config)
                await self._template.ready()
            return self._template
