"""How every service process starts: settings first, then logs, then the scorer, then the server."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from plaudit.errors import ConfigError
from services.common.scorer import Scorer
from services.common.settings import ServiceSettings, load_settings

S = TypeVar("S", bound=ServiceSettings)

_PR_SET_PDEATHSIG = 1


def run_service(settings_class: type[S], build: Callable[[S], Scorer]) -> NoReturn:
    """Runs a service until it is told to end, then exits.

    `build` makes the scorer; it is called once the settings are known to be right, so heavy imports
    belong into it. Exit status: 0 drained, 1 failed to start or to serve, 2 wrong settings.
    """
    try:
        settings = load_settings(settings_class, sys.argv[1:])
        sys.exit(_run(settings, build))
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _run(settings: S, build: Callable[[S], Scorer]) -> int:
    if settings.exit_with_parent:
        _exit_with_parent()
    from services.common import logs
    from services.common.server import serve

    logs.configure(settings.log_level, settings.log_format)
    return asyncio.run(serve(settings, build))


def _exit_with_parent() -> None:
    """Asks Linux to send SIGTERM when the parent dies; elsewhere the service just outlives it."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the request was made
        sys.exit(0)
