"""The stack on this machine as other processes see it: stack.json, and the lock of its owner.

The owner holds a lock on stack.lock as long as it lives, however it ends. So a stack.json left by
a dead owner is recognised even where its process id belongs to another process by now, and two
stacks cannot start at once.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from plaudit.cli.console import CliError, paint, table
from plaudit.state import StackService, lock_path, read_stack, remove_stack, state_dir

_LOCK_ATTEMPTS = 5
_COLOURS = {"SERVING": "green", "NOT_SERVING": "yellow"}


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service of a running stack."""

    name: str
    address: str
    metrics_address: str | None
    pid: int
    health: str


def _try_lock(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def folder() -> Path:
    """Where logs and the settings of the services go, made where it is absent."""
    path = state_dir() / "logs"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CliError(
            f"cannot make {path}: {error.strerror} (set PLAUDIT_STATE_DIR to a folder of yours)"
        ) from error
    return path


@contextmanager
def owner_lock() -> Iterator[None]:
    """Holds the lock of the stack. Raises CliError where a stack is already running."""
    folder()
    with lock_path().open("a+") as lock:
        for attempt in range(_LOCK_ATTEMPTS):
            if _try_lock(lock):
                break
            if attempt == _LOCK_ATTEMPTS - 1:
                raise CliError(
                    "a stack is already running (plaudit status shows it, plaudit down ends it)"
                )
            time.sleep(0.1)  # someone else may only be looking
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield


def owner_pid() -> int | None:
    """Process id of a stack that is starting, running or ending; None where there is none.

    Removes what a dead one left behind.
    """
    try:
        with lock_path().open("r+") as lock:
            if not _try_lock(lock):
                return int(lock.read().strip() or 0) or None
            remove_stack()
    except FileNotFoundError:
        return None
    return None


def service_states() -> list[ServiceState]:
    """Every service of the running stack with its present health; empty where none runs."""
    stack = read_stack() if owner_pid() else None
    return [
        ServiceState(
            name,
            service.address,
            service.metrics_address,
            service.pid,
            _health(service),
        )
        for name, service in (stack.services if stack else {}).items()
    ]


def _health(service: StackService) -> str:
    """TLS would want certificates of us; the metrics page says the same without."""
    from plaudit.cli import health

    if not service.tls:
        return health.check(service.address)
    return health.check_metrics(service.metrics_address) if service.metrics_address else "UNKNOWN"


def show(states: list[ServiceState], stream: TextIO) -> None:
    """Prints the table of services."""
    rows = [("SERVICE", "ADDRESS", "METRICS", "PID", "HEALTH")]
    rows += [(s.name, s.address, s.metrics_address or "-", str(s.pid), s.health) for s in states]
    head, *lines = table(rows)
    print(paint(head, "bold", stream), file=stream)
    for line, state in zip(lines, states, strict=True):
        start = line.removesuffix(state.health)
        colour = _COLOURS.get(state.health, "red")
        print(start + paint(state.health, colour, stream), file=stream, flush=True)
