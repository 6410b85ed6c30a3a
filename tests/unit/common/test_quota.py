import pytest

from plaudit.errors import InvalidRequestError, QuotaExceededError
from services.common.quota import Quota, QuotaMeter, TokenBucket


def test_a_full_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=10, burst=30, now=0)
    assert bucket.take(30, now=0) == 0
    assert bucket.take(5, now=0) == pytest.approx(0.5)
    assert bucket.take(5, now=0.4) > 0
    assert bucket.take(5, now=0.5) == 0


def test_a_rest_never_saves_more_than_the_burst() -> None:
    bucket = TokenBucket(rate=10, burst=30, now=0)
    assert bucket.take(30, now=1000) == 0
    assert bucket.take(1, now=1000) == pytest.approx(0.1)


def test_a_call_above_the_burst_passes_and_is_paid_off() -> None:
    bucket = TokenBucket(rate=10, burst=30, now=0)
    assert bucket.take(100, now=0) == 0
    assert bucket.take(1, now=0) == pytest.approx(7.1)
    assert bucket.take(1, now=7.2) == 0


def test_the_long_run_rate_is_the_rate() -> None:
    bucket = TokenBucket(rate=100, burst=50, now=0)
    taken = sum(7 for tick in range(10_000) if bucket.take(7, now=tick / 1000) == 0)
    assert taken == pytest.approx(100 * 10 + 50, abs=14)


def test_samples_in_flight_are_bounded_and_come_back() -> None:
    meter = QuotaMeter(Quota(max_in_flight_samples=10), now=0)
    with meter.hold(6):
        with pytest.raises(QuotaExceededError) as caught, meter.hold(5):
            pass
        assert caught.value.retry_after
        with meter.hold(4):
            assert meter.in_flight == 10
    assert meter.in_flight == 0


def test_a_call_that_can_never_pass_is_not_told_to_wait() -> None:
    meter = QuotaMeter(Quota(max_in_flight_samples=10), now=0)
    with pytest.raises(InvalidRequestError, match="send fewer"):
        meter.acquire(11, now=0)


def test_what_is_refused_is_not_charged() -> None:
    meter = QuotaMeter(Quota(samples_per_second=1, burst=10, max_in_flight_samples=10), now=0)
    meter.acquire(6, now=0)
    with pytest.raises(QuotaExceededError, match="in flight"):
        meter.acquire(5, now=0)
    meter.release(6)
    meter.acquire(4, now=0)  # the bucket still has what the refused call did not take
    with pytest.raises(QuotaExceededError, match="a second"):
        meter.acquire(1, now=0)
    assert meter.in_flight == 4


def test_no_quota_is_no_limit() -> None:
    meter = QuotaMeter(Quota(), now=0)
    for _ in range(100):
        meter.acquire(10**6, now=0)
    assert meter.in_flight == 10**8
