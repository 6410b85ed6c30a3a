"""What is known of the call under way, for the layers, the servicer and the logs.

Context variables follow a call through its own task and into the tasks that it starts, so nothing
has to be handed through code that does not care.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.common.auth import ApiKey

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The name of the call; empty before it is known."""

api_key: ContextVar[ApiKey | None] = ContextVar("api_key", default=None)
"""The key that the call came with; None where the service asks for none."""

deadline: ContextVar[float] = ContextVar("deadline")
"""`time.monotonic()` seconds by which the work of the call ends, the reply's margin taken off."""
