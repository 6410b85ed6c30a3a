"""Cache URLs, and what becomes of a cache that fails."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from plaudit.errors import ConfigError
from services.common.cache import CacheError, ResilientCache, open_cache
from services.common.cache.memory import MemoryCache


class FailingCache:
    """Fails every call, like a server that is away."""

    def __init__(self) -> None:
        self.calls = 0

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        self.calls += 1
        raise CacheError("away")

    async def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        self.calls += 1
        raise CacheError("away")

    async def close(self) -> None:
        pass


def test_none_is_no_cache() -> None:
    assert open_cache("none://", max_bytes=10) is None


async def test_memory_has_the_given_size() -> None:
    cache = open_cache("memory://", max_bytes=1000)
    assert cache is not None
    await cache.put_many([(b"k" * 32, b"v" * 600), (b"l" * 32, b"v" * 600)])
    assert await cache.get_many([b"k" * 32, b"l" * 32]) == [None, b"v" * 600]


@pytest.mark.parametrize(
    "url", ["", "memory", "memcached://host", "sqlite://", "redis://h?ttl_seconds=x", "redis://h:x"]
)
def test_a_wrong_url_is_said_at_once(url: str) -> None:
    with pytest.raises(ConfigError, match="cache URL"):
        open_cache(url, max_bytes=10)


def test_a_directory_that_cannot_be_made_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file"):
        open_cache(f"sqlite://{tmp_path}/file/results.db", max_bytes=10)


async def test_errors_become_misses_are_counted_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.cache.resilient._REST_SECONDS", 0.0)
    caplog.set_level(logging.WARNING)
    cache = ResilientCache(FailingCache())
    for _ in range(5):
        assert await cache.get_many([b"a", b"b"]) == [None, None]
        await cache.put_many([(b"a", b"1")])
    assert cache.errors == 10
    assert len(caplog.records) == 1


async def test_a_failing_cache_is_left_alone_for_a_while() -> None:
    inner = FailingCache()
    cache = ResilientCache(inner)
    for _ in range(5):
        await cache.get_many([b"a"])
        await cache.put_many([(b"a", b"1")])
    assert inner.calls == cache.errors == 1


async def test_a_working_cache_is_passed_through() -> None:
    cache = ResilientCache(MemoryCache(1000))
    await cache.put_many([(b"a", b"1")])
    assert await cache.get_many([b"a", b"b"]) == [b"1", None]
    await cache.close()
    assert cache.errors == 0
