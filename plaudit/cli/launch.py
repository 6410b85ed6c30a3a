"""Starts a service as a process of its own and waits until it says that it is ready.

The process writes JSON lines to an inherited pipe (`--announce-fd`): {"event": "listening",
"address": ..., "metrics_address": ...}, then {"event": "ready"}, or {"event": "failed",
"message": ...}; the end of the pipe means that it died. `plaudit up --detach` waits for the stack
in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plaudit.cli.console import printable

# Our services lie beside us. A folder "services" where the user happens to be must not hide them,
# so the present folder is not searched (-P).
_ROOT = str(Path(__file__).parents[2])
_TAIL_LINES = 15
_TAIL_BYTES = 1 << 14


class StartError(Exception):
    """The process did not become ready. The text has the reason and the end of its log."""


@dataclass(slots=True)
class Running:
    """A process that is ready."""

    process: asyncio.subprocess.Process
    address: str
    """Where it serves, as host:port; empty for the stack as a whole."""
    metrics_address: str | None

    @property
    def pid(self) -> int:
        """Process id, also of its process group."""
        return self.process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self.process.returncode is not None

    async def stop(self, grace_seconds: float) -> None:
        """Lets it drain, and kills it once the time is over. Returns when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(grace_seconds):
                await self.process.wait()
        except TimeoutError:
            await _kill(self.process)

    def kill(self) -> None:
        """Ends it and its workers at once."""
        _kill_group(self.process)


async def launch(module: str, args: Sequence[str], log: Path, timeout_seconds: float) -> Running:
    """Runs `python -m MODULE ARGS --announce-fd N` and waits for "ready".

    Stderr and stdout are appended to `log`. The process leads a session of its own, so that a
    Ctrl-C in the terminal reaches only us, and we drain it. Raises StartError.
    """
    reading, writing = os.pipe()
    try:
        with log.open("ab") as sink:
            start = sink.tell()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", module, *args, "--announce-fd", str(writing)),
                env=os.environ | {"PYTHONPATH": _python_path()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                pass_fds=(writing,),
                start_new_session=True,
            )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _ready(process, reading)
    except TimeoutError:
        await _kill(process)
        reason = f"it was not ready within {timeout_seconds:g} s"
        raise StartError(f"{reason}; {_tail(log, start)}") from None
    except EOFError:
        reason = f"it ended before it was ready ({_status(await process.wait())})"
        raise StartError(f"{reason}; {_tail(log, start)}") from None
    except StartError:
        await _kill(process)
        raise
    except asyncio.CancelledError:
        await _kill(process)
        raise


async def _ready(process: asyncio.subprocess.Process, reading: int) -> Running:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", buffering=0)
    )
    running = Running(process, "", None)
    try:
        while line := await reader.readline():
            event = _event(line)
            match event.get("event"):
                case "listening":
                    running.address = str(event.get("address", ""))
                    running.metrics_address = event.get("metrics_address")
                case "ready":
                    return running
                case "failed":
                    raise StartError(printable(str(event.get("message", "it gave no reason"))))
        raise EOFError
    finally:
        transport.close()


def _python_path() -> str:
    return os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise StartError("it announced something that is not a JSON object")
    return event


def _status(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _tail(log: Path, start: int) -> str:
    """The last lines that this process wrote, indented, or nothing."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
    text = "".join(f"\n    {printable(line)}" for line in lines)
    return f"the end of its log:{text}" if text else "its log is empty"


async def _kill(process: asyncio.subprocess.Process) -> None:
    _kill_group(process)
    await process.wait()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:  # else the number may be another's by now
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
