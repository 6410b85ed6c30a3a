"""The blocking client. It owns no thread and no event loop, so it works in notebooks as well."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterable
from typing import Any, Self

import grpc

from plaudit.call import Call, Rpc
from plaudit.channel import new_stub, open_channel
from plaudit.core import (
    DEADLINE_SECONDS,
    INFO_SECONDS,
    REASON_SECONDS,
    ClientCore,
    GroupScoring,
    Scoring,
    labels_of,
    not_ready,
)
from plaudit.enums import CachePolicy, Priority
from plaudit.errors import (
    DeadlineExceededError,
    PlauditError,
    from_rpc_error,
)
from plaudit.info import ServiceInfo
from plaudit.interrupts import interrupts_held
from plaudit.results import Results
from plaudit.types import Sample
from plaudit.v1 import reward_service_pb2

# Channels of the process that we were forked from. They must not be closed here, nor collected.
_INHERITED: list[object] = []


class RewardClient(ClientCore):
    """Scores samples: `with RewardClient({"math": "127.0.0.1:50051"}) as rewards: ...`.

    Threads may share a client. After a fork, the child opens channels of its own at its first
    call; calls under way in the parent stay with the parent.
    """

    def score(
        self,
        samples: Iterable[Sample],
        *,
        deadline: float = DEADLINE_SECONDS,
        request_id: str = "",
        priority: Priority = Priority.NORMAL,
        cache: CachePolicy = CachePolicy.USE,
    ) -> Results:
        """One result a sample, in order, after `deadline` seconds at the latest.

        A sample that could not be scored has a failure in its place. Raises InvalidRequestError,
        AuthenticationError and the like for mistakes of the caller, never for a lost sample.
        """
        scoring = Scoring(self, samples, deadline, labels_of(request_id, priority, cache))
        self._drive(scoring.call)
        return scoring.results()

    def score_groups(
        self,
        groups: Iterable[Iterable[Sample]],
        *,
        method: str,
        deadline: float = DEADLINE_SECONDS,
        request_id: str = "",
        priority: Priority = Priority.NORMAL,
        cache: CachePolicy = CachePolicy.USE,
    ) -> list[Results]:
        """Scores samples against their siblings, by one of `get_info`'s `group_methods`.

        The results of each group, otherwise as `score`. UnsupportedError if the service has none.
        """
        labels = labels_of(request_id, priority, cache)
        scoring = GroupScoring(self, groups, method, deadline, labels)
        self._drive(scoring.call)
        return scoring.results()

    def get_info(self, service: str, *, timeout: float = INFO_SECONDS) -> ServiceInfo:
        """What a service tells about itself, asked anew. Raises PlauditError."""
        return self._info(service, timeout, wait_for_ready=False)

    def wait_ready(self, timeout: float) -> None:
        """Returns once every service is ready; UnavailableError after `timeout` seconds."""
        ends = time.monotonic() + timeout
        for service, target in self._services.items():
            left = max(ends - time.monotonic(), 0.0)
            asking = min(REASON_SECONDS, left / 2)
            try:
                self._info(service, left - asking, wait_for_ready=True)
            except DeadlineExceededError:
                try:  # without waiting, gRPC tells what is wrong
                    self._info(service, asking, wait_for_ready=False)
                except PlauditError as error:
                    raise not_ready(service, target, timeout, error) from error

    def close(self) -> None:
        """Ends what is under way and closes the channels. May be called more than once."""
        self._closed = True
        with self._guard():
            channels = list(self._channels.values())
            self._channels.clear()
        for channel in channels:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drive(self, call: Call) -> None:
        metadata = self._metadata()
        done: queue.SimpleQueue[tuple[Rpc, grpc.Future[Any]]] = queue.SimpleQueue()
        under_way: dict[Rpc, grpc.Future[Any]] = {}
        try:
            while (step := call.step(time.monotonic())) is not None:
                rpcs, wait = step
                for rpc in rpcs:
                    start = getattr(self._stub(rpc.service), rpc.method).future
                    with interrupts_held():
                        future = start(rpc.request, timeout=rpc.batch.timeout, metadata=metadata)
                        under_way[rpc] = future
                    future.add_done_callback(lambda future, rpc=rpc: done.put((rpc, future)))
                try:
                    rpc, future = done.get(timeout=wait)
                except queue.Empty:
                    continue
                self._check_open()
                del under_way[rpc]
                _report(call, rpc, future)
        finally:  # an error, a KeyboardInterrupt, or answers that came too late
            for future in under_way.values():
                future.cancel()

    def _info(self, service: str, timeout: float, *, wait_for_ready: bool) -> ServiceInfo:
        request = reward_service_pb2.RewardServiceGetInfoRequest()
        try:
            response = self._stub(service).GetInfo(
                request, timeout=timeout, metadata=self._metadata(), wait_for_ready=wait_for_ready
            )
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        info = self._known[service] = ServiceInfo.from_proto(response)
        return info

    def _stub(self, service: str) -> Any:
        target = self._target(service)
        with self._guard():
            if service not in self._stubs:
                channel = self._channels[service] = open_channel(target, self._tls)
                self._stubs[service] = new_stub(channel)
            return self._stubs[service]

    def _guard(self) -> threading.Lock:
        if self._pid != os.getpid():
            _INHERITED.append((self._channels, self._stubs))
            self._forget_channels()
        return self._lock

    def _forget_channels(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}
        self._stubs: dict[str, Any] = {}


def _report(call: Call, rpc: Rpc, future: grpc.Future[Any]) -> None:
    try:
        response = future.result()
    except grpc.RpcError as error:
        call.failed(rpc, from_rpc_error(error), time.monotonic())
    else:
        call.answered(rpc, response, time.monotonic())
