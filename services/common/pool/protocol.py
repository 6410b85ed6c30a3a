"""What the pool and a worker share: frames on a socket, and a board in shared memory.

Tasks travel in chunks and their results in groups, because a message costs far more than a small
task. What a worker is doing *now* would come too late by message, and so would the results of a
group whose next task hangs: both stand on a board that the pool can read however hard the worker
hangs, and even when it is dead.

What comes back from a worker is read by an unpickler that builds plain built-in data and nothing
else: a worker handles hostile text, and its bytes must not be able to name code.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import struct
import tempfile
import time
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple, NoReturn

_LENGTH = struct.Struct("<Q")
_REPORT = struct.Struct("<QBdd")
_PICKLE_PROTOCOL = 5


class Status(IntEnum):
    """What became of a task in the worker."""

    VALUE = 0
    RAISED = 1
    MEMORY = 2
    SKIPPED = 3


class Report(NamedTuple):
    """What a worker says of one task."""

    number: int
    status: int
    #: When it started, in time.monotonic() seconds, and how long it took.
    started: float
    seconds: float
    #: The encoded value, or the name of the exception.
    data: bytes = b""

    def pack(self) -> bytes:
        """The report as bytes."""
        return _REPORT.pack(*self[:4]) + self.data

    @classmethod
    def unpack(cls, packed: bytes) -> Report:
        """The report that was packed."""
        number, status, started, seconds = _REPORT.unpack_from(packed)
        return cls(number, status, started, seconds, packed[_REPORT.size :])


def encode(value: object) -> bytes:
    """The value as bytes. Raises whatever pickle raises for what it cannot take."""
    return pickle.dumps(value, _PICKLE_PROTOCOL)


def frame(payload: bytes) -> bytes:
    """The payload with its length in front."""
    return _LENGTH.pack(len(payload)) + payload


class FrameReader:
    """Cuts a stream of bytes, which arrives in any pieces, into the payloads of its frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads that are complete with this piece."""
        buffer = self._buffer
        buffer += data
        begin = _LENGTH.size
        while begin <= len(buffer):
            end = begin + _LENGTH.unpack_from(buffer, begin - _LENGTH.size)[0]
            if end > len(buffer):
                break
            yield bytes(memoryview(buffer)[begin:end])
            begin = end + _LENGTH.size
        del buffer[: begin - _LENGTH.size]


# What the unpickler raises, beside its own error, for bytes that are not the pickle of a value.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


class _PlainUnpickler(pickle.Unpickler):
    """Reads built-in data, for which no name has to be looked up."""

    def find_class(self, module: str, name: str) -> NoReturn:
        """Never: a worker's bytes name no class and no function."""
        raise pickle.UnpicklingError("a worker may return plain data only")


def decode_plain(data: bytes) -> object:
    """The value that a worker encoded. UnpicklingError if it is not plain data."""
    try:
        return _PlainUnpickler(io.BytesIO(data)).load()
    except _UNREADABLE as error:
        raise pickle.UnpicklingError("not the data of a plain value") from error


class Board:
    """What a worker is on, what it has finished but not sent, and up to which task it must skip.

    Four aligned 8-byte integers, then the unsent reports. The worker writes the time of a start
    before the number and the pool reads the number before the time, so that the pool may see a task
    younger than it is for an instant, never older. While a number stands there, the reports that
    were there with it do not change.
    """

    _NUMBER, _STARTED, _REVOKED, _END = range(4)
    _SIZE = 1 << 16
    _REPORTS = 64
    ROOM = _SIZE - _REPORTS

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, self._SIZE)
        self._words = memoryview(self._memory)[: self._REPORTS].cast("q")

    @classmethod
    def allocate(cls) -> int:
        """A descriptor of zeroed memory that another process can map; the caller closes it."""
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("pool-board")
        else:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        os.ftruncate(descriptor, cls._SIZE)
        return descriptor

    # The worker's side.

    def begin(self, number: int) -> float:
        """Shows that task `number` (from 1) starts; returns the time.monotonic() of it."""
        now = time.monotonic_ns()
        self._words[self._STARTED] = now
        self._words[self._NUMBER] = number
        return now / 1e9

    def rest(self) -> None:
        """Shows that the worker is on no task; what is unsent may change from here."""
        self._words[self._NUMBER] = 0

    @property
    def revoked(self) -> int:
        """The last number that the worker is to skip."""
        return self._words[self._REVOKED]

    def put(self, report: bytes) -> bool:
        """Adds a framed report to the unsent ones, if there is room."""
        start = self._words[self._END]
        end = start + len(report)
        if end > self.ROOM:
            return False
        self._memory[self._REPORTS + start : self._REPORTS + end] = report
        self._words[self._END] = end
        return True

    def unsent(self) -> bytes:
        """The reports that were put since `clear`."""
        return self._memory[self._REPORTS : self._REPORTS + self._words[self._END]]

    def clear(self) -> None:
        """Forgets the unsent reports, which have been sent."""
        self._words[self._END] = 0

    # The pool's side.

    def read(self) -> tuple[int, float]:
        """The number of the task that the worker is on (0 is none) and the time of its start."""
        number = self._words[self._NUMBER]
        return number, self._words[self._STARTED] / 1e9

    def revoke(self, number: int) -> None:
        """Tells the worker to skip the tasks up to `number` that it has not started."""
        self._words[self._REVOKED] = number

    def unsent_before(self, number: int) -> bytes:
        """The unsent reports, if the worker is on task `number` and has not moved on meanwhile."""
        reports = self.unsent()
        return reports if number and self.read()[0] == number else b""

    def close(self) -> None:
        """Unmaps the memory."""
        self._words.release()
        self._memory.close()
