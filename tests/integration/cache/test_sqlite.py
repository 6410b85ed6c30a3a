"""The cache in a file: real files, real processes."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.common.cache import CacheError, open_cache
from services.common.cache.sqlite import SqliteCache

_WRITER = """
import asyncio, sys
from pathlib import Path
from services.common.cache.sqlite import SqliteCache

async def main(path, name):
    cache = SqliteCache(Path(path), 1 << 26)
    for batch in range(20):
        await cache.put_many([(f"{name}-{batch}-{i}".encode(), name.encode()) for i in range(50)])
    await cache.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator[SqliteCache]:
    cache = SqliteCache(tmp_path / "results.db", 1 << 24)
    yield cache
    await cache.close()


async def test_what_is_put_is_found(cache: SqliteCache) -> None:
    await cache.put_many([(b"a", b"1"), (b"b", b"\x00\xff"), (b"a", b"2"), (b"", b"")])
    assert await cache.get_many([b"b", b"c", b"a", b""]) == [b"\x00\xff", None, b"2", b""]
    assert await cache.get_many([]) == []
    await cache.put_many([])


async def test_it_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "results.db"
    for expected in (None, b"1"):
        cache = open_cache(f"sqlite://{path}", max_bytes=1 << 20)
        assert cache is not None
        assert await cache.get_many([b"a"]) == [expected]
        await cache.put_many([(b"a", b"1")])
        await cache.close()
        assert cache.errors == 0


async def test_the_file_stays_bounded_and_keeps_the_youngest(tmp_path: Path) -> None:
    path, max_bytes = tmp_path / "results.db", 1 << 20
    cache = SqliteCache(path, max_bytes)
    written = [(number.to_bytes(32, "big"), bytes(1000)) for number in range(5000)]
    for start in range(0, len(written), 100):
        await cache.put_many(written[start : start + 100])
    found = await cache.get_many([key for key, _ in written])
    await cache.close()
    kept = sum(value is not None for value in found)
    assert 300 < kept < 1049
    assert None not in found[-kept:]
    # One batch may be written before the oldest go, and its pages are used again.
    assert path.stat().st_size < max_bytes + 300_000


async def test_processes_share_it(tmp_path: Path, cache: SqliteCache) -> None:
    root = Path(__file__).parents[3]
    path = str(tmp_path / "results.db")
    await cache.put_many([(b"mine", b"1")])
    writers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _WRITER, path, name, cwd=root)
        for name in ("one", "two")
    ]
    ends = asyncio.gather(*(writer.wait() for writer in writers))
    while not ends.done():
        assert await cache.get_many([b"mine"]) == [b"1"]
    assert await ends == [0, 0]
    for name in (b"one", b"two"):
        keys = [b"%s-%d-%d" % (name, batch, i) for batch in range(20) for i in range(50)]
        assert await cache.get_many(keys) == [name] * 1000


async def test_a_file_that_is_no_database_is_an_error_of_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    path.write_bytes(b"not a database, " * 1000)
    cache = SqliteCache(path, 1 << 20)
    with pytest.raises(CacheError, match="not a database"):
        await cache.get_many([b"a"])
    path.unlink()
    await cache.put_many([(b"a", b"1")])
    assert await cache.get_many([b"a"]) == [b"1"]
    await cache.close()


async def test_a_locked_file_costs_half_a_second_and_an_error(
    tmp_path: Path, cache: SqliteCache
) -> None:
    await cache.put_many([(b"a", b"1")])
    other = sqlite3.connect(tmp_path / "results.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CacheError, match="locked"):
        await cache.put_many([(b"a", b"2")])
    assert await cache.get_many([b"a"]) == [b"1"]
    other.execute("ROLLBACK")
    other.close()
    await cache.put_many([(b"a", b"2")])
    assert await cache.get_many([b"a"]) == [b"2"]
