"""The result cache: scores by the content of the sample and the version of the scorer."""

from services.common.cache.base import CacheError, ResultCache
from services.common.cache.key import cache_key
from services.common.cache.open import open_cache
from services.common.cache.resilient import ResilientCache

__all__ = ["CacheError", "ResilientCache", "ResultCache", "cache_key", "open_cache"]
