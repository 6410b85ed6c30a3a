"""Hostile items: each ends in bounded time with a fault of its own; its neighbours keep theirs."""

import asyncio
import os
import time

import pytest

from services.common.pool import PoolFault, PoolResult
from tests.integration.pool.conftest import MakePool
from tests.support.pool_watch import run, until, zombies


def assert_neighbours(results: list[PoolResult], bad: int) -> None:
    for number, result in enumerate(results):
        if number != bad:
            assert (result.value, result.fault) == (number, None)


def good_items(bad: int, item: tuple[object, ...]) -> list[tuple[object, ...]]:
    items: list[tuple[object, ...]] = [("echo", number) for number in range(64)]
    items[bad] = item
    return items


@pytest.mark.parametrize("hang", [("hang",), ("hang in C", 10**9), ("sleep", 60.0)])
@pytest.mark.parametrize("bad", [0, 31, 63])
async def test_a_hang_costs_its_budget_and_nobody_else(
    make_pool: MakePool, hang: tuple[object, ...], bad: int
) -> None:
    pool = await make_pool(item_seconds=0.5)
    start = time.monotonic()
    results = await run(pool, *good_items(bad, hang))
    assert 0.5 <= time.monotonic() - start < 0.8
    assert results[bad].fault is PoolFault.ITEM_TIMEOUT
    assert 0.5 <= results[bad].compute_seconds < 0.8
    assert_neighbours(results, bad)
    await until(lambda: pool.stats().alive == 2)
    assert (pool.stats().kills, pool.stats().restarts) == (1, 1)
    assert zombies() == []


async def test_items_behind_a_slow_one_do_not_wait_for_it(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=5)
    slow = asyncio.create_task(run(pool, ("spin", 1.0, "slow"), *[("echo", 1)] * 100))
    await asyncio.sleep(0)
    start = time.monotonic()
    await run(pool, *[("echo", 2)] * 100)
    assert time.monotonic() - start < 0.3
    assert (await slow)[0].value == "slow"
    assert pool.stats().kills == 0


async def test_more_hangs_than_workers_end_one_after_the_other(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=0.2)
    start = time.monotonic()
    results = await run(pool, *[("hang",)] * 6, ("echo", 1))
    assert [result.fault for result in results] == [PoolFault.ITEM_TIMEOUT] * 6 + [None]
    assert time.monotonic() - start < 3 * 0.2 + 1


async def test_a_memory_bomb_is_stopped_at_the_limit(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=10)
    results = await run(pool, *good_items(20, ("devour",)))
    assert (results[20].fault, results[20].message) == (PoolFault.MEMORY, "")
    assert_neighbours(results, 20)
    await until(lambda: pool.stats().alive == 2 and pool.stats().restarts == 1)
    assert zombies() == []


@pytest.mark.parametrize("crash", ["segfault", "leave"])
async def test_what_kills_its_worker_gets_two_tries(make_pool: MakePool, crash: str) -> None:
    pool = await make_pool()
    results = await run(pool, *good_items(20, (crash,)))
    assert results[20].fault is PoolFault.CRASHED
    assert_neighbours(results, 20)
    await until(lambda: pool.stats().alive == 2)
    assert (pool.stats().restarts, pool.stats().kills) == (2, 0)
    assert zombies() == []


async def test_an_item_whose_worker_dies_once_is_run_again(
    make_pool: MakePool, tmp_path: os.PathLike[str]
) -> None:
    pool = await make_pool()
    results = await run(pool, *good_items(20, ("crash once", f"{tmp_path}/marker")))
    assert results[20].value == "survived"
    assert_neighbours(results, 20)


async def test_a_worker_is_replaced_after_so_many_items(make_pool: MakePool) -> None:
    pool = await make_pool(workers=1, recycle_items=10)
    results = await run(pool, *[("pid",)] * 100)
    pids = [result.value for result in results]
    assert all(pids.count(pid) <= 10 for pid in pids)
    assert pool.stats().kills == 0


async def test_a_worker_is_replaced_when_it_has_grown(make_pool: MakePool) -> None:
    pool = await make_pool(workers=1, recycle_rss_bytes=150 << 20, item_seconds=10)
    results = await run(pool, *[("keep", 50 << 20)] * 8)
    assert [result.fault for result in results] == [None] * 8
    pids = [result.value for result in results]
    assert 2 <= len(set(pids)) <= 8
    assert max(pids.count(pid) for pid in pids) <= 4
    assert pool.stats().kills == 0


async def test_the_event_loop_is_never_blocked(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=0.3)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)

    watcher = asyncio.create_task(watch())
    await run(pool, ("hang",), ("devour",), ("segfault",), *[("spin", 0.002, 1)] * 200)
    watcher.cancel()
    assert longest < 0.1
