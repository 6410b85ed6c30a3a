"""What a result cache does, whatever it keeps the results in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CacheError(Exception):
    """The cache cannot be read or written at present."""


class ResultCache(Protocol):
    """Keeps values by key and forgets old ones when it is full. Keys are those of `cache_key`.

    A value that was put may be gone at any time; one that is found is the one that was put last.
    """

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The values in the order of the keys, None for what is not there. CacheError."""
        ...

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """Keeps the values under their keys. CacheError."""
        ...

    async def close(self) -> None:
        """Frees what the cache holds. It is not used after that."""
        ...
