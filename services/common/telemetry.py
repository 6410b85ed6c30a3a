"""Every metric of a service, declared in one place: prefix `plaudit_`, base units, bounded labels.

Nothing that a request can choose freely is ever a label.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import grpc
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from plaudit.errors import ConfigError
from plaudit.v1 import result_pb2
from services.common.admission import Admission
from services.common.interceptors import Context
from services.common.pool import PoolStats
from services.common.scorer import Graded, ScorerInfo
from services.common.settings import split_address

_BY_NUMBER: dict[object, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Telemetry:
    """The metrics of one service."""

    def __init__(self, admission: Admission) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)

        what = ("service", "version", "model", "weight_version")
        self._info = gauge("plaudit_service_info", "What the service is; always 1", what)
        self._ready = gauge("plaudit_ready", "Whether the service takes calls")
        inflight = "admitted and not finished"
        samples = gauge("plaudit_inflight_samples", f"Samples {inflight}")
        samples.set_function(lambda: admission.samples)
        size = gauge("plaudit_inflight_bytes", f"Bytes {inflight}")
        size.set_function(lambda: admission.bytes)

        timed = partial(histogram, buckets=_SECONDS)
        self._calls = timed("plaudit_call_seconds", "Duration of calls", ("method", "code"))
        self._queue = timed("plaudit_queue_seconds", "Time before work on a sample started")
        self._compute = timed("plaudit_compute_seconds", "Time of work on a sample")
        self._batches = histogram("plaudit_batch_samples", "Samples a call", buckets=_SIZES)
        self._values = histogram("plaudit_score_value", "Values of fresh scores", buckets=_SHARES)
        self._samples = counter("plaudit_samples_total", "Samples by outcome", ("outcome",))
        self._failures = counter("plaudit_failures_total", "Failures by reason", ("reason",))

    def watch_pool(self, stats: Callable[[], PoolStats]) -> None:
        """Adds the state of a worker pool, asked for when the page is read."""
        self.registry.register(_PoolCollector(stats))

    def watch_cache(self, errors: Callable[[], float]) -> None:
        """Adds the errors of the result cache, each of which cost a lookup and not a call."""
        counter = Gauge(
            "plaudit_cache_errors", "Errors of the result cache", registry=self.registry
        )
        counter.set_function(errors)

    def listen(self, address: str) -> str:
        """Serves the metrics page over HTTP; the address with the port that it got."""
        host, port = split_address(address)
        try:
            server, _ = start_http_server(port, host, registry=self.registry)
        except OSError as error:
            raise ConfigError(f"cannot serve metrics on {address}: {error.strerror}") from None
        return f"{address.rpartition(':')[0]}:{server.server_port}"

    def set_ready(self, info: ScorerInfo, ready: bool) -> None:
        """Records what the service is and whether it takes calls."""
        self._info.labels(info.name, info.version, info.model, info.weight_version).set(1)
        self._ready.set(ready)

    @asynccontextmanager
    async def layer(self, method: str, context: Context) -> AsyncIterator[None]:
        """Times each call by its method and status code."""
        start = time.perf_counter()
        code = grpc.StatusCode.CANCELLED
        try:
            yield
            code = grpc.StatusCode.OK
        except grpc.aio.AbortError:
            code = _status_code(context.code())
            raise
        finally:
            self._calls.labels(method, code.name).observe(time.perf_counter() - start)

    def record(self, results: Sequence[result_pb2.Result], answers: Sequence[object]) -> None:
        """Records a finished batch: its results, and the answers that they were written from."""
        self._batches.observe(len(results))
        outcomes: Tally[str] = Tally()
        for result, answer in zip(results, answers, strict=True):
            if not isinstance(answer, Graded):
                outcomes["cached"] += 1
                continue
            self._queue.observe(answer.queue_seconds)
            self._compute.observe(answer.compute_seconds)
            if result.HasField("score"):
                outcomes["score"] += 1
                self._values.observe(result.score.value)
            else:
                outcomes["failure"] += 1
                reason = result_pb2.Failure.Reason.Name(result.failure.reason)
                self._failures.labels(reason).inc()
        for outcome, count in outcomes.items():
            self._samples.labels(outcome).inc(count)


class _PoolCollector(Collector):
    """The workers of a scorer."""

    def __init__(self, stats: Callable[[], PoolStats]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """The metrics at this moment."""
        stats = self._stats()
        for name, text, value in (
            ("plaudit_workers_alive", "Worker processes", stats.alive),
            ("plaudit_workers_busy", "Worker processes that hold samples", stats.busy),
            ("plaudit_queued_samples", "Samples that wait for a worker", stats.queued),
        ):
            yield GaugeMetricFamily(name, text, value=value)
        for name, text, value in (
            ("plaudit_worker_restarts", "Workers replaced, for any reason", stats.restarts),
            ("plaudit_worker_kills", "Workers killed: over time or unwanted", stats.kills),
        ):
            yield CounterMetricFamily(name, text, value=value)


def _status_code(code: object) -> grpc.StatusCode:
    """grpc.aio tells the code of a context as a number or as an enum, by version."""
    if isinstance(code, grpc.StatusCode):
        return code
    return _BY_NUMBER.get(code, grpc.StatusCode.UNKNOWN)
