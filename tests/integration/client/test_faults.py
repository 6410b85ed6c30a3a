"""What goes wrong between a client and a real server, and what the caller sees of it."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from plaudit import AsyncRewardClient, RewardClient, Sample
from plaudit.errors import (
    AuthenticationError,
    InternalError,
    InvalidRequestError,
    OverloadedError,
    PlauditError,
    QuotaExceededError,
)
from plaudit.v1 import result_pb2, sample_pb2
from tests.support.faces import FACES, Face, samples
from tests.support.fake_reward_service import Script, failure, length, serving, start

ROOT = Path(__file__).parents[3]
both = pytest.mark.parametrize("face", FACES)


@both
def test_only_the_samples_that_failed_are_sent_again(face: Face) -> None:
    def answer(sample: sample_pb2.Sample, seen: int) -> result_pb2.Result:
        place = len(sample.response)
        if place == 3:
            return failure(sample, "INVALID_SAMPLE", retryable=False)
        if place % 5 == 0:
            return (
                failure(sample, "RESOURCE_LIMIT") if seen < 1 + (place == 10) else length(sample, 0)
            )
        return length(sample, seen)

    with serving(Script(answer=answer)) as service:
        results = face({"math": service.address}, "score", samples(20))
        assert results.values("none") == [None if n == 3 else float(n) for n in range(20)]
        sent = Counter(len(s.response) for r in service.servicer.requests for s in r.samples)
        assert sent == {n: 1 if n % 5 else 2 + (n == 10) for n in range(20)}


@both
@pytest.mark.parametrize("retries", [0, 2])
def test_a_sample_that_keeps_failing_is_given_up(face: Face, retries: int) -> None:
    script = Script(answer=lambda sample, _: failure(sample, "TIMEOUT", "slow"))
    with serving(script) as service:
        options = {"client": {"retries": retries}}
        results = face({"math": service.address}, "score", samples(2), **options)
        assert [(f.reason, f.message) for f in results.failures.values()] == [
            ("TIMEOUT", "slow")
        ] * 2
        assert len(service.servicer.requests) == retries + 1


@both
@pytest.mark.parametrize("error", [OverloadedError, QuotaExceededError])
def test_a_full_service_is_waited_for(face: Face, error: type[PlauditError]) -> None:
    script = Script(refuse=lambda n: error("full", retry_after=0.2) if n < 4 else None)
    with serving(script) as service:
        begin = time.monotonic()
        results = face({"math": service.address}, "score", samples(130))
        assert results.values() == [float(n) for n in range(130)]
        assert time.monotonic() - begin > 0.3


@both
def test_a_service_that_stays_full_is_a_failure_by_the_deadline(face: Face) -> None:
    script = Script(refuse=lambda n: OverloadedError("full", retry_after=0.1))
    with serving(script) as service:
        begin = time.monotonic()
        results = face({"math": service.address}, "score", samples(100), deadline=0.6)
        assert 0.5 < time.monotonic() - begin < 1.1
        assert {f.reason for f in results.failures.values()} == {"OVERLOADED"}
        assert len(results.failures) == 100


@both
def test_what_is_late_is_a_failure_and_what_was_done_is_kept(face: Face) -> None:
    hold = threading.Event()

    def answer(sample: sample_pb2.Sample, seen: int) -> result_pb2.Result:
        if len(sample.response) >= 5:
            hold.wait(30)
        return length(sample, seen)

    with serving(Script(answer=answer)) as service:
        begin = time.monotonic()
        options = {"client": {"batch_size": 5}, "deadline": 0.7}
        results = face({"math": service.address}, "score", samples(10), **options)
        assert time.monotonic() - begin < 1.2
        hold.set()
        assert results.values("none") == [0, 1, 2, 3, 4] + [None] * 5
        assert {f.reason for f in results.failures.values()} == {"TIMEOUT"}


@both
def test_a_restart_under_load_loses_nothing(face: Face) -> None:
    first = start(Script())
    address = first.address
    restarted = []

    def restart() -> None:
        for _ in range(3):
            first.servicer.entered.acquire()
        first.stop()
        gone.wait(0.5)  # nobody listens for a while
        restarted.append(start(Script(), address))

    gone = threading.Event()
    restarter = threading.Thread(target=restart)
    restarter.start()
    try:
        options = {"client": {"batch_size": 10}, "deadline": 30}
        results = face({"math": address}, "score", samples(3000), **options)
        assert results.values() == [float(n) for n in range(3000)]
    finally:
        restarter.join()
        restarted[0].stop()
    assert restarted[0].servicer.requests


@both
def test_nobody_there_is_a_failure_by_the_deadline(face: Face) -> None:
    with serving() as service:
        address = service.address
    begin = time.monotonic()
    results = face({"math": address}, "score", samples(3), deadline=0.8)
    assert time.monotonic() - begin < 1.3
    assert {f.reason for f in results.failures.values()} == {"BACKEND_UNAVAILABLE"}


@both
def test_one_service_that_is_gone_does_not_take_the_others_along(face: Face) -> None:
    with serving() as gone:
        pass
    batch = [*samples(3), Sample.judge(response="r", pointwise={})]
    with serving() as service:
        services = {"math": service.address, "judge": gone.address}
        results = face(services, "score", batch, deadline=1)
    assert results.values("none") == [0, 1, 2, None]


@both
@pytest.mark.parametrize("error", [AuthenticationError, InvalidRequestError])
def test_a_mistake_of_the_caller_is_raised(face: Face, error: type[PlauditError]) -> None:
    with serving(Script(refuse=lambda n: error("not so"))) as service:
        with pytest.raises(error, match="not so"):
            face({"math": service.address}, "score", samples(500))
        assert len(service.servicer.requests) <= 8


@both
def test_a_fault_of_the_service_is_tried_again(face: Face) -> None:
    script = Script(refuse=lambda n: InternalError("oops") if n == 0 else None)
    with serving(script) as service:
        assert face({"math": service.address}, "score", samples(2)).values() == [0, 1]


def test_the_rotation_leaves_out_who_is_not_ready() -> None:
    with serving() as one, serving() as two:
        targets = f"ipv4:{one.address},{two.address}"
        with RewardClient({"math": targets}, batch_size=1) as client:
            client.wait_ready(10)
            while not (one.servicer.requests and two.servicer.requests):
                client.score(samples(8))
            one.set_ready(False)
            # The server's word takes a moment to arrive.
            quiet = 0
            while quiet < 5:
                before = len(one.servicer.requests)
                client.score(samples(8))
                quiet = quiet + 1 if len(one.servicer.requests) == before else 0


async def test_cancelling_a_task_cancels_its_calls() -> None:
    with serving(Script(hold=threading.Event())) as service:
        async with AsyncRewardClient({"math": service.address}) as client:
            task = asyncio.create_task(client.score(samples(2), deadline=30))
            await asyncio.to_thread(service.servicer.entered.acquire)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(service.servicer.cancelled.wait, 10)


async def test_closing_a_client_during_a_call() -> None:
    with serving(Script(hold=threading.Event())) as service:
        client = AsyncRewardClient({"math": service.address})
        task = asyncio.create_task(client.score(samples(2), deadline=30))
        await asyncio.to_thread(service.servicer.entered.acquire)
        await client.close()
        with pytest.raises(InvalidRequestError, match="closed"):
            await task


def test_closing_a_client_in_another_thread() -> None:
    with serving(Script(hold=threading.Event())) as service:
        client = RewardClient({"math": service.address})

        def close() -> None:
            service.servicer.entered.acquire()
            client.close()

        closer = threading.Thread(target=close)
        closer.start()
        with pytest.raises(InvalidRequestError, match="closed"):
            client.score(samples(2), deadline=30)
        closer.join()


SCORE_FOR_EVER = """
import sys
from plaudit import RewardClient, Sample
with RewardClient({"math": sys.argv[1]}) as client:
    client.score([Sample.math(response="r", gold="1")], deadline=60)
"""


def test_an_interrupt_cancels_the_calls() -> None:
    with serving(Script(hold=threading.Event())) as service:
        command = [sys.executable, "-c", SCORE_FOR_EVER, service.address]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)
        assert service.servicer.entered.acquire(timeout=30)
        process.send_signal(signal.SIGINT)
        try:
            _, stderr = process.communicate(timeout=20)
        finally:
            process.kill()
        assert stderr.rstrip().endswith(b"KeyboardInterrupt")
        assert service.servicer.cancelled.wait(10)


FORK = """
import os, sys
from plaudit import RewardClient, Sample
samples = [Sample.math(response="x" * n, gold="1") for n in range(3)]
with RewardClient({"math": sys.argv[1]}) as client:
    assert client.score(samples).values() == [0, 1, 2]
    child = os.fork()
    values = client.score(samples, deadline=20).values("none")
    if not child:
        os._exit(0 if values == [0, 1, 2] else 1)
    assert values == [0, 1, 2]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client.score(samples).values() == [0, 1, 2]
"""


def test_parent_and_child_both_work_after_a_fork() -> None:
    with serving() as service:
        command = [sys.executable, "-c", FORK, service.address]
        done = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
        assert done.returncode == 0
