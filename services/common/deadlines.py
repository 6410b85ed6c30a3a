"""How much time a call has: never unbounded, and always a little less than its client waits."""

from __future__ import annotations

from dataclasses import dataclass

_MARGIN_SHARE = 0.1
_MIN_MARGIN = 0.02
_MAX_MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """The deadline of a call that names none, and the longest one. In seconds."""

    default_seconds: float
    max_seconds: float

    def work_seconds(self, remaining: float | None) -> float:
        """Seconds that the work of a call may take; 0 or less where no time is left.

        `remaining` is what the client still waits; None where it named no deadline. The margin
        lets a reply with partial results reach the client before it gives up.
        """
        given = self.default_seconds if remaining is None else min(remaining, self.max_seconds)
        margin = min(max(given * _MARGIN_SHARE, _MIN_MARGIN), _MAX_MARGIN, given / 2)
        return given - margin
