import pytest

from services.common.deadlines import DeadlinePolicy

POLICY = DeadlinePolicy(default_seconds=60, max_seconds=600)


@pytest.mark.parametrize("remaining", [0.01, 0.05, 0.2, 1.0, 10.0, 599.0])
def test_a_margin_is_left_for_the_reply(remaining: float) -> None:
    work = POLICY.work_seconds(remaining)
    assert remaining / 2 <= work < remaining
    assert remaining - work <= 0.25


def test_no_deadline_gets_the_default_and_a_long_one_is_cut() -> None:
    assert POLICY.work_seconds(None) == POLICY.work_seconds(60)
    assert POLICY.work_seconds(1e9) == POLICY.work_seconds(600)


def test_no_time_is_no_time() -> None:
    assert POLICY.work_seconds(0) <= 0
