"""The credentials with which a service listens: plain, TLS, or mutual TLS."""

from __future__ import annotations

from pathlib import Path

import grpc

from plaudit.errors import ConfigError
from services.common.settings import ServiceSettings


def server_credentials(settings: ServiceSettings) -> grpc.ServerCredentials | None:
    """TLS where a certificate is set, mutual TLS where a client authority is too; else None."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    pair = (_read(settings.tls_key), _read(settings.tls_cert))
    authority = _read(settings.tls_client_ca) if settings.tls_client_ca else None
    return grpc.ssl_server_credentials(
        [pair], root_certificates=authority, require_client_auth=authority is not None
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
