"""Clients that mean no good: floods, garbage, calls cancelled at random, numbers out of any range.

Whatever they do, other calls are answered, health answers quickly, and nothing stays held.
"""

import asyncio
import os
import random
import sys
import time
import urllib.request
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Callable, Iterator

import grpc
import pytest
from google.protobuf.internal.encoder import TagBytes, _VarintBytes

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc, sample_pb2
from tests.support.calls import TIMEOUT, outcomes, request, stub_of
from tests.support.command import eventually
from tests.support.launch import SCRIPTED, Service, launched

REWARD = "/plaudit.v1.RewardService/"
METHODS = (
    *(REWARD + name for name in ("ScoreBatch", "ScoreGroups", "GetInfo", "Nothing", "")),
    "/grpc.health.v1.Health/Check",
    "/no.such.Service/Call",
)
CLEAN = {"INVALID_ARGUMENT", "UNIMPLEMENTED", "NOT_FOUND"}
HEALTH_SECONDS = 0.25


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with launched(SCRIPTED, "--metrics-listen", "127.0.0.1:0", "--log-level", "error") as running:
        yield running


@pytest.fixture
def nothing_stays_held(service: Service) -> Iterator[None]:
    """After the test no sample is admitted any more, and no descriptor is left open."""
    before = descriptors(service)
    yield
    eventually(lambda: gauge(service, "plaudit_inflight_samples") == 0)
    assert gauge(service, "plaudit_inflight_bytes") == 0
    eventually(lambda: descriptors(service) <= before + 2)


def descriptors(service: Service) -> int:
    return len(os.listdir(f"/proc/{service.pid}/fd"))


def gauge(service: Service, name: str) -> float:
    with urllib.request.urlopen(f"http://{service.metrics_address}/metrics") as page:
        lines = page.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def unchanged(data: bytes) -> bytes:
    return data


@pytest.mark.usefixtures("nothing_stays_held")
def test_random_bytes_are_answered_cleanly(service: Service) -> None:
    generator = random.Random(20)
    with grpc.insecure_channel(service.address) as channel:
        for method in METHODS:
            call = channel.unary_unary(method, unchanged, unchanged)
            for size in (0, 1, 2, 7, 60, 5000) * 10:
                done = call.future(generator.randbytes(size), timeout=TIMEOUT)
                error = done.exception()
                assert error is None or error.code().name in CLEAN, (method, error)


@pytest.mark.parametrize("size", [20_000, 100_000])
def test_huge_metadata_is_refused_and_others_are_served(service: Service, size: int) -> None:
    with stub_of(service.address) as stub:
        call = stub.ScoreBatch.future(
            request("value:1"), timeout=TIMEOUT, metadata=[("x-huge", "a" * size)]
        )
        assert call.exception().code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert outcomes(stub.ScoreBatch(request("value:1"), timeout=TIMEOUT).results) == [1.0]


@pytest.mark.parametrize("priority", [-(2**31), -1, 4, 2**31 - 1])
def test_numbers_that_no_enum_has_change_nothing(service: Service, priority: int) -> None:
    with stub_of(service.address) as stub:
        odd = request("value:0.5", priority=priority, cache_policy=77)
        assert outcomes(stub.ScoreBatch(odd, timeout=TIMEOUT).results) == [0.5]


@pytest.mark.parametrize("depth", [20, 1000, 20_000])
def test_deeply_nested_metadata_is_taken_or_refused(service: Service, depth: int) -> None:
    good = request("value:1").samples[0].SerializeToString()
    metadata = sample_pb2.Sample.DESCRIPTOR.fields_by_name["metadata"].number
    sample = good + field(metadata, field(1, field(2, nested(depth))))
    with grpc.insecure_channel(service.address) as channel:
        score = channel.unary_unary(REWARD + "ScoreBatch", unchanged, unchanged)
        error = score.future(field(1, sample), timeout=TIMEOUT).exception()
    assert error is None if depth == 20 else error.code() is grpc.StatusCode.INVALID_ARGUMENT


def nested(depth: int) -> bytes:
    """The bytes of google.protobuf.Value: a struct in a struct in a struct ..."""
    value = b""
    for _ in range(depth):
        value = field(5, field(1, field(2, value)))
    return value


def field(number: int, content: bytes) -> bytes:
    """A field on the wire that holds bytes."""
    return TagBytes(number, 2) + _VarintBytes(len(content)) + content


@pytest.mark.usefixtures("nothing_stays_held")
def test_the_largest_batch(service: Service) -> None:
    batch = request(*["value:1" + " " * 8200] * 1024)
    with stub_of(service.address) as stub:
        answer = stub.ScoreBatch(batch, timeout=TIMEOUT)
    assert batch.ByteSize() > 8 << 20
    assert outcomes(answer.results) == [1.0] * 1024


def test_ids_are_given_back_as_they_came(service: Service) -> None:
    ids = ["", "same", "same", "\0", "a" * 100_000, "\n\x1b[31m"]
    task = sample_pb2.MathTask(gold=["1"])
    samples = [sample_pb2.Sample(id=name, response="value:1", math=task) for name in ids]
    with stub_of(service.address) as stub:
        answer = stub.ScoreBatch(pb.ScoreBatchRequest(samples=samples), timeout=TIMEOUT)
    assert [result.id for result in answer.results] == ids


@pytest.mark.parametrize("deadline", [0.001, 0.005, 1e6, 1e9])
def test_extreme_deadlines(service: Service, deadline: float) -> None:
    with stub_of(service.address) as stub:
        call = stub.ScoreBatch.future(request("value:1"), timeout=deadline)
        error = call.exception()
        assert error is None or error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert error is None or deadline < 1


@pytest.mark.usefixtures("nothing_stays_held")
async def test_a_flood_of_calls_is_answered_or_refused_by_us_and_health_answers(
    service: Service,
) -> None:
    """grpc itself would cancel what it cannot hold, without reason or hint."""
    codes, slowest = await flood(service, 4000, lambda _number: None)
    assert codes == {"OK": 4000}
    assert slowest < HEALTH_SECONDS


@pytest.mark.usefixtures("nothing_stays_held")
async def test_calls_cancelled_at_random_leave_nothing_behind(service: Service) -> None:
    generator = random.Random(21)
    codes, slowest = await flood(
        service, 2000, lambda number: generator.random() / 2 if number % 2 else None
    )
    assert codes["OK"] >= 1000
    assert set(codes) <= {"OK", "CANCELLED"}
    assert slowest < HEALTH_SECONDS


async def flood(
    service: Service, calls: int, cancel_after: Callable[[int], float | None]
) -> tuple[Counter[str], float]:
    """Codes of that many calls at once, and the slowest health check meanwhile."""
    codes: Counter[str] = Counter()
    async with grpc.aio.insecure_channel(service.address) as channel:
        stub = reward_service_pb2_grpc.RewardServiceStub(channel)

        async def one(number: int) -> None:
            call = stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
            seconds = cancel_after(number)
            if seconds is not None:
                asyncio.get_running_loop().call_later(seconds, call.cancel)
            codes[(await call.code()).name] += 1

        prober = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROBE, service.address), stdin=PIPE, stdout=PIPE
        )
        assert prober.stdout is not None
        await prober.stdout.readline()
        await asyncio.gather(*map(one, range(calls)))
        slowest, _ = await prober.communicate(b"\n")
    return codes, float(slowest)


# In a process of its own: the loop above is busy itself.
PROBE = """
import select, sys, time
import grpc
check = grpc.insecure_channel(sys.argv[1]).unary_unary("/grpc.health.v1.Health/Check")
check(b"", timeout=10)
print(flush=True)
slowest = 0.0
while not select.select([sys.stdin], [], [], 0.01)[0]:
    start = time.monotonic()
    check(b"", timeout=10)
    slowest = max(slowest, time.monotonic() - start)
print(slowest)
"""


@pytest.mark.usefixtures("nothing_stays_held")
def test_a_reader_that_stops_reading_holds_nobody_up(service: Service) -> None:
    """Replies that nobody takes are gRPC's to keep; the room of their calls is given back."""
    with grpc.insecure_channel(service.address) as channel:
        lazy = channel.unary_unary(
            REWARD + "ScoreBatch", pb.ScoreBatchRequest.SerializeToString, unchanged
        )
        held = [lazy.future(request(*["value:1"] * 1000), timeout=TIMEOUT) for _ in range(20)]
        start = time.monotonic()
        with stub_of(service.address) as stub:
            answer = stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
        assert outcomes(answer.results) == [1.0]
        assert time.monotonic() - start < TIMEOUT / 2
        for call in held:
            call.cancel()
