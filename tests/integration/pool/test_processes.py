"""Processes that are stopped or killed from outside: nothing is lost, nothing is left behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from services.common.pool import PoolFault, WorkerPool
from tests.integration.pool.conftest import MakePool
from tests.support.pool_watch import alive, run, template_of, until, workers_of, zombies

_HOST = """
import asyncio, sys, time
from services.common.pool import PoolConfig, WorkerPool

async def main():
    pool = WorkerPool(
        PoolConfig("tests.support.pool_tasks:perform", (), 2, 600.0, 1 << 28, 99, 1 << 30, 4)
    )
    await pool.start()
    print("up", flush=True)
    await pool.run([("hang",), ("sleep", 600.0)], deadline=time.monotonic() + 600)

asyncio.run(main())
"""


async def keep_busy(pool: WorkerPool, seconds: float) -> int:
    """Calls with checked results for that time; the number of items."""
    done = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        items = [("spin", 0.0005, number) for number in range(done, done + 64)]
        results = await run(pool, *items)
        assert [result.value for result in results] == [item[2] for item in items]
        done += 64
    return done


async def test_killing_every_worker_again_and_again_loses_nothing(make_pool: MakePool) -> None:
    pool = await make_pool()

    async def murder() -> int:
        kills = 0
        while True:
            await asyncio.sleep(0.1)
            for worker in workers_of():
                worker.kill()
                kills += 1
            if kills >= 30:
                return kills

    calls = [asyncio.create_task(keep_busy(pool, 2.5)) for _ in range(4)]
    kills = await murder()
    assert sum(await asyncio.gather(*calls)) > 500
    await until(lambda: pool.stats().alive == 2)
    assert pool.stats().restarts == kills
    assert zombies() == []


async def test_a_killed_idle_worker_is_replaced_within_a_moment(make_pool: MakePool) -> None:
    pool = await make_pool()
    old = {worker.pid for worker in workers_of()}
    start = time.monotonic()
    for worker in workers_of():
        worker.kill()
    await until(lambda: pool.stats().restarts == 2 and pool.stats().alive == 2)
    assert time.monotonic() - start < 0.25
    assert old.isdisjoint(worker.pid for worker in workers_of())
    assert zombies() == []


async def test_a_killed_template_is_replaced_under_load(make_pool: MakePool) -> None:
    pool = await make_pool()
    calls = [asyncio.create_task(keep_busy(pool, 2.0)) for _ in range(4)]
    for _ in range(3):
        await asyncio.sleep(0.4)
        await until(lambda: pool.stats().alive == 2)
        old = template_of()
        old.kill()
        await until(lambda old=old: not old.is_running())  # type: ignore[misc]
    assert sum(await asyncio.gather(*calls)) > 500
    await until(lambda: pool.stats().alive == 2)
    assert zombies() == []


async def test_a_stopped_worker_is_replaced_when_its_item_is_over_time(make_pool: MakePool) -> None:
    pool = await make_pool(workers=1, item_seconds=0.5)
    call = asyncio.create_task(run(pool, ("sleep", 0.3), ("echo", 1)))
    await until(lambda: pool.stats().busy == 1)
    await asyncio.sleep(0.1)
    (worker,) = workers_of()
    worker.suspend()
    stopped, other = await call
    assert stopped.fault is PoolFault.ITEM_TIMEOUT
    assert other.value == 1
    assert zombies() == []


async def test_items_do_not_stay_with_a_worker_that_was_stopped_idle(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.pool.ledger._SILENT_SECONDS", 0.5)
    pool = await make_pool()
    workers_of()[0].suspend()
    start = time.monotonic()
    results = await run(pool, *(("echo", number) for number in range(64)))
    assert time.monotonic() - start < 0.5
    assert [result.value for result in results] == list(range(64))
    # It holds work that it does not even skip, so it is ended after a while.
    await until(lambda: pool.stats().kills == 1 and pool.stats().alive == 2)


async def test_a_template_that_hangs_is_replaced(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.pool.process._FORK_SECONDS", 0.3)
    pool = await make_pool()
    old = template_of()
    (worker, _) = workers_of()
    old.suspend()
    worker.kill()
    await until(lambda: pool.stats().restarts >= 2 and pool.stats().alive == 2)
    assert template_of() != old
    (result,) = await run(pool, ("echo", 1))
    assert result.value == 1
    assert zombies() == []


async def test_a_pool_recovers_when_workers_die_while_they_start(make_pool: MakePool) -> None:
    pool = await make_pool(workers=4)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        for worker in workers_of():
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()
        await asyncio.sleep(0)
    results = await run(pool, *(("echo", number) for number in range(64)))
    assert [result.value for result in results] == list(range(64))
    await until(lambda: pool.stats().alive == 4)
    assert zombies() == []


async def test_signals_to_the_group_do_not_end_workers(make_pool: MakePool) -> None:
    pool = await make_pool()
    processes = [template_of(), *workers_of()]
    for process in processes:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
    (result,) = await run(pool, ("echo", 1))
    assert result.value == 1
    assert [template_of(), *workers_of()] == processes
    assert {os.getsid(process.pid) for process in processes} == {template_of().pid}


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
async def test_workers_die_with_their_parent(by: signal.Signals) -> None:
    root = Path(__file__).parents[3]
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOST, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert host.stdout is not None
    assert await host.stdout.readline() == b"up\n"
    family = psutil.Process(host.pid).children(recursive=True)
    assert len(family) == 3
    host.send_signal(by)
    _, errors = await host.communicate()
    # Who reaps the orphans of a dead process is the machine's affair.
    await until(lambda: not any(map(alive, family)), seconds=1)
    # A Ctrl-C is between the user and the host: the workers say nothing.
    assert b"pool_tasks.py" not in errors
    assert b"worker.py" not in errors


async def test_two_pools_do_not_touch_each_other(make_pool: MakePool) -> None:
    first, second = await make_pool(), await make_pool(workers=1)
    await first.close()
    (result,) = await run(second, ("echo", 1))
    assert result.value == 1
