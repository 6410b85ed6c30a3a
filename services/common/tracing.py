"""OpenTelemetry traces, only where an endpoint is set: one server span a call.

The span continues the trace of the caller (`traceparent` in the metadata) and is current while the
call runs, so that whatever a scorer calls can continue it in turn.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from plaudit.errors import ConfigError
from services.common.interceptors import Context, Layer


def tracing_layer(endpoint: str, service: str) -> tuple[Layer, Callable[[], None]]:
    """The layer that makes the spans, and the function that flushes them at the end.

    Raises `ConfigError` where the packages for it are missing.
    """
    try:
        from opentelemetry import propagate, trace
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError(
            f"an OTLP endpoint is set but {error.name} is missing: "
            "pip install 'plaudit[service]', or unset OTEL_EXPORTER_OTLP_ENDPOINT"
        ) from None

    provider = TracerProvider(resource=Resource.create({"service.name": f"plaudit-{service}"}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=not endpoint.startswith("https://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("plaudit")

    @asynccontextmanager
    async def layer(method: str, context: Context) -> AsyncIterator[None]:
        carrier = dict(context.invocation_metadata() or ())
        with tracer.start_as_current_span(
            method.removeprefix("/"),
            context=propagate.extract(carrier),
            kind=trace.SpanKind.SERVER,
            attributes={"rpc.system": "grpc", "rpc.method": method.removeprefix("/")},
        ):
            yield

    return layer, provider.shutdown
