"""How every service process starts: settings first, then logs, then the scorer, then the server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from plaudit.errors import ConfigError
from services.common.parent import follow
from services.common.scorer import Scorer
from services.common.settings import ServiceSettings, load_settings

S = TypeVar("S", bound=ServiceSettings)


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
    if settings.exit_with_parent and not follow(os.getppid(), signal.SIGTERM):
        sys.exit(0)
    from services.common import logs
    from services.common.server import serve

    logs.configure(settings.log_level, settings.log_format)
    return asyncio.run(serve(settings, build))
