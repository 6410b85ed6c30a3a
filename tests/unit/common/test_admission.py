import pytest

from plaudit.errors import OverloadedError
from services.common.admission import Admission


def test_room_is_counted_in_samples_and_bytes() -> None:
    admission = Admission(max_samples=10, max_bytes=1000)
    admission.acquire(4, 600, now=0.0)
    with pytest.raises(OverloadedError):
        admission.acquire(7, 100, now=0.0)
    with pytest.raises(OverloadedError):
        admission.acquire(1, 401, now=0.0)
    admission.acquire(6, 400, now=0.0)
    assert (admission.samples, admission.bytes) == (10, 1000)


def test_a_refused_call_takes_nothing_and_room_comes_back() -> None:
    admission = Admission(max_samples=4, max_bytes=100)
    with admission.hold(4, 100):
        with pytest.raises(OverloadedError), admission.hold(1, 1):
            pass
        assert (admission.samples, admission.bytes) == (4, 100)
    assert (admission.samples, admission.bytes) == (0, 0)


def test_a_call_that_fails_gives_its_room_back() -> None:
    admission = Admission(max_samples=4, max_bytes=100)
    with pytest.raises(ZeroDivisionError), admission.hold(4, 100):
        raise ZeroDivisionError
    assert (admission.samples, admission.bytes) == (0, 0)


def test_the_hint_follows_the_recent_rate() -> None:
    def hint(rate: int) -> float:
        admission = Admission(max_samples=1000, max_bytes=10**9)
        for second in range(60):
            admission.acquire(rate, 10, now=second)
            admission.release(rate, 10, now=second)
        admission.acquire(1000, 10, now=60)
        return admission.retry_after(500, 10, now=60)

    assert hint(1000) == pytest.approx(0.5, rel=0.25)
    assert hint(200) == pytest.approx(2.5, rel=0.25)


def test_the_hint_is_bounded() -> None:
    admission = Admission(max_samples=1000, max_bytes=10**9)
    admission.acquire(1000, 10, now=0)
    assert admission.retry_after(1, 1, now=0) == 5.0  # nothing finished yet
    admission.release(1000, 10, now=0)
    admission.acquire(1000, 10, now=0)
    assert admission.retry_after(1, 1, now=0) == 0.05
    assert admission.retry_after(1, 1, now=1e6) == 5.0  # the rate has long decayed


def test_the_hint_counts_bytes_where_they_are_short() -> None:
    admission = Admission(max_samples=1000, max_bytes=1000)
    for second in range(60):
        admission.acquire(10, 1000, now=second)
        admission.release(10, 1000, now=second)
    admission.acquire(10, 1000, now=60)
    assert admission.retry_after(1, 1000, now=60) == pytest.approx(1.0, rel=0.25)
