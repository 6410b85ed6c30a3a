"""Runs the command line as real processes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class CommandLine:
    """`plaudit` in an environment of the test's own."""

    folder: Path
    env: dict[str, str]
    command: tuple[str, ...] = (sys.executable, "-m", "plaudit")

    def run(self, *arguments: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [*self.command, *arguments],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command under way; killed at the end if it still runs."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            env=self.env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def status(self) -> dict[str, Any]:
        """What `plaudit status --json` says."""
        answer: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return answer


def eventually(true: Callable[[], bool], timeout: float = 30.0) -> None:
    """Returns as soon as the condition holds; fails where it does not within the time."""
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
