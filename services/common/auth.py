"""Bearer keys: who may call, known by the hash of the key only.

The keys file holds, for each key, a name (for logs and metrics), the SHA-256 of the key and, where
wanted, a quota:

    [[keys]]
    name = "trainer"
    sha256 = "9f86d081..."          # printf %s "$KEY" | sha256sum
    samples_per_second = 2000
    burst = 8000
    max_in_flight_samples = 4096

Make a key with `openssl rand -base64 32`. Calls carry it as `authorization: Bearer KEY`.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plaudit.errors import AuthenticationError, ConfigError
from services.common.quota import Quota, QuotaMeter


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that the service knows."""

    name: str
    digest: bytes
    meter: QuotaMeter


class KeyRing:
    """The keys that the service knows."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = keys

    def authenticate(self, metadata: Iterable[tuple[str, str | bytes]]) -> ApiKey:
        """The key of a call's metadata; raises `AuthenticationError`."""
        header = next((value for key, value in metadata if key == "authorization"), None)
        if header is None:
            raise AuthenticationError("this service needs a key: send 'authorization: Bearer KEY'")
        raw = header.encode() if isinstance(header, str) else header
        scheme, _, key = raw.partition(b" ")
        found = self._find(key.strip()) if scheme.lower() == b"bearer" else None
        if found is None:
            raise AuthenticationError("the service does not know this key")
        return found

    def _find(self, key: bytes) -> ApiKey | None:
        digest = hashlib.sha256(key).digest()
        # Every key is compared, each in constant time: the time taken tells nothing.
        matches = [known for known in self._keys if hmac.compare_digest(known.digest, digest)]
        return matches[0] if matches else None


class _KeyEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")
    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$")
    samples_per_second: float | None = Field(default=None, gt=0)
    burst: int | None = Field(default=None, ge=1)
    max_in_flight_samples: int | None = Field(default=None, ge=1)


class _KeysFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[_KeyEntry] = Field(min_length=1)


def load_keys(path: Path) -> KeyRing:
    """Reads a keys file; raises `ConfigError`."""
    try:
        entries = _KeysFile.model_validate(tomllib.loads(path.read_text())).keys
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the keys file {path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"the keys file {path} is wrong at {where}: {first['msg']}") from None
    if len({entry.name for entry in entries}) < len(entries):
        raise ConfigError(f"the keys file {path} names a key twice: give every key its own name")
    return KeyRing([_api_key(entry) for entry in entries])


def _api_key(entry: _KeyEntry) -> ApiKey:
    quota = Quota(entry.samples_per_second, entry.burst, entry.max_in_flight_samples)
    meter = QuotaMeter(quota, time.monotonic())
    return ApiKey(entry.name, bytes.fromhex(entry.sha256), meter)
