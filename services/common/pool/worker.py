"""What runs in a worker process: task after task, until the socket closes or it is worn out.

A worker never decides about another task than the one it runs. It leaves by exiting between two
tasks (too many tasks, too much memory); the pool takes back what the worker had not started, just
as after a crash.
"""

from __future__ import annotations

import os
import pickle
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from services.common.pool.protocol import Board, FrameReader, Report, Status, encode, frame

# Results are sent when this much time has passed since the last ones, and at the end of a chunk.
_GROUP_SECONDS = 0.003
_RECEIVE_BYTES = 1 << 18
_STATM = "/proc/self/statm"


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """See `PoolConfig`, which has the same names."""

    memory_bytes: int
    recycle_items: int
    recycle_rss_bytes: int


class Worker:
    """Runs the tasks that arrive on `sock` and tells `board` which one it is on."""

    def __init__(
        self,
        sock: socket.socket,
        board: Board,
        function: Callable[[object], object],
        limits: WorkerLimits,
    ) -> None:
        self._sock = sock
        self._board = board
        self._function = function
        self._limits = limits
        self._items_left = limits.recycle_items

    def run(self) -> None:
        """Returns when the pool has closed the socket, or when the worker is to be replaced."""
        reader = FrameReader()
        while data := self._sock.recv(_RECEIVE_BYTES):
            for payload in reader.feed(data):
                first, tasks = pickle.loads(payload)
                if not self._run_chunk(first, tasks):
                    return

    def _run_chunk(self, first: int, tasks: list[bytes]) -> bool:
        """Whether the worker is good for another chunk."""
        sent = time.monotonic()
        for number, task in enumerate(tasks, first):
            if number <= self._board.revoked:
                self._put(Report(number, Status.SKIPPED, 0.0, 0.0))
                continue
            self._put(self._run_task(number, task))
            if self._items_left <= 0 or time.monotonic() - sent > _GROUP_SECONDS:
                self._send()
                sent = time.monotonic()
                if self._worn_out():
                    return False
        self._send()
        return True

    def _run_task(self, number: int, task: bytes) -> Report:
        self._items_left -= 1
        started = self._board.begin(number)
        status, data = Status.VALUE, b""
        try:
            data = encode(self._function(pickle.loads(task)))
        except MemoryError:
            # What is left of the address space is in pieces: no other task may suffer from it.
            status, self._items_left = Status.MEMORY, 0
        except BaseException as error:  # process boundary: what a task raises is its result
            status, data = Status.RAISED, type(error).__name__.encode()
        return Report(number, status, started, time.monotonic() - started, data)

    def _put(self, report: Report) -> None:
        framed = frame(report.pack())
        if self._board.put(framed):
            return
        self._send()
        if not self._board.put(framed):
            self._sock.sendall(framed)

    def _send(self) -> None:
        self._board.rest()
        self._sock.sendall(self._board.unsent())
        self._board.clear()

    def _worn_out(self) -> bool:
        return self._items_left <= 0 or _memory()[1] > self._limits.recycle_rss_bytes


def limit_process(limits: WorkerLimits) -> None:
    """Bounds the address space of this process; makes it the first to go when memory is short."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size, _ = _memory()
    if size:
        bound = size + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")


def _memory() -> tuple[int, int]:
    """Address space and resident memory of this process in bytes; zeros where there is no /proc."""
    if not os.path.exists(_STATM):
        return 0, 0
    with open(_STATM, "rb") as file:
        pages = file.read().split()
    return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()
