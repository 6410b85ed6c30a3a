"""A cache that is down costs speed, never a call: its errors become misses, counted and logged."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from services.common.cache.base import CacheError, ResultCache

_log = logging.getLogger(__name__)

# After an error the cache is left alone for so long that not every call waits for its timeout.
_REST_SECONDS = 1.0
_LOG_SECONDS = 60.0


class ResilientCache:
    """Passes calls on to `inner`. Never raises CacheError."""

    def __init__(self, inner: ResultCache) -> None:
        self._inner = inner
        self._resume_at = 0.0
        self._log_at = 0.0
        #: How many calls the cache has failed since the start.
        self.errors = 0

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See `ResultCache`; all None while the cache is down."""
        if time.monotonic() >= self._resume_at:
            try:
                return await self._inner.get_many(keys)
            except CacheError as error:
                self._note(error)
        return [None] * len(keys)

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """See `ResultCache`; keeps nothing while the cache is down."""
        if time.monotonic() >= self._resume_at:
            try:
                await self._inner.put_many(items)
            except CacheError as error:
                self._note(error)

    async def close(self) -> None:
        """See `ResultCache`."""
        await self._inner.close()

    def _note(self, error: CacheError) -> None:
        now = time.monotonic()
        self.errors += 1
        self._resume_at = now + _REST_SECONDS
        if now >= self._log_at:
            self._log_at = now + _LOG_SECONDS
            _log.warning("the result cache does not work (%d errors): %s", self.errors, error)
