"""Where a running local stack is written down: how `RewardClient.local()` finds `plaudit up`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from plaudit.errors import ConfigError

_FILE = "stack.json"


@dataclass(frozen=True, slots=True)
class StackService:
    """One service of a stack: gRPC address, process, metrics address, and whether it has TLS."""

    address: str
    pid: int
    metrics_address: str | None = None
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that `plaudit up` started: its supervising process and its services by name."""

    pid: int
    services: Mapping[str, StackService]

    def is_running(self) -> bool:
        """Whether the supervising process is still there: it holds the lock as long as it lives.

        The process id alone would not tell, as it may be another's by now.
        """
        import fcntl  # only here: where there is none, `plaudit up` does not run either

        try:
            with lock_path().open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return lock.read().strip() == str(self.pid)
        except OSError:
            return False
        return False


def state_dir() -> Path:
    """$PLAUDIT_STATE_DIR, else $XDG_STATE_HOME/plaudit, else ~/.local/state/plaudit."""
    if own := os.environ.get("PLAUDIT_STATE_DIR"):
        return Path(own)
    if base := os.environ.get("XDG_STATE_HOME"):
        return Path(base) / "plaudit"
    return Path.home() / ".local" / "state" / "plaudit"


def lock_path() -> Path:
    """The file on which the owner of the stack holds a lock, with its process id in it."""
    return state_dir() / "stack.lock"


def read_stack() -> Stack | None:
    """The stack that is written down, running or not; None if there is none.

    Raises ConfigError for a file that is not one of ours.
    """
    path = state_dir() / _FILE
    try:
        data = json.loads(path.read_bytes())
        services = {
            str(name): StackService(
                str(service["address"]),
                int(service["pid"]),
                service.get("metrics_address"),
                bool(service.get("tls")),
            )
            for name, service in data["services"].items()
        }
        pid = int(data["pid"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} cannot be read ({type(error).__name__}); remove it, then `plaudit up`"
        ) from error
    if pid <= 0:  # os.kill would mean a process group by it
        raise ConfigError(f"{path} names no process; remove it, then `plaudit up`")
    return Stack(pid, services)


def write_stack(stack: Stack) -> None:
    """Writes the stack down. Readers see the old file or the new one, never a part."""
    folder = state_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    services = {name: asdict(service) for name, service in stack.services.items()}
    text = json.dumps({"pid": stack.pid, "services": services}, indent=2) + "\n"
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{_FILE}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, folder / _FILE)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def remove_stack() -> None:
    """Forgets the stack. Nothing happens if none is written down."""
    (state_dir() / _FILE).unlink(missing_ok=True)
