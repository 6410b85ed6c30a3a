"""`plaudit status` and `plaudit down`: looking at the running stack, and ending it."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time

from plaudit.cli import stack
from plaudit.cli.console import CliError, say

_DRAIN_SECONDS = 80.0  # a little above what the stack itself gives its services
_KILL_SECONDS = 10.0


def status(args: argparse.Namespace) -> int:
    """The command. 0 where every service is serving, else 1."""
    states = stack.service_states()
    pid = stack.owner_pid()
    if args.json:
        services = {s.name: dataclasses.asdict(s) for s in states}
        print(json.dumps({"running": pid is not None, "pid": pid, "services": services}))
    elif states:
        stack.show(states, sys.stdout)
    else:
        print("the stack is not ready" if pid else "no stack is running (plaudit up starts one)")
    return 0 if states and all(state.health == "SERVING" for state in states) else 1


def down(args: argparse.Namespace) -> int:
    """The command. Returns once nothing runs; running it again does no harm."""
    pid = stack.owner_pid()
    if pid is None:
        say("no stack is running")
        return 0
    for patience in (_DRAIN_SECONDS, _KILL_SECONDS):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)  # the second one kills
        if _ended(pid, patience):
            say("the stack has ended")
            return 0
    raise CliError(f"the stack does not end (kill -9 {pid} does; its services end with it)")


def _ended(pid: int, patience_seconds: float) -> bool:
    end = time.monotonic() + patience_seconds
    while stack.owner_pid() == pid:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
