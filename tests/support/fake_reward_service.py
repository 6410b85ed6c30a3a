"""A small real RewardService, in this process, whose answers a test scripts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from plaudit.channel import REWARD_SERVICE
from plaudit.errors import PlauditError, to_status
from plaudit.v1 import result_pb2, reward_service_pb2, reward_service_pb2_grpc, sample_pb2

Answer = Callable[[sample_pb2.Sample, int], result_pb2.Result]


def score(sample: sample_pb2.Sample, value: float) -> result_pb2.Result:
    scored = result_pb2.Score(value=value, kind="BINARY", components={"answer_found": 1.0})
    return result_pb2.Result(id=sample.id, score=scored)


def failure(
    sample: sample_pb2.Sample, reason: str, message: str = "", retryable: bool = True
) -> result_pb2.Result:
    why = result_pb2.Failure(reason=reason, message=message, retryable=retryable)  # type: ignore[arg-type]
    return result_pb2.Result(id=sample.id, failure=why)


def length(sample: sample_pb2.Sample, seen: int) -> result_pb2.Result:
    """The default answer: the number of characters of the response."""
    return score(sample, float(len(sample.response)))


@dataclass
class Script:
    """What the service does. `answer(sample, how often it was seen before)`."""

    answer: Answer = length
    refuse: Callable[[int], PlauditError | None] = lambda call: None
    """The error of the n-th ScoreBatch, from 0, if any."""
    hold: threading.Event | None = None
    """Calls wait for it, or for their cancellation."""
    limits: dict[str, int] = field(default_factory=lambda: {"max_batch_samples": 64})
    group_methods: tuple[str, ...] = ()


class FakeRewardService(reward_service_pb2_grpc.RewardServiceServicer):
    """Records what it is asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Any] = []
        self.metadata: list[dict[str, str | bytes]] = []
        self.infos = 0
        self.seen: Counter[str] = Counter()
        self.cancelled = threading.Event()
        self.entered = threading.Semaphore(0)
        self._lock = threading.Lock()

    def GetInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.infos += 1
        limits = reward_service_pb2.ServiceLimits(**self.script.limits)
        return reward_service_pb2.RewardServiceGetInfoResponse(
            name="math", version="1", score_kind="BINARY", min_value=0, limits=limits,
            group_methods=self.script.group_methods,
        )  # fmt: skip

    def ScoreBatch(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._enter(request, context)
        results = [self._answer(sample) for sample in request.samples]
        return reward_service_pb2.ScoreBatchResponse(results=results)

    def ScoreGroups(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._enter(request, context)
        groups = [
            reward_service_pb2.GroupResult(
                id=group.id, results=[self._answer(sample) for sample in group.samples]
            )
            for group in request.groups
        ]
        return reward_service_pb2.ScoreGroupsResponse(results=groups)

    def _enter(self, request: Any, context: grpc.ServicerContext) -> None:
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            self.metadata.append(dict(context.invocation_metadata()))
        self.entered.release()
        if (error := self.script.refuse(number)) is not None:
            context.abort_with_status(rpc_status.to_status(to_status(error)[1]))
        if self.script.hold is not None:
            context.add_callback(self.script.hold.set)
            self.script.hold.wait(30)
            if not context.is_active():
                self.cancelled.set()

    def _answer(self, sample: sample_pb2.Sample) -> result_pb2.Result:
        with self._lock:
            seen = self.seen[sample.response]
            self.seen[sample.response] += 1
        return self.script.answer(sample, seen)


@dataclass
class Running:
    """A service that runs at an address."""

    servicer: FakeRewardService
    address: str
    server: grpc.Server
    health: health.HealthServicer

    def set_ready(self, ready: bool) -> None:
        """What its health check says from now on."""
        status = health_pb2.HealthCheckResponse
        self.health.set(REWARD_SERVICE, status.SERVING if ready else status.NOT_SERVING)

    def stop(self) -> None:
        """Ends it at once: calls under way are lost."""
        self.health.enter_graceful_shutdown()
        self.server.stop(0).wait(10)


def start(script: Script, address: str = "127.0.0.1:0", **credentials: Any) -> Running:
    """Starts a service; port 0 means any free one. Tries for a while if the port is still taken."""
    servicer = FakeRewardService(script)
    options = (("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 32 << 20))
    deadline = time.monotonic() + 10
    while True:
        server = grpc.server(futures.ThreadPoolExecutor(16), options=options)
        reward_service_pb2_grpc.add_RewardServiceServicer_to_server(servicer, server)  # type: ignore[no-untyped-call]
        try:
            if tls := credentials.get("tls"):
                port = server.add_secure_port(address, tls)
            else:
                port = server.add_insecure_port(address)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            continue
        checks = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(checks, server)
        server.start()
        named = address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{port}"
        running = Running(servicer, named, server, checks)
        running.set_ready(True)
        return running


@contextmanager
def serving(
    script: Script | None = None, address: str = "127.0.0.1:0", **credentials: Any
) -> Iterator[Running]:
    """A service that runs within the block."""
    running = start(script or Script(), address, **credentials)
    try:
        yield running
    finally:
        running.stop()
