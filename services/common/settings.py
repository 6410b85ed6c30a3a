"""The settings that every service has, from flags, environment variables and a TOML file.

A service subclasses `ServiceSettings` with its own `env_prefix`. Every field is a flag
(`--max-batch-samples`), a variable (`PLAUDIT_MATH_MAX_BATCH_SAMPLES`) and a key of the file that
`--config` names (`max_batch_samples`); flags win over variables, variables over the file. This
module imports nothing heavy, so that a wrong setting is reported at once.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn, Self, TypeVar

from pydantic import Field, FilePath, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from plaudit.channel import MAX_MESSAGE_BYTES
from plaudit.errors import ConfigError

S = TypeVar("S", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """What the chassis needs. Sizes are in bytes, times in seconds."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    listen: str = "127.0.0.1:0"
    """Address and port of the service, or unix:PATH; port 0 takes a free one."""
    metrics_listen: str = ""
    """Address and port of the Prometheus page; empty is off."""
    insecure: bool = False
    """Listen on an address that other machines reach although neither TLS nor keys are set."""
    announce_fd: int | None = Field(default=None, ge=0)
    """Open file descriptor on which to report address and readiness as JSON lines."""
    exit_with_parent: bool = False
    """End when the process that started the service ends (Linux)."""

    max_batch_samples: int = Field(default=1024, ge=1)
    """Samples a call."""
    max_batch_bytes: int = Field(default=16 << 20, ge=1 << 10, le=MAX_MESSAGE_BYTES // 2)
    """Bytes of a call; well below gRPC's limit, which refuses with a status like overload."""
    max_sample_bytes: int = Field(default=8 << 20, ge=1 << 10)
    """Bytes of a sample."""
    max_inflight_samples: int = Field(default=16384, ge=1)
    """Samples admitted at once; above it calls are refused as overloaded."""
    max_inflight_bytes: int = Field(default=256 << 20, ge=1 << 10)
    """Bytes admitted at once; above it calls are refused as overloaded."""

    default_deadline_seconds: float = Field(default=60.0, gt=0)
    """Deadline of a call that comes without one."""
    max_deadline_seconds: float = Field(default=600.0, gt=0, le=86_400)
    """Longest deadline; longer ones are cut to it."""
    canary_seconds: float = Field(default=60.0, gt=0)
    """Time in which the canaries must come out right."""
    drain_notice_seconds: float = Field(default=2.0, ge=0)
    """Time between SIGTERM and the last new call, in which clients see that the service leaves."""
    drain_seconds: float = Field(default=60.0, ge=0)
    """Time that calls under way then have to finish."""

    tls_cert: FilePath | None = None
    """Certificate chain of the service, PEM; with tls_key it turns TLS on."""
    tls_key: FilePath | None = None
    """Private key of the certificate, PEM."""
    tls_client_ca: FilePath | None = None
    """Authority that must have signed the clients' certificates, PEM; turns mutual TLS on."""
    keys_file: FilePath | None = None
    """Bearer keys and their quotas, TOML; see services/common/auth.py."""

    cache_url: str = "memory://"
    """Result cache: none://, memory://, sqlite:///PATH or redis://HOST."""
    cache_bytes: int = Field(default=64 << 20, ge=0)
    """Size of the cache in memory."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe log record to write."""
    log_format: Literal["json", "text"] = "json"
    """JSON lines, or text for a person."""
    otlp_endpoint: str = Field(
        default_factory=lambda: os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    )
    """Where to send traces (OTLP over gRPC); also OTEL_EXPORTER_OTLP_ENDPOINT. Empty is off."""

    @field_validator("listen", "metrics_listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith("unix:"):
            split_address(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together: give both or neither")
        if self.tls_client_ca and not self.tls_cert:
            raise ValueError("tls_client_ca needs tls_cert and tls_key")
        if self.max_batch_samples > self.max_inflight_samples:
            raise ValueError("max_batch_samples may not exceed max_inflight_samples")
        if self.max_batch_bytes > self.max_inflight_bytes:
            raise ValueError("max_batch_bytes may not exceed max_inflight_bytes")
        if self.default_deadline_seconds > self.max_deadline_seconds:
            raise ValueError("default_deadline_seconds may not exceed max_deadline_seconds")
        # A service that anyone may call is a choice to be made by name, never by oversight.
        protected = self.tls_cert or self.keys_file or self.insecure
        if not protected and not is_local(self.listen):
            raise ValueError(
                f"listen = {self.listen} is reachable from other machines without TLS or keys: "
                "set tls_cert and tls_key, or keys_file, or insecure = true"
            )
        return self


def load_settings(cls: type[S], arguments: Sequence[str]) -> S:
    """The settings of a service from its command line, the environment and the file.

    Raises `ConfigError`, in one line, where one of them is wrong.
    """
    flags = vars(_parser(cls).parse_args(arguments))
    prefix = cls.model_config["env_prefix"]
    path = flags.pop("config", None) or os.environ.get(f"{prefix}CONFIG")
    stored = _read_toml(Path(path)) if path else {}
    # Initial values would win over the environment, so the file gives only what that leaves open.
    stored = {key: value for key, value in stored.items() if prefix + key.upper() not in os.environ}
    try:
        return cls(**{**stored, **flags})
    except ValidationError as error:
        raise ConfigError("; ".join(_explain(detail) for detail in error.errors())) from None


def split_address(address: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[ipv6]:port"; raises ValueError."""
    host, colon, port = address.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    known = colon and host and port.isascii() and port.isdigit() and int(port) < 1 << 16
    if not known or (":" in host and not bracketed):
        raise ValueError(f"{address!r} is no address: write HOST:PORT, [IPV6]:PORT or unix:PATH")
    return host, int(port)


def is_local(address: str) -> bool:
    """Whether only this machine can reach a listening address."""
    if address.startswith("unix:"):
        return True
    host, _ = split_address(address)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}; --help lists every flag")


def _parser(cls: type[ServiceSettings]) -> argparse.ArgumentParser:
    prefix = cls.model_config["env_prefix"]
    parser = _Parser(
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        epilog=f"Each flag is also a variable {prefix}<NAME> and a key of the TOML file.",
    )
    parser.add_argument("--config", metavar="FILE", help="TOML file with settings")
    for name, field in cls.model_fields.items():
        flag = "--" + name.replace("_", "-")
        text = (field.description or "").replace("%", "%%")
        if field.annotation is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)
        else:
            parser.add_argument(flag, metavar=name.rsplit("_", 1)[-1].upper(), help=text)
    return parser


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the settings file {path}: {error}") from None


def _explain(detail: ErrorDetails) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        return f"there is no setting {where!r}; --help lists them"
    return f"{where} = {detail['input']!r}: {message}" if where else message
