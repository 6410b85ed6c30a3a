"""The key of a result: a digest of everything that its score can depend on."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from plaudit.v1 import sample_pb2


def cache_key(sample: sample_pb2.Sample, scorer_name: str, scorer_version: str) -> bytes:
    """32 bytes that differ whenever anything but the sample's id and metadata differs.

    The sample is hashed in its serialized form, in which no two contents look the same; a field
    that is added to the contract is part of the key from the start.
    """
    content = sample_pb2.Sample()
    content.CopyFrom(sample)
    content.ClearField("id")
    content.ClearField("metadata")
    digest = _start(scorer_name, scorer_version).copy()
    digest.update(content.SerializeToString(deterministic=True))
    key: bytes = digest.digest()
    return key


@lru_cache(maxsize=16)
def _start(*parts: str) -> Any:
    """The hash after the parts, each with its length in front so that none runs into the next."""
    digest = hashlib.blake2b(digest_size=32, person=b"plaudit.result.1")
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest
