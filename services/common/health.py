"""The standard health service, with readiness apart from liveness.

`""` and the service's own name tell readiness; `liveness` is SERVING as long as the event loop
runs. grpcio's own servicer does not fit: when one watcher leaves it forgets the others, so they
miss that the service drains, and a watch never ends, so it holds up a drained server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from grpc_health.v1 import health_pb2, health_pb2_grpc

from plaudit.errors import NotFoundError

LIVENESS = "liveness"
_Response = health_pb2.HealthCheckResponse


class HealthServicer(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    """Readiness of the named services, switched by `set_ready`; liveness always."""

    def __init__(self, services: Sequence[str]) -> None:
        self._readiness = {"", *services}
        self._ready = False
        self._closing = False
        self._changed = asyncio.Event()

    def set_ready(self, ready: bool) -> None:
        """Tells every watcher whether the service takes calls."""
        self._ready = ready
        self._wake()

    def close(self) -> None:
        """Ends every watch, so that none holds up the end of the server."""
        self._closing = True
        self._wake()

    async def Check(
        self, request: health_pb2.HealthCheckRequest, context: object
    ) -> health_pb2.HealthCheckResponse:
        """The status now; NOT_FOUND for a name that is not ours."""
        status = self._status(request.service)
        if status == _Response.SERVICE_UNKNOWN:
            raise NotFoundError("there is no service of this name here")
        return _Response(status=status)

    async def Watch(
        self, request: health_pb2.HealthCheckRequest, context: object
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        """The status now and at each change."""
        sent = None
        while True:
            changed = self._changed
            status = self._status(request.service)
            if status != sent:
                yield _Response(status=status)
                sent = status
            if self._closing:
                return
            await changed.wait()

    def _status(self, service: str) -> int:
        if service == LIVENESS or (service in self._readiness and self._ready):
            return int(_Response.SERVING)
        known = service in self._readiness
        return int(_Response.NOT_SERVING if known else _Response.SERVICE_UNKNOWN)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
