"""Runs a function in a daemon: a process with a session of its own and no terminal."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from plaudit.cli.console import CliError, say

Announce = Callable[[str | None], None]
"""Tells the starter that the daemon is ready (None), or why it is not."""


def run_detached(body: Callable[[Announce], int], log: Path) -> None:
    """Returns once the daemon is ready. Raises CliError where it did not become so.

    Forks, so nothing that starts threads (gRPC) may have been used before. `body` runs in the
    daemon, and its value is the exit status of the daemon.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _daemon(body, writing, log)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        try:
            answer = pipe.readline()
        except KeyboardInterrupt:
            os.kill(pid, signal.SIGTERM)
            raise
    if not answer:
        raise CliError(f"the stack ended before it was ready ({log} has its messages)")
    if message := json.loads(answer):
        raise CliError(message)


def _daemon(body: Callable[[Announce], int], writing: int, log: Path) -> NoReturn:
    status = 1
    try:
        os.setsid()
        with Path(os.devnull).open("rb") as null, log.open("ab") as sink:
            os.dup2(null.fileno(), 0)
            os.dup2(sink.fileno(), 1)
            os.dup2(sink.fileno(), 2)

        def announce(failure: str | None) -> None:
            with os.fdopen(writing, "w") as pipe:
                pipe.write(json.dumps(failure) + "\n")

        status = body(announce)
    except Exception:  # the boundary of the process: the log is where its owner looks
        sys.excepthook(*sys.exc_info())
    finally:
        say(f"the stack has ended with exit status {status}")
        os._exit(status)  # without the exit handlers of the starter
