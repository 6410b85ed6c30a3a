"""Starts a service for a benchmark as the real process that it is anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.launch import launched


@contextmanager
def running_service(module: str, *options: str) -> Iterator[str]:
    """The address of a service that is ready on a free port; ended afterwards."""
    with launched(module, "--log-level", "warning", *options) as service:
        yield service.address
        service.terminate()
        service.wait()
