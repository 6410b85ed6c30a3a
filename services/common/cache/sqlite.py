"""A cache in an SQLite file: processes of one machine may share it, and it survives them.

The oldest results go when the file is full. The age is that of the last writing: to note each
reading would make every lookup a write.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from services.common.cache.base import CacheError

_T = TypeVar("_T")

# A call does not wait longer than this for another process that is writing.
_BUSY_SECONDS = 0.5
_SCHEMA = "CREATE TABLE IF NOT EXISTS results (key BLOB NOT NULL UNIQUE, value BLOB NOT NULL)"
_GET = "SELECT value FROM results WHERE key = ?"
_PUT = "INSERT OR REPLACE INTO results (key, value) VALUES (?, ?)"  # a new rowid: the youngest
_EVICT = "DELETE FROM results WHERE rowid IN (SELECT rowid FROM results ORDER BY rowid LIMIT ?)"
_EVICT_ROWS = 256


class SqliteCache:
    """One connection in one thread of its own. The pages in use stay within `max_bytes`."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-cache")
        self._connection: sqlite3.Connection | None = None

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See `ResultCache`."""
        return await self._run(lambda connection: _get(connection, keys))

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """See `ResultCache`."""
        await self._run(lambda connection: self._put(connection, items))

    async def close(self) -> None:
        """See `ResultCache`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    async def _run(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        def act() -> _T:
            try:
                return action(self._connect())
            except sqlite3.Error as error:
                self._disconnect()
                raise CacheError(f"{self._path}: {error}") from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None
            )
            # A result that is lost in a crash of the machine is computed again.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(_SCHEMA)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _put(self, connection: sqlite3.Connection, items: Sequence[tuple[bytes, bytes]]) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_PUT, items)
            while _used_bytes(connection) > self._max_bytes:
                if not connection.execute(_EVICT, (_EVICT_ROWS,)).rowcount:
                    break


def _get(connection: sqlite3.Connection, keys: Sequence[bytes]) -> list[bytes | None]:
    rows = (connection.execute(_GET, (key,)).fetchone() for key in keys)
    return [None if row is None else row[0] for row in rows]


def _used_bytes(connection: sqlite3.Connection) -> int:
    """The size of the file without its free pages, which later results fill."""
    pages, free, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * page_bytes)
