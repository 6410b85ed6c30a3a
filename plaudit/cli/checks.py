"""One line of the doctor's report, and a way to ask other programs."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_PATIENCE_SECONDS = 5.0


class Status(StrEnum):
    """What the doctor found."""

    OK = "OK"
    WARN = "WARN"
    """It is there, but does not work as it should."""
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


def run(command: Sequence[str]) -> tuple[int, str]:
    """Exit status and stripped output of a program; (-1, why) where it cannot run or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return -1, str(error)
    return done.returncode, (done.stdout or done.stderr).strip()
