"""Opens the input and the output of `plaudit score`; nothing that is there is overwritten."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from plaudit.cli.console import CliError

#: Stands for stdin and stdout.
STANDARD = Path("-")


@contextlib.contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """The file for reading. Raises CliError where that cannot be."""
    try:
        # Not sys.stdin: a thread may still read when we end, and the interpreter waits for that.
        stream = os.fdopen(0, "rb", closefd=False) if path == STANDARD else path.open("rb")
    except OSError as error:
        raise CliError(f"cannot read {path}: {error.strerror} (check --in)") from None
    with stream:
        yield stream


@contextlib.contextmanager
def open_output(path: Path, source: BinaryIO, *, resume: bool) -> Iterator[BinaryIO]:
    """The file for writing, locked against other runs; also for reading where `resume`.

    Raises CliError for a file that has content (unless `resume`), is the input, or is in use.
    """
    if path == STANDARD:
        if resume:
            raise CliError("--resume needs a file (give --out a name)")
        with os.fdopen(1, "wb", closefd=False) as stream:
            yield stream
        return
    try:
        fd = os.open(path, os.O_CREAT | (os.O_RDWR if resume else os.O_WRONLY | os.O_APPEND), 0o666)
        with os.fdopen(fd, "r+b" if resume else "ab") as stream:
            _claim(path, stream, source, resume)
            yield stream
    except OSError as error:
        reason = error.strerror or error
        raise CliError(f"cannot write {path}: {reason} (put it right, then --resume)") from error


def size(stream: BinaryIO) -> int | None:
    """Bytes of a regular file; None for anything else."""
    status = os.fstat(stream.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _claim(path: Path, stream: BinaryIO, source: BinaryIO, resume: bool) -> None:
    if os.path.sameopenfile(stream.fileno(), source.fileno()):
        raise CliError(f"{path} is the input (give --out another name)")
    if size(stream) is None:
        return  # a pipe or a device
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CliError(f"another run is writing {path} (wait for it, or stop it)") from None
    if size(stream) and not resume:
        raise CliError(f"{path} is not empty (add --resume, or give --out another name)")
