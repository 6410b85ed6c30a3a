"""The process that workers are forked from: it imports what is heavy once, then forks and reaps.

A fork takes milliseconds where importing SymPy takes half a second. The service itself cannot be
forked: it has threads. Messages on the control socket have a fixed size; a fork request carries two
descriptors, the worker's socket and its board. A worker is reaped only when the pool says so, so
that a process id which the pool holds is never that of a stranger.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn, TypedDict

from services.common.parent import follow
from services.common.pool.protocol import Board
from services.common.pool.worker import Worker, WorkerLimits, limit_process

# An operation and a number: a process id, or an errno.
MESSAGE = struct.Struct("<ci")
READY, FORK, REAP, FAILED = b"O", b"F", b"R", b"E"  # REAP has no answer


class TemplateSpec(TypedDict):
    """What the template is told on its command line, as JSON."""

    path: list[str]
    parent: int
    control: int
    target: str
    preload: list[str]
    limits: list[int]


def serve(spec: TemplateSpec) -> None:
    """Forks and reaps on request until the service closes the control socket."""
    die_with(spec["parent"])
    # Only the service ends its workers: a Ctrl-C or a SIGTERM to all processes of a unit is its to
    # handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for name in spec["preload"]:
        import_module(name)
    function = resolve(spec["target"])
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=spec["control"]) as control:
        control.sendall(MESSAGE.pack(READY, 0))
        Template(control, function, WorkerLimits(*spec["limits"])).run()


def resolve(target: str) -> Callable[[object], object]:
    """The function that "package.module:function" names; ValueError, or the import's error."""
    module, colon, name = target.partition(":")
    if not colon:
        raise ValueError(f"target is {target!r}; it must be 'package.module:function'")
    function: Callable[[object], object] = getattr(import_module(module), name)
    return function


def die_with(parent: int) -> None:
    """Ends this process when `parent` ends, where the kernel can; at once if that has happened."""
    if not follow(parent, signal.SIGKILL):
        os._exit(1)


class Template:
    """The loop of the template process."""

    def __init__(
        self, control: socket.socket, function: Callable[[object], object], limits: WorkerLimits
    ) -> None:
        self._control = control
        self._function = function
        self._limits = limits

    def run(self) -> None:
        """Serves the control socket until it closes; then ends the workers, and itself."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE.size, 2)
            if not message:
                break
            operation, pid = MESSAGE.unpack(message)
            if operation == REAP:
                os.waitpid(pid, 0)
            else:
                self._control.sendall(self._fork(descriptors))
        os.killpg(0, signal.SIGKILL)

    def _fork(self, descriptors: list[int]) -> bytes:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            return MESSAGE.pack(FAILED, error.errno or 0)
        if pid == 0:
            self._become_worker(parent, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        return MESSAGE.pack(FORK, pid)

    def _become_worker(self, parent: int, sock: int, board: int) -> NoReturn:
        status = 1
        try:
            # Held open here, it would hide the template's death from the service.
            self._control.close()
            die_with(parent)
            silence()
            limit_process(self._limits)
            Worker(socket.socket(fileno=sock), Board(board), self._function, self._limits).run()
            status = 0
        finally:
            # Whatever happened, the stack of the template below must not be run a second time.
            os._exit(status)


def silence() -> None:
    """Drops what this process prints: libraries may print the hostile text that they work on."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
