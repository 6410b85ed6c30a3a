"""What a scoring run has done so far: the progress line and the summary."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from plaudit.cli.console import say

_TERMINAL_SECONDS = 0.1
_LOG_SECONDS = 10.0
_BAR_CELLS = 24


@dataclass(slots=True)
class Tally:
    """Counts over the whole output file, and the pace of this run."""

    lines: int = 0
    scored: int = 0
    sum: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    """Lines that an earlier run had done."""
    bytes_read: int = 0
    bytes_total: int | None = None
    """Size of the input; None where it is not known."""
    started: float = field(default_factory=time.monotonic)
    """When this run began to score, in seconds of the monotonic clock."""

    def begin(self) -> None:
        """Starts the clock of this run; what was counted before is of an earlier one."""
        self.resumed = self.lines
        self.started = time.monotonic()

    def add_score(self, value: float) -> None:
        """Counts one scored sample."""
        self.lines += 1
        self.scored += 1
        self.sum += value

    def add_failure(self, reason: str) -> None:
        """Counts one sample that could not be scored."""
        self.lines += 1
        self.failures[reason] += 1

    @property
    def rate(self) -> float:
        """Lines a second of this run."""
        return (self.lines - self.resumed) / max(time.monotonic() - self.started, 1e-9)

    def progress(self) -> str:
        """The state in one line of at most 79 columns."""
        failed = self.failures.total()
        text = f"{self.lines:,} lines  {self.rate:,.0f}/s  {failed:,} failures"
        if not self.bytes_total:
            return text
        share = min(self.bytes_read / self.bytes_total, 1.0)
        filled = round(share * _BAR_CELLS)
        return f"[{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {share:4.0%}  {text}"

    def summary(self) -> str:
        """The state at the end, in one line for each kind of thing."""
        mean = f"mean score {self.sum / self.scored:.4f}" if self.scored else "no score"
        seconds = time.monotonic() - self.started
        new = self.lines - self.resumed
        text = f"{self.lines:,} lines: {self.scored:,} scored, {mean}, "
        text += f"{self.failures.total():,} failures\n"
        for reason, count in self.failures.most_common():
            text += f"  {count:,} {reason}\n"
        text += f"{new:,} in {seconds:.1f} s ({self.rate:,.0f}/s)"
        return text + (f"; {self.resumed:,} were done before" if self.resumed else "")


class Progress:
    """Shows a tally on stderr: a bar on a terminal, else a line every ten seconds."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0.0 if self._terminal else _LOG_SECONDS)

    def show(self) -> None:
        """Shows the state where it is time to."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (_TERMINAL_SECONDS if self._terminal else _LOG_SECONDS)
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{self._tally.progress()}")
            sys.stderr.flush()
        else:
            say(self._tally.progress())

    def clear(self) -> None:
        """Frees the line for other text."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
