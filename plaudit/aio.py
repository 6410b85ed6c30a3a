"""The asyncio client: the same calls as the blocking one, on grpc.aio in the running loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from typing import Any, Self

import grpc
import grpc.aio

from plaudit.call import Call, Rpc
from plaudit.channel import new_stub, open_aio_channel
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
from plaudit.results import Results
from plaudit.types import Sample
from plaudit.v1 import reward_service_pb2

# Channels of a loop that ended or of the process that we were forked from: not ours to close.
_INHERITED: list[object] = []


class AsyncRewardClient(ClientCore):
    """Scores samples: `async with AsyncRewardClient({"math": target}) as rewards: ...`.

    A client belongs to one event loop at a time; in another loop, or after a fork, it opens
    channels of its own at its first call. Cancelling a task cancels its RPCs.
    """

    _owner: tuple[int, asyncio.AbstractEventLoop] | None

    async def score(
        self,
        samples: Iterable[Sample],
        *,
        deadline: float = DEADLINE_SECONDS,
        request_id: str = "",
        priority: Priority = Priority.NORMAL,
        cache: CachePolicy = CachePolicy.USE,
    ) -> Results:
        """As `RewardClient.score`."""
        scoring = Scoring(self, samples, deadline, labels_of(request_id, priority, cache))
        await self._drive(scoring.call)
        return scoring.results()

    async def score_groups(
        self,
        groups: Iterable[Iterable[Sample]],
        *,
        method: str,
        deadline: float = DEADLINE_SECONDS,
        request_id: str = "",
        priority: Priority = Priority.NORMAL,
        cache: CachePolicy = CachePolicy.USE,
    ) -> list[Results]:
        """As `RewardClient.score_groups`."""
        labels = labels_of(request_id, priority, cache)
        scoring = GroupScoring(self, groups, method, deadline, labels)
        await self._drive(scoring.call)
        return scoring.results()

    async def get_info(self, service: str, *, timeout: float = INFO_SECONDS) -> ServiceInfo:  # noqa: ASYNC109  # a limit of the RPC, as of the blocking client
        """As `RewardClient.get_info`."""
        return await self._info(service, timeout, wait_for_ready=False)

    async def wait_ready(self, timeout: float) -> None:  # noqa: ASYNC109
        """As `RewardClient.wait_ready`."""
        ends = time.monotonic() + timeout
        for service, target in self._services.items():
            left = max(ends - time.monotonic(), 0.0)
            asking = min(REASON_SECONDS, left / 2)
            try:
                await self._info(service, left - asking, wait_for_ready=True)
            except DeadlineExceededError:
                try:  # without waiting, gRPC tells what is wrong
                    await self._info(service, asking, wait_for_ready=False)
                except PlauditError as error:
                    raise not_ready(service, target, timeout, error) from error

    async def close(self) -> None:
        """Ends what is under way and closes the channels. May be called more than once."""
        self._closed = True
        self._own()
        channels = list(self._channels.values())
        self._channels.clear()
        for channel in channels:
            await channel.close(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _drive(self, call: Call) -> None:
        metadata = self._metadata()
        done: asyncio.Queue[Rpc] = asyncio.Queue()
        under_way: dict[Rpc, grpc.aio.UnaryUnaryCall[Any, Any]] = {}
        try:
            while (step := call.step(time.monotonic())) is not None:
                rpcs, wait = step
                for rpc in rpcs:
                    start = getattr(self._stub(rpc.service), rpc.method)
                    started = start(rpc.request, timeout=rpc.batch.timeout, metadata=metadata)
                    under_way[rpc] = started
                    started.add_done_callback(lambda _, rpc=rpc: done.put_nowait(rpc))
                try:
                    async with asyncio.timeout(wait):
                        rpc = await done.get()
                except TimeoutError:
                    continue
                self._check_open()
                await _report(call, rpc, under_way.pop(rpc))
        finally:  # an error, a cancelled task, or answers that came too late
            for started in under_way.values():
                started.cancel()

    async def _info(self, service: str, timeout: float, *, wait_for_ready: bool) -> ServiceInfo:  # noqa: ASYNC109
        request = reward_service_pb2.RewardServiceGetInfoRequest()
        try:
            response = await self._stub(service).GetInfo(
                request, timeout=timeout, metadata=self._metadata(), wait_for_ready=wait_for_ready
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        info = self._known[service] = ServiceInfo.from_proto(response)
        return info

    def _stub(self, service: str) -> Any:
        target = self._target(service)
        self._own()
        if service not in self._stubs:
            channel = self._channels[service] = open_aio_channel(target, self._tls)
            self._stubs[service] = new_stub(channel)
        return self._stubs[service]

    def _own(self) -> None:
        owner = os.getpid(), asyncio.get_running_loop()
        if self._owner != owner:
            if self._channels:
                _INHERITED.append((self._channels, self._stubs))
            self._forget_channels()
            self._owner = owner

    def _forget_channels(self) -> None:
        self._owner = None
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._stubs: dict[str, Any] = {}


async def _report(call: Call, rpc: Rpc, started: grpc.aio.UnaryUnaryCall[Any, Any]) -> None:
    try:
        response = await started
    except grpc.aio.AioRpcError as error:
        call.failed(rpc, from_rpc_error(error), time.monotonic())
    else:
        call.answered(rpc, response, time.monotonic())
