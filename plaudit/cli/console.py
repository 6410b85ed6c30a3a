"""What the commands share in talking to a person: errors of one line, colours, tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

_COLOURS = {"green": "32", "yellow": "33", "red": "31", "bold": "1", "dim": "2"}


class CliError(Exception):
    """Ends the command with exit status 2. The text says what is wrong and what to do."""


def say(text: str) -> None:
    """Prints a remark on stderr, so that stdout holds results only."""
    print(text, file=sys.stderr, flush=True)


def colours(stream: TextIO) -> bool:
    """Whether the stream takes colours: a terminal, and NO_COLOR is not set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO) -> str:
    """The text in a colour where the stream takes colours, else as it is."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if colours(stream) else text


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells, the first being the head, as lines of aligned columns."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def printable(text: str) -> str:
    """The text without control characters: a log may hold what a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
