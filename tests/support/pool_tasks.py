"""What the workers run in the tests of the pool: one function for each way to behave."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Colour(StrEnum):
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Painted:
    colour: Colour
    parts: tuple[int, ...]


class Tricky:
    """Not plain data: the pool must not build it."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("true",)


def double(item: tuple[int]) -> tuple[int]:
    return (item[0] * 2,)


def perform(item: tuple[object, ...]) -> object:
    """Does what the first part of the item names, with the other parts."""
    name, *arguments = item
    return _ACTS[str(name)](*arguments)


def _hang(_: int = 0) -> None:
    while True:
        pass


def _hang_in_c(size: int) -> int:
    return len(str(3**size))


def _sleep(seconds: float, value: object = None) -> object:
    time.sleep(seconds)
    return value


def _spin(seconds: float, value: object) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return value


def _devour() -> int:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _keep(size: int, kept: list[bytearray] = []) -> int:  # noqa: B006
    kept.append(bytearray(size))
    kept[-1][::4096] = b"x" * len(kept[-1][::4096])
    return os.getpid()


def _recurse(depth: int = 0) -> int:
    return _recurse(depth + 1) + 1


def _crash_once(marker: str) -> str:
    """Dies the first time that it is asked, and answers the second time."""
    if os.path.exists(marker):
        return "survived"
    with open(marker, "w"):
        os.kill(os.getpid(), signal.SIGKILL)
    return "unreachable"


def _log(path: str, line: str) -> None:
    with open(path, "a") as file:
        file.write(line + "\n")


def _raise(text: str) -> None:
    raise ZeroDivisionError(text)


_ACTS: dict[str, Callable[..., object]] = {
    "echo": lambda value: value,
    "pid": os.getpid,
    "hang": _hang,
    "hang in C": _hang_in_c,
    "sleep": _sleep,
    "spin": _spin,
    "devour": _devour,
    "keep": _keep,
    "recurse": _recurse,
    "crash once": _crash_once,
    "segfault": lambda: ctypes.string_at(0),
    "leave": lambda: os._exit(3),
    "exit": sys.exit,
    "raise": _raise,
    "log": _log,
    "paint": lambda: Painted(Colour.RED, (1, 2)),
    "trick": Tricky,
    "fraction": lambda: Fraction(1, 2),
    "unpicklable": lambda: lambda: None,
}
