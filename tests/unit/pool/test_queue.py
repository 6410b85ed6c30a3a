"""The order of the queue, and how many tasks go out at once."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.common.pool import PoolFault, PoolResult
from services.common.pool.queue import Call, CallQueue, Pace, Task

DONE = PoolResult("value", None, "", 0.0, 0.0)
PLENTY = 1 << 20


def call_of(size: int, priority: int = 2) -> Call:
    return Call([b"x"] * size, priority)


def names(tasks: list[Task]) -> list[tuple[Call, int]]:
    return [(task.call, task.index) for task in tasks]


def test_higher_priorities_go_first_and_equals_in_order() -> None:
    queue = CallQueue()
    low, first, second, high = (call_of(2, priority) for priority in (1, 2, 2, 3))
    for call in (low, first, second, high):
        queue.add(call)
    assert len(queue) == 8
    assert names(queue.take(8, PLENTY)) == [
        (call, index) for call in (high, first, second, low) for index in (0, 1)
    ]
    assert len(queue) == 0
    assert queue.take(1, PLENTY) == []


def test_tasks_that_come_back_take_their_old_places() -> None:
    queue = CallQueue()
    early, late = call_of(4), call_of(1)
    queue.add(early)
    queue.add(late)
    taken = queue.take(4, PLENTY)
    queue.put_back([taken[3], taken[1]])
    assert names(queue.take(9, PLENTY)) == [(early, 1), (early, 3), (late, 0)]


def test_tasks_of_finished_calls_do_not_come_back() -> None:
    queue = CallQueue()
    gone, done = call_of(1), call_of(1)
    queue.add(gone)
    queue.add(done)
    tasks = queue.take(2, PLENTY)
    gone.give_up()
    done.resolve(tasks[1], DONE)
    queue.put_back(tasks)
    assert len(queue) == 0


def test_a_discarded_call_leaves_nothing_in_the_queue() -> None:
    queue = CallQueue()
    one, other = call_of(3), call_of(2)
    queue.add(one)
    queue.add(other)
    queue.take(1, PLENTY)
    queue.discard(one)
    queue.discard(one)
    assert len(queue) == 2
    assert names(queue.take(9, PLENTY)) == [(other, 0), (other, 1)]


def test_bytes_bound_what_is_taken_but_for_the_first() -> None:
    queue = CallQueue()
    queue.add(Call([b"x" * size for size in (90, 10, 60, 50, 1)], 2))
    assert [len(queue.take(9, 100)) for _ in range(3)] == [2, 1, 2]
    queue.add(Call([b"x" * 500, b"x"], 2))
    assert [len(queue.take(9, 100)) for _ in range(2)] == [1, 1]


def test_the_results_of_a_call_have_a_fault_for_what_is_not_done() -> None:
    call = call_of(2)
    assert not call.finished
    call.resolve(call.waiting[1], DONE)
    assert not call.finished
    late, done = call.results()
    assert (late.value, late.fault) == (None, PoolFault.DEADLINE)
    assert done is DONE
    call.resolve(call.waiting[0], DONE)
    assert call.finished
    assert call.results() == [DONE, DONE]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=12),
)
def test_whatever_comes_back_the_order_is_kept_and_nothing_is_lost(
    calls: list[tuple[int, int]], steps: list[tuple[int, bool]]
) -> None:
    queue = CallQueue()
    waiting: set[tuple[Call, int]] = set()
    for priority, size in calls:
        call = call_of(size, priority)
        waiting |= {(call, index) for index in range(size)}
        queue.add(call)
    for number, returned in steps:
        expected = sorted(waiting, key=lambda item: (*item[0].order, item[1]))[:number]
        tasks = queue.take(number, PLENTY)
        assert names(tasks) == expected
        waiting -= set(expected)
        if returned:
            queue.put_back(reversed(tasks))
            waiting |= set(expected)
        assert len(queue) == len(waiting)


def test_quick_tasks_go_out_in_large_chunks_and_slow_ones_alone() -> None:
    pace = Pace(32)
    for _ in range(100):
        pace.observe(10e-6)
    assert (pace.ahead, pace.chunk(1000, 2)) == (64, 32)
    for _ in range(100):
        pace.observe(0.1)
    assert (pace.ahead, pace.chunk(1000, 2)) == (1, 1)
    for _ in range(100):
        pace.observe(10e-6)
    assert pace.chunk(1000, 2) == 32


@pytest.mark.parametrize(
    ("seconds", "queued", "workers", "chunk"),
    [
        (10e-6, 64, 2, 32),
        (10e-6, 64, 4, 16),
        (10e-6, 5, 4, 8),  # quick tasks are not worth a message each
        (1e-3, 64, 2, 2),
        (1e-3, 3, 2, 2),
        (1e-3, 2, 4, 1),
    ],
)
def test_a_chunk_is_a_fair_share_of_what_is_worth_sharing(
    seconds: float, queued: int, workers: int, chunk: int
) -> None:
    pace = Pace(32)
    for _ in range(100):
        pace.observe(seconds)
    assert pace.chunk(queued, workers) == chunk


def test_one_long_task_does_not_stop_chunks_for_long() -> None:
    pace = Pace(32)
    for _ in range(100):
        pace.observe(10e-6)
    pace.observe(60.0)
    for _ in range(50):
        pace.observe(10e-6)
    assert pace.chunk(1000, 2) >= 16
