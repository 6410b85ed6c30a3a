"""Asks a service for its health, without the health package that only services install."""

from __future__ import annotations

import http.client

import grpc

_METHOD = "/grpc.health.v1.Health/Check"
# HealthCheckResponse{status = N} on the wire: field 1, varint.
_STATUS = {b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING"}
# Services of this machine are not behind the proxy of the environment.
_OPTIONS = (("grpc.enable_http_proxy", 0),)


def check(address: str, timeout_seconds: float = 2.0) -> str:
    """Health of the service at host:port: SERVING, NOT_SERVING, UNREACHABLE or UNKNOWN."""
    with grpc.insecure_channel(address, _OPTIONS) as channel:
        call = channel.unary_unary(_METHOD, _unchanged, _unchanged)
        try:
            # An empty HealthCheckRequest asks for the server as a whole.
            return _STATUS.get(call(b"", timeout=timeout_seconds), "UNKNOWN")
        except grpc.RpcError as error:
            code = error.code()
    unreachable = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    return "UNREACHABLE" if code in unreachable else "UNKNOWN"


def check_metrics(address: str, timeout_seconds: float = 2.0) -> str:
    """Health by the metrics page at host:port, as `check` tells it."""
    connection = http.client.HTTPConnection(address, timeout=timeout_seconds)
    try:
        connection.request("GET", "/metrics")
        page = connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return "UNREACHABLE"
    finally:
        connection.close()
    ready = [line.split()[-1] for line in page.splitlines() if line.startswith(b"plaudit_ready ")]
    return {b"1.0": "SERVING", b"0.0": "NOT_SERVING"}.get(b"".join(ready), "UNKNOWN")


def _unchanged(data: bytes) -> bytes:
    return data
