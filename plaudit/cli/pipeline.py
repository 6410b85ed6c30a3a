"""Scores lines in batches, several in flight, and writes the results in the order of the lines.

A thread reads and parses; each batch becomes a call; the results are written in order. No more
than `window` batches exist at once between reading and writing, so memory does not depend on the
length of the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from plaudit.cli.console import CliError
from plaudit.cli.jsonl import Line, format_result, parse_line
from plaudit.cli.tally import Progress, Tally
from plaudit.v1 import result_pb2, sample_pb2

Score = Callable[[Sequence[sample_pb2.Sample]], Awaitable[Sequence[result_pb2.Result]]]
"""Scores samples: one result each, in order. A call that fails gives failures, not an error."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Successive lines, and how many bytes of the input they are."""

    lines: list[Line]
    size: int


def read_batches(
    source: Iterator[bytes], task: str, first_line: int, batch_lines: int
) -> Iterator[Batch]:
    """The lines of the source as batches, numbered from `first_line` on."""
    numbers = itertools.count(first_line)
    while raw := list(itertools.islice(source, batch_lines)):
        lines = [parse_line(line, number, task) for line, number in zip(raw, numbers, strict=False)]
        yield Batch(lines, sum(map(len, raw)))


class Pipeline:
    """One run over a source. `window` is the number of batches between reading and writing."""

    def __init__(
        self, score: Score, out: BinaryIO, tally: Tally, progress: Progress, window: int
    ) -> None:
        self._score = score
        self._out = out
        self._tally = tally
        self._progress = progress
        self._slots = threading.Semaphore(window)
        self._calls: asyncio.Queue[asyncio.Task[_Done] | None] = asyncio.Queue()
        self._read_error: Exception | None = None
        self._ended = False

    async def run(self, batches: Iterator[Batch]) -> None:
        """Writes one line for each line read.

        When cancelled, it writes what is done without a gap, drops the rest and raises
        CancelledError. Raises CliError where the input, OSError where the output fails.
        """
        loop = asyncio.get_running_loop()
        self._tally.begin()
        # A daemon: a read from a pipe or terminal may never return, and must not keep us.
        threading.Thread(target=self._read, args=(batches, loop), daemon=True).start()
        call: asyncio.Task[_Done] | None = None
        try:
            while call := await self._calls.get():
                await asyncio.wait([call])
                self._write(call.result())
                call = None
        except asyncio.CancelledError:
            self._write_done(call)
            raise
        finally:
            self._ended = True
            self._drop()
        if isinstance(self._read_error, OSError):
            reason = self._read_error.strerror
            raise CliError(f"cannot read the input: {reason} (put it right, then --resume)")
        if self._read_error:
            raise self._read_error

    def _read(self, batches: Iterator[Batch], loop: asyncio.AbstractEventLoop) -> None:
        try:
            for batch in batches:
                self._slots.acquire()
                loop.call_soon_threadsafe(self._begin, batch)
        except Exception as error:  # the boundary of the thread: `run` raises it
            self._read_error = error
        finally:
            with contextlib.suppress(RuntimeError):  # the loop has ended before the input
                loop.call_soon_threadsafe(self._calls.put_nowait, None)

    def _begin(self, batch: Batch) -> None:
        if not self._ended:
            self._calls.put_nowait(asyncio.create_task(self._call(batch)))

    async def _call(self, batch: Batch) -> _Done:
        samples = [line.sample for line in batch.lines if line.sample is not None]
        scored = iter(await self._score(samples) if samples else ())
        results = [line.failure() if line.sample is None else next(scored) for line in batch.lines]
        return _Done(results, b"".join(map(format_result, results)), batch.size)

    def _write(self, done: _Done) -> None:
        self._out.write(done.text)
        self._out.flush()
        for result in done.results:
            if result.HasField("score"):
                self._tally.add_score(result.score.value)
            else:
                self._tally.add_failure(result_pb2.Failure.Reason.Name(result.failure.reason))
        self._tally.bytes_read += done.size
        self._progress.show()
        self._slots.release()

    def _write_done(self, call: asyncio.Task[_Done] | None) -> None:
        """Writes the calls that are done, up to the first that is not."""
        while call and call.done() and not call.cancelled() and not call.exception():
            self._write(call.result())
            call = None if self._calls.empty() else self._calls.get_nowait()
        if call:
            call.cancel()

    def _drop(self) -> None:
        while not self._calls.empty():
            if call := self._calls.get_nowait():
                call.cancel()


@dataclass(frozen=True, slots=True)
class _Done:
    results: list[result_pb2.Result]
    text: bytes
    size: int
