"""Killable worker processes for CPU work: `WorkerPool` runs a plain function in them."""

from services.common.pool.config import PoolConfig, PoolError, PoolFault, PoolResult, PoolStats
from services.common.pool.pool import WorkerPool

__all__ = ["PoolConfig", "PoolError", "PoolFault", "PoolResult", "PoolStats", "WorkerPool"]
