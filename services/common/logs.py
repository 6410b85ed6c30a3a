"""Log records as JSON lines (or text for a person) with the request id, and nothing unescaped.

Model text and request ids are hostile: both formats write control characters and everything
beyond ASCII as escapes, so that no text can forge a record or drive a terminal.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from services.common import call_context

# What every record has; anything else came in through `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of ASCII."""
        return json.dumps(_fields(self, record), default=str)


class TextFormatter(logging.Formatter):
    """One line of text a record: time, level, logger, message, then the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of ASCII."""
        fields = _fields(self, record)
        head = [fields.pop(name) for name in ("time", "level", "logger")]
        message = json.dumps(fields.pop("message"))[1:-1]
        rest = [f"{key}={json.dumps(value, default=str)}" for key, value in fields.items()]
        return " ".join([*map(str, head), message, *rest])


def configure(level: str, style: str) -> None:
    """Sends all records of at least `level` to stderr, as `style` "json" or "text"."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _fields(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    if request_id := call_context.request_id.get():
        fields["request_id"] = request_id
    fields |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
    if record.exc_info:
        fields["exception"] = formatter.formatException(record.exc_info)
    return fields
