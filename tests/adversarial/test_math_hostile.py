"""Hostile maths: each call ends in time, neighbours keep their answers, the service goes on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from plaudit import CachePolicy, FailureReason, RewardClient, Sample
from tests.support.command import eventually
from tests.support.launch import Service, launched

WORKERS = 2
DEADLINE = 8.0
# A worker may use this much beyond what it starts with.
WORKER_MEMORY = 1 << 30

HOSTILE = {
    "tower of exponents": (r"\boxed{9^{9^{9^{9^9}}}}", "9^{9^{9^9}}"),
    "tower of powers of two": (r"\boxed{2^{2^{2^{2^{2^{2^2}}}}}}", "65536"),
    "tower in the denominator": (r"\boxed{\frac{1}{10^{10^{10^{10}}}}}", "0"),
    "huge factorial": (r"\boxed{99999999999!}", "10^{99999999999}"),
    "iterated factorial": (r"\boxed{9!!!!!!!!!!!!!!!!}", "362880"),
    "huge binomial": (r"\boxed{\binom{10^{12}}{10^{11}}}", r"\binom{10^{12}}{10^{10}}"),
    "huge power of a sum": (r"\boxed{(x+y+z+w)^{400}}", "(w+z+y+x)^{401}"),
    "huge modular power": (r"\boxed{7^{7^{7^{7}}} \bmod 1000}", "344"),
    "deep sums": (r"\boxed{\sum_{i=1}^{10^{9}} \sum_{j=1}^{10^{9}} \frac{1}{i+j}}", "1"),
    "hard integral": (r"\boxed{\int_0^1 \frac{\sin(x^{x^x})}{\ln(1+x^{x})} dx}", "1"),
    "nested braces": ("\\boxed" + "{" * 100_000 + "1" + "}" * 100_000, "2"),
    "nested parentheses": ("\\boxed{" + "(" * 50_000 + "1" + ")" * 50_000 + "}", "2"),
    "nested fractions": ("\\boxed{" + r"\frac{1}{" * 10_000 + "2" + "}" * 10_000 + "}", "1"),
    "nested roots": ("\\boxed{" + r"\sqrt{" * 20_000 + "2" + "}" * 20_000 + "}", "2"),
    "unclosed boxes": ("\\boxed{" * 100_000, "1"),
    "alternating minus": ("\\boxed{" + "-+" * 40_000 + "1}", "2"),
    "long product": ("\\boxed{" + "(x+1)" * 3_000 + "}", "(x+1)^{3001}"),
    "long number": ("\\boxed{" + "7" * 200_000 + "}", "7"),
    "many commas": ("\\boxed{" + "1," * 100_000 + "1}", "1"),
    "dollar signs": ("$" * 300_000 + "1", "2"),
    "NULs": ("\\boxed{4\0002}" + "\0" * 1000, "42"),
    "lone surrogates": ("\\boxed{\ud800\udfff\udc00}" + "\ud800" * 1000, "42"),
    "five megabytes of text": ("the answer is " * 370_000, "42"),
    "five megabytes of digits": ("1 " * 2_600_000, "42"),
    "five megabytes of backslashes": ("\\" * 5_000_000, "42"),
    "left without right": (r"\boxed{" + r"\left(" * 5_000 + "1}", "2"),
    "a gold that explodes": (r"\boxed{1}", r"9^{9^{9^{9^9}}}"),
}
"""Response and gold answer. None of them is right, so none may score."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    options = ("--workers", str(WORKERS), "--item-seconds", "2")
    with launched("services.math_checker", *options) as running:
        yield running


def worker_memory(pid: int) -> int:
    children = psutil.Process(pid).children(recursive=True)
    return max(child.memory_info().rss for child in children)


def worker_count(pid: int) -> int:
    """Worker processes: the children of the template, which is the only child of the service."""
    (template,) = psutil.Process(pid).children()
    return len(template.children())


@contextmanager
def watched(service: Service) -> Iterator[list[bool]]:
    """Asks for the service's health all the time; the answers."""
    answers: list[bool] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.02):
            answers.append(serving(service.address))

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        yield answers
    finally:
        over.set()
        asker.join()


def serving(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answer_is_contained(service: Service, name: str) -> None:
    response, gold = HOSTILE[name]
    good = [Sample.math(response=f"so \\boxed{{{n}}}", gold=str(n)) for n in range(10)]
    wrong = [Sample.math(response=f"so \\boxed{{{n}}}", gold=str(n + 1)) for n in range(10)]
    batch = [*good, Sample.math(response=response, gold=gold), *wrong]
    with RewardClient({"math": service.address}, retries=0) as client:
        start = time.monotonic()
        results = client.score(batch, deadline=DEADLINE, cache=CachePolicy.BYPASS)
        seconds = time.monotonic() - start
    assert seconds < DEADLINE + 0.5
    assert [result.value for result in results[:10]] == [1.0] * 10
    assert [result.value for result in results[11:]] == [0.0] * 10
    hostile = results[10]
    assert not hostile.ok or hostile.value == 0.0
    # What is said of it can be shown to a person: no control character, no lone surrogate.
    said = hostile.explanation if hostile.ok else hostile.failure.message
    assert said.isprintable()
    said.encode()
    assert serving(service.address)
    assert worker_memory(service.pid) < WORKER_MEMORY + (512 << 20)


def test_all_of_them_at_once(service: Service) -> None:
    good = [
        Sample.math(response=f"\\boxed{{{n}/7}}", gold=f"\\frac{{{n}}}{{7}}") for n in range(40)
    ]
    hostile = [Sample.math(response=response, gold=gold) for response, gold in HOSTILE.values()]
    with RewardClient({"math": service.address}, retries=0) as client, watched(service) as health:
        start = time.monotonic()
        results = client.score(good + hostile + good, deadline=60, cache=CachePolicy.BYPASS)
        assert time.monotonic() - start < 60.5
    assert len(health) >= 3
    assert all(health)
    kept = [*results[: len(good)], *results[-len(good) :]]
    assert [result.value for result in kept] == [1.0] * len(kept)
    assert serving(service.address)
    eventually(lambda: worker_count(service.pid) == WORKERS)


def test_a_comparison_that_runs_out_of_time_is_no_score() -> None:
    """The limit is set so low that honest work exceeds it: the pool has to kill its worker."""
    slow = Sample.math(response="\\boxed{" * 600_000, gold="1")
    good = [Sample.math(response=f"\\boxed{{{n}}}", gold=str(n)) for n in range(20)]
    with (
        launched("services.math_checker", "--workers", "1", "--item-seconds", "0.05") as service,
        RewardClient({"math": service.address}, retries=0) as client,
    ):
        results = client.score([*good, slow, *good], deadline=20, cache=CachePolicy.BYPASS)
    failure = results[20].failure
    assert failure is not None
    assert (failure.reason, failure.retryable) == (FailureReason.TIMEOUT, False)
    assert [result.value for place, result in enumerate(results) if place != 20] == [1.0] * 40
