"""What the pool is told and what it answers: plain data, free of processes and of asyncio."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """How a pool is staffed and where its limits are."""

    target: str
    """What the workers run: "package.module:function", called as `function(item)`. Items and values
    are plain built-in data."""
    preload: tuple[str, ...]
    """Modules that are imported once, before the workers are forked."""
    workers: int
    """Worker processes, at least 1."""
    item_seconds: float
    """Wall-clock time that one item may run, counted from the moment a worker starts it."""
    memory_bytes: int
    """Address space that a worker may take beyond what it starts with."""
    recycle_items: int
    """Items after which a worker is replaced."""
    recycle_rss_bytes: int
    """Resident memory above which a worker is replaced, between two items."""
    chunk_items: int
    """Most items that are sent to a worker in one message."""


class PoolFault(StrEnum):
    """Why an item has no value."""

    ITEM_TIMEOUT = "ITEM_TIMEOUT"
    """It ran longer than `item_seconds`."""
    DEADLINE = "DEADLINE"
    """The deadline of the call passed first."""
    MEMORY = "MEMORY"
    """It needed more than `memory_bytes`."""
    CRASHED = "CRASHED"
    """The worker that ran it died, twice."""
    RAISED = "RAISED"
    """The function raised; the message is the name of the exception's class."""


class PoolResult(NamedTuple):
    """What became of one item: a value, or a fault."""

    value: object | None
    fault: PoolFault | None
    message: str
    queue_seconds: float
    """From the call to the moment that a worker started the item for the last time."""
    compute_seconds: float
    """From there to its end."""


@dataclass(frozen=True, slots=True)
class PoolStats:
    """The state of a pool at one moment; `restarts` and `kills` count from its start."""

    alive: int
    busy: int
    queued: int
    restarts: int
    kills: int


class PoolError(RuntimeError):
    """The pool cannot work: its workers do not start, or it is closed."""
