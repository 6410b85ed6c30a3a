"""The kinds of cache by the scheme of their URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from plaudit.errors import ConfigError
from services.common.cache.base import ResultCache
from services.common.cache.memory import MemoryCache
from services.common.cache.resilient import ResilientCache
from services.common.cache.sqlite import SqliteCache


def open_cache(url: str, *, max_bytes: int) -> ResilientCache | None:
    """The cache that `url` names, at most `max_bytes` large; None for no cache.

    none://                             no cache
    memory://                           in this process
    sqlite:///absolute/path             a file; sqlite://relative/path also works
    redis://host:6379/0?ttl_seconds=60  a server (also rediss://, unix://), which has its own bound

    ConfigError if the URL is wrong. A cache that is down, or comes up later, is no error.
    """
    scheme = url.partition("://")[0]
    if "://" not in url or scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise ConfigError(f"cache URL: unknown scheme {scheme!r}; use one of {known}")
    cache = SCHEMES[scheme](url, max_bytes)
    return None if cache is None else ResilientCache(cache)


def _open_sqlite(url: str, max_bytes: int) -> ResultCache:
    parts = urlsplit(url)
    path = Path(unquote(parts.netloc + parts.path))
    if not path.name:
        raise ConfigError("cache URL: sqlite:// needs a path, as in sqlite:///var/cache/results.db")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cache URL: {path.parent}: {error.strerror}") from error
    return SqliteCache(path, max_bytes)


def _open_redis(url: str, _: int) -> ResultCache:
    # Only here: the import is slow, and the package is not needed for the other kinds.
    from services.common.cache.redis import RedisCache

    parts = urlsplit(url)
    options = parse_qs(parts.query)
    try:
        ttl = options.pop("ttl_seconds", None)
        query = "&".join(f"{name}={value[-1]}" for name, value in options.items())
        return RedisCache(urlunsplit(parts._replace(query=query)), int(ttl[-1]) if ttl else None)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"cache URL: {error}") from error


SCHEMES: dict[str, Callable[[str, int], ResultCache | None]] = {
    "none": lambda _url, _max_bytes: None,
    "memory": lambda _url, max_bytes: MemoryCache(max_bytes),
    "sqlite": _open_sqlite,
    "redis": _open_redis,
    "rediss": _open_redis,
    "unix": _open_redis,
}
