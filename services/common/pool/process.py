"""The processes as the service sees them: the template that forks workers, and one worker.

Nothing here decides anything about tasks. Every process that this module starts is reaped by it:
workers by the template while it lives, and by the service itself when the template was killed (the
service adopts orphans for that).
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections import deque
from contextlib import suppress
from typing import Any, Protocol

from services.common.pool.config import PoolConfig, PoolError
from services.common.pool.ledger import Ledger
from services.common.pool.protocol import Board, FrameReader, Report, encode, frame
from services.common.pool.template import FORK, MESSAGE, READY, REAP, TemplateSpec

_FORK_SECONDS = 5.0
_PR_SET_CHILD_SUBREAPER = 36
_BOOT = (
    "import json, sys; spec = json.loads(sys.argv[1]); sys.path[:] = spec['path']; "
    "from services.common.pool.template import serve; serve(spec)"
)


class WorkerEvents(Protocol):
    """Who is told what happens to a worker."""

    def on_joined(self, worker: WorkerProcess) -> None:
        """The worker can be given tasks."""

    def on_reports(self, worker: WorkerProcess, reports: list[Report]) -> None:
        """The worker has sent a group of reports."""

    def on_lost(self, worker: WorkerProcess) -> None:
        """The worker has ended by itself, or by somebody else's hand."""


class Template:
    """One template process. When it is `dead`, so are its workers, and a new one is needed."""

    def __init__(self, config: PoolConfig) -> None:
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        self._answers: deque[asyncio.Future[int]] = deque()
        self._burial: asyncio.Task[None] | None = None
        with theirs:
            self._process = _start_template(config, theirs.fileno())
        _adopt_orphans(+1)
        # The first answer says that the modules are imported; each later one belongs to a fork.
        self._ready = self._expect()
        asyncio.get_running_loop().add_reader(self._control, self._read)

    @property
    def pid(self) -> int:
        """The process id of the template."""
        return self._process.pid

    @property
    def dead(self) -> bool:
        """Whether the template has ended or is being ended."""
        return self._burial is not None

    async def ready(self) -> None:
        """Returns when the template has imported its modules. PoolError if it could not."""
        await self._ready

    async def fork(self, sock: socket.socket, board: int) -> int:
        """A new worker that owns the socket and the board's memory; its process id.

        PoolError if the template is dead; OSError if the machine has no room for another process.
        """
        if self.dead:
            raise PoolError("the template of the worker pool is dead")
        socket.send_fds(self._control, [MESSAGE.pack(FORK, 0)], [sock.fileno(), board])
        answer = self._expect()
        try:
            async with asyncio.timeout(_FORK_SECONDS):
                return await asyncio.shield(answer)
        except TimeoutError:
            self.end()
            raise PoolError("the template of the worker pool does not answer") from None

    def reap(self, pid: int) -> None:
        """Ends a worker of this template, whatever it is doing. Once for each worker."""
        if self.dead:
            return
        os.kill(pid, signal.SIGKILL)
        try:
            self._control.send(MESSAGE.pack(REAP, pid))
        except OSError:
            self.end()

    def end(self) -> None:
        """Kills the template and its workers; `closed` waits until all are reaped."""
        if self.dead:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._control)
        self._control.close()
        os.killpg(self.pid, signal.SIGKILL)
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(PoolError("the worker template died; stderr may say why"))
                answer.exception()  # nobody may be waiting for it any more
        self._burial = loop.create_task(self._bury())

    async def closed(self) -> None:
        """Ends the template and returns when no process of it is left."""
        self.end()
        assert self._burial is not None
        await asyncio.shield(self._burial)

    async def _bury(self) -> None:
        await asyncio.to_thread(_reap_group, self._process)
        _adopt_orphans(-1)

    def _expect(self) -> asyncio.Future[int]:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        return answer

    def _read(self) -> None:
        try:
            message = self._control.recv(MESSAGE.size)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if len(message) < MESSAGE.size:
            self.end()
            return
        operation, number = MESSAGE.unpack(message)
        answer = self._answers.popleft()
        if answer.done():
            return
        if operation in (FORK, READY):
            answer.set_result(number)
        else:
            answer.set_exception(OSError(number, os.strerror(number)))


class WorkerProcess(asyncio.Protocol):
    """One worker: its process, our end of the socket, its board, the ledger of what it holds."""

    def __init__(self, template: Template, pid: int, board: Board, events: WorkerEvents) -> None:
        self.pid = pid
        self.board = board
        self.ledger = Ledger()
        #: Set when the worker has ended.
        self.gone = asyncio.Event()
        self._template = template
        self._events = events
        self._frames = FrameReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._events.on_joined(self)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        reports = [Report.unpack(payload) for payload in self._frames.feed(data)]
        self._events.on_reports(self, reports)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        if not self.gone.is_set():
            self._events.on_lost(self)

    def send(self, first: int, payloads: list[bytes]) -> None:
        """Sends a chunk of tasks with the numbers `first`, `first + 1`, ..."""
        assert self._transport is not None
        self._transport.write(frame(encode((first, payloads))))

    def unsent_reports(self, current: int) -> list[Report]:
        """What the worker has finished and not sent, if it is still on task `current`."""
        unsent = FrameReader().feed(self.board.unsent_before(current))
        try:
            return [Report.unpack(payload) for payload in unsent]
        except struct.error:
            return []  # a dying worker may have written anywhere

    def end(self) -> None:
        """Ends the worker, whatever it is doing, and frees what belongs to it. Once."""
        self.gone.set()
        self._template.reap(self.pid)
        self.board.close()
        if self._transport is not None:
            self._transport.abort()


async def spawn(template: Template, events: WorkerEvents) -> WorkerProcess:
    """A new worker. Raises as `Template.fork` does."""
    ours, theirs = socket.socketpair()
    memory = Board.allocate()
    try:
        with theirs:
            pid = await template.fork(theirs, memory)
        worker = WorkerProcess(template, pid, Board(memory), events)
        await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
    except BaseException:
        # Without its socket a worker that was forked after all ends by itself.
        ours.close()
        raise
    finally:
        os.close(memory)
    return worker


def _start_template(config: PoolConfig, control: int) -> subprocess.Popen[bytes]:
    spec = TemplateSpec(
        path=sys.path,
        parent=os.getpid(),
        control=control,
        target=config.target,
        preload=list(config.preload),
        limits=[config.memory_bytes, config.recycle_items, config.recycle_rss_bytes],
    )
    return subprocess.Popen(
        [sys.executable, "-c", _BOOT, json.dumps(spec)],
        stdin=subprocess.DEVNULL,
        pass_fds=(control,),
        start_new_session=True,  # a Ctrl-C of the terminal is for the service alone
        env={**os.environ, "PYTHONHASHSEED": "0"},  # the same sets in the same order in every run
    )


def _reap_group(template: subprocess.Popen[bytes]) -> None:
    """Waits for a killed template, then for the workers of its process group, now our orphans."""
    template.wait()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-template.pid, 0)


# The kernel keeps one flag for the whole process, so the templates that need it are counted here.
_templates = 0


def _adopt_orphans(change: int) -> None:
    """Makes this process the parent of its orphaned grandchildren while a template of it lives."""
    global _templates
    _templates += change
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, int(_templates > 0), 0, 0, 0)
