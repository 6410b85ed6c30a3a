"""Processes that are killed and stopped at random under load: no lost and no wrong result."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import psutil
import pytest

from plaudit import CachePolicy, RewardClient, Sample
from tests.support.command import eventually
from tests.support.launch import SCRIPTED, Service, launched

SECONDS = 15.0
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)


@pytest.mark.slow
def test_workers_killed_and_stopped_at_random() -> None:
    with launched("services.math_checker", "--workers", "2", "--log-level", "error") as service:
        before = footprint(service)
        ends = time.monotonic() + SECONDS
        chaos = threading.Thread(target=torment, args=(service.pid, ends, random.Random(7)))
        chaos.start()
        generator, wrong, failures = random.Random(8), 0, Counter[str]()
        with RewardClient({"math": service.address}) as client:
            while time.monotonic() < ends:
                pairs = [(gold := generator.randrange(10**6), gold + n % 2) for n in range(512)]
                batch = [Sample.math(response=f"\\boxed{{{a}}}", gold=str(g)) for g, a in pairs]
                results = client.score(batch, deadline=30, cache=CachePolicy.BYPASS)
                for (gold, answer), result in zip(pairs, results, strict=True):
                    if result.failure:
                        failures[result.failure.reason] += 1
                    else:
                        wrong += result.value != float(gold == answer)
        chaos.join()
        assert wrong == 0
        # A worker that stands still on an item for the whole of its time looks like a slow item.
        assert set(failures) <= {"TIMEOUT"}
        assert failures.total() <= 10
        eventually(lambda: footprint(service) == before)
        family = psutil.Process(service.pid).children(recursive=True)
        assert not [one for one in family if one.status() == psutil.STATUS_ZOMBIE]


def torment(pid: int, ends: float, generator: random.Random) -> None:
    """Now and then a signal to a worker, and sometimes the end of the template of all."""
    service = psutil.Process(pid)
    while time.monotonic() < ends:
        time.sleep(generator.random() * 0.6)
        with suppress(psutil.Error, IndexError, ProcessLookupError):
            template = service.children()[0]
            if generator.random() < 0.1:
                template.kill()
            else:
                worker = generator.choice(template.children())
                os.kill(worker.pid, generator.choice(SIGNALS))


def footprint(service: Service) -> tuple[int, int]:
    """Open descriptors, and boards in shared memory."""
    with open(f"/proc/{service.pid}/maps") as maps:
        boards = sum("pool-board" in line for line in maps)
    return len(os.listdir(f"/proc/{service.pid}/fd")), boards


def test_a_service_killed_and_started_again_loses_and_doubles_nothing() -> None:
    """At the same address, under load, with the client's own retries; then a drain."""
    quick = ("--log-level", "error", "--drain-notice-seconds", "0.3")
    calls, wrong, stop = Counter[str](), [], threading.Event()
    with launched(SCRIPTED, *quick) as first:
        address = first.address
        client = RewardClient({"math": address}, batch_size=16)

        def load(name: str) -> None:
            while not stop.is_set():
                batch = [
                    Sample.math(response=f"value:{n % 10 / 10}", gold="1", id=f"{name}-{n}")
                    for n in range(100)
                ]
                results = client.score(batch, deadline=30, cache=CachePolicy.BYPASS)
                for n, result in enumerate(results):
                    if not result.ok or (result.id, result.value) != (f"{name}-{n}", n % 10 / 10):
                        wrong.append(result)
                calls[name] += 1

        def go_on() -> None:
            seen = calls.total()
            eventually(lambda: calls.total() > seen + 20)

        threads = [threading.Thread(target=load, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        eventually(lambda: min(calls.get(name, 0) for name in "abcd") > 2)
        first.process.kill()
        first.wait()
    with launched(SCRIPTED, *quick, "--listen", address) as second:
        go_on()
        second.terminate()
        assert second.wait() == 0
        with launched(SCRIPTED, *quick, "--listen", address):
            go_on()
            stop.set()
            for thread in threads:
                thread.join()
    client.close()
    assert wrong == []
