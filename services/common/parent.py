"""A process that ends when the one that started it does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def follow(parent: int, number: signal.Signals) -> bool:
    """Asks Linux to send signal `number` here when `parent` ends; elsewhere nothing is asked.

    False if `parent` had ended before it was asked: then the signal never comes.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    return os.getppid() == parent
