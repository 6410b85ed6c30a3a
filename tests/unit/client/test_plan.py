"""The plan, driven by hand on a clock of the test's own: what is sent, when, and what comes out."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaudit.enums import FailureReason
from plaudit.errors import (
    AuthenticationError,
    DeadlineExceededError,
    InternalError,
    InvalidRequestError,
    OverloadedError,
    PermissionDeniedError,
    PlauditError,
    QuotaExceededError,
    UnavailableError,
    UnsupportedError,
)
from plaudit.plan import FRAME_BYTES, MAX_LOSSES, Batch, Plan, Rules, Wait

RULES = Rules(
    deadline=10.0, batch_samples=4, batch_bytes=1000, item_bytes=900, max_inflight=3, retries=2
)
GRACE = 0.5


@dataclass(frozen=True)
class Answer:
    index: int
    reason: FailureReason | None = None
    message: str = ""
    retryable: bool = False
    made_here: bool = False


class Items:
    def __init__(self, sizes: list[int], weights: list[int] | None = None) -> None:
        self.sizes = sizes
        self.weights = weights or [1] * len(sizes)

    def failure(self, index: int, reason: FailureReason, message: str, retryable: bool) -> Answer:
        return Answer(index, reason, message, retryable, made_here=True)

    def is_retryable(self, answer: Answer) -> bool:
        return answer.retryable


def plan_of(count: int, rules: Rules = RULES) -> Plan[Answer]:
    return Plan(Items([10] * count), rules, jitter=lambda: 1.0)


def batches(plan: Plan[Answer], now: float) -> list[Batch]:
    """Every batch that the plan has to send now."""
    found = []
    while isinstance(step := plan.next(now), Batch):
        found.append(step)
    return found


def scores(batch: Batch) -> list[Answer]:
    return [Answer(index) for index in batch.indices]


def fails(batch: Batch, reason: FailureReason = FailureReason.TIMEOUT) -> list[Answer]:
    return [Answer(index, reason, retryable=True) for index in batch.indices]


def wait(plan: Plan[Answer], now: float) -> float:
    step = plan.next(now)
    assert isinstance(step, Wait)
    return step.until


def test_splits_keeps_order_and_bounds_what_is_under_way() -> None:
    plan = plan_of(18)
    sent = batches(plan, 0.0)
    assert [batch.indices for batch in sent] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert [batch.timeout for batch in sent] == [10.0] * 3
    for batch in reversed(sent):
        plan.answered(batch, scores(batch), 1.0)
    rest = batches(plan, 4.0)
    assert [batch.indices for batch in rest] == [[12, 13, 14, 15], [16, 17]]
    assert [batch.timeout for batch in rest] == [6.0] * 2
    for batch in rest:
        plan.answered(batch, scores(batch), 5.0)
    assert plan.next(5.0) is None
    assert plan.answers == [Answer(index) for index in range(18)]


def test_batches_stay_within_the_bytes() -> None:
    plan = Plan(Items([400, 400, 400, 900, 50]), replace(RULES, max_inflight=9))
    assert [batch.indices for batch in batches(plan, 0.0)] == [[0, 1], [2], [3, 4]]


def test_what_is_too_large_fails_alone() -> None:
    plan = Plan(Items([10, 901, 10, 10], [1, 1, 5, 4]), RULES)
    (batch, other) = batches(plan, 0.0)
    assert (batch.indices, other.indices) == ([0], [3])
    plan.answered(batch, scores(batch), 0.0)
    plan.answered(other, scores(other), 0.0)
    assert plan.next(0.0) is None
    assert [answer.reason for answer in plan.answers] == [
        None, FailureReason.INVALID_SAMPLE, FailureReason.INVALID_SAMPLE, None,
    ]  # fmt: skip
    assert not plan.answers[1].retryable


def test_only_what_failed_is_sent_again_and_not_for_ever() -> None:
    plan = plan_of(4)
    (batch,) = batches(plan, 0.0)
    answers = [Answer(0), *fails(batch)[1:3], Answer(3, FailureReason.INTERNAL)]
    plan.answered(batch, answers, 0.0)
    now = wait(plan, 0.0)
    for _ in range(RULES.retries):
        assert now > 0.0
        (again,) = batches(plan, now)
        assert again.indices == [1, 2]
        plan.answered(again, fails(again), now)
        now += 1.0
    assert plan.next(now) is None
    assert plan.answers == answers


def test_a_second_answer_to_a_batch_changes_nothing() -> None:
    plan = plan_of(2)
    (batch,) = batches(plan, 0.0)
    plan.answered(batch, fails(batch), 0.0)
    plan.answered(batch, scores(batch), 0.0)
    plan.failed(batch, UnavailableError("gone"), 0.0)
    (again,) = batches(plan, 1.0)
    plan.answered(again, scores(again), 1.0)
    plan.answered(again, fails(again), 1.0)
    assert plan.next(1.0) is None
    assert plan.answers == [Answer(0), Answer(1)]


@pytest.mark.parametrize("error", [OverloadedError, QuotaExceededError])
def test_a_refusal_is_obeyed_until_the_deadline(error: type[PlauditError]) -> None:
    plan = plan_of(20)
    now = 0.0
    refusals = 0
    while isinstance(step := plan.next(now), Batch | Wait):
        if isinstance(step, Batch):
            plan.failed(step, error("full", retry_after=1.0), now)
            refusals += 1
            assert wait(plan, now) == min(now + 1.25, RULES.deadline)  # jitter of the test: 1
        else:
            now = step.until
    assert refusals == 8
    assert [answer.reason for answer in plan.answers] == [FailureReason.OVERLOADED] * 20


def test_a_refusal_halves_what_is_under_way_and_success_widens_it() -> None:
    plan = plan_of(80, replace(RULES, max_inflight=8))
    sent = batches(plan, 0.0)
    assert len(sent) == 8
    for batch in sent:
        plan.failed(batch, OverloadedError("full", retry_after=1.0), 0.5)
    assert len(batches(plan, 1.0)) == 0
    fewer = batches(plan, 2.0)
    assert len(fewer) == 4
    assert fewer[0].indices[0] == 28  # the last one to be refused is the first one again
    plan.answered(fewer[0], scores(fewer[0]), 2.0)
    assert len(batches(plan, 2.0)) == 2


def test_a_restart_is_survived() -> None:
    plan = plan_of(12)
    for batch in batches(plan, 0.0):
        plan.failed(batch, UnavailableError("gone"), 0.1)
    now = 0.1
    assert wait(plan, now) < 0.5
    while now < 5.0:
        now = wait(plan, now)
        for batch in batches(plan, now):
            plan.failed(batch, UnavailableError("gone"), now)
    now = wait(plan, now)
    for batch in batches(plan, now):
        plan.answered(batch, scores(batch), now)
    assert plan.next(now) is None
    assert plan.answers == [Answer(index) for index in range(12)]
    assert plan.lost_contact


def test_a_service_that_is_gone_is_given_up_before_a_long_deadline() -> None:
    plan = plan_of(100, replace(RULES, deadline=600.0))
    now, losses = 0.0, 0
    while (step := plan.next(now)) is not None:
        if isinstance(step, Batch):
            plan.failed(step, UnavailableError("gone"), now)
            losses += 1
        else:
            now = step.until
    assert 15 < now < 40
    assert losses == MAX_LOSSES + 1
    assert {answer.reason for answer in plan.answers} == {FailureReason.BACKEND_UNAVAILABLE}


def test_a_sample_that_takes_the_service_down_is_given_up() -> None:
    plan = plan_of(2, replace(RULES, deadline=600.0, batch_samples=1))
    now, losses = 0.0, 0
    while (step := plan.next(now)) is not None:
        if isinstance(step, Wait):
            now = step.until
        elif step.indices == [0]:
            plan.failed(step, UnavailableError("gone"), now)
            losses += 1
        else:
            plan.answered(step, fails(step), now)
    assert losses <= MAX_LOSSES + 1
    assert plan.answers[0].reason is FailureReason.BACKEND_UNAVAILABLE


def test_a_fault_of_the_service_is_tried_again_then_a_failure() -> None:
    plan = plan_of(2)
    now = 0.0
    for _ in range(RULES.retries + 1):
        (batch,) = batches(plan, now)
        plan.failed(batch, InternalError("oops"), now)
        now += 1.0
    assert plan.next(now) is None
    assert [answer.reason for answer in plan.answers] == [FailureReason.INTERNAL] * 2


def test_a_wrong_number_of_answers_is_a_fault_of_the_service() -> None:
    plan = plan_of(2, replace(RULES, retries=0))
    (batch,) = batches(plan, 0.0)
    plan.answered(batch, scores(batch)[:1], 0.0)
    assert plan.next(0.0) is None
    assert [answer.reason for answer in plan.answers] == [FailureReason.INTERNAL] * 2


def test_what_is_late_times_out_and_what_was_done_is_kept() -> None:
    plan = plan_of(16)
    first, second, third = batches(plan, 0.0)
    plan.answered(first, fails(first, FailureReason.RESOURCE_LIMIT)[:1] + scores(first)[1:], 9.95)
    plan.failed(second, DeadlineExceededError("late"), 10.0)
    assert wait(plan, 10.0) == pytest.approx(10.2)
    assert plan.next(10.3) is None
    plan.answered(third, scores(third), 10.4)  # too late to count
    reasons = [answer.reason for answer in plan.answers]
    assert reasons[:4] == [FailureReason.RESOURCE_LIMIT, None, None, None]
    assert reasons[4:] == [FailureReason.TIMEOUT] * 12


@pytest.mark.parametrize(
    "error", [AuthenticationError, PermissionDeniedError, InvalidRequestError, UnsupportedError]
)
def test_a_mistake_of_the_caller_is_raised(error: type[PlauditError]) -> None:
    plan = plan_of(2)
    (batch,) = batches(plan, 0.0)
    with pytest.raises(error, match="yours"):
        plan.failed(batch, error("yours"), 0.0)


RETRYABLE = st.sampled_from([FailureReason.TIMEOUT, FailureReason.OVERLOADED])
ERRORS = st.one_of(
    st.builds(OverloadedError, st.just("full"), retry_after=st.none() | st.floats(0, 3)),
    st.builds(UnavailableError, st.just("gone")),
    st.builds(InternalError, st.just("oops")),
    st.builds(DeadlineExceededError, st.just("late")),
)


@given(st.data())
def test_any_course_of_events_gives_each_item_one_answer(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 1000), max_size=25))
    weights = data.draw(st.lists(st.integers(1, 5), min_size=len(sizes), max_size=len(sizes)))
    items = Items(sizes, weights)
    jitter = data.draw(st.floats(0, 1, exclude_max=True))
    plan: Plan[Answer] = Plan(items, RULES, jitter=lambda: jitter)
    now = 0.0
    under_way: list[Batch] = []
    received: dict[int, Answer] = {}
    tries: Counter[int] = Counter()
    for _ in range(10_000):
        step = plan.next(now)
        if step is None:
            break
        if isinstance(step, Batch):
            check_batch(step, items, now)
            assert all(received.get(i, Answer(i, retryable=True)).retryable for i in step.indices)
            under_way.append(step)
            assert len(under_way) <= RULES.max_inflight
            continue
        assert step.until > now or under_way
        event = data.draw(st.sampled_from(["answer", "error", "time"])) if under_way else "time"
        if event == "time":
            now = max(now, step.until)
            continue
        now += data.draw(st.floats(0, 2))
        batch = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        if event == "error":
            error = data.draw(ERRORS)
            plan.failed(batch, error, now)
            if isinstance(error, InternalError):
                tries.update(batch.indices)
        else:
            answers = draw_answers(data, batch)
            plan.answered(batch, answers, now)
            tries.update(batch.indices)
            received.update(zip(batch.indices, answers, strict=True))
        if data.draw(st.booleans()):  # the same event once more
            plan.answered(batch, [Answer(-1)] * len(batch.indices), now)
    else:
        raise AssertionError("the plan does not come to an end")
    assert now <= RULES.deadline + 2 + GRACE
    assert [answer.index for answer in plan.answers] == list(range(len(sizes)))
    assert all(count <= RULES.retries + 1 for count in tries.values())
    check_answers(plan.answers, received)


def draw_answers(data: st.DataObject, batch: Batch) -> list[Answer]:
    return [
        Answer(index, data.draw(RETRYABLE), retryable=True)
        if data.draw(st.booleans())
        else Answer(index)
        for index in batch.indices
    ]


def check_answers(answers: list[Answer], received: dict[int, Answer]) -> None:
    for answer in answers:
        assert answer.made_here or answer == received[answer.index]
        if answer.index in received and not received[answer.index].retryable:
            assert answer == received[answer.index]


def check_batch(batch: Batch, items: Items, now: float) -> None:
    assert batch.indices
    assert now < RULES.deadline
    assert batch.timeout == RULES.deadline - now
    assert sum(items.weights[index] for index in batch.indices) <= RULES.batch_samples
    size = sum(items.sizes[index] + FRAME_BYTES for index in batch.indices)
    assert size <= RULES.batch_bytes
    assert len(set(batch.indices)) == len(batch.indices)
