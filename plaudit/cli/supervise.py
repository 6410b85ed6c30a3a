"""Keeps a service running: one that dies is started again at the same address, with backoff."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from plaudit.cli.launch import Running, StartError, launch
from plaudit.cli.settings import Plan

_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 30.0
_STABLE_SECONDS = 60.0
#: A service drains within this time after SIGTERM, or is killed.
DRAIN_SECONDS = 70.0


class Supervised:
    """One service that is kept running. `changed` is told what happened to it."""

    def __init__(self, plan: Plan, folder: Path, changed: Callable[[str], None]) -> None:
        self.name = plan.service.name
        self.tls = plan.tls
        self.log = folder / f"{self.name}.log"
        #: The latest process that became ready; it may have ended since.
        self.running: Running | None = None
        self._plan = plan
        self._folder = folder
        self._changed = changed

    async def start(self) -> Running:
        """Starts it once. Raises StartError."""
        service = self._plan.service
        arguments = self._plan.arguments(self._folder)
        try:
            self.running = await launch(service.module, arguments, self.log, service.start_seconds)
        except StartError as error:
            raise StartError(f"{self.name} did not start: {error}") from None
        # Clients know this address, so that is where it comes back.
        self._plan.listen = self.running.address
        return self.running

    async def keep(self) -> None:
        """Watches it and starts it again, until cancelled. `start` has succeeded before."""
        delay = _FIRST_DELAY_SECONDS
        while self.running:
            since = time.monotonic()
            await self.running.process.wait()
            if time.monotonic() - since > _STABLE_SECONDS:
                delay = _FIRST_DELAY_SECONDS
            self._changed(f"{self.name} ended by itself; starting it again in {delay:g} s")
            while self.running.ended:
                await asyncio.sleep(delay)
                delay = min(2 * delay, _LONGEST_DELAY_SECONDS)
                try:
                    await self.start()
                except StartError as error:
                    self._changed(f"{error}\nnext try in {delay:g} s")
            self._changed(f"{self.name} is ready again")

    async def stop(self, grace_seconds: float = DRAIN_SECONDS) -> None:
        """Drains and ends it. May be called whether it runs or not."""
        if self.running:
            await self.running.stop(grace_seconds)

    def kill(self) -> None:
        """Ends it at once."""
        if self.running:
            self.running.kill()
