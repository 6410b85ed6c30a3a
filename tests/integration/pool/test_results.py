"""What a call gets back: order, values, faults, deadlines, cancellation, priorities."""

import asyncio
import time
from pathlib import Path

import pytest

from services.common.pool import PoolConfig, PoolError, PoolFault, WorkerPool
from tests.integration.pool.conftest import MakePool
from tests.support.pool_watch import run, until, workers_of


async def test_ten_thousand_items_keep_their_order(make_pool: MakePool) -> None:
    pool = await make_pool()
    results = await run(pool, *(("echo", number) for number in range(10_000)))
    assert [result.value for result in results] == list(range(10_000))
    assert all(result.fault is None for result in results)
    assert pool.stats().queued == pool.stats().busy == pool.stats().restarts == 0


async def test_calls_at_the_same_time_do_not_mix(make_pool: MakePool) -> None:
    pool = await make_pool()
    calls = [[("echo", f"{call}-{item}") for item in range(call)] for call in range(40)]
    answers = await asyncio.gather(*(run(pool, *call) for call in calls))
    assert [[result.value for result in answer] for answer in answers] == [
        [item[1] for item in call] for call in calls
    ]


async def test_plain_data_of_any_size_comes_back(make_pool: MakePool) -> None:
    pool = await make_pool()
    values: list[object] = [
        None,
        (1, 2.5, "x", b"y", {"k": [True, {3}, frozenset({4})]}),
        "\x00\ud800",
        "long" * 2_000_000,
        10**400,
    ]
    results = await run(pool, *(("echo", value) for value in values))
    assert [result.value for result in results] == values


@pytest.mark.parametrize("act", ["trick", "fraction", "paint"])
async def test_nothing_else_is_built_from_a_workers_bytes(make_pool: MakePool, act: str) -> None:
    pool = await make_pool()
    bad, good = await run(pool, (act,), ("echo", 1))
    assert (bad.value, bad.fault, bad.message) == (None, PoolFault.RAISED, "UnpicklingError")
    assert good.value == 1


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (("raise", "secret text"), "ZeroDivisionError"),
        (("recurse",), "RecursionError"),
        (("exit", 1), "SystemExit"),
        (("unknown act",), "KeyError"),
    ],
)
async def test_an_exception_is_told_by_its_name_only(
    make_pool: MakePool, item: tuple[object, ...], name: str
) -> None:
    pool = await make_pool()
    before, bad, after = await run(pool, ("echo", 1), item, ("echo", 2))
    assert (bad.value, bad.fault, bad.message) == (None, PoolFault.RAISED, name)
    assert (before.value, after.value) == (1, 2)
    assert pool.stats().restarts == 0


async def test_a_value_that_cannot_be_sent_is_a_fault_of_its_item(make_pool: MakePool) -> None:
    pool = await make_pool()
    bad, good = await run(pool, ("unpicklable",), ("echo", 1))
    assert bad.fault is PoolFault.RAISED
    assert good.value == 1


async def test_the_queue_is_not_counted_as_compute_time(make_pool: MakePool) -> None:
    pool = await make_pool(workers=1, item_seconds=0.5)
    results = await run(pool, *(("sleep", 0.2, number) for number in range(5)))
    assert [result.value for result in results] == [0, 1, 2, 3, 4]
    assert all(0.2 <= result.compute_seconds < 0.4 for result in results)
    assert results[4].queue_seconds >= 0.8


async def test_no_items_need_no_worker(make_pool: MakePool) -> None:
    pool = await make_pool()
    assert await run(pool) == []


async def test_at_the_deadline_a_call_returns_with_what_is_done(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=5)
    start = time.monotonic()
    results = await run(pool, ("echo", 1), ("hang",), ("hang",), ("hang",), seconds=0.3)
    assert 0.3 <= time.monotonic() - start < 0.4
    assert [result.fault for result in results] == [None] + [PoolFault.DEADLINE] * 3
    # The workers that it kept busy are free again long before their items' five seconds.
    (result,) = await run(pool, ("echo", 2), seconds=1)
    assert result.value == 2
    await until(lambda: pool.stats().kills == 2 and pool.stats().alive == 2)


async def test_a_passed_deadline_is_no_error(make_pool: MakePool) -> None:
    pool = await make_pool()
    (result,) = await run(pool, ("sleep", 0.1), seconds=-1)
    assert result.fault is PoolFault.DEADLINE


async def test_cancellation_frees_the_workers_and_the_queue(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=30)
    call = asyncio.create_task(run(pool, *[("hang",)] * 50))
    await until(lambda: pool.stats().busy == 2)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert pool.stats().queued == 0
    (result,) = await run(pool, ("echo", 1), seconds=1)
    assert result.value == 1


async def test_a_short_item_of_a_cancelled_call_does_not_cost_the_worker(
    make_pool: MakePool,
) -> None:
    pool = await make_pool()
    await run(pool, ("sleep", 0.02), seconds=0.01)
    await until(lambda: pool.stats().busy == 0)
    assert pool.stats().kills == 0


async def test_higher_priorities_go_first_and_equals_in_order(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = await make_pool(workers=1)
    log = tmp_path / "log"
    blocker = asyncio.create_task(run(pool, ("sleep", 0.2)))
    await until(lambda: pool.stats().busy == 1)
    calls = [
        asyncio.create_task(run(pool, *[("log", str(log), name)] * 2, priority=priority))
        for name, priority in (("low", 1), ("first", 2), ("second", 2), ("high", 3))
    ]
    await asyncio.gather(blocker, *calls)
    assert log.read_text().split() == ["high"] * 2 + ["first"] * 2 + ["second"] * 2 + ["low"] * 2


async def test_a_target_that_cannot_be_imported_is_an_error_at_the_start(
    make_pool: MakePool, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PoolError):
        await make_pool(target="tests.support.absent:act")
    assert "tests.support.absent" in capfd.readouterr().err


async def test_closing_does_not_wait_for_busy_workers(make_pool: MakePool) -> None:
    pool = await make_pool(item_seconds=60)
    call = asyncio.create_task(run(pool, ("hang",), ("hang in C", 10**9), ("echo", 1)))
    await until(lambda: pool.stats().busy == 2)
    start = time.monotonic()
    await pool.close()
    assert time.monotonic() - start < 1
    with pytest.raises(PoolError):
        await call
    with pytest.raises(PoolError):
        await run(pool, ("echo", 1))


async def test_closing_while_workers_are_replaced_is_no_matter(make_pool: MakePool) -> None:
    # Each round closes at another moment of a fork.
    for round_ in range(30):
        pool = await make_pool()
        for worker in workers_of():
            worker.kill()
        for _ in range(round_):
            await asyncio.sleep(0.0003)
        async with asyncio.timeout(1):
            await pool.close()


async def test_a_pool_that_never_started_can_be_closed() -> None:
    config = PoolConfig("tests.support.pool_tasks:perform", (), 1, 1.0, 1 << 28, 10, 1 << 28, 4)
    await WorkerPool(config).close()
