"""What a worker holds, and what its board says about it."""

import pytest

from services.common.pool.ledger import Ledger, Verdict
from services.common.pool.queue import Call, Task

BUDGET = 1.0


def ledger_with(size: int) -> tuple[Ledger, list[Task]]:
    ledger = Ledger()
    tasks = list(Call([b"x"] * size, 2).waiting)
    assert ledger.assign(tasks, 100.0) == 1
    return ledger, tasks


def test_what_is_settled_is_no_longer_held() -> None:
    ledger, tasks = ledger_with(3)
    assert ledger.settle(1, 100.1) is tasks[0]
    assert ledger.settle(1, 100.1) is None
    assert list(ledger.held.values()) == tasks[1:]
    assert ledger.outstanding == 2
    assert ledger.assign(list(Call([b"x"], 2).waiting), 100.2) == 4


def test_all_but_the_running_task_are_taken_back() -> None:
    ledger, tasks = ledger_with(4)
    ledger.settle(1, 100.1)
    assert ledger.revoke(3) == (4, [tasks[1], tasks[3]])
    # The worker may have moved on meanwhile; what it says of the others does not count.
    assert ledger.settle(4, 100.2) is None
    assert ledger.settle(3, 100.2) is tasks[2]
    assert ledger.held == {}


def test_a_worker_that_has_not_skipped_yet_has_no_room() -> None:
    ledger, _ = ledger_with(4)
    ledger.revoke(0)
    assert ledger.outstanding == 4
    ledger.settle(4, 100.1)
    assert ledger.outstanding == 0


def test_a_worker_is_held_up_by_its_oldest_task() -> None:
    ledger, _ = ledger_with(2)
    assert not ledger.stalled(100.01)
    assert ledger.stalled(100.03)
    ledger.settle(1, 100.03)
    ledger.settle(2, 100.03)
    assert not ledger.stalled(200.0)


def test_a_worker_that_is_held_up_gets_no_more_until_it_reports() -> None:
    ledger, _ = ledger_with(2)
    ledger.revoke(1)
    assert ledger.held_up
    assert not ledger.stalled(200.0)
    ledger.settle(1, 200.0)
    assert not ledger.held_up


@pytest.mark.parametrize(
    ("current", "started", "now", "verdict"),
    [
        (1, 100.0, 100.99, Verdict.FINE),
        (1, 100.0, 101.01, Verdict.OVER_BUDGET),
        (2, 150.0, 150.5, Verdict.FINE),  # the time in the queue does not count
        (0, 0.0, 104.9, Verdict.FINE),
        (0, 0.0, 105.1, Verdict.SILENT),
    ],
)
def test_verdicts_on_a_worker_with_tasks(
    current: int, started: float, now: float, verdict: Verdict
) -> None:
    ledger, _ = ledger_with(2)
    assert ledger.examine(current, started, now, BUDGET) is verdict


def test_an_idle_worker_is_fine_for_ever() -> None:
    ledger, _ = ledger_with(1)
    ledger.settle(1, 100.5)
    assert ledger.examine(1, 100.0, 900.0, BUDGET) is Verdict.FINE
    # The silence before it got work is not counted.
    ledger.assign(Call([b"x"], 2).waiting, 900.0)
    assert ledger.examine(0, 0.0, 901.0, BUDGET) is Verdict.FINE


def test_a_long_item_is_no_silence_when_it_ends() -> None:
    ledger, _ = ledger_with(2)
    assert ledger.examine(1, 100.0, 109.9, 60.0) is Verdict.FINE
    assert ledger.examine(0, 100.0, 110.0, 60.0) is Verdict.FINE


def test_an_item_that_nobody_waits_for_gets_a_moment_only() -> None:
    ledger, tasks = ledger_with(1)
    tasks[0].call.give_up()
    assert ledger.examine(1, 100.0, 100.04, BUDGET) is Verdict.FINE
    assert ledger.examine(1, 100.0, 100.06, BUDGET) is Verdict.ORPHANED


def test_an_item_that_was_taken_back_gets_a_moment_only() -> None:
    ledger, _ = ledger_with(2)
    ledger.revoke(1)
    assert ledger.examine(2, 100.0, 100.04, BUDGET) is Verdict.FINE
    assert ledger.examine(2, 100.0, 100.06, BUDGET) is Verdict.ORPHANED
