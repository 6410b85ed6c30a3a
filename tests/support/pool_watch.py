"""What the tests of the pool see of its processes, from outside."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psutil

from services.common.pool import PoolResult, WorkerPool


def template_of(parent: int | None = None) -> psutil.Process:
    """The template process of the only pool of a process."""
    (template,) = [
        child
        for child in psutil.Process(parent).children()
        if any("pool.template" in part for part in child.cmdline())
    ]
    return template


def workers_of(parent: int | None = None) -> list[psutil.Process]:
    """The workers of the only pool of a process."""
    return template_of(parent).children()


def alive(process: psutil.Process) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def zombies() -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.status() == psutil.STATUS_ZOMBIE
    ]


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Returns when the condition holds; fails if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is watched are other processes
            await asyncio.sleep(0.005)


async def run(
    pool: WorkerPool, *items: tuple[object, ...], seconds: float = 20.0, priority: int = 2
) -> list[PoolResult]:
    return await pool.run(items, deadline=time.monotonic() + seconds, priority=priority)
