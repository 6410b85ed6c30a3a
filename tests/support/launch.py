"""Starts services as real processes, as the command line does, and waits until they are ready."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from time import monotonic
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
SCRIPTED = "tests.support.scripted_service"


@dataclass
class Service:
    """A running service process and what it announced."""

    process: subprocess.Popen[bytes]
    announcements: int
    address: str = ""
    metrics_address: str | None = None
    _buffer: bytes = field(default=b"", repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def announced(self, timeout: float = START_SECONDS) -> dict[str, Any] | None:
        """The next line that the service announces; None at the end of file."""
        end = monotonic() + timeout
        while b"\n" not in self._buffer:
            if not select([self.announcements], [], [], max(0.0, end - monotonic()))[0]:
                raise TimeoutError(f"the service announced nothing for {timeout} s")
            chunk = os.read(self.announcements, 65536)
            if not chunk:
                return None
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        announced: dict[str, Any] = json.loads(line)
        return announced

    def wait_listening(self) -> None:
        event = self.announced()
        assert event is not None, "the service ended before it listened"
        assert event["event"] == "listening", event
        self.address, self.metrics_address = event["address"], event["metrics_address"]

    def wait_ready(self) -> None:
        event = self.announced()
        assert event is not None, "the service ended before it was ready"
        assert event["event"] == "ready", event

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, timeout: float = 30.0) -> int:
        """The exit status."""
        return self.process.wait(timeout)


@contextmanager
def started(
    module: str, *options: str, stderr: int | None = None, env: dict[str, str] | None = None
) -> Iterator[Service]:
    """A service that has just been started; killed at the end if it still runs."""
    read_end, write_end = os.pipe()
    command = [sys.executable, "-m", module, "--announce-fd", str(write_end), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | (env or {}), pass_fds=(write_end,), stderr=stderr
    )
    os.close(write_end)
    try:
        yield Service(process, read_end)
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
        os.close(read_end)


@contextmanager
def launched(module: str, *options: str, env: dict[str, str] | None = None) -> Iterator[Service]:
    """A service that is ready, on a free port unless the options say otherwise."""
    listen = () if "--listen" in options else ("--listen", "127.0.0.1:0")
    with started(module, *listen, *options, env=env) as service:
        service.wait_listening()
        service.wait_ready()
        yield service
