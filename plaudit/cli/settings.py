"""Settings of services that `plaudit up --config stack.toml` passes on: one table a service.

    [math]
    listen = "127.0.0.1:50051"
    workers = 4

A service reads its own table as a TOML file; it, not we, knows which keys are right.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plaudit.cli.catalog import Service, catalog, read_toml
from plaudit.cli.console import CliError, say

_HOST = "127.0.0.1"
ANY_PORT = f"{_HOST}:0"


@dataclass(slots=True)
class Plan:
    """How one service is to be started."""

    service: Service
    listen: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def tls(self) -> bool:
        """Whether the service will ask for TLS."""
        return bool(_variable(self.service, "tls_cert") or self.settings.get("tls_cert"))

    def arguments(self, folder: Path) -> list[str]:
        """Command line arguments; the settings go to a file in `folder` that only we can read."""
        path = folder / f"{self.service.name}.toml"
        # The service must not outlive us, however we end.
        _write_private(path, to_toml({**self.settings, "exit_with_parent": True}))
        return ["--listen", self.listen, "--config", str(path)]


def read_stack_config(path: Path | None) -> dict[str, dict[str, Any]]:
    """The table of each service. Raises CliError for a file that cannot be right."""
    tables = read_toml(path) if path else {}
    services = catalog()
    for name, settings in tables.items():
        if name not in services:
            raise CliError(f"{path}: no service [{name}] (there are: {', '.join(services)})")
        if not isinstance(settings, dict) or not isinstance(settings.get("listen", ""), str):
            raise CliError(f"{path}: [{name}] is wrong (a table; listen = 'host:port')")
    return tables


def plan_for_stack(service: Service, settings: Mapping[str, Any]) -> Plan:
    """The configured address, else the preferred port, else, where that is taken, any port.

    As for a service started by hand, a variable wins over the file.
    """
    rest = {"metrics_listen": ANY_PORT, **settings}
    listen = rest.pop("listen", None)
    listen = _variable(service, "listen") or listen
    if listen is None:
        free = is_free(service.port)
        if not free:
            say(f"port {service.port} is taken; {service.name} gets another one")
        listen = f"{_HOST}:{service.port if free else 0}"
    return Plan(service, listen, rest)


def _variable(service: Service, setting: str) -> str | None:
    return os.environ.get(f"PLAUDIT_{service.name.upper()}_{setting.upper()}")


def is_free(port: int) -> bool:
    """Whether a service could listen on the port of 127.0.0.1 now. Port 0 always is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def to_toml(table: Mapping[str, Any]) -> str:
    """A table that came out of a TOML file, as TOML again."""
    return "".join(f"{_text(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # int, float (inf and nan alike), and dates in ISO 8601


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
