"""The blocking and the asyncio client behind one blocking face, so that tests cover both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plaudit import AsyncRewardClient, RewardClient, Sample


def call_blocking(services: Mapping[str, str], call: str, /, *args: Any, **options: Any) -> Any:
    """Makes one call with a client of its own."""
    client_options = options.pop("client", {})
    with RewardClient(services, **client_options) as client:
        return getattr(client, call)(*args, **options)


def call_asyncio(services: Mapping[str, str], call: str, /, *args: Any, **options: Any) -> Any:
    """The same in an event loop of its own."""
    client_options = options.pop("client", {})

    async def run() -> Any:
        async with AsyncRewardClient(services, **client_options) as client:
            return await getattr(client, call)(*args, **options)

    return asyncio.run(run())


Face = Callable[..., Any]
FACES: Sequence[Face] = (call_blocking, call_asyncio)


def samples(count: int, start: int = 0) -> list[Sample]:
    """Samples whose default score is their place."""
    places = range(start, start + count)
    return [Sample.math(response="x" * n, gold="1", id=str(n)) for n in places]
