"""The one place that opens gRPC channels: balancing, health, keepalive, retries, limits, TLS.

A target is "host:port", any name that gRPC knows ("dns:///name:port", "ipv4:a:1,b:2",
"unix:/path"), or "unix:path". A name with several addresses is balanced over all of them, leaving
out those whose health check says that they do not serve.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import grpc
import grpc.aio

from plaudit.errors import ConfigError
from plaudit.v1 import reward_service_pb2_grpc

#: Bytes of one message, either way. Services use the same number.
MAX_MESSAGE_BYTES = 32 << 20

REWARD_SERVICE = "plaudit.v1.RewardService"
POLICY_SERVICE = "plaudit.v1.PolicyService"

#: Every RPC of the contract, and whether it may be sent again without harm when it was lost.
REPEATABLE = {
    REWARD_SERVICE: {"ScoreBatch": True, "ScoreGroups": True, "GetInfo": True},
    POLICY_SERVICE: {
        "Generate": False,  # draws other samples
        "ScoreTokens": True,
        "BeginWeightUpdate": False,  # opens a second update
        "PutWeights": False,  # a stream that was read can't be sent again
        "CommitWeightUpdate": False,
        "AbortWeightUpdate": False,
        "Pause": True,
        "Resume": True,
        "GetInfo": True,
    },
}


@dataclass(frozen=True, slots=True)
class TLSConfig:
    """How a TLS channel proves who is who. Contents are PEM."""

    root_certificates: bytes | None = None
    """Certificates of the authorities to trust; None means those of the system."""
    certificate: bytes | None = None
    """Our own certificate chain, for mTLS."""
    private_key: bytes | None = None
    """The key of our certificate."""
    server_name: str | None = None
    """The name in the server's certificate, where it is not that of the target."""

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.private_key is None):
            raise ConfigError("mTLS needs both certificate and private_key")

    @classmethod
    def from_files(
        cls,
        *,
        root_certificates: str | PathLike[str] | None = None,
        certificate: str | PathLike[str] | None = None,
        private_key: str | PathLike[str] | None = None,
        server_name: str | None = None,
    ) -> TLSConfig:
        """Reads the PEM files. Raises ConfigError for one that can't be read."""
        files = (root_certificates, certificate, private_key)
        try:
            contents = [None if path is None else _read(path) for path in files]
        except OSError as error:
            raise ConfigError(f"{error.filename}: {error.strerror}") from error
        roots, chain, key = contents
        return cls(roots, chain, key, server_name)


def _read(path: str | PathLike[str]) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def open_channel(target: str, tls: TLSConfig | None = None) -> grpc.Channel:
    """A blocking channel. It connects when it is first used."""
    options = _options(target, tls)
    if tls is None:
        return grpc.insecure_channel(_name(target), options)
    return grpc.secure_channel(_name(target), _credentials(tls), options)


def open_aio_channel(target: str, tls: TLSConfig | None = None) -> grpc.aio.Channel:
    """An asyncio channel of the running loop. It connects when it is first used."""
    options = _options(target, tls)
    if tls is None:
        return grpc.aio.insecure_channel(_name(target), options)
    return grpc.aio.secure_channel(_name(target), _credentials(tls), options)


def new_stub(channel: grpc.Channel | grpc.aio.Channel) -> Any:
    """The RewardService of a channel; the generated code has no types."""
    return reward_service_pb2_grpc.RewardServiceStub(channel)  # type: ignore[no-untyped-call]


def service_config() -> dict[str, Any]:
    """Balancing, health checks and retries, in gRPC's own form."""
    repeatable = [
        {"service": service, "method": method}
        for service, methods in REPEATABLE.items()
        for method, yes in methods.items()
        if yes
    ]
    retry = {
        "maxAttempts": 4,
        "initialBackoff": "0.05s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": REWARD_SERVICE},
        "methodConfig": [{"name": repeatable, "retryPolicy": retry}],
        # A service that fails most calls is not loaded further by retries.
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.5},
    }


def _options(target: str, tls: TLSConfig | None) -> Sequence[tuple[str, Any]]:
    options: list[tuple[str, Any]] = [
        ("grpc.service_config", json.dumps(service_config())),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        # A restarted service is found again within seconds; the default is up to two minutes.
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 3_000),
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]
    if any(host in target for host in ("127.0.0.1:", "localhost:", "[::1]:")):
        options.append(("grpc.enable_http_proxy", 0))
    if tls is not None and tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return options


def _name(target: str) -> str:
    if "://" in target and target.partition("://")[0] in ("http", "https", "grpc", "grpcs"):
        raise ConfigError(f"target {target!a}: leave {target.partition('://')[0]}:// out")
    if target.startswith(("unix:", "unix-abstract:", "ipv4:", "ipv6:", "dns:", "xds:")):
        return target
    host, _, port = target.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError(f"target {target!a} is not of the form host:port")
    return f"dns:///{target}"


def _credentials(tls: TLSConfig) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(tls.root_certificates, tls.private_key, tls.certificate)
