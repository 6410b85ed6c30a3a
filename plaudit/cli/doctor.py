"""`plaudit doctor`: what this machine can do, each line with the remedy. Changes nothing."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from plaudit.cli.catalog import catalog
from plaudit.cli.checks import Check, Status, run
from plaudit.cli.console import paint, table
from plaudit.cli.isolation import isolation_checks
from plaudit.cli.settings import is_free
from plaudit.version import __version__

_COLOURS = {Status.OK: "green", Status.WARN: "yellow", Status.MISSING: "red"}
_ENGINES = ("torch", "transformers", "vllm", "sglang")


def doctor(args: argparse.Namespace) -> int:
    """The command. Always 0: what is missing here may not be needed."""
    checks = list(all_checks())
    if args.json:
        print(json.dumps([dataclasses.asdict(check) for check in checks], indent=1))
        return 0
    rows = [(check.status.value, check.name, check.detail) for check in checks]
    for line, check in zip(table(rows), checks, strict=True):
        status = check.status.value
        print(paint(status, _COLOURS[check.status], sys.stdout) + line.removeprefix(status))
        if check.remedy:
            print(" " * 9 + f"-> {check.remedy}")
    return 0


def all_checks() -> Iterator[Check]:
    """Every check, in the order of the report."""
    yield _python()
    yield _machine()
    yield _state_dir()
    yield from _services()
    yield from _engines()
    yield _accelerator()
    yield from isolation_checks()
    yield _program("redis", "redis-server", "for a cache or queue shared by several machines")
    yield _program("postgresql", "postgres", "for large job records; SQLite serves otherwise")
    yield _docker()


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("python", Status.OK, f"{found}, plaudit {__version__}")


def _machine() -> Check:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    detail = f"{cores} cores, {memory:.1f} GiB memory"
    if memory < 2:
        return Check("machine", Status.WARN, detail, "set fewer workers: PLAUDIT_MATH_WORKERS=1")
    return Check("machine", Status.OK, detail)


def _state_dir() -> Check:
    from plaudit.state import state_dir

    path = state_dir()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    if os.access(existing, os.W_OK):
        return Check("state folder", Status.OK, str(path))
    remedy = "set PLAUDIT_STATE_DIR to a folder of yours"
    return Check("state folder", Status.MISSING, f"{path} cannot be written", remedy)


def _services() -> Iterator[Check]:
    for service in catalog().values():
        name = f"service {service.name}"
        if missing := service.missing():
            remedy = f"pip install 'plaudit[{service.extra}]'"
            yield Check(name, Status.MISSING, f"no {', '.join(missing)}", remedy)
        elif service.port and not is_free(service.port):
            remedy = "plaudit up takes another port, or the one of [service] listen in its --config"
            yield Check(name, Status.WARN, f"installed; port {service.port} is taken", remedy)
        else:
            port = f", port {service.port} is free" if service.port else ""
            yield Check(name, Status.OK, f"installed{port}")


def _engines() -> Iterator[Check]:
    for name in _ENGINES:
        if found := version_of(name):
            yield Check(f"engine {name}", Status.OK, found)
        else:
            remedy = f"pip install {name}, for services with models"
            yield Check(f"engine {name}", Status.MISSING, "not installed", remedy)


def _accelerator() -> Check:
    query = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
    code, text = run(query)
    if code == 0 and text:
        return Check("accelerator", Status.OK, "; ".join(text.splitlines()))
    if Path("/dev/kfd").exists():
        return Check("accelerator", Status.OK, "an AMD GPU (/dev/kfd)")
    if Path("/dev/nvidiactl").exists():
        remedy = "install the tools of the NVIDIA driver"
        return Check("accelerator", Status.WARN, "an NVIDIA GPU; nvidia-smi does not work", remedy)
    return Check("accelerator", Status.MISSING, "none", "none is needed: small models run on CPUs")


def _program(name: str, program: str, purpose: str) -> Check:
    path = shutil.which(program)
    if path is None:
        return Check(name, Status.MISSING, "not installed", f"install it {purpose}")
    return Check(name, Status.OK, path)


def _docker() -> Check:
    path = shutil.which("docker")
    if path is None:
        return Check("docker", Status.MISSING, "not installed", "only docker compose needs it")
    code, text = run((path, "info", "--format", "{{.ServerVersion}}"))
    if code == 0:
        return Check("docker", Status.OK, f"server {text}")
    remedy = "start the daemon, or join the docker group"
    return Check("docker", Status.WARN, f"{path}; its daemon does not answer", remedy)


def version_of(distribution: str) -> str | None:
    """The installed version of a distribution, without importing it."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
