"""The cache in memory against a plain model of it."""

from collections import OrderedDict

import hypothesis.strategies as st
from hypothesis import given

from services.common.cache.memory import MemoryCache

keys = st.binary(min_size=1, max_size=1)
steps = st.lists(
    st.tuples(st.just("put"), keys, st.binary(max_size=300)) | st.tuples(st.just("get"), keys),
    max_size=60,
)
_ENTRY = 256


@given(steps, st.integers(0, 2000))
async def test_it_keeps_what_was_used_last_within_its_bound(
    steps: list[tuple[str, bytes] | tuple[str, bytes, bytes]], max_bytes: int
) -> None:
    cache = MemoryCache(max_bytes)
    model: OrderedDict[bytes, bytes] = OrderedDict()

    def size() -> int:
        return sum(len(key) + len(value) + _ENTRY for key, value in model.items())

    for step in steps:
        key = step[1]
        if len(step) == 2:
            assert await cache.get_many([key]) == [model.get(key)]
            if key in model:
                model.move_to_end(key)
            continue
        model.pop(key, None)
        if len(key) + len(step[2]) + _ENTRY <= max_bytes:
            model[key] = step[2]
        while size() > max_bytes:
            model.popitem(last=False)
        await cache.put_many([(key, step[2])])
        assert cache.size_bytes == size() <= max_bytes


async def test_values_come_in_the_order_of_the_keys() -> None:
    cache = MemoryCache(10_000)
    await cache.put_many([(b"a", b"1"), (b"b", b""), (b"a", b"2")])
    assert await cache.get_many([b"b", b"c", b"a", b"b"]) == [b"", None, b"2", b""]


async def test_a_closed_cache_holds_nothing() -> None:
    cache = MemoryCache(10_000)
    await cache.put_many([(b"a", b"1")])
    await cache.close()
    assert await cache.get_many([b"a"]) == [None]
    assert cache.size_bytes == 0
