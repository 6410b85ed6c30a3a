"""A cache in a Redis server, which all replicas of a service share.

How much it keeps, and what goes first, is the server's to say (`maxmemory`, `maxmemory-policy
allkeys-lru`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.common.cache.base import CacheError

_PREFIX = b"plaudit:result:"
# A cache that answers later than this is of no use.
_TIMEOUT_SECONDS = 0.5


class RedisCache:
    """`url` as in redis.asyncio.from_url. Values expire after `ttl_seconds`, if it is set."""

    def __init__(self, url: str, ttl_seconds: int | None = None) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        )
        self._ttl_seconds = ttl_seconds

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See `ResultCache`."""
        if not keys:
            return []
        try:
            values = await self._redis.mget([_PREFIX + key for key in keys])
        except RedisError as error:
            raise CacheError(f"redis: {error}") from error
        # The client answers in bytes unless it was told to decode.
        return cast(list[bytes | None], values)

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """See `ResultCache`."""
        if not items:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key, value in items:
                    pipeline.set(_PREFIX + key, value, ex=self._ttl_seconds)
                await pipeline.execute()
        except RedisError as error:
            raise CacheError(f"redis: {error}") from error

    async def close(self) -> None:
        """See `ResultCache`."""
        await self._redis.aclose()
