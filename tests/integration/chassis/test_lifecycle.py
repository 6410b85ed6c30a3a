"""Start and end of a service: readiness, canaries, drain, signals, wrong settings."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc
from services.common import healthcheck
from tests.support.calls import TIMEOUT, health, outcomes, refusal, request, stub_of
from tests.support.launch import ROOT, SCRIPTED, Service, launched, started

LOCAL = ("--listen", "127.0.0.1:0")
NAME = "plaudit.v1.RewardService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def test_not_ready_before_warm_up_and_canaries_are_done() -> None:
    with started(SCRIPTED, *LOCAL, "--start-seconds", "1") as service:
        service.wait_listening()
        assert health(service.address, "") == "NOT_SERVING"
        assert health(service.address, NAME) == "NOT_SERVING"
        assert health(service.address, "liveness") == "SERVING"
        assert healthcheck.main([service.address]) == 1
        with stub_of(service.address) as stub:
            error = refusal(lambda: stub.ScoreBatch(request("value:1"), timeout=TIMEOUT))
            assert error.code() is grpc.StatusCode.UNAVAILABLE
            assert stub.GetInfo(pb.RewardServiceGetInfoRequest(), timeout=TIMEOUT).name
        service.wait_ready()
        assert health(service.address, NAME) == "SERVING"
        assert healthcheck.main([service.address, "--service", NAME]) == 0


@pytest.mark.parametrize("canary", ["value:0", "fail", "raise", "hang"])
def test_a_wrong_canary_keeps_the_service_from_becoming_ready(canary: str) -> None:
    options = ("--canary", canary, "--canary-seconds", "0.5")
    with started(SCRIPTED, *LOCAL, *options) as service:
        service.wait_listening()
        event = service.announced()
        assert event is not None
        assert event["event"] == "failed"
        assert "the script scores 1" in event["message"]
        assert service.announced() is None
        assert service.wait() == 1


def test_a_warm_up_that_fails_is_reported() -> None:
    with started(SCRIPTED, *LOCAL, "--start-fails") as service:
        service.wait_listening()
        assert service.announced() == {"event": "failed", "message": "RuntimeError: no weights"}
        assert service.wait() == 1


def test_sigterm_during_the_warm_up_ends_the_service() -> None:
    with started(SCRIPTED, *LOCAL, "--start-seconds", "60") as service:
        service.wait_listening()
        service.terminate()
        assert service.wait(10) == 0


def test_an_address_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [sys.executable, "-m", SCRIPTED, "--listen", address, "--log-level", "error"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    # gRPC's own library writes lines of its own about the address.
    assert run.stderr.splitlines()[-1].startswith(f"error: cannot listen on {address}")
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--max-batch-samples", "many"], "max_batch_samples"),
        (["--no-such-flag"], "--no-such-flag"),
        (["--listen", "0.0.0.0:0"], "insecure"),
        (["--tls-cert", "pyproject.toml"], "tls_key"),
        (["--config", "missing.toml"], "missing.toml"),
        (["--keys-file", "pyproject.toml"], "keys file"),
        (["--announce-fd", "99"], "announce_fd"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(options: list[str], words: str) -> None:
    command = [sys.executable, "-m", SCRIPTED, *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("error: ")
    assert words in line


def test_calls_under_way_and_during_the_notice_survive_sigterm() -> None:
    with launched(SCRIPTED, "--drain-notice-seconds", "1") as service:
        with stub_of(service.address) as stub:
            stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)  # the connection is up
            held = stub.ScoreBatch.future(request("sleep:2.5"), timeout=TIMEOUT)
            watch = watched(service)
            assert next(watch) == SERVING
            service.terminate()
            assert next(watch) == NOT_SERVING
            assert health(service.address, "liveness") == "SERVING"
            late = stub.ScoreBatch(request("value:0.5"), timeout=TIMEOUT)
            assert outcomes(late.results) == [0.5]
            assert outcomes(held.result().results) == [1.0]
        assert service.wait(10) == 0


def watched(service: Service) -> Iterator[int]:
    """The statuses of the service as a watcher sees them."""
    with grpc.insecure_channel(service.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for answer in stub.Watch(health_pb2.HealthCheckRequest(service=NAME), timeout=TIMEOUT):
            yield answer.status


def test_a_watch_neither_misses_the_drain_nor_holds_it_up() -> None:
    with launched(SCRIPTED, "--drain-notice-seconds", "0.2") as service:
        first, second, third = watched(service), watched(service), watched(service)
        assert [next(first), next(second), next(third)] == [SERVING] * 3
        first.close()  # one watcher that leaves must not deafen the others
        service.terminate()
        assert next(second) == NOT_SERVING
        assert next(third) == NOT_SERVING
        assert service.wait(10) == 0
        second.close()
        third.close()


ROUND_ROBIN = """{
  "loadBalancingConfig": [{"round_robin": {}}],
  "healthCheckConfig": {"serviceName": "plaudit.v1.RewardService"},
  "methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.05s",
    "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]
}"""


def test_a_drain_under_load_fails_no_call() -> None:
    """Two servers behind one channel; one of them leaves while eight threads call."""
    with launched(SCRIPTED, "--drain-notice-seconds", "1") as leaving, launched(SCRIPTED) as other:
        target = f"ipv4:{leaving.address},{other.address}"
        options = [("grpc.service_config", ROUND_ROBIN)]
        drained = threading.Event()
        counts: list[int] = []

        def client(stub: Any) -> None:
            count = 0
            while not drained.is_set():
                answer = stub.ScoreBatch(request("sleep:0.02", "value:0.5"), timeout=TIMEOUT)
                assert outcomes(answer.results) == [1.0, 0.5]
                count += 1
            counts.append(count)

        with grpc.insecure_channel(target, options) as channel:
            stub = reward_service_pb2_grpc.RewardServiceStub(channel)
            threads = [threading.Thread(target=client, args=(stub,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            stub.ScoreBatch(request("sleep:0.3"), timeout=TIMEOUT)
            leaving.terminate()
            status = leaving.wait(20)
            stub.ScoreBatch(request("sleep:0.3"), timeout=TIMEOUT)
            drained.set()
            for thread in threads:
                thread.join()
    assert status == 0
    assert len(counts) == 8  # a thread whose call failed counts nothing
    assert sum(counts) > 100


def test_a_second_signal_ends_at_once() -> None:
    with launched(SCRIPTED, "--drain-notice-seconds", "30") as service:
        watch = watched(service)
        assert next(watch) == SERVING
        service.terminate()
        assert next(watch) == NOT_SERVING
        os.kill(service.pid, signal.SIGINT)
        assert service.wait(5) == 1
        watch.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PR_SET_PDEATHSIG is Linux")
def test_a_service_ends_with_its_parent() -> None:
    script = (
        "import sys; from tests.support.launch import launched\n"
        f"with launched({SCRIPTED!r}, '--exit-with-parent', '--drain-notice-seconds', '0') as s:\n"
        "    print(s.pid, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        service = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        gone, _ = psutil.wait_procs([service], timeout=10)
    assert gone == [service]


def test_reflection_lists_the_services(service: Service) -> None:
    with grpc.insecure_channel(service.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        ask = reflection_pb2.ServerReflectionRequest(list_services="")
        (answer,) = stub.ServerReflectionInfo(iter([ask]), timeout=TIMEOUT)
    names = {entry.name for entry in answer.list_services_response.service}
    assert {NAME, "grpc.health.v1.Health"} <= names


def test_an_unknown_name_has_no_health(service: Service) -> None:
    error = refusal(lambda: health(service.address, "nobody"))
    assert error.code() is grpc.StatusCode.NOT_FOUND


def test_a_unix_socket_serves(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/plaudit.sock"
    with launched(SCRIPTED, "--listen", address) as service, stub_of(service.address) as stub:
        assert service.address == address
        answer = stub.ScoreBatch(request("value:1"), timeout=TIMEOUT)
    assert outcomes(answer.results) == [1.0]
