"""Pools of real processes for the tests of this folder; each is closed and leaves nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable

import psutil
import pytest

from services.common.pool import PoolConfig, WorkerPool

MakePool = Callable[..., Awaitable[WorkerPool]]


@pytest.fixture
async def make_pool() -> AsyncIterator[MakePool]:
    before = set(psutil.Process().children(recursive=True))
    pools: list[WorkerPool] = []

    async def make(**changes: object) -> WorkerPool:
        options: dict[str, object] = {
            "target": "tests.support.pool_tasks:perform",
            "preload": ("fractions",),
            "workers": 2,
            "item_seconds": 1.0,
            "memory_bytes": 256 << 20,
            "recycle_items": 1_000_000,
            "recycle_rss_bytes": 1 << 30,
            "chunk_items": 32,
        }
        pool = WorkerPool(PoolConfig(**(options | changes)))  # type: ignore[arg-type]
        pools.append(pool)
        await pool.start()
        return pool

    yield make
    for pool in pools:
        await pool.close()
    assert set(psutil.Process().children(recursive=True)) <= before
