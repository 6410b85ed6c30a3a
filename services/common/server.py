"""The life of a service: listen, warm up, pass the canaries, serve, drain, end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from plaudit.channel import MAX_MESSAGE_BYTES
from plaudit.errors import ConfigError
from plaudit.v1 import reward_service_pb2, reward_service_pb2_grpc
from services.common.admission import Admission
from services.common.announce import Announcer
from services.common.auth import load_keys
from services.common.cache import open_cache
from services.common.canaries import run_canaries
from services.common.deadlines import DeadlinePolicy
from services.common.health import HealthServicer
from services.common.interceptors import Layer, Layers, auth_layer, deadline_layer, errors_layer
from services.common.reward_servicer import RewardServicer
from services.common.scorer import PoolOwner, Scorer
from services.common.scoring import BatchScorer
from services.common.settings import ServiceSettings
from services.common.telemetry import Telemetry
from services.common.tls import server_credentials
from services.common.tracing import tracing_layer

S = TypeVar("S", bound=ServiceSettings)

_log = logging.getLogger(__name__)
_SERVICE = str(reward_service_pb2.DESCRIPTOR.services_by_name["RewardService"].full_name)
_CONNECTION_AGE_SECONDS = 300
_MAX_PENDING_CALLS = 16_384


async def serve(settings: S, build: Callable[[S], Scorer]) -> int:
    """Runs a service until SIGTERM or SIGINT; a second one ends the process at once.

    Returns the exit status: 0 after a drain, 1 where the service could not start. Raises
    `ConfigError` where a setting turns out to be wrong.
    """
    stop = _stop_on_signals()
    announcer = Announcer(settings.announce_fd)
    try:
        service = Service(settings, build(settings))
        async with service.running():
            if await _finished_first(service.start(announcer), stop):
                await stop.wait()
                await service.drain()
    except ConfigError as error:
        announcer.failed(str(error))
        raise
    except Exception as error:  # the boundary of the process
        _log.exception("the service could not start")
        announcer.failed(f"{type(error).__name__}: {error}")
        return 1
    return 0


class Service:
    """One scorer behind one gRPC server."""

    def __init__(self, settings: ServiceSettings, scorer: Scorer) -> None:
        self._settings = settings
        self._scorer = scorer
        self._admission = Admission(settings.max_inflight_samples, settings.max_inflight_bytes)
        self._telemetry = Telemetry(self._admission) if settings.metrics_listen else None
        self._servicer = RewardServicer(scorer, self._admission, self._telemetry, settings)
        self._health = HealthServicer([_SERVICE])
        self._flush_traces: Callable[[], None] = lambda: None
        self._server = grpc.aio.server(
            interceptors=[Layers(self._layers())], options=_channel_options(settings)
        )
        reward_service_pb2_grpc.add_RewardServiceServicer_to_server(  # type: ignore[no-untyped-call]
            self._servicer, self._server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (_SERVICE, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name)
        reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), self._server)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Frees everything at the end, however the service ends."""
        settings = self._settings
        cache = self._cache = open_cache(settings.cache_url, max_bytes=settings.cache_bytes)
        try:
            yield
        finally:
            await self._server.stop(None)
            await self._scorer.close()
            if cache:
                await cache.close()
            self._flush_traces()

    async def start(self, announcer: Announcer) -> None:
        """Listens, warms the scorer up, and takes calls once the canaries came out right."""
        address = self._bind()
        await self._server.start()
        metrics = self._settings.metrics_listen
        metrics_address = self._telemetry.listen(metrics) if self._telemetry else None
        announcer.listening(address, metrics_address)
        _log.info("listening", extra={"address": address})
        await self._scorer.start()
        self._watch()
        scoring = BatchScorer(self._scorer, self._cache, self._settings.max_sample_bytes)
        await run_canaries(scoring, self._scorer.canaries(), self._settings.canary_seconds)
        self._servicer.open(scoring)
        # What is loaded by now stays: the collector need not go through it again and again.
        gc.collect()
        gc.freeze()
        self._set_ready(True)
        announcer.ready()
        _log.info("ready", extra={"service": self._scorer.info.name})

    async def drain(self) -> None:
        """Lets clients see that the service leaves, then lets the calls under way finish."""
        _log.info("draining")
        self._set_ready(False)
        await asyncio.sleep(self._settings.drain_notice_seconds)
        self._health.close()
        await self._server.stop(self._settings.drain_seconds)

    def _set_ready(self, ready: bool) -> None:
        self._health.set_ready(ready)
        if self._telemetry:
            self._telemetry.set_ready(self._scorer.info, ready)

    def _watch(self) -> None:
        if self._telemetry and isinstance(self._scorer, PoolOwner):
            self._telemetry.watch_pool(self._scorer.pool_stats)
        cache = self._cache
        if self._telemetry and cache:
            self._telemetry.watch_cache(lambda: cache.errors)

    def _layers(self) -> list[Layer]:
        settings = self._settings
        keys = load_keys(settings.keys_file) if settings.keys_file else None
        times = DeadlinePolicy(settings.default_deadline_seconds, settings.max_deadline_seconds)
        layers: list[Layer] = [self._telemetry.layer] if self._telemetry else []
        if settings.otlp_endpoint:
            layer, self._flush_traces = tracing_layer(
                settings.otlp_endpoint, self._scorer.info.name
            )
            layers.append(layer)
        return [*layers, errors_layer, auth_layer(keys), deadline_layer(times)]

    def _bind(self) -> str:
        """Takes the port; the address that it came to be."""
        wanted, credentials = self._settings.listen, server_credentials(self._settings)
        try:
            if credentials:
                port = self._server.add_secure_port(wanted, credentials)
            else:
                port = self._server.add_insecure_port(wanted)
        except RuntimeError:
            raise ConfigError(
                f"cannot listen on {wanted}: port in use, or not an address of this machine"
            ) from None
        return wanted if wanted.startswith("unix:") else f"{wanted.rpartition(':')[0]}:{port}"


def _channel_options(settings: ServiceSettings) -> list[tuple[str, int]]:
    # A call may last as long as its deadline; an aged connection must not cut it off.
    grace_seconds = settings.max_deadline_seconds + 30
    return [
        ("grpc.so_reuseport", 0),  # two services on one port would share its calls silently
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        # Above 1000 unread calls gRPC would cancel some by itself, with no reason and no hint. Only
        # admission refuses, and it has to see a call for that.
        ("grpc.server.max_pending_requests", _MAX_PENDING_CALLS),
        ("grpc.server.max_pending_requests_hard_limit", 2 * _MAX_PENDING_CALLS),
        # Clients look addresses up again only when a connection ends.
        ("grpc.max_connection_age_ms", _CONNECTION_AGE_SECONDS * 1000),
        ("grpc.max_connection_age_grace_ms", int(grace_seconds * 1000)),
        # Clients ping every 60 s, also between calls; more often than 30 s is cut off.
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
        ("grpc.keepalive_permit_without_calls", 1),
    ]


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)  # worker processes end with this one
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


async def _finished_first(work: Coroutine[object, object, None], stop: asyncio.Event) -> bool:
    """Whether the work was done before the stop; if not, it is cancelled. Raises what it raises."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return False
