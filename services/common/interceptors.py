"""The layers around every call, outside in: telemetry, errors, authentication, deadline.

A layer is an async context manager around the behaviour of a method, so that it is written once for
unary and streaming methods alike.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from plaudit.errors import DeadlineExceededError, InvalidRequestError, PlauditError, to_status
from services.common import call_context
from services.common.auth import KeyRing
from services.common.deadlines import DeadlinePolicy

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
Layer: TypeAlias = Callable[[str, Context], AbstractAsyncContextManager[None]]
"""Called with the full name of the method ("/package.Service/Method") and the call's context."""

_log = logging.getLogger(__name__)
_HEALTH = "/grpc.health.v1.Health/"
_KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
_MAX_MESSAGE_CHARS = 1000  # metadata is limited to about 8 kB, and the message is there twice


class Layers(grpc.aio.ServerInterceptor):
    """Puts layers around every method, the first one outermost, and guards their decoding."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler of a method inside all layers; None, as it came, for an unknown method."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = str(handler_call_details.method)
        if method not in self._wrapped:
            self._wrapped[method] = self._wrap(handler, method)
        return self._wrapped[method]

    def _wrap(self, handler: Any, method: str) -> Any:
        kind = next(kind for kind in _KINDS if getattr(handler, kind))
        behaviour = _checked(getattr(handler, kind), handler.request_streaming)
        for layer in reversed(self._layers):
            behaviour = _inside(layer, method, behaviour)
        decode = handler.request_deserializer
        return handler._replace(**{kind: behaviour, "request_deserializer": _guarded(decode)})


@asynccontextmanager
async def errors_layer(method: str, context: Context) -> AsyncIterator[None]:
    """Turns exceptions into statuses by the one table; what it does not know leaks no text."""
    try:
        yield
    except grpc.aio.AbortError:
        raise
    except Exception as error:  # the boundary of a call
        if not isinstance(error, PlauditError):
            _log.exception("unexpected error", extra={"method": method})
        await _abort(context, error)


def auth_layer(keys: KeyRing | None) -> Layer:
    """Asks every call but health checks for a key, where the service has keys."""

    @asynccontextmanager
    async def layer(method: str, context: Context) -> AsyncIterator[None]:
        if keys is not None and not method.startswith(_HEALTH):
            metadata: Any = context.invocation_metadata() or ()
            call_context.api_key.set(keys.authenticate(metadata))
        yield

    return layer


def deadline_layer(policy: DeadlinePolicy) -> Layer:
    """Gives every call a deadline for its work; refuses one whose time is over already."""

    @asynccontextmanager
    async def layer(method: str, context: Context) -> AsyncIterator[None]:
        seconds = policy.work_seconds(context.time_remaining())
        if seconds <= 0:
            raise DeadlineExceededError("the deadline leaves no time for any work: allow more")
        call_context.deadline.set(time.monotonic() + seconds)
        yield

    return layer


class _Malformed:
    """Takes the place of a request that cannot be decoded."""


_MALFORMED = _Malformed()


def _guarded(decode: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """A decoder that marks malformed bytes; an exception there would be INTERNAL with its text."""

    def guarded(raw: bytes) -> object:
        try:
            return decode(raw)
        except DecodeError:
            return _MALFORMED

    return guarded


def _check(request: object) -> object:
    if request is _MALFORMED:
        raise InvalidRequestError(
            "the request is not a valid message of this method: malformed protobuf, nested too "
            "deeply, or text that is not UTF-8"
        )
    return request


def _checked(behaviour: Any, streaming: bool) -> Any:
    """The behaviour, refusing malformed requests inside the layers, where errors are mapped."""

    async def each(requests: AsyncIterator[object]) -> AsyncIterator[object]:
        async for request in requests:
            yield _check(request)

    check: Callable[[Any], Any] = each if streaming else _check
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[object]:
            async for response in behaviour(check(request), context):
                yield response

        return stream

    async def unary(request: Any, context: Context) -> object:
        return await behaviour(check(request), context)

    return unary


def _inside(layer: Layer, method: str, behaviour: Any) -> Any:
    """The behaviour inside one layer, of the same shape: a coroutine or an async generator."""
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[object]:
            async with layer(method, context):
                async for response in behaviour(request, context):
                    yield response

        return stream

    async def unary(request: Any, context: Context) -> object:
        async with layer(method, context):
            return await behaviour(request, context)

    return unary


async def _abort(context: Context, error: Exception) -> None:
    code, status = to_status(error)
    status.message = status.message[:_MAX_MESSAGE_CHARS]
    trailers = [("grpc-status-details-bin", status.SerializeToString())]
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        # gRPC clients obey this one by themselves; RetryInfo in the details is for people's code.
        trailers.append(("grpc-retry-pushback-ms", str(max(1, round(retry_after * 1000)))))
    name = call_context.request_id.get()
    if name and name.isascii() and name.isprintable():
        trailers.append(("x-request-id", name))
    await context.abort(code, status.message, tuple(trailers))
