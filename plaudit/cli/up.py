"""`plaudit up`: the stack as local processes, watched until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from plaudit.cli import stack
from plaudit.cli.catalog import Service, require_installed, select
from plaudit.cli.console import CliError, say
from plaudit.cli.detach import Announce, run_detached
from plaudit.cli.launch import StartError
from plaudit.cli.settings import Plan, plan_for_stack, read_stack_config
from plaudit.cli.supervise import Supervised
from plaudit.state import Stack, StackService, remove_stack, write_stack

_KILLED = 130


def up(args: argparse.Namespace) -> int:
    """The command. 0 after an orderly end, 130 after a second Ctrl-C."""
    services = _startable(args.only)
    config = read_stack_config(args.config)
    with stack.owner_lock():  # a daemon could say it only in its log
        pass
    plans = [plan_for_stack(service, config.get(service.name, {})) for service in services]
    folder = stack.folder()
    if args.detach:
        log = _fresh(folder / "stack.log")
        run_detached(lambda announce: _run(plans, folder, announce), log)
        stack.show(stack.service_states(), sys.stdout)
        say(f"running in the background; logs in {folder}; plaudit down ends it")
        return 0
    return _run(plans, folder, _show)


def _startable(only: Sequence[str] | None) -> list[Service]:
    """The services asked for, which must be installed, or all that are installed."""
    services = select(only)
    if only is not None:
        for service in services:
            require_installed(service)
        return services
    installed = [service for service in services if not service.missing()]
    for service in services:
        if service not in installed:
            say(f"left out: {service.name} (pip install 'plaudit[{service.extra}]')")
    if not installed:
        raise CliError("no service is installed (pip install 'plaudit[math]')")
    return installed


def _show(failure: str | None) -> None:
    if failure is not None:
        raise CliError(failure)
    stack.show(stack.service_states(), sys.stdout)
    say("Ctrl-C ends it")


def _run(plans: Sequence[Plan], folder: Path, announce: Announce) -> int:
    """Starts, watches and ends the stack; holds its lock throughout."""
    try:
        with stack.owner_lock():
            return asyncio.run(_Stack(plans, folder).run(announce))
    except StartError as error:
        announce(str(error))
        return 2


class _Stack:
    """The services of one stack, from the start to the end."""

    def __init__(self, plans: Sequence[Plan], folder: Path) -> None:
        self._services = [Supervised(plan, folder, self._changed) for plan in plans]
        for service in self._services:
            _fresh(service.log)
        self._signals = 0

    async def run(self, announce: Announce) -> int:
        """Serves until a signal comes, then drains. Raises StartError."""
        loop = asyncio.get_running_loop()
        self._serving = loop.create_task(self._serve(announce))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled)
        try:
            await asyncio.wait([self._serving])
        finally:
            remove_stack()
            await asyncio.gather(*(service.stop() for service in self._services))
        if not self._serving.cancelled():
            self._serving.result()
        return _KILLED if self._signals > 1 else 0

    async def _serve(self, announce: Announce) -> None:
        say(f"starting {', '.join(service.name for service in self._services)} ...")
        try:
            async with asyncio.TaskGroup() as starts:
                for service in self._services:
                    starts.create_task(service.start())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        self._write()
        await asyncio.to_thread(announce, None)
        async with asyncio.TaskGroup() as watchers:
            for service in self._services:
                watchers.create_task(service.keep())

    def _changed(self, message: str) -> None:
        say(message)
        self._write()

    def _write(self) -> None:
        write_stack(
            Stack(
                pid=os.getpid(),
                services={
                    service.name: StackService(
                        running.address, running.pid, running.metrics_address, service.tls
                    )
                    for service in self._services
                    if (running := service.running)
                },
            )
        )

    def _signalled(self) -> None:
        self._signals += 1
        if self._signals == 1:
            say("draining; once more ends it at once")
            self._serving.cancel()
        else:
            for service in self._services:
                service.kill()


def _fresh(log: Path) -> Path:
    """Keeps the log of the last run as NAME.log.1."""
    if log.exists():
        os.replace(log, log.with_name(log.name + ".1"))
    return log
