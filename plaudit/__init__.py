"""Plaudit: the client of the reward services. Imports no torch, no fastapi and no scorer.

    from plaudit import RewardClient, Sample

Names are loaded when they are first used, so that each program pays for what it uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from plaudit.version import __version__

if TYPE_CHECKING:
    from plaudit.aio import AsyncRewardClient
    from plaudit.channel import TLSConfig
    from plaudit.client import RewardClient
    from plaudit.enums import CachePolicy, FailureReason, Priority, ScoreKind, SpanUnit
    from plaudit.errors import PlauditError, ScoreFailedError
    from plaudit.info import ServiceInfo, ServiceLimits
    from plaudit.policy import FailurePolicy, Rewards
    from plaudit.results import Result, Results
    from plaudit.scores import Failure, Provenance, Score, Span
    from plaudit.types import Sample

__all__ = [
    "AsyncRewardClient",
    "CachePolicy",
    "Failure",
    "FailurePolicy",
    "FailureReason",
    "PlauditError",
    "Priority",
    "Provenance",
    "Result",
    "Results",
    "RewardClient",
    "Rewards",
    "Sample",
    "Score",
    "ScoreFailedError",
    "ScoreKind",
    "ServiceInfo",
    "ServiceLimits",
    "Span",
    "SpanUnit",
    "TLSConfig",
    "__version__",
]

_MODULES = {
    "aio": ("AsyncRewardClient",),
    "channel": ("TLSConfig",),
    "client": ("RewardClient",),
    "enums": ("CachePolicy", "FailureReason", "Priority", "ScoreKind", "SpanUnit"),
    "errors": ("PlauditError", "ScoreFailedError"),
    "info": ("ServiceInfo", "ServiceLimits"),
    "policy": ("FailurePolicy", "Rewards"),
    "results": ("Result", "Results"),
    "scores": ("Failure", "Provenance", "Score", "Span"),
    "types": ("Sample",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'plaudit' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"plaudit.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
