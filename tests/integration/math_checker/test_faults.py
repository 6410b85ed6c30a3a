"""Faults under load: a drained server fails no call, and dead workers lose and change no result."""

import os
import signal
import threading
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from plaudit import CachePolicy, RewardClient, Sample
from tests.support.launch import Service, launched

N = 64


@pytest.fixture
def service() -> Iterator[Service]:
    with launched("services.math_checker", "--workers", "2") as running:
        yield running


def batch(offset: int) -> tuple[list[Sample], list[float]]:
    """Half right and half wrong, some through the symbolic engine."""
    samples, expected = [], []
    for n in range(offset, offset + N):
        right = n % 2 == 0
        if n % 8 < 2:
            response, gold = f"\\boxed{{(x+{n})^2}}", f"x^2+{2 * n}x+{n * n + (not right)}"
        else:
            response, gold = f"it is \\boxed{{{n}}}", str(n if right else n + 1)
        samples.append(Sample.math(response=response, gold=gold))
        expected.append(float(right))
    return samples, expected


def workers(service: Service) -> list[psutil.Process]:
    return psutil.Process(service.pid).children(recursive=True)


def test_killed_workers_lose_and_change_nothing(service: Service) -> None:
    done = threading.Event()

    def kill_all() -> None:
        for _ in range(20):
            if done.wait(0.15):
                return
            for worker in workers(service):
                try:
                    worker.kill()
                except psutil.NoSuchProcess:
                    continue

    killer = threading.Thread(target=kill_all)
    with RewardClient({"math": service.address}, retries=10) as client:
        killer.start()
        for offset in range(0, 100 * N, N):
            samples, expected = batch(offset)
            results = client.score(samples, deadline=60, cache=CachePolicy.BYPASS)
            assert results.values(on_failure="raise") == expected
        done.set()
        killer.join()
    zombies = [p for p in workers(service) if p.status() == psutil.STATUS_ZOMBIE]
    assert zombies == []


def test_a_drained_server_fails_no_call(service: Service) -> None:
    """SIGTERM under load; a second server takes over on the client's second address."""
    with launched("services.math_checker", "--workers", "1") as second:
        targets = f"ipv4:{service.address},{second.address}"
        scored = 0
        with RewardClient({"math": targets}) as client:
            client.wait_ready(30)
            for offset in range(0, 60 * N, N):
                if offset == 20 * N:
                    os.kill(service.pid, signal.SIGTERM)
                samples, expected = batch(offset)
                results = client.score(samples, deadline=30, cache=CachePolicy.BYPASS)
                assert results.values(on_failure="raise") == expected
                scored += len(results)
        assert scored == 60 * N
        assert service.wait(20) == 0


def test_the_metrics_tell_of_the_workers() -> None:
    options = ("--workers", "2", "--metrics-listen", "127.0.0.1:0")
    with launched("services.math_checker", *options) as running:
        with RewardClient({"math": running.address}) as client:
            client.score(batch(0)[0])
        with urllib.request.urlopen(f"http://{running.metrics_address}/metrics", timeout=5) as page:
            lines = page.read().decode().splitlines()
    assert "plaudit_workers_alive 2.0" in lines
    assert "plaudit_worker_kills_total 0.0" in lines
    assert "plaudit_queued_samples 0.0" in lines
    assert "plaudit_cache_errors 0.0" in lines
