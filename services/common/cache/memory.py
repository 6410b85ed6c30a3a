"""A cache in this process: the least recently used results go when it is full."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

# What an entry takes beside the bytes of its key and value: two objects and a place in the table.
_ENTRY_BYTES = 256


class MemoryCache:
    """At most `max_bytes` of entries, each counted with what it costs to keep."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, bytes] = OrderedDict()
        #: What the entries take at present.
        self.size_bytes = 0

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See `ResultCache`."""
        values = [self._entries.get(key) for key in keys]
        for key, value in zip(keys, values, strict=True):
            if value is not None:
                self._entries.move_to_end(key)
        return values

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """See `ResultCache`. A value that is larger than the whole cache is not kept."""
        for key, value in items:
            old = self._entries.pop(key, None)
            if old is not None:
                self.size_bytes -= _cost(key, old)
            if _cost(key, value) > self._max_bytes:
                continue
            self._entries[key] = value
            self.size_bytes += _cost(key, value)
            while self.size_bytes > self._max_bytes:
                self.size_bytes -= _cost(*self._entries.popitem(last=False))

    async def close(self) -> None:
        """See `ResultCache`."""
        self._entries.clear()
        self.size_bytes = 0


def _cost(key: bytes, value: bytes) -> int:
    return len(key) + len(value) + _ENTRY_BYTES
