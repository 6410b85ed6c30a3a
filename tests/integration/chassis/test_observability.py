"""Metrics, logs and traces of a running service, and what errors tell the outside."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from queue import SimpleQueue
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as traces_grpc
from prometheus_client.parser import text_string_to_metric_families

from plaudit.errors import OverloadedError
from plaudit.v1 import reward_service_pb2 as pb
from plaudit.v1 import reward_service_pb2_grpc
from services.common.interceptors import Layers, errors_layer
from tests.support.calls import (
    TIMEOUT,
    details,
    refusal,
    request,
    stub_of,
    trailers,
)
from tests.support.launch import ROOT, SCRIPTED, Service, launched, started


def metrics(service: Service) -> dict[tuple[str, str], float]:
    """Values by the name of the series and the values of its labels, sorted by label."""
    with urllib.request.urlopen(f"http://{service.metrics_address}/metrics", timeout=5) as page:
        text = page.read().decode()
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_metrics_page_counts_what_happened() -> None:
    options = ("--metrics-listen", "127.0.0.1:0")
    with launched(SCRIPTED, *options) as service, stub_of(service.address) as stub:
        mixed = request("value:0.5", "value:1", "fail", "bad", cache_policy=pb.CACHE_POLICY_USE)
        stub.ScoreBatch(mixed, timeout=TIMEOUT)
        stub.ScoreBatch(mixed, timeout=TIMEOUT)
        refusal(lambda: stub.ScoreBatch(request(), timeout=TIMEOUT))
        seen = metrics(service)
    method = "/plaudit.v1.RewardService/ScoreBatch"
    assert seen["plaudit_ready", ""] == 1
    assert seen["plaudit_service_info", ",scripted,1,"] == 1
    assert seen["plaudit_samples_total", "score"] == 2
    assert seen["plaudit_samples_total", "cached"] == 2
    assert seen["plaudit_samples_total", "failure"] == 4
    assert seen["plaudit_failures_total", "ABSTAINED"] == 2
    assert seen["plaudit_failures_total", "INVALID_SAMPLE"] == 2
    assert seen["plaudit_call_seconds_count", f"OK,{method}"] == 2
    assert seen["plaudit_call_seconds_count", f"INVALID_ARGUMENT,{method}"] == 1
    assert seen["plaudit_batch_samples_sum", ""] == 8
    assert seen["plaudit_score_value_sum", ""] == 1.5
    assert seen["plaudit_inflight_samples", ""] == 0


def test_metrics_are_off_unless_asked_for() -> None:
    with launched(SCRIPTED) as service:
        assert service.metrics_address is None


def log_of(*responses: str, request_id: str = "", style: str = "json") -> list[str]:
    """What a service writes to its log while it answers one batch."""
    options = ("--listen", "127.0.0.1:0", "--drain-notice-seconds", "0", "--log-format", style)
    with started(SCRIPTED, *options, stderr=subprocess.PIPE) as service:
        service.wait_listening()
        service.wait_ready()
        with stub_of(service.address) as stub:
            stub.ScoreBatch(request(*responses, request_id=request_id), timeout=TIMEOUT)
        service.terminate()
        assert service.wait() == 0
        assert service.process.stderr is not None
        return service.process.stderr.read().decode("ascii").splitlines()


def test_the_log_is_json_and_names_the_request() -> None:
    hostile = 'forged"}\n{"level": "info"} \x1b[31m\u202e'
    records = [json.loads(line) for line in log_of("raise", request_id=hostile)]
    assert [record["message"] for record in records] == [
        "listening",
        "ready",
        "the scorer failed",
        "draining",
    ]
    failed = records[2]
    assert failed["level"] == "error"
    assert failed["request_id"] == hostile
    assert "RuntimeError" in failed["exception"]


def test_the_log_as_text_is_one_line_a_record() -> None:
    lines = log_of("raise", request_id="a\nb", style="text")
    assert len(lines) == 4
    assert r"a\nb" in lines[2]
    assert "\x1b" not in "".join(lines)


class Collector(traces_grpc.TraceServiceServicer):  # type: ignore[misc]
    """Receives spans as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.spans: SimpleQueue[Any] = SimpleQueue()

    def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.put(span)
        return traces.ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    collector = Collector()
    traces_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector, f"http://127.0.0.1:{port}"
    server.stop(None)


def test_spans_continue_the_trace_of_the_caller(collector: tuple[Collector, str]) -> None:
    receiver, endpoint = collector
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    metadata = (("traceparent", f"00-{trace}-{parent}-01"),)
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    with launched(SCRIPTED, "--drain-notice-seconds", "0", env=environment) as service:
        with stub_of(service.address) as stub:
            stub.ScoreBatch(request("value:1"), metadata=metadata, timeout=TIMEOUT)
        service.terminate()
        assert service.wait() == 0  # the drain flushes the spans
    span = receiver.spans.get(timeout=5)
    assert span.name == "plaudit.v1.RewardService/ScoreBatch"
    assert span.trace_id.hex() == trace
    assert span.parent_span_id.hex() == parent
    assert span.kind == span.SPAN_KIND_SERVER


def test_an_endpoint_without_the_packages_refuses_to_start() -> None:
    script = (
        "import runpy, sys; sys.modules['opentelemetry'] = None\n"
        "sys.argv = ['x', '--otlp-endpoint', 'http://127.0.0.1:1']\n"
        f"runpy.run_module({SCRIPTED!r}, run_name='__main__')\n"
    )
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert "pip install" in line


class Faulty(reward_service_pb2_grpc.RewardServiceServicer):
    """Raises: what no one foresaw, and what the error table knows."""

    async def ScoreBatch(self, request: Any, context: Any) -> Any:
        raise ValueError("password=hunter2")

    async def ScoreGroups(self, request: Any, context: Any) -> Any:
        raise OverloadedError("full" * 10_000, retry_after=0.25)


@pytest.fixture
async def faulty() -> AsyncIterator[Any]:
    server = grpc.aio.server(interceptors=[Layers([errors_layer])])
    reward_service_pb2_grpc.add_RewardServiceServicer_to_server(Faulty(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield reward_service_pb2_grpc.RewardServiceStub(channel)
    await server.stop(None)


async def test_an_unexpected_exception_leaks_nothing(
    faulty: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await faulty.ScoreBatch(request("x"), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert details(caught.value)[0] == "INTERNAL"
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in str(trailers(caught.value))
    assert "hunter2" in caplog.text  # it is in our own log instead


async def test_a_long_message_still_arrives_with_its_details(faulty: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await faulty.ScoreGroups(pb.ScoreGroupsRequest(), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details(caught.value) == ("OVERLOADED", 0.25)
    assert trailers(caught.value)["grpc-retry-pushback-ms"] == "250"
