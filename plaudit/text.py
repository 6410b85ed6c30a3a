"""Texts of models and callers, made fit for protobuf and for a person's terminal."""

from __future__ import annotations

import re

_SURROGATES = re.compile("[\ud800-\udfff]")


def scrub_text(text: str) -> str:
    """The text with U+FFFD in the place of each surrogate. Same length."""
    return _SURROGATES.sub("\ufffd", text)


def short(text: str, limit: int = 60) -> str:
    """The repr of a text, at most about `limit` characters of it; safe for terminals and logs."""
    return repr(text) if len(text) <= limit else f"{text[:limit]!r}..."
