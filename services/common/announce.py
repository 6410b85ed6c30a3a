"""Tells whoever started a service how the start goes, as JSON lines on an open descriptor.

First {"event": "listening", "address": ..., "metrics_address": ...}, then {"event": "ready"} or
{"event": "failed", "message": ...}. End of file means that the service has ended.
"""

from __future__ import annotations

import json
import os

from plaudit.errors import ConfigError


class Announcer:
    """Writes the lines; without a descriptor, or when nobody reads any more, writes nothing."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd
        if fd is not None:
            _keep_from_children(fd)

    def listening(self, address: str, metrics_address: str | None) -> None:
        """The service listens and answers health checks; it is not ready yet."""
        self._write(event="listening", address=address, metrics_address=metrics_address)

    def ready(self) -> None:
        """The canaries came out right; calls are taken."""
        self._write(event="ready")

    def failed(self, message: str) -> None:
        """The service could not start and ends."""
        self._write(event="failed", message=message)

    def _write(self, **line: str | None) -> None:
        if self._fd is None:
            return
        try:
            os.write(self._fd, json.dumps(line).encode() + b"\n")
        except BrokenPipeError:
            self._fd = None


def _keep_from_children(fd: int) -> None:
    """A worker process that held the descriptor too would hide the end of the service."""
    try:
        os.set_inheritable(fd, False)
    except OSError:
        raise ConfigError(f"announce_fd = {fd} is not an open file descriptor") from None
