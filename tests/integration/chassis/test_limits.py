"""What a service refuses, what it bounds, and that health answers meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import grpc
import pytest

from plaudit.v1 import reward_service_pb2 as pb
from tests.support.calls import (
    TIMEOUT,
    details,
    health,
    outcomes,
    refusal,
    request,
    stub_of,
    trailers,
)
from tests.support.launch import SCRIPTED, Service, launched

RAW = "/plaudit.v1.RewardService/ScoreBatch"


def raw_call(address: str, body: bytes) -> grpc.RpcError:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(RAW)
        return refusal(lambda: call(body, timeout=TIMEOUT))


@pytest.mark.parametrize(
    "body",
    [b"\xff\xff\xff", b"\x0a\x7f", b"\x0a\x04\x1a\x02\xff\xfe", b"\x0b" * 5000],
    ids=["garbage", "truncated", "not UTF-8", "nested groups"],
)
def test_malformed_bytes_are_an_invalid_request(service: Service, body: bytes) -> None:
    error = raw_call(service.address, body)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert details(error)[0] == "INVALID_REQUEST"
    assert "malformed" in error.details()
    assert "Traceback" not in error.details()


def test_an_unknown_method_is_unimplemented(service: Service) -> None:
    with grpc.insecure_channel(service.address) as channel:
        call = channel.unary_unary("/plaudit.v1.RewardService/Nothing")
        error = refusal(lambda: call(b"", timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def test_an_empty_batch_is_refused(service: Service) -> None:
    with stub_of(service.address) as stub:
        error = refusal(lambda: stub.ScoreBatch(request(), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "at least one" in error.details()


def test_a_long_request_id_is_refused(service: Service) -> None:
    with stub_of(service.address) as stub:
        message = request("value:1", request_id="x" * 10_000)
        error = refusal(lambda: stub.ScoreBatch(message, timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_batches_over_the_limits_are_refused_and_info_tells_the_limits() -> None:
    options = (
        "--max-batch-samples",
        "4",
        "--max-batch-bytes",
        "8192",
        "--max-sample-bytes",
        "4096",
    )
    with launched(SCRIPTED, *options) as service, stub_of(service.address) as stub:
        limits = stub.GetInfo(pb.RewardServiceGetInfoRequest(), timeout=TIMEOUT).limits
        assert (limits.max_batch_samples, limits.max_batch_bytes) == (4, 8192)
        full = stub.ScoreBatch(request(*["value:1"] * 4), timeout=TIMEOUT)
        assert outcomes(full.results) == [1.0] * 4
        many = refusal(lambda: stub.ScoreBatch(request(*["value:1"] * 5), timeout=TIMEOUT))
        assert many.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "at most 4" in many.details()
        large = refusal(lambda: stub.ScoreBatch(request("x" * 9000), timeout=TIMEOUT))
        assert large.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "at most 8192" in large.details()
        mixed = stub.ScoreBatch(request("value:1", "x" * 5000), timeout=TIMEOUT)
        assert outcomes(mixed.results) == [1.0, "INVALID_SAMPLE"]
        assert "4096" in mixed.results[1].failure.message


def test_a_batch_above_the_default_message_size_of_grpc_passes(service: Service) -> None:
    with stub_of(service.address) as stub:
        answer = stub.ScoreBatch(request("value:1", "x" * (6 << 20)), timeout=TIMEOUT)
    assert outcomes(answer.results) == ["INTERNAL", "INTERNAL"]  # "xxx" is no command: it raises


def test_over_the_room_calls_are_refused_with_a_hint_while_health_answers() -> None:
    options = ("--max-batch-samples", "8", "--max-inflight-samples", "8")
    with launched(SCRIPTED, *options) as service, stub_of(service.address) as stub:
        held = stub.ScoreBatch.future(request(*["sleep:1"] * 8), timeout=TIMEOUT)
        error = first_refusal(stub)
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        reason, retry_after = details(error)
        assert reason == "OVERLOADED"
        assert retry_after is not None
        assert 0.01 < retry_after <= 5
        pushback = int(trailers(error)["grpc-retry-pushback-ms"])
        assert pushback == pytest.approx(retry_after * 1000, abs=1)
        assert health(service.address) == "SERVING"
        assert stub.GetInfo(pb.RewardServiceGetInfoRequest(), timeout=TIMEOUT).name == "scripted"
        assert outcomes(held.result().results) == [1.0] * 8
        freed = stub.ScoreBatch(request(*["value:1"] * 8), timeout=TIMEOUT)
        assert outcomes(freed.results) == [1.0] * 8


def first_refusal(stub: Any) -> grpc.RpcError:
    """The first call that is refused; those before it came ahead of the one that holds the room."""
    end = time.monotonic() + 0.9
    while time.monotonic() < end:
        try:
            stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
        except grpc.RpcError as error:
            return error
    raise AssertionError("no call was refused")


def answered_within(seconds: float, stub: Any) -> bool:
    """Whether a batch that needs all the room is answered in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        call = stub.ScoreBatch.future(request(*["value:1"] * 8), timeout=TIMEOUT)
        if call.exception() is None:
            return True
    return False


def test_a_cancelled_call_gives_its_room_back() -> None:
    options = ("--max-batch-samples", "8", "--max-inflight-samples", "8")
    with launched(SCRIPTED, *options) as service, stub_of(service.address) as stub:
        held = stub.ScoreBatch.future(request(*["sleep:60"] * 8), timeout=TIMEOUT)
        first_refusal(stub)
        held.cancel()
        assert answered_within(5, stub), "the room was not given back"


def test_what_is_done_by_the_deadline_keeps_its_score(service: Service) -> None:
    with stub_of(service.address) as stub:
        start = time.monotonic()
        answer = stub.ScoreBatch(request("value:0.5", "sleep:60", "value:1"), timeout=1.0)
        seconds = time.monotonic() - start
    assert outcomes(answer.results) == [0.5, "TIMEOUT", 1.0]
    assert answer.results[1].failure.retryable
    assert seconds < 1.0


def test_a_scorer_that_ignores_its_deadline_is_cut_off(service: Service) -> None:
    with stub_of(service.address) as stub:
        answer = stub.ScoreBatch(request("hang", "value:1"), timeout=1.0)
    assert outcomes(answer.results) == ["TIMEOUT", "TIMEOUT"]


def test_a_call_without_a_deadline_gets_the_default_and_a_long_one_is_cut() -> None:
    options = ("--default-deadline-seconds", "0.5", "--max-deadline-seconds", "1")
    with launched(SCRIPTED, *options) as service, stub_of(service.address) as stub:
        for timeout, least, most in ((None, 0.4, 0.95), (60.0, 0.8, 2.0)):
            start = time.monotonic()
            answer = stub.ScoreBatch(request("sleep:30"), timeout=timeout)
            assert outcomes(answer.results) == ["TIMEOUT"]
            assert least <= time.monotonic() - start < most


def test_many_clients_at_once_lose_nothing(service: Service) -> None:
    values = [n / 10 for n in range(11)]
    batch = request(*[f"value:{value}" for value in values])

    def client(_: int) -> None:
        with stub_of(service.address) as stub:
            for _ in range(20):
                answer = stub.ScoreBatch(batch, timeout=TIMEOUT)
                assert outcomes(answer.results) == values

    with ThreadPoolExecutor(8) as threads:
        done = wait([threads.submit(client, n) for n in range(8)])
    for future in done.done:
        future.result()
