"""Asks a service for its health: `python -m services.common.healthcheck HOST:PORT`.

For compose files and scripts; exit status 0 if it is SERVING, 1 if not, 2 for a wrong command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from plaudit.channel import TLSConfig
from plaudit.errors import ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the status and returns the exit status."""
    parser = argparse.ArgumentParser(prog="healthcheck", description="Is a service ready?")
    parser.add_argument("address", metavar="HOST:PORT")
    parser.add_argument("--service", default="", help="a service's name, or 'liveness'")
    parser.add_argument("--timeout", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="use TLS; the authority, PEM")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="for mutual TLS, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key, PEM")
    options = parser.parse_args(arguments)
    try:
        tls = _tls(options)
    except ConfigError as error:
        parser.error(str(error))
    status = check(options.address, options.service, options.timeout, tls)
    print(status)  # noqa: T201
    return 0 if status == "SERVING" else 1


def check(address: str, service: str, timeout: float, tls: TLSConfig | None = None) -> str:
    """The name of the health status, or of the gRPC status with which the question failed."""
    with _channel(address, tls) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=timeout)
        except grpc.RpcError as error:
            return str(error.code().name)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def _tls(options: argparse.Namespace) -> TLSConfig | None:
    if not (options.ca or options.cert or options.key):
        return None
    return TLSConfig.from_files(
        root_certificates=options.ca, certificate=options.cert, private_key=options.key
    )


def _channel(address: str, tls: TLSConfig | None) -> grpc.Channel:
    if tls is None:
        return grpc.insecure_channel(address)
    credentials = grpc.ssl_channel_credentials(
        tls.root_certificates, tls.private_key, tls.certificate
    )
    return grpc.secure_channel(address, credentials)


if __name__ == "__main__":
    sys.exit(main())
