"""The cache in a Redis server, against a real one on a free port."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.common.cache import CacheError, open_cache
from services.common.cache.redis import RedisCache

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


class Server:
    """A Redis server that a test may stop and start again."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            self.port: int = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--dir", str(self._folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.stop()


async def test_what_is_put_is_found_by_every_replica(server: Server) -> None:
    one, other = RedisCache(server.url), RedisCache(server.url)
    await one.put_many([(b"a", b"1"), (b"\x00\xff", b"\x00\xff"), (b"a", b"2")])
    assert await other.get_many([b"\x00\xff", b"c", b"a"]) == [b"\x00\xff", None, b"2"]
    assert await other.get_many([]) == []
    await other.put_many([])
    await one.close()
    await other.close()


async def test_values_expire_if_the_url_says_so(server: Server) -> None:
    cache = open_cache(server.url + "?ttl_seconds=1", max_bytes=0)
    assert cache is not None
    await cache.put_many([(b"a", b"1")])
    assert await cache.get_many([b"a"]) == [b"1"]
    async with asyncio.timeout(5):
        while await cache.get_many([b"a"]) != [None]:  # each look is a round trip
            pass
    assert cache.errors == 0
    await cache.close()


async def test_a_server_that_is_away_is_an_error_until_it_is_back(server: Server) -> None:
    cache = RedisCache(server.url)
    await cache.put_many([(b"a", b"1")])
    server.stop()
    with pytest.raises(CacheError):
        await cache.get_many([b"a"])
    with pytest.raises(CacheError):
        await cache.put_many([(b"a", b"1")])
    server.start()
    await cache.put_many([(b"a", b"3")])
    assert await cache.get_many([b"a"]) == [b"3"]
    await cache.close()


async def test_a_server_that_hangs_costs_little_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        cache = open_cache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", max_bytes=0)
        assert cache is not None
        start = time.monotonic()
        for _ in range(20):
            assert await cache.get_many([b"a"]) == [None]
        assert time.monotonic() - start < 2
        assert cache.errors == 1
        await cache.close()
