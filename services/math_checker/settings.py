"""The settings of the maths checker: flags, PLAUDIT_MATH_* variables and TOML keys."""

from __future__ import annotations

import os

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class MathSettings(ServiceSettings):
    """What the maths checker needs beyond the chassis."""

    model_config = SettingsConfigDict(env_prefix="PLAUDIT_MATH_")

    listen: str = "127.0.0.1:50051"
    """Address and port of the service."""
    workers: int = Field(default=os.cpu_count() or 1, ge=1, le=512)
    """Worker processes; one for each core is right."""
    item_seconds: float = Field(default=5.0, gt=0, le=600)
    """Compute time of one sample, in seconds; over it the sample fails with TIMEOUT."""
    worker_memory_bytes: int = Field(default=1 << 30, ge=256 << 20)
    """Memory of a worker beyond its start, in bytes; over it a sample fails with RESOURCE_LIMIT."""
    recycle_items: int = Field(default=50_000, ge=1)
    """Samples after which a worker is replaced."""
    recycle_rss_bytes: int = Field(default=512 << 20, ge=128 << 20)
    """Resident memory above which a worker is replaced, in bytes."""
    chunk_items: int = Field(default=32, ge=1, le=1024)
    """Most samples handed to a worker at once."""
