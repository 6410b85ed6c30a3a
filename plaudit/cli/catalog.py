"""Which services there are to start: one line each, and the user's own from PLAUDIT_CATALOG.

A service has the name of the task that it takes. A file of the user's own looks like this:

    [services.math]              # puts another scorer in the place of ours
    module = "my_package.math"   # run as `python -m my_package.math`; installed, or on PYTHONPATH
    port = 50091                 # optional; 0 means any free port
    start_seconds = 600          # optional; time for loading and warm-up
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from plaudit.cli.console import CliError

#: The tasks of the contract: the names in the oneof of `Sample`.
TASKS = ("math", "code", "judge", "outcome", "process")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that can be started as a process."""

    name: str
    """Also the task of the samples that it takes."""
    module: str
    """Run as `python -m MODULE --listen ... --announce-fd N --config ...`."""
    extra: str = ""
    """The extra of the distribution that brings what it needs; empty where there is none."""
    needs: tuple[str, ...] = ()
    """Top-level modules of that extra, by which its absence is noticed early."""
    port: int = 0
    """The port that `plaudit up` prefers; 0 means any."""
    start_seconds: float = 120.0
    """Time for loading and warm-up."""

    def missing(self) -> list[str]:
        """The needed modules that are not installed."""
        return [name for name in self.needs if find_spec(name) is None]


_SERVICES = (
    Service("math", "services.math_checker", "math", ("pydantic_settings", "math_verify"), 50051),
)


def catalog() -> dict[str, Service]:
    """Every service by name. Raises CliError where PLAUDIT_CATALOG cannot be used."""
    services = {service.name: service for service in _SERVICES}
    if path := os.environ.get("PLAUDIT_CATALOG"):
        services.update({service.name: service for service in _read(Path(path))})
    return services


def select(names: Iterable[str] | None) -> list[Service]:
    """The named services, or all. Raises CliError for a name that is not in the catalog."""
    services = catalog()
    if names is None:
        return list(services.values())
    wanted = dict.fromkeys(names)
    if unknown := [name for name in wanted if name not in services]:
        raise CliError(f"no service {unknown[0]!r} (there are: {', '.join(services)})")
    return [services[name] for name in wanted]


def require_installed(service: Service) -> None:
    """Raises CliError where the extra of the service is not installed."""
    if missing := service.missing():
        raise CliError(
            f"{service.name} needs {', '.join(missing)} (pip install 'plaudit[{service.extra}]')"
        )


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises CliError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise CliError(f"cannot read {path}: {error.strerror} (check the path)") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CliError(f"{path} is not TOML: {error} (correct the file)") from error


def _read(path: Path) -> Iterable[Service]:
    types: dict[str, type | tuple[type, ...]]
    types = {"module": str, "port": int, "start_seconds": (int, float)}
    tables = read_toml(path).get("services")
    if not isinstance(tables, dict):
        raise CliError(f"{path} has no [services.NAME] table (PLAUDIT_CATALOG names it)")
    for name, entry in tables.items():
        if not isinstance(entry, dict) or "module" not in entry:
            raise CliError(f"{path}: services.{name} names no module (add module = ...)")
        for key, value in entry.items():
            if key not in types or not isinstance(value, types[key]):
                known = ", ".join(types)
                raise CliError(f"{path}: services.{name}.{key} is wrong (known: {known})")
        yield dataclasses.replace(Service(name, ""), **entry)
