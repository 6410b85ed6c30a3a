"""Messages to and from the canonical protobuf JSON with snake_case names, as in all files.

Protobuf text is valid UTF-8, and Python's need not be: a lone surrogate (of a broken tokenizer,
or "\\ud800" in JSON) becomes U+FFFD, one for one, so that positions in the text stay the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

from plaudit.errors import InvalidRequestError
from plaudit.text import scrub_text

_M = TypeVar("_M", bound=Message)


def scrub(value: Any) -> Any:
    """`scrub_text` on every text in plain data, keys included."""
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, Mapping):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(item) for item in value]
    return value


def fill(message: _M, data: Mapping[str, Any]) -> _M:
    """Fills an empty message from its JSON form. Raises InvalidRequestError."""
    try:
        try:
            return json_format.ParseDict(dict(data), message)
        except json_format.ParseError:
            if (clean := scrub(data)) == data:
                raise
        message.Clear()
        return json_format.ParseDict(clean, message)
    except (json_format.ParseError, RecursionError, TypeError) as error:
        # The first line says what is wrong; what follows lists names.
        reason = str(error).partition("\n")[0]
        raise InvalidRequestError(f"not a {message.DESCRIPTOR.name}: {reason!a}") from error


def parse(message: _M, text: str | bytes | Mapping[str, Any]) -> _M:
    """Fills an empty message from JSON text, or from what json.loads made of it.

    Raises InvalidRequestError.
    """
    if isinstance(text, Mapping):
        return fill(message, text)
    name = message.DESCRIPTOR.name
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"not a {name}: not JSON ({str(error)!a})") from error
    if not isinstance(data, dict):
        raise InvalidRequestError(f"not a {name}: a JSON object is needed")
    return fill(message, data)


def to_json(message: Message) -> str:
    """The message as one line of JSON."""
    return json_format.MessageToJson(
        message, preserving_proto_field_name=True, indent=None, ensure_ascii=False
    )
