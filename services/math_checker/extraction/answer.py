"""What extraction finds: the text of an answer, where it stands, and how it was recognised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """How an answer was recognised."""

    BOXED = "boxed"
    STATED = "stated"
    LAST = "last"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Answer:
    r"""An answer: `response[start:end]` contains it; `text` is the answer itself.

    The two differ only where several boxes make one answer: there `text` is their contents,
    separated by commas. `percent` says that a percent sign stands right behind the box.
    """

    text: str
    start: int
    end: int
    source: Source
    percent: bool = False
