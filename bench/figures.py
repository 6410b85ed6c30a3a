"""How a benchmark prints: one line a figure, `figure NAME VALUE UNIT`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence


def figure(name: str, value: float, unit: str) -> None:
    """Prints one figure."""
    print(f"figure {name} {value:.4g} {unit}", flush=True)


def machine() -> str:
    """The machine in words, for the table in docs/benchmarks.md."""
    import os

    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def say(text: str) -> None:
    """Prints a remark on stderr, so that stdout holds figures only."""
    print(text, file=sys.stderr, flush=True)
